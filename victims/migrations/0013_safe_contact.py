"""What is agreed about reaching somebody: who may answer, code word and cover story sealed; who lives at an address."""

from django.db import migrations, models

import access.encryption
from access.encryption import only_sealed


class Migration(migrations.Migration):
    dependencies = [("victims", "0012_never_suggested")]

    operations = [
        migrations.AddField(
            model_name="contactmethod",
            name="care",
            field=access.encryption.EncryptedJSONField(
                help_text="may_answer, code_word and cover_story, as the person asked for them.", null=True
            ),
        ),
        migrations.AddField(
            model_name="address",
            name="household",
            field=models.CharField(
                choices=[
                    ("alone", "lives there alone"),
                    ("joint", "somebody else lives there"),
                    ("unknown", "not known"),
                ],
                default="unknown",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="address",
            name="lives_there",
            field=access.encryption.EncryptedJSONField(help_text="words: who else lives there.", null=True),
        ),
        migrations.AddField(
            model_name="address", name="verified_at", field=models.DateTimeField(blank=True, null=True)
        ),
        only_sealed("victims_contactmethod", "care"),
        only_sealed("victims_address", "lives_there"),
    ]
