"""The database alone keeps rows from those who may not see them."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from access.actor import visitor
from access.context import NoActor, acting_as, acting_as_system, current_actor, hub_id
from access.looks import record_look
from access.models import Grant, Look
from agencies.models import Practitioner
from referrals.models import Case
from tests.factories import a_case
from victims.models import ContactMethod, Person, PersonName

pytestmark = pytest.mark.guard

# Tables without personal data, each with the reason why no policy is needed.
OPEN_TABLES = {
    "django_migrations": "names of migrations",
    "django_content_type": "names of models",
    "django_session": "signed ids of sessions; read before anybody is known",
    "auth_permission": "names of permissions; not used",
    "auth_group": "not used",
    "auth_group_permissions": "not used",
    "account_emailconfirmation": "not used: addresses are confirmed by an administrator",
    "agencies_agency": "names of bodies",
    "agencies_team": "names of teams",
    "agencies_service": "what is on offer",
    "agencies_apiclient": "systems, not people",
    "agencies_feedcursor": "positions",
    "agencies_idempotencyrecord": "ids, states and versions of referrals; answers carry no victim data",
    "messaging_message": "ids only",
    "oauth2_provider_accesstoken": "systems' tokens; read before anybody is known",
    "oauth2_provider_application": "systems; secrets are hashed",
    "oauth2_provider_devicegrant": "not used",
    "oauth2_provider_grant": "not used",
    "oauth2_provider_idtoken": "not used",
    "oauth2_provider_refreshtoken": "not used",
    "pathways_instrumentversion": "questions, not answers",
    "referrals_feedsource": "senders and their column mapping",
    "referrals_offence": "a classification",
    "socialaccount_socialapp": "not used: agencies' providers are in agencies_signon",
    "socialaccount_socialtoken": "not used: no token of a provider is kept",
    "victims_deduplication": "numbers, and how far a comparison is",
    "reporting_delta": "numbers",
    "reporting_tally": "numbers",
}


def test_every_table_is_behind_a_forced_policy_or_has_a_reason(hub):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        )
        tables = dict(cursor.fetchall())
    unprotected = {name for name, protected in tables.items() if not protected}
    assert unprotected == set(OPEN_TABLES)


def test_the_application_owns_nothing_and_cannot_step_over_policies(hub):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False)
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")
        assert cursor.fetchone() == (0,)


def test_without_an_actor_there_are_no_rows_and_no_writes(hub):
    a_case()
    for model in (Case, Person, PersonName, ContactMethod, Grant, Practitioner):
        assert not model.objects.exists(), model
    with pytest.raises(DatabaseError), transaction.atomic():
        Grant.objects.create(
            agency_id=hub_id(), case_id=hub_id(), person_id=hub_id(), categories=[], granted_at=timezone.now()
        )
    with pytest.raises(NoActor):
        current_actor()


def test_a_visitor_sees_no_case(hub):
    a_case()
    with acting_as(visitor(hub_id=hub_id())):
        assert not Case.objects.exists()
        assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("priya", 1),
        ("dana", 1),
        ("carys", 1),
        ("owen", 0),
        ("grace", 0),
        ("helen", 0),
        ("ruth", 0),
        ("ines", 0),
    ],
)
def test_who_sees_a_case_that_nobody_was_told_of(hub, cast, who, sees):
    a_case()
    with acting_as(cast.actor(who)):
        assert Case.objects.count() == sees
        assert PersonName.objects.count() == sees


def give(case: Case, agency_id, categories, until=None) -> None:
    with acting_as_system("tests"):
        Grant.objects.create(
            agency_id=agency_id,
            case_id=case.id,
            person_id=case.person_id,
            categories=categories,
            granted_at=timezone.now(),
            until=until,
            because="test",
        )


def test_a_grant_shows_one_case_to_one_agency_in_its_categories(hub, cast):
    case, _other = a_case(), a_case()
    helen, ruth = cast.actor("helen"), cast.actor("ruth")
    give(case, helen.agency_id, ["identity"])
    with acting_as(helen):
        assert list(Case.objects.values_list("id", flat=True)) == [case.id]
        assert PersonName.objects.filter(person_id=case.person_id).exists()
        assert not ContactMethod.objects.exists(), "contact details were not in the grant"
    with acting_as(ruth):
        assert not Case.objects.exists()


def test_a_grant_that_has_ended_shows_nothing_at_once(hub, cast):
    case, helen = a_case(), cast.actor("helen")
    give(case, helen.agency_id, ["identity", "contact"])
    with acting_as(helen):
        assert Case.objects.exists()
    with acting_as_system("tests"):
        Grant.objects.filter(agency_id=helen.agency_id).update(until=timezone.now())
    with acting_as(helen):
        assert not Case.objects.exists()
        assert not ContactMethod.objects.exists()


def test_a_partner_may_shorten_its_own_grant_and_never_lengthen_or_make_one(hub, cast):
    case, helen = a_case(), cast.actor("helen")
    give(case, helen.agency_id, ["identity"])
    with acting_as(helen):
        with pytest.raises(DatabaseError), transaction.atomic():
            Grant.objects.update(categories=["identity", "contact"])
        assert Grant.objects.update(until=timezone.now()) == 1
        with pytest.raises(DatabaseError), transaction.atomic():
            Grant.objects.update(until=None)
    with pytest.raises(DatabaseError), acting_as(helen):
        Grant.objects.create(
            agency_id=helen.agency_id,
            case_id=a_case().id,
            person_id=case.person_id,
            categories=["identity"],
            granted_at=timezone.now(),
        )


def test_a_partner_cannot_write_to_a_case_it_sees(hub, cast):
    case, helen = a_case(), cast.actor("helen")
    give(case, helen.agency_id, ["identity"])
    with acting_as(helen):
        assert Case.objects.filter(id=case.id).update(risk="standard") == 0


def test_the_outer_actor_is_put_back(hub, cast):
    a_case()
    with acting_as(cast.actor("helen")):
        with acting_as_system("tests"):
            assert Case.objects.exists()
        assert not Case.objects.exists()
        assert current_actor().name == "Helen Marsh"


def test_looks_can_be_added_but_never_changed(hub, cast):
    with acting_as(cast.actor("priya")):
        record_look(action=Look.Action.VIEW, door="case", subjects=[hub_id()])
        assert not Look.objects.exists(), "a practitioner does not read the log"
    for change in ("UPDATE access_look SET door = 'x'", "DELETE FROM access_look", "TRUNCATE access_look"):
        with pytest.raises(DatabaseError), acting_as_system("tests"), connection.cursor() as cursor:
            cursor.execute(change)
    with acting_as(cast.actor("grace")):
        assert Look.objects.get(door="case").actor_name == "Priya Nair"


def test_the_application_may_read_and_write_rows_and_no_more(hub):
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_schema_privilege('public', 'CREATE')")
        assert cursor.fetchone() == (False,), "it makes no tables"
        cursor.execute(
            "SELECT relname, privilege FROM pg_class, unnest(ARRAY['TRUNCATE', 'REFERENCES', 'TRIGGER']) privilege"
            " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND has_table_privilege(oid, privilege)"
        )
        assert cursor.fetchall() == []
        cursor.execute("SELECT privilege FROM unnest(ARRAY['UPDATE', 'DELETE']) privilege"
                       " WHERE has_table_privilege('access_look', privilege)")  # fmt: skip
        assert cursor.fetchall() == [], "the record of looks is only ever added to"


def test_what_the_owner_makes_next_the_application_may_use_and_no_more(hub):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.defaclobjtype::text, array_agg(a.privilege_type::text ORDER BY a.privilege_type)"
            " FROM pg_default_acl d, aclexplode(d.defaclacl) a"
            " WHERE a.grantee = current_user::regrole GROUP BY 1 ORDER BY 1"
        )
        assert cursor.fetchall() == [
            ("S", ["SELECT", "USAGE"]),
            ("r", ["DELETE", "INSERT", "SELECT", "UPDATE"]),
        ]


def test_no_function_lends_the_application_its_owner_s_rights_save_one(hub):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef ORDER BY 1"
        )
        assert cursor.fetchall() == [("access_prepare_months",)]
