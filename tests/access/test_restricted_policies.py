"""The database alone keeps a restricted record from those who are not let in, and everybody in conflict out."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from access.actor import Actor
from access.categories import ALL_CATEGORIES
from access.context import acting_as, acting_as_system, hub_id
from access.ids import new_id
from access.models import BreakGlassReview, Conflict, Grant, PersonalGrant, Restriction
from messaging.events import Happening, publish
from messaging.feeds import changes_after
from referrals.actions.break_glass import OPEN_FOR
from referrals.models import Case, FeedRow, FeedRun, FeedSource, Referral, SourceRecord
from tests.factories import a_case, a_referral, a_suggestion
from victims.models import Identifier, MatchKey, Person, PersonName, SamePersonSuggestion

HUB_PEOPLE = ("priya", "liam", "dana", "carys", "owen", "grace")
BY_PERSON = (PersonName, Identifier, MatchKey, FeedRow, SourceRecord)


def restricted(case: Case, owner: Actor) -> None:
    """As the verb leaves it, by rows alone."""
    with acting_as(owner):
        PersonalGrant.objects.bulk_create([a_personal_grant(case, owner)])
        Restriction.objects.bulk_create([a_restriction(case, owner)])


def a_restriction(case: Case, by: Actor, **more: object) -> Restriction:
    given = {"owner_id": by.id, "imposed_by": by.id, "imposed_at": timezone.now(), **more}
    return Restriction(person_id=case.person_id, reason="staff", words="Works here.", **given)


def a_personal_grant(case: Case, by: Actor, **more: object) -> PersonalGrant:
    given = {
        "practitioner_id": by.id,
        "because": "owner",
        "given_by": by.id,
        "given_at": timezone.now(),
        "reason": "Because.",
        **more,
    }
    return PersonalGrant(person_id=case.person_id, **given)


def a_conflict(case: Case, by: Actor, **more: object) -> Conflict:
    given = {
        "declared_by": by.id,
        "declared_at": timezone.now(),
        "why": "knows",
        "words": "A cousin.",
        **more,
    }
    return Conflict(person_id=case.person_id, **given)


def a_review(case: Case, by: Actor) -> BreakGlassReview:
    now = timezone.now()
    return BreakGlassReview(
        person_id=case.person_id, case_id=case.id, broken_by=by.id, broken_by_name=by.name, broken_at=now,
        reason="Her sister is on the telephone.", due_at=now,
    )  # fmt: skip


def everything_about(case: Case) -> None:
    """Rows that name the person in every table that recognises people or keeps what was sent."""
    with acting_as_system("tests"):
        source = FeedSource.objects.get(code="northshire-police")
        run = FeedRun.objects.create(
            source=source, number=new_id().int % 10**9, file_name="day.csv", sha256="", encoding="utf-8",
            received=1, taken_at=timezone.now(), taken_by=hub_id(), taken_by_name="tests",
        )  # fmt: skip
        person = {"person_id": case.person_id}
        FeedRow.objects.create(run=run, line=0, raw={}, verdict="workable", case_id=case.id, **person)
        FeedRow.objects.create(
            run=run, line=1, raw={}, verdict="quarantine:x", names_person_id=case.person_id
        )
        SourceRecord.objects.create(
            source=source, key=str(new_id()), update_no=0, content_hash="", verdict="workable",
            row_id=new_id(), **person,
        )  # fmt: skip
        Identifier.objects.create(scheme="northshire-police", value=str(new_id()), **person)
        MatchKey.objects.create(key=str(new_id()), **person)


def seen_by(actor: Actor, case: Case) -> set[str]:
    """Names of the tables in which the actor finds a row of the case's person."""
    with acting_as(actor):
        found = {
            model.__name__ for model in BY_PERSON if model.objects.filter(person_id=case.person_id).exists()
        }
        if FeedRow.objects.filter(names_person_id=case.person_id).exists():
            found.add("held row")
        if Case.objects.filter(id=case.id).exists():
            found.add("Case")
        if Person.objects.filter(id=case.person_id).exists():
            found.add("Person")
        if Grant.objects.filter(case_id=case.id).exists():
            found.add("Grant")
        if Referral.objects.filter(case_id=case.id).exists():
            found.add("Referral")
        return found


ALL = {
    "PersonName",
    "Identifier",
    "MatchKey",
    "FeedRow",
    "SourceRecord",
    "held row",
    "Case",
    "Person",
    "Grant",
}


def test_a_restricted_person_is_in_no_table_for_whoever_is_not_let_in(hub, cast):
    case = a_case()
    everything_about(case)
    assert seen_by(cast.actor("liam"), case) == ALL
    restricted(case, cast.actor("dana"))
    for name in HUB_PEOPLE:
        assert seen_by(cast.actor(name), case) == (ALL if name == "dana" else set()), name
    with acting_as_system("intake"):
        assert Case.objects.filter(id=case.id).exists(), "the hub's own system works on"


