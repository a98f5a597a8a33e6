"""Every address, asked by everybody: an answer that shows a record has a look that names it, and a refusal one
that says so. Nothing needs to be listed for a new address: what it shows is recognised by the record's own words.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver

from access.context import acting_as_system
from access.ids import new_id
from access.models import Grant, Look
from agencies.models import Agency
from referrals.models import FeedRow, FeedRun, FeedSource
from tests.cast import PEOPLE
from tests.factories import a_case, a_referral, a_suggestion
from tests.hub.test_every_address import SAMPLES
from victims.models import ContactMethod

UNSEEN = {"account_logout"}  # would end the session that the walk is made with
LEAVE_TO_OTHERS = ("account_", "mfa_", "socialaccount_", "openid_connect_")  # one's own account

# Addresses that must have shown the record to somebody, so that a walk over blank pages proves nothing.
MUST_SHOW = {
    "triage", "my_cases", "case", "case_assign", "case_entitlement", "case_suspend", "case_close", "case_assess",
    "case_safety", "case_consent", "partner_responses", "partner_queue", "referral",
    "referral_decline", "quarantine_export", "feed_run", "feed_run_export",
}  # fmt: skip


@dataclass(frozen=True)
class World:
    """One case with everything that an address may ask for, and words that are nobody else's."""

    arguments: dict[str, object]
    words: tuple[str, ...]
    subjects: frozenset[UUID]


def a_world(cast) -> World:
    priya = cast.actor("priya")
    case = a_case(
        given_names="Quillan", surname="Zyndrake", phone="07700900777", status="new", assigned_to=priya.id,
        decision_wanted="Zyndrake decision",
    )  # fmt: skip
    other = a_case(surname="Zyndrake")
    suggestion = a_suggestion(case.person, other.person)
    referral = a_referral(case, service="idva", status="received")
    with acting_as_system("tests"):
        Grant.objects.create(
            agency_id=referral.agency_id, case_id=case.id, person_id=case.person_id, granted_at=case.opened_at,
            categories=["identity", "contact"], because=f"referral:{referral.id}",
        )  # fmt: skip
        run = FeedRun(
            source=FeedSource.objects.get(code="northshire-police"), number=1, file_name="feed.csv",
            sha256="0" * 64, encoding="utf-8", status="finished", received=1, taken_at=case.opened_at,
            taken_by=new_id(), taken_by_name="tests",
        )  # fmt: skip
        FeedRun.objects.bulk_create([run])
        row = FeedRow(
            run=run, line=0, raw={"victim_surname": "Zyndrake"}, verdict="quarantine:unsafe", person_id=case.person_id,
            case_id=case.id,
        )  # fmt: skip
        FeedRow.objects.bulk_create([row])
        method = ContactMethod.objects.get(person=case.person).id
        agency = Agency.objects.get(id=referral.agency_id)
    return World(
        arguments={
            "reference": case.reference, "referral_id": referral.id, "number": run.number, "method": method,
            "suggestion": suggestion.id, "code": agency.code, "practitioner_id": priya.id,
            "person_id": case.person_id, "case_id": case.id, "instrument": "risk-24",
        },
        words=("Zyndrake", "07700900777", case.reference, str(referral.id), case.person.reference),
        subjects=frozenset({case.id, case.person_id, referral.id, row.id, run.id, other.id, other.person_id}),
    )  # fmt: skip


def addresses(world: World) -> Iterator[tuple[str, str]]:
    for prefix, pattern in _walk(get_resolver().url_patterns, "/", world):
        if pattern.name and not pattern.name.startswith(LEAVE_TO_OTHERS) and pattern.name not in UNSEEN:
            yield pattern.name, prefix


def _walk(patterns: list, prefix: str, world: World) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        here = prefix + _filled(str(pattern.pattern), getattr(pattern.pattern, "converters", {}), world)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, here, world)
        else:
            yield here, pattern


def _filled(route: str, converters: dict, world: World) -> str:
    for name, converter in converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
        value = str(world.arguments.get(name, SAMPLES[kind]))
        route = route.replace(f"<{kind}:{name}>", value).replace(f"<{name}>", value)
    return route


def body(answer: HttpResponse) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode(errors="replace")


class Asking:
    """Asks one address after the other and compares what came back with what was put on record."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.shown: set[str] = set()
        self.unrecorded: list[str] = []
        self.reads = self.refusals = 0

    def ask(self, name: str, get, address: str) -> None:
        with acting_as_system("tests"):
            last = Look.objects.order_by("-id").values_list("id", flat=True).first() or UUID(int=0)
        with (
            transaction.atomic()
        ):  # what a page changes by being opened is taken back with the next savepoint
            answer = get(address)
        with acting_as_system("tests"):
            looks = list(Look.objects.filter(id__gt=last))
        told = body(answer)
        if answer.status_code == 200 and any(word in told for word in self.world.words):
            self.reads += 1
            self.shown.add(name)
            named = {subject for look in looks for subject in look.subjects}
            if not named & self.world.subjects:
                self.unrecorded.append(f"{name}: shown, and no look names it")
        if answer.status_code in (401, 403, 404):
            self.refusals += 1
            if [look.action for look in looks].count("denied") != 1:
                self.unrecorded.append(f"{name}: refused, {len(looks)} looks")


FAST = ("priya", "helen")
WALKERS = [
    pytest.param(person, marks=pytest.mark.guard if person in FAST else pytest.mark.slow, id=person)
    for person in PEOPLE
    if person != "liam"  # is what Priya is
]


@pytest.mark.parametrize("person", WALKERS)
def test_what_anybody_is_shown_or_refused_is_on_record(hub, cast, person):
    world = a_world(cast)
    walk, browser = Asking(world), cast.browser(person)
    for name, address in addresses(world):
        walk.ask(name, browser.get, address)
    assert walk.unrecorded == []
    assert walk.reads + walk.refusals > 0


@pytest.mark.slow
def test_the_walk_shows_the_record_at_every_address_that_should(hub, cast):
    world = a_world(cast)
    shown = set()
    for person in ("priya", "dana", "helen"):
        walk, browser = Asking(world), cast.browser(person)
        for name, address in addresses(world):
            if name in MUST_SHOW:
                walk.ask(name, browser.get, address)
        shown |= walk.shown
    assert MUST_SHOW - shown == set()


@pytest.mark.guard
def test_what_a_partner_s_system_reads_or_is_refused_is_on_record(hub, cast):
    world = a_world(cast)
    walk, system = Asking(world), cast.system("safe-steps")
    for name, address in addresses(world):
        if name.startswith("api_") and name != "api_schema":
            walk.ask(name, lambda address: system.get(address.removeprefix("/api/v1/")), address)
    assert walk.unrecorded == []
    assert {"api_referrals", "api_referral", "api_actions"} <= walk.shown
    stranger = cast.system("victim-care")
    before = walk.refusals
    walk.ask("api_referral", stranger.get, f"referrals/{world.arguments['referral_id']}/")
    assert walk.refusals == before + 1
    assert walk.unrecorded == []
