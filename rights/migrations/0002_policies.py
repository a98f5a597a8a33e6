"""Who may see requests, and what erasure may do that nothing else may; a legal hold that the database keeps.

Erasure runs as the system account `retention` with `hub.erasing` on for its transaction. It alone may delete or
empty what is otherwise append-only, and it is refused, like every other delete, while a hold is open.
"""

from django.conf import settings
from django.db import migrations

from access.history import keep_history
from access.policy import protect

FUNCTIONS = """
CREATE FUNCTION rights_erasing() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT access_account() = 'retention' AND coalesce(current_setting('hub.erasing', true), '') = 'on' $$;

CREATE FUNCTION rights_refuse_on_hold() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  subject uuid := (to_jsonb(OLD) ->> TG_ARGV[0])::uuid;
BEGIN
  IF TG_ARGV[1] = 'case' THEN
    SELECT person_id INTO subject FROM referrals_case WHERE id = subject;
  END IF;
  IF EXISTS (SELECT 1 FROM rights_legalhold h WHERE h.person_id = subject AND h.lifted_at IS NULL) THEN
    RAISE EXCEPTION 'a legal hold is open: nothing of this person may be erased' USING ERRCODE = 'P0420';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""
FUNCTIONS += """
CREATE FUNCTION rights_only_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'only erasure empties this' USING ERRCODE = '42501';
END $$;
"""
DROP_FUNCTIONS = """
DROP FUNCTION rights_only_erasure();
DROP FUNCTION rights_refuse_on_hold();
DROP FUNCTION rights_erasing();
"""

# Table, the column that leads to the person, and whether through a case. Keys for recognition are made anew
# at any time and are not held.
HELD = [
    ("victims_person", "id", "person"),
    ("victims_personname", "person_id", "person"),
    ("victims_identifier", "person_id", "person"),
    ("victims_contactmethod", "person_id", "person"),
    ("victims_address", "person_id", "person"),
    ("victims_safeaddress", "person_id", "person"),
    ("victims_relationship", "person_id", "person"),
    ("victims_consent", "person_id", "person"),
    ("pathways_assessment", "person_id", "person"),
    ("pathways_healthanswers", "case_id", "case"),
    ("referrals_case", "person_id", "person"),
    ("referrals_incident", "case_id", "case"),
    ("referrals_contactattempt", "case_id", "case"),
    ("referrals_feedrow", "person_id", "person"),
    ("referrals_sourcerecord", "person_id", "person"),
    ("rights_request", "person_id", "person"),
    ("rights_correction", "person_id", "person"),
    ("rights_release", "person_id", "person"),
]


def hold(table: str, column: str, through: str) -> migrations.RunSQL:
    """No row of the table goes while its person is on hold, nor is one emptied by erasure."""
    call = f"EXECUTE FUNCTION rights_refuse_on_hold('{column}', '{through}')"
    return migrations.RunSQL(
        [
            f"CREATE TRIGGER rights_hold_delete BEFORE DELETE ON {table} FOR EACH ROW {call}",
            f"CREATE TRIGGER rights_hold_erase BEFORE UPDATE ON {table} FOR EACH ROW"
            f" WHEN (current_setting('hub.erasing', true) = 'on') {call}",
        ],
        [
            f"DROP TRIGGER rights_hold_erase ON {table}",
            f"DROP TRIGGER rights_hold_delete ON {table}",
        ],
    )


def erasable(
    table: str, command: str, of: str = "access_may_see_case(case_id, 'identity')"
) -> migrations.RunSQL:
    """A policy that lets erasure, and nothing else, delete or empty rows of an append-only table."""
    condition = f"rights_erasing() AND {of}"
    check = f" WITH CHECK ({condition})" if command == "UPDATE" else ""
    name = f"{table}_erase_{command.lower()}"
    return migrations.RunSQL(
        f"CREATE POLICY {name} ON {table} FOR {command} USING ({condition}){check}",
        f"DROP POLICY {name} ON {table}",
    )


# Words in records of the floors below that nobody may change: erasure alone empties them.
WORDS = {
    "access_restriction": "words",
    "access_personalgrant": "reason",
    "access_conflict": "words",
    "access_breakglassreview": "reason",
    "referrals_override": "reason_words",
}


def erasure_may_empty(apps, schema_editor):
    role = settings.DATABASES["default"]["USER"]
    for table, column in WORDS.items():
        schema_editor.execute(f'GRANT UPDATE ({column}) ON {table} TO "{role}"')


def nobody_may_empty(apps, schema_editor):
    role = settings.DATABASES["default"]["USER"]
    for table, column in WORDS.items():
        schema_editor.execute(f'REVOKE UPDATE ({column}) ON {table} FROM "{role}"')


def only_erasure(table: str, column: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER rights_only_erasure BEFORE UPDATE ON {table} FOR EACH ROW"
        f" WHEN (OLD.{column} IS DISTINCT FROM NEW.{column} AND NOT rights_erasing())"
        " EXECUTE FUNCTION rights_only_erasure()",
        f"DROP TRIGGER rights_only_erasure ON {table}",
    )


CHANGED = (
    "rights_request",
    "rights_withholding",
    "rights_notice",
    "rights_legalhold",
    "rights_retentionreview",
    "rights_informationrequest",
)
PERSON = "access_is_hub() AND access_may_see_person(person_id, 'identity')"
ERASED = f"rights_erasing() AND {PERSON}"
ANSWERABLE = "'supervisor', 'manager', 'auditor', 'hub_administrator', 'system'"
OWN_NOTICE = "NOT access_is_hub() AND access_reads_cases() AND agency_id = access_agency()"
OWN_CORRECTION = (
    "NOT access_is_hub() AND access_reads_cases() AND EXISTS (SELECT 1 FROM rights_notice n"
    " WHERE n.correction_id = rights_correction.id AND n.agency_id = access_agency() AND n.confirmed_at IS NULL)"
)


class Migration(migrations.Migration):
    dependencies = [
        ("rights", "0001_initial"),
        ("access", "0004_changes"),
        ("messaging", "0002_policies"),
        ("victims", "0006_history"),
        ("pathways", "0005_history"),
        ("referrals", "0010_overrides"),
    ]
    operations = [
        migrations.RunSQL(
            [
                "CREATE SEQUENCE rights_request_number",
                "CREATE SEQUENCE rights_certificate_number",
                "CREATE SEQUENCE rights_information_number",
            ],
            [
                "DROP SEQUENCE rights_request_number",
                "DROP SEQUENCE rights_certificate_number",
                "DROP SEQUENCE rights_information_number",
            ],
        ),
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        protect("rights_request", read=PERSON, insert=PERSON, update=PERSON),
        protect("rights_withholding", read=PERSON, insert=PERSON, delete=PERSON),
        protect("rights_release", read=PERSON, insert=PERSON, delete=ERASED),
        protect("rights_correction", read=f"({PERSON}) OR ({OWN_CORRECTION})", insert=PERSON, delete=ERASED),
        protect(
            "rights_notice",
            read=f"({PERSON}) OR ({OWN_NOTICE})",
            insert=PERSON,
            update=f"({PERSON}) OR ({OWN_NOTICE})",
        ),
        protect("rights_legalhold", read=PERSON, insert=PERSON, update=PERSON),
        protect("rights_retentionreview", read=PERSON, insert=PERSON, update=PERSON),
        protect("rights_informationrequest", read=PERSON, insert=PERSON, update=PERSON),
        # Holds nothing of the person: whoever answers for the hub may show that a record is gone.
        protect(
            "rights_certificate",
            read=f"access_is_hub() AND access_role() IN ({ANSWERABLE})",
            insert="rights_erasing()",
        ),
        *(keep_history(table, category="identity", person="person_id") for table in CHANGED),
        *(hold(*one) for one in HELD),
        migrations.RunPython(erasure_may_empty, nobody_may_empty),
        *(only_erasure(*one) for one in WORDS.items()),
        erasable("victims_consent", "DELETE"),
        erasable("pathways_assessment", "DELETE"),
        erasable("access_grant", "DELETE", "access_is_hub()"),
        erasable("access_personalgrant", "UPDATE", "access_is_hub()"),
        erasable("access_breakglassreview", "UPDATE", "access_is_hub()"),
        erasable("referrals_override", "UPDATE"),
        erasable("referrals_routingdecision", "UPDATE"),
        erasable(
            "referrals_outcome",
            "UPDATE",
            "EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referral_id)",
        ),
    ]