def test_a_new_case_of_a_restricted_person_is_restricted_from_its_first_row(hub, cast):
    case = a_case()
    restricted(case, cast.actor("dana"))
    with acting_as_system("tests"):
        Case.objects.filter(id=case.id).update(closed_at=timezone.now(), status="closed")
    further = a_case(person=case.person)
    assert seen_by(cast.actor("liam"), further) == set()
    assert "Case" in seen_by(cast.actor("dana"), further)


def test_a_personal_grant_lets_in_until_it_ends(hub, cast):
    case, liam, dana = a_case(), cast.actor("liam"), cast.actor("dana")
    restricted(case, dana)
    grant = a_personal_grant(
        case, dana, practitioner_id=liam.id, because="given", until=timezone.now() + timedelta(hours=1)
    )
    with acting_as(dana):
        PersonalGrant.objects.bulk_create([grant])
    assert "Case" in seen_by(liam, case)
    with acting_as_system("tests"):
        PersonalGrant.objects.filter(id=grant.id).update(ended_at=timezone.now())
    assert seen_by(liam, case) == set()


def test_whoever_is_in_conflict_sees_nothing_though_let_in(hub, cast):
    case, dana, liam = a_case(), cast.actor("dana"), cast.actor("liam")
    everything_about(case)
    restricted(case, dana)
    with acting_as(dana):
        PersonalGrant.objects.bulk_create(
            [a_personal_grant(case, dana, practitioner_id=liam.id, because="given")]
        )
        Conflict.objects.bulk_create([a_conflict(case, dana, practitioner_id=liam.id)])
    assert seen_by(liam, case) == set()
    with acting_as(liam):
        review = a_review(case, liam)
        BreakGlassReview.objects.bulk_create([review])
        broken = a_personal_grant(
            case, liam, because="break_glass", until=timezone.now() + timedelta(hours=1), review=review
        )
        PersonalGrant.objects.bulk_create([broken])
    assert seen_by(liam, case) == set(), "nor by break-glass"


def test_an_agency_in_conflict_sees_neither_case_nor_referral_nor_events_save_the_recall(hub, cast):
    case, helen, client = a_case(), cast.actor("helen"), cast.client_actor("safe-steps")
    referral = a_referral(case, service="idva")
    with acting_as_system("tests"):
        Grant.objects.create(
            agency_id=helen.agency_id, case_id=case.id, person_id=case.person_id,
            categories=list(ALL_CATEGORIES), granted_at=timezone.now(), because=f"referral:{referral.id}",
        )  # fmt: skip
        for topic in ("referral.sent", "referral.recalled"):
            publish(
                Happening(
                    topic,
                    at=timezone.now(),
                    case_id=case.id,
                    referral_id=referral.id,
                    data={"to": "sent"},
                    audience=[helen.agency_id],
                )
            )
    for actor in (helen, client):
        assert seen_by(actor, case) == {"PersonName", "Case", "Person", "Grant", "Referral"}
    with acting_as(cast.actor("dana")) as dana:
        Conflict.objects.bulk_create([a_conflict(case, dana, agency_id=helen.agency_id)])
    for actor in (helen, client):
        assert seen_by(actor, case) == set()
    with acting_as(client):
        told = changes_after(agency_id=client.agency_id, cursor=0, limit=10)
        assert [entry.event.topic for entry in told] == ["referral.recalled"]
    ruth = cast.actor("ruth")
    assert seen_by(ruth, case) == set()
    assert "Case" in seen_by(cast.actor("priya"), case), "nobody else is kept out"


def test_a_likeness_is_hidden_where_either_side_is(hub, cast):
    case, other = a_case(), a_case()
    a_suggestion(case.person, other.person)
    restricted(other, cast.actor("dana"))
    with acting_as(cast.actor("liam")):
        assert not SamePersonSuggestion.objects.exists()
    with acting_as(cast.actor("dana")):
        assert SamePersonSuggestion.objects.exists()


def refused(actor: Actor, *rows: object) -> None:
    with pytest.raises(DatabaseError), acting_as(actor):
        for row in rows:
            type(row)._default_manager.bulk_create([row])


def test_nobody_gives_themselves_sight_but_by_break_glass_for_three_hours(hub, cast):
    case, liam, dana = a_case(), cast.actor("liam"), cast.actor("dana")
    restricted(case, dana)
    soon = timezone.now() + timedelta(hours=1)
    for because in ("owner", "given"):
        refused(liam, a_personal_grant(case, liam, because=because, until=soon))
    for name in ("carys", "owen", "grace", "helen"):
        who, review = cast.actor(name), a_review(case, cast.actor(name))
        refused(who, review, a_personal_grant(case, who, because="break_glass", until=soon, review=review))
    late = timezone.now() + OPEN_FOR + timedelta(minutes=1)
    review = a_review(case, liam)
    refused(liam, review, a_personal_grant(case, liam, because="break_glass", until=late, review=review))
    refused(liam, a_personal_grant(case, liam, because="break_glass", until=soon))
    refused(
        liam,
        a_personal_grant(case, liam, practitioner_id=cast.actor("priya").id, because="given", until=soon),
    )
    assert seen_by(liam, case) == set()


