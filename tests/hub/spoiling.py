"""Each invariant of the hub broken on purpose, and what check_integrity must then name."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from access.actor import Actor
from access.context import acting_as, acting_as_system
from access.ids import new_id
from access.models import BreakGlassReview, Grant, PersonalGrant, Restriction, SameAs
from agencies.models import Agency, Practitioner, Service
from hub.integrity import check_all
from messaging.models import Event, FeedEntry, Message
from pathways.models import PathwayVersion
from referrals.actions.restriction import restrict
from referrals.models import AskedNeed, Case, FeedRow, FeedRun, FeedSource, RoutingDecision, Waiting
from tests.cast import PEOPLE
from tests.factories import a_case, a_referral
from victims.models import Identifier, PersonLink, Relationship


def broken() -> dict[str, list[str]]:
    return {result.name: result.broken for result in check_all() if not result.holds}


def a_run(*, status: str = "finished", received: int = 1) -> FeedRun:
    run = FeedRun(
        source=FeedSource.objects.get(code="northshire-police"),
        number=1,
        file_name="feed.csv",
        sha256="0" * 64,
        encoding="utf-8",
        status=status,
        received=received,
        taken_at=timezone.now(),
        taken_by=new_id(),
        taken_by_name="tests",
    )
    FeedRun.objects.bulk_create([run])
    return run


def a_row(run: FeedRun, *, verdict: str, **more: UUID) -> FeedRow:
    row = FeedRow(run=run, line=0, raw={}, verdict=verdict, **more)
    FeedRow.objects.bulk_create([row])
    return row


def an_event(topic: str, case_id: UUID, referral_id: UUID | None = None) -> Event:
    """An event that nothing was published with."""
    hub = Agency.objects.get(kind="hub")
    event = Event(
        topic=topic,
        at=timezone.now(),
        case_id=case_id,
        referral_id=referral_id,
        actor_kind="system",
        actor_id=hub.id,
        actor_name="tests",
        agency_id=hub.id,
    )
    Event.objects.bulk_create([event])
    return event


def a_grant(agency: str, case: Case | None = None, **more: object) -> Grant:
    case = case or a_case()
    return Grant.objects.create(
        agency_id=Agency.objects.get(code=agency).id,
        case_id=case.id,
        person_id=case.person_id,
        categories=["identity"],
        granted_at=timezone.now(),
        because="tests",
        **more,
    )


def a_message(**more: object) -> Message:
    now = timezone.now()
    return Message.objects.create(**{"subscriber": "x", "key": str(new_id()), "available_at": now, **more})


def an_unjudged_row() -> str:
    return str(a_row(a_run(), verdict="").id)


def a_returned_row_that_nobody_returned() -> str:
    row = FeedRow(run=a_run(), line=0, raw={"SURNAME": "Zyndrake"}, verdict="returned:invalid_phone")
    FeedRow.objects.bulk_create([row])
    return str(row.id)


def a_missing_row() -> str:
    run = a_run(received=2)
    a_row(run, verdict="duplicate")
    return str(run.id)


def a_run_that_stopped() -> str:
    run = a_run(status="working", received=0)
    a_message(subscriber="referrals.judge_rows", payload={"run": str(run.id)}, done_at=timezone.now())
    return str(run.id)


def a_workable_row_without_a_case() -> str:
    return str(a_row(a_run(), verdict="workable").id)


def a_case_that_the_hub_cannot_see() -> str:
    case_id = new_id()
    a_row(a_run(), verdict="update", case_id=case_id)
    return str(case_id)


def a_triaged_case_that_nobody_routes() -> str:
    return str(an_event("case.triaged", a_case().id).id)


def a_decision_without_its_referral() -> str:
    decision = RoutingDecision.objects.create(
        case=a_case(),
        versions=[PathwayVersion.objects.latest("number").id],
        asked_by="tests",
        facts={},
        offers=[],
        tried={},
        decision={"referrals": [{"service": "idva"}]},
        decided_at=timezone.now(),
        decided_by="tests",
    )
    return str(decision.id)


def two_open_referrals_for_one_service() -> str:
    case = a_case()
    a_referral(case)
    a_referral(case)
    return str(case.id)


def a_need_asked_of_nobody() -> str:
    referral = a_referral(a_case(), status="declined")
    asked = {
        "need": "finance",
        "category": "assessment",
        "asked_by_name": "Tests",
        "asked_at": timezone.now(),
    }
    with acting_as_system("tests"):
        row = AskedNeed.objects.create(case_id=referral.case_id, referral=referral, family=referral, **asked)
    return str(row.id)


def a_place_that_nobody_has() -> str:
    a_referral(a_case())
    service = Service.objects.get(code="victim-care")
    Service.objects.filter(id=service.id).update(taken=0)
    return str(service.id)


def a_case_that_waits_for_nothing() -> str:
    return str(Waiting.objects.create(case=a_case(), service_code="idva", since=timezone.now()).id)


def a_referral_event_outside_the_feed() -> str:
    referral = a_referral(a_case())
    return str(an_event("referral.sent", referral.case_id, referral.id).id)


def a_gap_in_a_feed() -> str:
    agency = Agency.objects.get(code="safe-steps")
    entry = FeedEntry(agency_id=agency.id, event=an_event("referral.sent", a_case().id), position=2)
    FeedEntry.objects.bulk_create([entry])
    return str(agency.id)


def a_referral_that_its_agency_cannot_read() -> str:
    return str(a_referral(a_case()).id)


def a_referral_whose_grant_has_ended() -> str:
    case = a_case()
    a_grant("victim-care", case=case, until=timezone.now() - timedelta(days=1))
    return str(a_referral(case).id)


def a_grant_that_outlived_its_referral() -> str:
    return str(a_grant("safe-steps").id)


def a_message_that_keeps_failing() -> str:
    return str(a_message(attempts=5).id)


def a_message_that_nobody_takes() -> str:
    return str(a_message(available_at=timezone.now() - timedelta(seconds=61)).id)


def a_case_that_was_never_counted() -> str:
    a_case()
    return "cases_open nobody|new: 0 for 1"


def a_restricted_case() -> tuple[Case, Actor]:
    dana = Practitioner.objects.get(email=PEOPLE["dana"]).as_actor()
    case = a_case()
    with acting_as(dana):
        restrict(actor=dana, case_id=case.id, reason="staff", words="Works here.", owner_id=dana.id)
    return case, dana


def a_restriction_whose_owner_has_left() -> str:
    case, dana = a_restricted_case()
    Practitioner.objects.filter(id=dana.id).update(is_active=False)
    return str(Restriction.objects.get(person_id=case.person_id).id)


def a_glass_that_stays_broken() -> str:
    case, dana = a_restricted_case()
    about = {"person_id": case.person_id, "reason": "Her sister rings."}
    yesterday = timezone.now() - timedelta(days=1)
    review = BreakGlassReview(
        case_id=case.id,
        broken_by=dana.id,
        broken_by_name=dana.name,
        broken_at=yesterday,
        due_at=yesterday,
        **about,
    )
    grant = PersonalGrant(
        practitioner_id=dana.id, because="break_glass", given_by=dana.id, given_by_name=dana.name,
        given_at=yesterday, until=timezone.now(), review=review, **about,
    )  # fmt: skip
    with acting_as(dana):
        BreakGlassReview.objects.bulk_create([review])
        PersonalGrant.objects.bulk_create([grant])
    return str(grant.id)


def a_sight(**changed: object) -> str:
    """What a partner sees by an open referral on the basis of consent, which nobody recorded."""
    case = a_case()
    referral = a_referral(case)
    grant = Grant(
        agency_id=referral.agency_id,
        case_id=case.id,
        person_id=case.person_id,
        granted_at=timezone.now(),
        because=f"referral:{referral.id}",
        **{"categories": [], "until": timezone.now() + timedelta(days=1), **changed},
    )
    Grant.objects.bulk_create([grant])
    return str(grant.id)


def a_sight_that_outlives_its_agreement() -> str:
    return a_sight(until=None)


def a_sight_of_what_nobody_consented_to() -> str:
    return a_sight(categories=["identity"])


def a_sight_of_what_the_agreement_does_not_cover() -> str:
    return a_sight(categories=["health"])


def a_link() -> PersonLink:
    newer, older = sorted((a_case() for _ in range(2)), key=lambda case: case.person_id, reverse=True)
    link = PersonLink(
        person=newer.person,
        other=older.person,
        case_id=newer.id,
        linked_by=newer.id,
        linked_at=timezone.now(),
    )
    PersonLink.objects.bulk_create([link])
    return link


def a_link_that_nobody_knows_of() -> str:
    link = a_link()
    SameAs.objects.filter(person_id=link.person_id).delete()
    return str(link.id)


def a_link_with_the_accused() -> str:
    link = a_link()
    Identifier.objects.create(person=link.person, scheme="police", value="N1")
    Relationship.objects.create(
        person=link.other, case_id=link.case_id, scheme="police", nominal="N1", recorded_at=timezone.now()
    )
    return str(link.id)


BREAKS: dict[Callable[[], str], str] = {
    an_unjudged_row: "rows_judged",
    a_returned_row_that_nobody_returned: "held_rows_answered",
    a_missing_row: "rows_complete",
    a_run_that_stopped: "runs_go_on",
    a_workable_row_without_a_case: "workable_rows_have_a_case",
    a_case_that_the_hub_cannot_see: "hub_sees_its_cases",
    a_triaged_case_that_nobody_routes: "triaged_cases_routed_once",
    a_decision_without_its_referral: "decisions_made_their_referrals",
    two_open_referrals_for_one_service: "no_referral_twice",
    a_need_asked_of_nobody: "needs_have_a_place",
    a_place_that_nobody_has: "places_counted",
    a_case_that_waits_for_nothing: "waiting_in_their_row",
    a_referral_event_outside_the_feed: "events_reach_their_feed",
    a_gap_in_a_feed: "feeds_without_gaps",
    a_referral_that_its_agency_cannot_read: "open_referrals_can_be_read",
    a_referral_whose_grant_has_ended: "open_referrals_can_be_read",
    a_grant_that_outlived_its_referral: "no_grant_without_a_referral",
    a_link_that_nobody_knows_of: "linked_are_one",
    a_link_with_the_accused: "accused_stand_apart",
    a_restriction_whose_owner_has_left: "restrictions_answered_for",
    a_sight_that_outlives_its_agreement: "no_grant_outlives_its_ground",
    a_sight_of_what_nobody_consented_to: "no_grant_beyond_its_ground",
    a_sight_of_what_the_agreement_does_not_cover: "no_grant_beyond_its_ground",
    a_glass_that_stays_broken: "glass_mends",
    a_message_that_keeps_failing: "nothing_stuck",
    a_message_that_nobody_takes: "nothing_stuck",
    a_case_that_was_never_counted: "rollups_agree",
}
