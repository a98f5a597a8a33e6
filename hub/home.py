"""Where somebody of each role starts the day: what waits for them, each number the length of the list that it leads to.

Every number is counted over the same rows as its list, and no further than a hundred: beyond that it is "100+".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from access.actor import Actor
from access.roles import Capability
from referrals.queries import triage
from referrals.queries.case_tasks import how_many_to_do
from referrals.queries.feed_rows import how_many_in_danger
from referrals.queries.held_summary import overdue_children
from referrals.queries.partner_queue import how_many_asked, how_many_taken_on
from referrals.queries.referrals import how_many_to_decide
from referrals.queries.restricted import reviews_waiting
from referrals.queries.sent import how_many_returned

MOST = 100


@dataclass(frozen=True)
class Figure:
    """One number with its words and the list that it counts. is_urgent: it needs somebody now."""

    number: str
    label: str
    url: str
    note: str = ""
    is_urgent: bool = False


@dataclass(frozen=True)
class Part:
    """A part of the page: figures, or links to what has no number."""

    title: str
    figures: list[Figure]
    links: list[tuple[str, str]]


def parts_for(*, actor: Actor, now: datetime) -> list[Part]:
    """The parts of the actor's first page, the most pressing first. Every role of staff has at least one."""
    return list(_parts(actor, now))


def _parts(actor: Actor, now: datetime) -> Iterator[Part]:
    if actor.can(Capability.SEE_CASES):
        meant = triage.meanings(actor=actor, now=now)
        if actor.can(Capability.TRIAGE):
            yield _own_work(actor, meant, now)
        yield _everybodys(actor, meant)
        yield _beside_the_queue(actor)
    if actor.can(Capability.ANSWER_REFERRAL):
        yield _partners(actor, now)
    if actor.can(Capability.SEE_SENT):
        returned = how_many_returned(actor=actor)
        yield Part(
            "What you sent",
            [_figure(returned, "Returned to you", "sent_returned", note="to be mended", urgent=True)],
            _links(("What you sent, and how far it has come", "sent"), ("Make a referral", "new_referral")),
        )
    if actor.can(Capability.SEE_REFERRED):
        returned = how_many_returned(actor=actor)
        yield Part(
            "Who you referred",
            [_figure(returned, "Returned to you", "sent_returned", note="to be mended", urgent=True)],
            _links(
                ("Who you referred, and how far it has come", "sent"), ("Make a referral", "new_referral")
            ),
        )
    if kept := [(label, name) for label, name, capability in KEPT if actor.can(capability)]:
        yield Part("More", [], _links(*kept))


KEPT = (
    ("The hub at a glance", "dashboard", Capability.SEE_DASHBOARD),
    ("Feeds and what is held", "feeds", Capability.SEE_FEEDS),
    ("Requests about rights", "rights_requests", Capability.DECIDE_RIGHTS),
    ("Agencies, teams and people", "agencies", Capability.ADMINISTER_AGENCY),
    ("Services and places", "services", Capability.SET_CAPACITY),
    ("Pathways", "pathways", Capability.SEE_PATHWAYS),
    ("Access log", "access_log", Capability.SEE_ACCESS_LOG),
    ("Unusual looks", "access_hints", Capability.ANSWER_HINTS),
)


def _own_work(actor: Actor, meant: triage.Meanings, now: datetime) -> Part:
    def mine(*due: str) -> int:
        return triage.how_many_mine(actor=actor, due=due, meant=meant)

    tasks, late = how_many_to_do(actor=actor, which="mine", now=now)
    return Part(
        "Mine",
        [
            _figure(mine("overdue"), "My cases overdue", "my_cases", "due=overdue", urgent=True),
            _figure(mine("today"), "Due later today", "my_cases", "due=today"),
            _figure(mine(), "All my cases", "my_cases"),
            _figure(tasks, "My tasks", "my_tasks", note=f"{_words(late)} late" if late else ""),
        ],
        [],
    )


def _everybodys(actor: Actor, meant: triage.Meanings) -> Part:
    def queue(label: str, filters: triage.Filters, note: str = "", urgent: bool = False) -> Figure:
        number = triage.how_many(actor=actor, filters=filters, meant=meant)
        return _figure(number, label, "triage", triage.query_of(filters), note=note, urgent=urgent)

    asked = triage.Filters
    late = triage.how_many(actor=actor, filters=asked(stage="held", due=("overdue",)), meant=meant)
    return Part(
        "Triage",
        [
            queue("Overdue", asked(due=("overdue",)), "first contact target missed", urgent=True),
            queue("Waiting for triage", asked()),
            queue("Nobody has taken", asked(assigned=("nobody",))),
            queue("With my team", asked(assigned=("team",))),
            queue("High risk", asked(risk=("high",)), urgent=True),
            queue("Awaiting partner", asked(stage="partner")),
            queue("On hold", asked(stage="held"), f"{_words(late)} overdue" if late else "", urgent=late > 0),
            queue("Suspended as unsafe", asked(stage="suspended")),
        ],
        [],
    )


def _beside_the_queue(actor: Actor) -> Part:
    figures, late = [], overdue_children()
    if actor.can(Capability.SEE_FEEDS):
        note = f"{_words(late)} past the time" if late else ""
        danger = how_many_in_danger()
        figures.append(_figure(danger, "Children in danger", "safeguarding_queue", note=note, urgent=True))
    if actor.can(Capability.ROUTE):
        number = how_many_to_decide(actor=actor)
        figures.append(_figure(number, "To be decided", "partner_responses", note="after a partner’s answer"))
    if actor.can(Capability.REVIEW_ACCESS):
        number = reviews_waiting(actor=actor)
        figures.append(_figure(number, "Access to review", "access_reviews", note="after break-glass"))
    return Part("Safeguarding and decisions", figures, [])


def _partners(actor: Actor, now: datetime) -> Part:
    asked, late = how_many_asked(actor=actor, now=now)
    taken, own = how_many_taken_on(actor=actor)
    return Part(
        "Referrals",
        [
            _figure(late, "Answer overdue", "partner_queue", "list=answer&due=overdue", urgent=True),
            _figure(asked, "To answer", "partner_queue", "list=answer"),
            _figure(taken, "Taken on", "partner_queue", "list=work"),
            _figure(own, "Taken on by me", "partner_queue", "list=work&assigned=me"),
        ],
        _links(("What the hub tells you to correct or erase", "rights_notices")),
    )


def _figure(
    number: int, label: str, name: str, query: str = "", *, note: str = "", urgent: bool = False
) -> Figure:
    url = reverse(name) + (f"?{query}" if query else "")
    return Figure(_words(number), label, url, note, is_urgent=urgent and number > 0)


def _words(number: int) -> str:
    return f"{MOST}+" if number > MOST else str(number)


def _links(*named: tuple[str, str]) -> list[tuple[str, str]]:
    return [(label, reverse(name)) for label, name in named]