def test_whoever_broke_the_glass_passes_nothing_on_and_does_not_review_it(hub, cast):
    case, dana, liam = a_case(), cast.actor("dana"), cast.actor("liam")
    restricted(case, dana)
    review = a_review(case, liam)
    with acting_as(liam):
        BreakGlassReview.objects.bulk_create([review])
        PersonalGrant.objects.bulk_create(
            [
                a_personal_grant(
                    case,
                    liam,
                    because="break_glass",
                    until=timezone.now() + timedelta(hours=1),
                    review=review,
                )
            ]
        )
    assert "Case" in seen_by(liam, case)
    refused(liam, a_personal_grant(case, liam, practitioner_id=cast.actor("priya").id, because="given"))
    decided = {"reviewed_at": timezone.now(), "outcome": "justified"}
    with acting_as(liam):
        assert not BreakGlassReview.objects.filter(id=review.id).update(reviewed_by=liam.id, **decided)
    with pytest.raises(DatabaseError), acting_as(dana):
        BreakGlassReview.objects.filter(id=review.id).update(reviewed_by=liam.id, **decided)
    with acting_as(dana):
        assert BreakGlassReview.objects.filter(id=review.id).update(reviewed_by=dana.id, **decided) == 1
    with acting_as(cast.actor("grace")) as grace:
        again = BreakGlassReview.objects.filter(id=review.id)
        assert again.exists(), "auditors read what was decided"
        assert not again.update(reviewed_by=grace.id, **decided), "and decide nothing twice"


def test_a_supervisor_who_is_not_let_in_can_neither_own_nor_give_nor_lift(hub, cast):
    case, dana = a_case(), cast.actor("dana")
    restricted(case, dana)
    another = Actor(
        kind="practitioner", id=new_id(), name="Another", role=dana.role, agency_id=dana.agency_id, hub=True
    )
    refused(another, a_personal_grant(case, another))
    refused(another, a_personal_grant(case, another, because="given", practitioner_id=cast.actor("liam").id))
    refused(another, a_restriction(case, another))
    with acting_as(another):
        assert not Restriction.objects.exists()
        assert not PersonalGrant.objects.exists()
        assert not Grant.objects.filter(case_id=case.id).update(restricted=False)
    assert seen_by(another, case) == set()


def test_marks_are_what_the_records_say_whatever_is_written(hub, cast):
    case, dana = a_case(), cast.actor("dana")
    restricted(case, dana)
    with acting_as(dana):
        Grant.objects.filter(case_id=case.id).update(restricted=False, conflicted=True)
        grant = Grant.objects.get(case_id=case.id)
        assert (grant.restricted, grant.conflicted) == (True, False)


def test_records_are_added_to_and_never_rewritten(hub, cast):
    case, dana = a_case(), cast.actor("dana")
    restricted(case, dana)
    for statement in (
        "UPDATE access_restriction SET person_id = gen_random_uuid()",
        "UPDATE access_personalgrant SET until = NULL",
        "UPDATE access_conflict SET practitioner_id = NULL",
        "UPDATE access_breakglassreview SET broken_by = gen_random_uuid()",
        "DELETE FROM access_restriction",
        "DELETE FROM access_personalgrant",
        "DELETE FROM access_conflict",
        "DELETE FROM access_breakglassreview",
    ):
        with pytest.raises(DatabaseError), acting_as_system("tests"), connection.cursor() as cursor:
            cursor.execute(statement)
    with acting_as(dana):
        assert not Restriction.objects.update(lifted_at=timezone.now()), (
            "lifted by the system on a verb's word"
        )


def test_one_open_restriction_a_person_and_each_conflict_once(hub, cast):
    case, dana = a_case(), cast.actor("dana")
    restricted(case, dana)
    with pytest.raises(IntegrityError), transaction.atomic(), acting_as(dana):
        Restriction.objects.bulk_create([a_restriction(case, dana)])
    with acting_as(dana):
        Conflict.objects.bulk_create([a_conflict(case, dana, practitioner_id=cast.actor("liam").id)])
    with pytest.raises(IntegrityError), transaction.atomic(), acting_as(dana):
        Conflict.objects.bulk_create([a_conflict(case, dana, practitioner_id=cast.actor("liam").id)])


def test_nobody_declares_a_conflict_of_a_person_they_do_not_see_nor_of_others_without_the_role(hub, cast):
    case, liam, priya = a_case(), cast.actor("liam"), cast.actor("priya")
    refused(liam, a_conflict(case, liam, practitioner_id=priya.id))
    refused(liam, a_conflict(case, liam, agency_id=cast.actor("helen").agency_id))
    refused(cast.actor("dana"), a_conflict(case, cast.actor("dana"), agency_id=hub_id()))
    restricted(case, cast.actor("dana"))
    refused(liam, a_conflict(case, liam, practitioner_id=liam.id))
