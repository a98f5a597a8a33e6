"""Events are seen through a case, or through the agency's own feed; an agency writes only its own."""

from django.db import migrations

from access.policy import protect

OWN_OR_HUB = "access_is_hub() OR agency_id = access_agency()"


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial"), ("access", "0001_initial")]
    operations = [
        protect(
            "messaging_feedentry",
            read=OWN_OR_HUB,
            insert=OWN_OR_HUB,
            update=OWN_OR_HUB,
        ),
        protect(
            "messaging_event",
            read=(
                "(access_is_hub() AND access_reads_cases() AND"
                " (case_id IS NULL OR access_may_see_case(case_id, 'identity')))"
                " OR (NOT access_is_hub() AND access_reads_cases() AND EXISTS (SELECT 1 FROM messaging_feedentry entry"
                " WHERE entry.event_id = messaging_event.id AND entry.agency_id = access_agency()))"
            ),
            insert="access_has_actor() AND agency_id = access_agency()",
        ),
    ]
