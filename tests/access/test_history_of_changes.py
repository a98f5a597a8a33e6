"""Changes to personal data keep what stood there before and after, for whoever may see it now."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from access.context import acting_as, acting_as_system
from access.models import Change, ChangeValue
from agencies.models import Practitioner
from referrals.actions.triage import change_entitlement
from referrals.models import Case
from tests.cast import PEOPLE
from tests.factories import a_case
from victims.models import ContactMethod, PersonName

pytestmark = pytest.mark.guard

# Tables whose rows may be changed and whose changes are not kept a second time, each with the reason.
ERASURE = "emptied by erasure alone, which is certified"
KEPT_OTHERWISE = {
    "pathways_dryrun": "finished once by the system, then never changed; numbers alone, about nobody",
    "reporting_movedcase": "ids, written once with their dry run",
    "access_breakglassreview": "an answer is given once, and is an event",
    "access_chain": "heads, no person",
    "access_chainfault": "an answer is given once",
    "access_conflict": "ended by a mark, never edited",
    "access_grant": "ids; each disclosure and its end is an event",
    "access_hint": "an answer is given once",
    "access_personalgrant": "ended by a mark, never edited",
    "access_sameas": "made by triggers from the links, whose changes are kept",
    "access_restriction": "lifted by a mark, never edited",
    "access_verified": "heads, no person",
    "account_emailaddress": "a practitioner's own, kept with the practitioner",
    "agencies_agreement": "no person",
    "agencies_agreementparty": "signed once",
    "agencies_invitation": "each step is an event; address and role stay as they were given",
    "agencies_signon": "no person; setting it is an event",
    "agencies_notification": "only that it was read, or mailed, may be noted",
    "agencies_notificationchoice": "how somebody likes to be told",
    "agencies_tourplace": "how far somebody is in a tour of the pages",
    "messaging_feedentry": "ids and positions",
    "mfa_authenticator": "secrets: nobody may read what they were",
    "pathways_assessment": ERASURE,
    "pathways_challenge": "answered once, and is an event",
    "pathways_pathwayterms": "no person but the keeper at the hub; setting them is an event",
    "pathways_pathwayversion": "rules; kept as they are once proposed, each move is an event",
    "pathways_savedanswers": "a form on its way, saved over and over; what is completed stays",
    "referrals_askedneed": "ended by a mark, once, and never edited, which a trigger holds",
    "referrals_document": "nobody may change one",
    "referrals_documentcontent": "nobody may change one; it is sealed anew alone",
    "referrals_documentwithdrawal": "ended by a mark, never edited",
    "rights_enclosure": "never changed",
    "referrals_documentshare": "ended by a mark, never edited",
    "referrals_casenote": "nobody may change one: a correction is a further edition",
    "referrals_noteshare": "ended by a mark, never edited",
    "referrals_callback": "times; each move is an event",
    "referrals_clock": "times; each move is an event",
    "referrals_conference": "no person but who leads it; each move is an event",
    "referrals_conferenceagency": "no person",
    "referrals_minute": "never changed, but sealed anew",
    "referrals_diaryaddress": "a digest; ended by a mark, never edited",
    "referrals_clockpause": "begun and ended once, each an event",
    "referrals_development": "never changed; emptied by erasure alone",
    "referrals_referralmessage": "never changed, but sealed anew; emptied by erasure alone",
    "referrals_messagemark": "how far somebody has read",
    "referrals_handovernote": "acknowledged once, and sealed anew: nothing else, which a trigger holds",
    "referrals_transfer": "asked once and decided once, each an event",
    "referrals_split": "asked once and decided once, each an event",
    "referrals_dispute": "each side speaks once, which a trigger holds",
    "referrals_feedalert": "no person; raised and cleared by marks",
    "referrals_feedrun": "how far a file is, no person",
    "referrals_heldstep": ERASURE,
    "referrals_outcome": ERASURE,
    "referrals_recallreason": ERASURE,
    "referrals_routingdecision": ERASURE,
    "referrals_savedfilter": "codes by which a practitioner filters their own list; about nobody",
    "referrals_waiting": "a place in a row, made from the case's decisions",
    "referrals_feedback": "a stage, made from the case's events",
    "referrals_say": "sent once, answered once, then nobody may change it",
    "referrals_sentrecord": "copied from the rows, which are kept",
    "referrals_sourcerecord": "bookkeeping of the rows, which are kept",
    "socialaccount_socialaccount": "what an agency's own sign-in said of its practitioner, seen by them alone",
    "usersessions_usersession": "where somebody is signed in now; signing in and out are on record",
    "rights_correction": ERASURE,
    "rights_release": ERASURE,
    "victims_consent": ERASURE,
    "victims_matchkey": "made from names and numbers, which are kept",
}


def test_every_table_with_people_in_it_keeps_its_changes(hub):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT p.tablename FROM pg_policies p WHERE p.schemaname = 'public'"
            " AND p.cmd IN ('UPDATE', 'DELETE', 'ALL') AND NOT EXISTS (SELECT 1 FROM pg_trigger t"
            " WHERE t.tgrelid = p.tablename::regclass AND t.tgfoid = 'access_record_change'::regproc)"
            " AND p.tablename NOT IN ('access_change', 'access_changevalue')"
        )
        assert {row[0] for row in cursor.fetchall()} - set(KEPT_OTHERWISE) == set()


def test_a_change_keeps_who_made_it_and_what_stood_there(hub, cast):
    case, dana = a_case(), cast.actor("dana")
    with acting_as(dana):
        change_entitlement(actor=dana, case_id=case.id, level="enhanced", reason="Persistently targeted")
        change = Change.objects.get(table_name="referrals_case", columns__contains=["entitlement"])
        assert (change.case_id, change.person_id, change.operation) == (case.id, case.person_id, "update")
        assert (change.actor_id, change.actor_name, change.role) == (dana.id, "Dana Ahmed", "supervisor")
        values = ChangeValue.objects.get(id=change.id)
        assert (values.before["entitlement"], values.after["entitlement"]) == ("standard", "enhanced")
        assert "area" not in values.before, "only what changed"


def test_having_a_case_open_is_no_change_and_neither_is_saving_what_was_there(hub, cast):
    case = a_case()
    with acting_as_system("tests"):
        before = Change.objects.count()
    assert cast.browser("priya").get(f"/cases/{case.reference}/").status_code == 200
    with acting_as_system("tests"):
        Case.objects.filter(id=case.id).update(area=case.area)
        assert Change.objects.count() == before


def test_a_deletion_keeps_what_is_gone_and_who_may_not_see_it_reads_nothing(hub, cast):
    case = a_case(surname="Okafor")
    with acting_as(cast.actor("priya")):
        PersonName.objects.filter(person_id=case.person_id).delete()
        assert ChangeValue.objects.get(person_id=case.person_id).before["surname"] == "Okafor"
    with acting_as(cast.actor("grace")):
        assert Change.objects.get(person_id=case.person_id).actor_name == "Priya Nair"
        assert not ChangeValue.objects.exists(), "an auditor learns that it changed, not what it was"
    for name in ("helen", "ruth", "owen", "ines"):
        with acting_as(cast.actor(name)):
            assert not ChangeValue.objects.filter(person_id=case.person_id).exists()
            assert not Change.objects.filter(person_id=case.person_id).exists()


def test_nobody_writes_history_by_hand_and_nobody_rewrites_it(hub, cast):
    case = a_case()
    with acting_as_system("tests"):
        ContactMethod.objects.filter(person_id=case.person_id).update(notes="Mornings")
    for write in (
        "INSERT INTO access_changevalue VALUES (gen_random_uuid(), now(), 'identity', NULL, NULL, '{}', '{}')",
        "UPDATE access_change SET actor_name = 'x'",
        "UPDATE access_changevalue SET after = '{}'",
        "TRUNCATE access_change",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), acting_as_system("tests"):
            connection.cursor().execute(write)
    with acting_as_system("tests"):
        assert ChangeValue.objects.all().delete()[0] == 0
        assert ChangeValue.objects.exists()


def test_erasure_leaves_that_a_row_is_gone_and_nothing_of_what_was_in_it(hub, cast):
    case = a_case(surname="Okafor")
    with acting_as_system("tests"):
        PersonName.objects.filter(person_id=case.person_id).update(surname="Okafor-Bell")
        assert ChangeValue.objects.filter(person_id=case.person_id).exists()
    with acting_as_system("retention"):
        PersonName.objects.filter(person_id=case.person_id).delete()
        ChangeValue.objects.filter(person_id=case.person_id).delete()
        assert not ChangeValue.objects.filter(person_id=case.person_id).exists()
        assert Change.objects.filter(person_id=case.person_id, operation="delete").count() == 1


def test_a_changed_practitioner_is_kept_and_signing_in_is_no_change(hub, cast):
    with acting_as(cast.actor("owen")):
        person = Practitioner.objects.get(email=PEOPLE["liam"])
        Practitioner.objects.filter(id=person.id).update(role="supervisor")
        Practitioner.objects.filter(id=person.id).update(last_login=timezone.now())
        change = Change.objects.get(table_name="agencies_practitioner", row_id=str(person.id))
        assert change.columns == ["role"]
        assert ChangeValue.objects.get(id=change.id).after == {"role": "supervisor"}
    with acting_as(cast.actor("dana")):
        assert not ChangeValue.objects.exists()
