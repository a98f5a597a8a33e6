"""Saved answers say under which edition they were typed, and hold what a later edition could not take over."""

from django.db import migrations, models

import access.encryption
from access.encryption import only_sealed

# Until now the page always asked by the edition of its day. Drafts of other forms have no instrument, and stay empty.
OF_THAT_DAY = """
ALTER TABLE pathways_savedanswers NO FORCE ROW LEVEL SECURITY;
UPDATE pathways_savedanswers saved SET edition = (
  SELECT max(asked.edition) FROM pathways_instrumentversion asked
  WHERE asked.code = saved.instrument AND asked.effective_from <= saved.saved_at::date
);
ALTER TABLE pathways_savedanswers FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("pathways", "0011_drafts_of_instruments"),
    ]

    operations = [
        migrations.AddField(
            model_name="savedanswers",
            name="edition",
            field=models.PositiveIntegerField(
                help_text="Of the instrument, by which it was asked. Empty for other forms.", null=True
            ),
        ),
        migrations.AddField(
            model_name="savedanswers",
            name="left_over",
            field=access.encryption.EncryptedJSONField(
                help_text="What was typed under an earlier edition and this one cannot take.", null=True
            ),
        ),
        only_sealed("pathways_savedanswers", "left_over"),
        migrations.RunSQL(OF_THAT_DAY, migrations.RunSQL.noop),
    ]
