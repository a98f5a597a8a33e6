"""Erasure: two people decide it, nothing is left, and a hold stops it in the database itself."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from psycopg import sql

from access.context import acting_as, acting_as_system
from access.models import Conflict, Look, PersonalGrant, Restriction
from hub.integrity import check_all
from messaging.models import Event, Message
from messaging.relay import run_due
from referrals.models import Case, FeedRow, Referral
from referrals.queries.subjects import references_of
from rights.actions.erasure import Ground, decide_erasure, erase, prepare_erasure
from rights.actions.holds import OnHold, lift_hold, place_hold
from rights.actions.requests import SecondPersonNeeded
from rights.fields import tables
from rights.models import Certificate, Notice, Request
from tests.factories import a_case
from tests.rights.story import OWN, SECRETS, a_closed_story, asked
from victims.models import Identifier, Person, PersonName

GROUND = Ground("asked", "", "Dana Ahmed", timezone.now())


def erased(case) -> Certificate:
    with acting_as_system("retention") as actor:
        return erase(actor=actor, person_id=case.person_id, ground=GROUND)


def everything_held(case) -> str:
    """The text of every row in every table, as the integrity account sees it."""
    with acting_as_system("integrity"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        )
        names = [name for (name,) in cursor.fetchall() if name in tables() or name.startswith("messaging")]
        text = ""
        for name in names:
            cursor.execute(
                sql.SQL("SELECT coalesce(string_agg(t::text, chr(10)), '') FROM {} t").format(
                    sql.Identifier(name)
                )
            )
            text += cursor.fetchone()[0]
        return text


def test_it_asks_for_two_people_and_then_leaves_nothing_of_the_person(hub, cast):
    case = a_closed_story()
    other = a_case(given_names="Else", surname="Kept")
    reference, person_reference = case.reference, case.person.reference
    request = asked(cast, case, "erasure")
    before = everything_held(case)
    assert all(word in before for word in (*OWN, reference, "Blackwood", "Swallow House"))
    dana, carys = cast.actor("dana"), cast.actor("carys")
    with acting_as(dana):
        prepare_erasure(actor=dana, request_id=request.id)
        with pytest.raises(SecondPersonNeeded):
            decide_erasure(actor=dana, request_id=request.id, reasons="Fine by me.")
    with acting_as(carys):
        decide_erasure(actor=carys, request_id=request.id, reasons="No ground stands against it.")
    run_due()

    after = everything_held(case)
    secrets = set(SECRETS) - {"Priya Nair"}  # who did what, on events, is the hub's own
    for word in (*OWN, *secrets, person_reference, "Herself", "Sleeps again", "P-88121"):
        assert word not in after, word
    with acting_as_system("tests"):
        certificate = Certificate.objects.get(person_id=case.person_id)
        assert certificate.removed["Names"] == 1
        assert certificate.decided_by_name == "Carys Evans"
        assert Request.objects.get(id=request.id).state == "done"
        assert Case.objects.get(id=case.id).end_state == "supported_enhanced", "counts stay"
        assert FeedRow.objects.get(case_id=case.id).verdict == "workable"
        assert PersonName.objects.filter(person=other.person).exists()
        assert Event.objects.filter(topic="person.erased", case_id=case.id).count() == 1
    with acting_as(cast.actor("grace")):
        told = references_of([case.id, case.person_id])
    assert reference not in told.values()
    assert person_reference not in told.values()
    broken = [result.name for result in check_all() if not result.holds]
    assert "nothing_left_of_the_erased" not in broken


def test_the_words_of_restrictions_and_conflicts_go_with_the_person(hub, cast):
    case, now = a_closed_story(), timezone.now()
    dana = cast.actor("dana")
    by = {"declared_by": dana.id, "declared_by_name": dana.name, "declared_at": now}
    with acting_as(dana):
        Conflict.objects.bulk_create(
            [Conflict(person_id=case.person_id, practitioner_id=cast.actor("liam").id, why="knows",
                      words="Marianne is his cousin.", **by)]
        )  # fmt: skip
        PersonalGrant.objects.bulk_create(
            [PersonalGrant(person_id=case.person_id, practitioner_id=dana.id, because="owner", given_by=dana.id,
                           given_at=now, reason="Marianne works with us.")]
        )  # fmt: skip
        Restriction.objects.bulk_create(
            [Restriction(person_id=case.person_id, reason="staff", words="Marianne works with us.", owner_id=dana.id,
                         imposed_by=dana.id, imposed_by_name=dana.name, imposed_at=now)]
        )  # fmt: skip
    assert "works with us" in everything_held(case)
    erased(case)
    left = everything_held(case)
    assert "works with us" not in left
    assert "his cousin" not in left
    with acting_as_system("tests"):
        assert Restriction.objects.get(person_id=case.person_id).reason == "staff", "that there was one stays"


def test_doing_it_again_changes_nothing(hub, cast):
    case = a_closed_story()
    first = erased(case)
    again = erased(case)
    assert again.number == first.number
    with acting_as_system("tests"):
        assert Notice.objects.filter(person_id=case.person_id).count() == 1


def test_what_stays_of_the_case_opens_and_leads_nowhere(hub, cast):
    case = a_closed_story()
    erased(case)
    with acting_as_system("tests"):
        left = Case.objects.get(id=case.id).reference
    page = cast.browser("dana").get(f"/cases/{left}/")
    assert page.status_code == 200
    assert "Name not known" in page.content.decode()
    assert "This person’s rights" not in page.content.decode()
    with acting_as_system("tests"):
        person = Person.objects.get(id=case.person_id).reference
    assert cast.browser("dana").get(f"/rights/people/{person}/").status_code == 404


def test_a_failure_half_way_leaves_all_of_it_for_the_next_run(hub, cast, monkeypatch):
    case = a_closed_story()
    request = asked(cast, case, "erasure")
    for name, verb, more in (
        ("dana", prepare_erasure, {}),
        ("carys", decide_erasure, {"reasons": "Agreed."}),
    ):
        actor = cast.actor(name)
        with acting_as(actor):
            verb(actor=actor, request_id=request.id, **more)

    def killed(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("rights.actions.erasure.Certificate.objects.create", killed)
        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            run_due()
    with acting_as_system("tests"):
        assert PersonName.objects.filter(person=case.person_id).exists()
        assert not Certificate.objects.exists()
    Message.objects.filter(done_at__isnull=True).update(leased_until=None, available_at=timezone.now())
    run_due()
    with acting_as_system("tests"):
        assert not PersonName.objects.filter(person=case.person_id).exists()
        assert Certificate.objects.count() == 1


def test_the_record_of_who_looked_stays_with_ids_alone(hub, cast):
    case = a_closed_story()
    cast.browser("priya").get(f"/cases/{case.reference}/")
    erased(case)
    with acting_as_system("tests"):
        look = Look.objects.get(door="case")
        assert case.person_id in look.subjects


def test_a_partner_is_told_to_erase_finds_its_record_and_confirms(hub, cast):
    case = a_closed_story()
    reference = case.reference
    erased(case)
    ruth = cast.browser("ruth")
    page = ruth.get("/rights/notices/")
    assert reference in page.content.decode()
    with acting_as(cast.actor("ruth")):
        notice = Notice.objects.get()
    assert cast.browser("helen").post(f"/rights/notices/{notice.id}/confirm/").status_code == 404
    topics = [item["topic"] for item in cast.system("victim-care").get("changes/").json()["items"]]
    assert "record.erased" in topics
    assert ruth.post(f"/rights/notices/{notice.id}/confirm/").status_code == 302
    assert reference not in ruth.get("/rights/notices/?list=done").content.decode()


def test_a_hold_refuses_in_words_and_in_the_database(hub, cast):
    case = a_closed_story()
    dana = cast.actor("dana")
    with acting_as(dana):
        hold = place_hold(actor=dana, person_id=case.person_id, reason="The public inquiry")
    with pytest.raises(OnHold):
        erased(case)
    for act in (
        lambda: PersonName.objects.filter(person=case.person_id).delete(),
        lambda: Identifier.objects.filter(person=case.person_id).delete(),
        lambda: case.incidents.all().delete(),
        lambda: _erasing(lambda: Person.objects.filter(id=case.person_id).update(date_of_birth=None)),
    ):
        with pytest.raises(DatabaseError, match="legal hold"), acting_as_system("retention"):
            act()
    with acting_as(dana):
        lift_hold(actor=dana, hold_id=hold.id, because="The inquiry has reported.")
    assert erased(case).number


def _erasing(act) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('hub.erasing', 'on', true)")
    act()


def test_a_hold_that_comes_after_the_decision_gives_the_request_back(hub, cast):
    case = a_closed_story()
    request = asked(cast, case, "erasure")
    dana, carys = cast.actor("dana"), cast.actor("carys")
    with acting_as(dana):
        prepare_erasure(actor=dana, request_id=request.id)
    with acting_as(carys):
        decide_erasure(actor=carys, request_id=request.id, reasons="Agreed.")
        place_hold(actor=carys, person_id=case.person_id, reason="A claim has come")
    run_due()
    with acting_as_system("tests"):
        assert Request.objects.get(id=request.id).state == "prepared"
        assert PersonName.objects.filter(person=case.person_id).exists()


def test_a_person_who_is_still_helped_is_not_erased(hub, cast):
    case = a_case()
    request = asked(cast, case, "erasure")
    page = cast.browser("dana").post(f"/rights/requests/{request.id}/prepare/", follow=True)
    assert "close it first" in page.content.decode()


def test_nothing_but_erasure_empties_what_is_append_only(hub, cast):
    case = a_closed_story()
    for statement in (
        "DELETE FROM victims_consent",
        "DELETE FROM pathways_assessment",
        "DELETE FROM rights_correction",
        "UPDATE referrals_outcome SET notes = ''",
        "INSERT INTO rights_certificate (id, hub_id, number, person_id, case_ids, rule, edition, removed,"
        " decided_by_name, decided_at, erased_at) SELECT gen_random_uuid(), hub_id, 999, id, '[]', '', '', '{}',"
        " '', now(), now() FROM victims_person",
    ):
        with acting_as(cast.actor("dana")), connection.cursor() as cursor:
            try:
                with transaction.atomic():
                    cursor.execute(statement)
                    assert cursor.rowcount == 0, statement
            except DatabaseError:
                pass
    with acting_as_system("tests"):
        assert Referral.objects.get(case=case).outcomes.get().notes == "Sleeps again."
        assert timedelta(0) < timezone.now() - case.closed_at
