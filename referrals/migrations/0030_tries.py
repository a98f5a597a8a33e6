"""Of a try: why a supervisor had it made though it was not safe, and by which edition of what to say."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("referrals", "0029_case_tasks")]

    operations = [
        migrations.AddField(
            model_name="contactattempt",
            name="despite",
            field=models.TextField(
                blank=True,
                default="",
                help_text="Why a supervisor had it tried though it was not safe: a risk to life.",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="contactattempt",
            name="script",
            field=models.CharField(
                blank=True, default="", help_text="The edition of what to say.", max_length=20
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="contactattempt",
            name="result",
            field=models.CharField(
                choices=[
                    ("spoke", "Spoke to the person"),
                    ("no_answer", "No answer"),
                    ("voicemail", "Left a safe voicemail"),
                    ("somebody_else", "Somebody else answered"),
                    ("not_safe", "Not safe to speak"),
                    ("wrong_number", "Wrong number"),
                    ("sent", "Message sent"),
                    ("declined", "Does not want support"),
                ],
                max_length=20,
            ),
        ),
    ]
