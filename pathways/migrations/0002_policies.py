"""Assessments are their own data category. Instruments and pathways hold no personal data and are for all to read."""

from django.db import migrations

from access.policy import protect_for_case


class Migration(migrations.Migration):
    dependencies = [("pathways", "0001_initial"), ("access", "0001_initial")]
    operations = [protect_for_case("pathways_assessment", category="assessment")]
