"""Every table about a person is seen through a grant on one of the person's cases."""

from django.db import migrations

from access.policy import HUB_READS, protect, protect_for_case, protect_for_person

RELATIONSHIP_SEEN = "access_may_see_case(case_id, 'incident')"


class Migration(migrations.Migration):
    dependencies = [("victims", "0001_initial"), ("access", "0001_initial")]
    operations = [
        protect_for_person("victims_person", column="id", category="identity"),
        protect_for_person("victims_personname", category="identity"),
        protect_for_person("victims_contactmethod", category="contact"),
        # A safe address (a refuge) has its own category: the row shows only to who was given that.
        protect(
            "victims_address",
            read=(
                "access_may_see_person(person_id, 'contact')"
                " AND (NOT is_safe_address OR access_may_see_person(person_id, 'safe_address'))"
            ),
            insert="access_is_hub() AND access_may_see_person(person_id, 'contact')",
            update="access_is_hub() AND access_may_see_person(person_id, 'contact')",
            delete="access_is_hub() AND access_may_see_person(person_id, 'contact')",
        ),
        # How people are recognised is the hub's own business: no partner reads these.
        protect("victims_identifier", read=HUB_READS, insert=HUB_READS, update=HUB_READS, delete=HUB_READS),
        protect("victims_matchkey", read=HUB_READS, insert=HUB_READS, update=HUB_READS, delete=HUB_READS),
        protect(
            "victims_samepersonsuggestion",
            read=HUB_READS,
            insert=HUB_READS,
            update=HUB_READS,
            delete=HUB_READS,
        ),
        protect_for_case("victims_relationship", category="incident"),
        protect_for_case("victims_consent", category="identity"),
    ]
