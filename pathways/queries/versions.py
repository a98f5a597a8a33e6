"""Pathway versions: which there are, which is in force, what each says in words, and who agreed to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Now

from access.actor import Actor
from access.categories import ALL_CATEGORIES
from access.context import hub_id
from access.roles import CAPABILITIES, Capability
from agencies.models import Agency, Practitioner, Service
from pathways import scope
from pathways.models import DryRun, PathwayTerms, PathwayVersion, Ratification
from pathways.pathway import read_pathway

ROUTES_CASES = Q(status=PathwayVersion.Status.RATIFIED) | Q(
    status=PathwayVersion.Status.EMERGENCY, emergency_until__gt=Now()
)
"""Versions that route cases from their day on, each until the next of its pathway does."""


class NoPathway(Exception):
    """No ratified pathway version is in force: nothing can be routed until one is."""


def versions_in_force(*, on: date) -> list[PathwayVersion]:
    """The version of each pathway that new cases are routed by on that day, by code. Raises NoPathway.

    A case that was routed before stays on the versions that were looked at then: see
    referrals.queries.rulebook.
    """
    routing = PathwayVersion.objects.filter(ROUTES_CASES, in_force_from__lte=on)
    newest = routing.order_by("code", "-in_force_from", "-number").distinct("code")
    if not (found := list(newest)):
        raise NoPathway("No ratified pathway is in force: the agencies must agree on one first.")
    return found


@dataclass(frozen=True)
class Voice:
    """What one bound agency said about a version. position: a Ratification's, or "" where it said nothing yet."""

    agency: str
    position: str
    by_name: str = ""
    on: date | None = None
    reasons: str = ""


@dataclass(frozen=True)
class VersionRow:
    """One version in the list: whether cases are routed by it today, and how the agencies stand to it."""

    version: PathwayVersion
    in_force: bool
    voices: list[Voice]

    @property
    def words(self) -> str:
        """Its state in a few words."""
        version = self.version
        if version.status == PathwayVersion.Status.EMERGENCY:
            return "In force as an emergency" if self.in_force else "Emergency, followed by another"
        if version.status != PathwayVersion.Status.RATIFIED:
            return version.get_status_display().capitalize()
        if self.in_force:
            return "In force"
        return "Ratified" if version.in_force_from else "Ratified, without a date"

    @property
    def count(self) -> str:
        """How many of the bound agencies agreed, and who did not."""
        found = [voice.position for voice in self.voices]
        parts = [f"{found.count('agreed')} of {len(found)} agreed"]
        for position, words in (
            ("abstained", "abstained"),
            ("objected", "objected"),
            ("", "not answered yet"),
        ):
            if number := found.count(position):
                parts.append(f"{number} {words}")
        return ", ".join(parts)


def version_rows(*, actor: Actor, on: date) -> list[VersionRow]:
    """Every pathway version that the actor may read, those in force first, then the newest. Few: not paged."""
    try:
        in_force = {version.id for version in versions_in_force(on=on)}
    except NoPathway:
        in_force = set()
    versions = list(scope.versions(actor).order_by("code", "-number"))
    voices = _voices(versions)
    rows = [VersionRow(version, version.id in in_force, voices[version.id]) for version in versions]
    return sorted(rows, key=lambda row: not row.in_force)


def version_row(*, actor: Actor, version: PathwayVersion, on: date) -> VersionRow:
    """One version of the actor's scope, as in the list."""
    return next(row for row in version_rows(actor=actor, on=on) if row.version.id == version.id)


def voices_of(version: PathwayVersion) -> list[Voice]:
    """What each agency that the version binds said about it."""
    return _voices([version])[version.id]


def rehearsed(version: PathwayVersion) -> DryRun | None:
    """The newest finished dry run of the version's rules as they stand: what is attached to its proposal."""
    done = DryRun.objects.filter(version=version, finished_at__isnull=False, definition=version.definition)
    return done.order_by("-asked_at").first()


def before(*, actor: Actor, version: PathwayVersion) -> PathwayVersion | None:
    """The version that this one was drafted from, where the actor may read it."""
    if version.based_on_id is None:
        return None
    return scope.versions(actor).filter(id=version.based_on_id).first()


def may_answer(*, actor: Actor, version: PathwayVersion) -> bool:
    """Whether the actor speaks for an agency that the version binds and that has not answered."""
    if not actor.can(Capability.ANSWER_PROPOSAL):
        return False
    own = Agency.objects.filter(id=actor.agency_id).values_list("code", flat=True).first()
    return own in version.binds and not version.ratifications.filter(agency_id=actor.agency_id).exists()


def agency_name(code: str) -> str:
    """The name of the agency of that code; "" where there is none."""
    return Agency.objects.filter(code=code).values_list("name", flat=True).first() or ""


@dataclass(frozen=True)
class Book:
    """One pathway: its terms, its versions (the one in force first), and whether there is a draft of it."""

    terms: PathwayTerms
    rows: list[VersionRow]

    @property
    def title(self) -> str:
        return self.rows[0].version.title

    @property
    def current(self) -> VersionRow | None:
        """The version in force, where there is one."""
        return next((row for row in self.rows if row.in_force), None)

    @property
    def objections(self) -> list[tuple[PathwayVersion, Voice]]:
        """What agencies objected to, in any version: it stays for ever."""
        return [
            (row.version, voice) for row in self.rows for voice in row.voices if voice.position == "objected"
        ]

    @property
    def draft(self) -> PathwayVersion | None:
        drafts = (row.version for row in self.rows if row.version.status == PathwayVersion.Status.DRAFT)
        return next(drafts, None)


def books(*, actor: Actor, on: date) -> list[Book]:
    """Every pathway of which the actor may read a version, those in force first. Few: not paged."""
    by_code: dict[str, list[VersionRow]] = {}
    for row in version_rows(actor=actor, on=on):
        by_code.setdefault(row.version.code, []).append(row)
    terms = PathwayTerms.objects.in_bulk(by_code)
    return [Book(terms.get(code) or PathwayTerms(code=code), rows) for code, rows in by_code.items()]


def book(*, actor: Actor, code: str, on: date) -> Book | None:
    """One pathway; None where the actor may read no version of it."""
    return next((one for one in books(actor=actor, on=on) if one.terms.code == code), None)


def waiting_for(*, actor: Actor) -> list[PathwayVersion]:
    """Proposed versions that the actor's agency is bound by and has not answered, where the actor may answer."""
    if not actor.can(Capability.ANSWER_PROPOSAL):
        return []
    own = Agency.objects.filter(id=actor.agency_id).values_list("code", flat=True).first() or ""
    proposed = scope.versions(actor).filter(status=PathwayVersion.Status.PROPOSED, binds__contains=[own])
    return list(proposed.exclude(ratifications__agency_id=actor.agency_id).order_by("proposed_at"))


def terms_of(code: str) -> PathwayTerms | None:
    return PathwayTerms.objects.filter(code=code).first()


def keepers(*, actor: Actor) -> list[Practitioner]:
    """People of the hub who may keep a pathway, by name."""
    roles = [str(role) for role, can in CAPABILITIES.items() if Capability.DRAFT_PATHWAY in can]
    people = Practitioner.objects.filter(agency_id=hub_id(), is_active=True, role__in=roles)
    return list(people.order_by("name"))


def _voices(versions: Iterable[PathwayVersion]) -> dict[UUID, list[Voice]]:
    versions = list(versions)
    said: dict[tuple[UUID, str], Ratification] = {
        (one.version_id, one.agency.code): one
        for one in Ratification.objects.filter(version__in=versions).select_related("agency")
    }
    names = dict(Agency.objects.values_list("code", "name"))
    found: dict[UUID, list[Voice]] = {}
    for version in versions:
        found[version.id] = [
            Voice(names.get(code, code), one.position, one.by_name, one.on, one.reasons)
            if (one := said.get((version.id, code)))
            else Voice(names.get(code, code), "")
            for code in version.binds
        ]
    return found


def told_by_agency(*, on: date) -> dict[UUID, tuple[str, ...]]:
    """By agency: all that a route of the pathways in force may tell one of its services, those in its place too.

    What a practitioner asks consent for. Empty while no pathway is in force.
    """
    try:
        pathways = [read_pathway(version.definition) for version in versions_in_force(on=on)]
    except NoPathway:
        return {}
    by_service: dict[str, set[str]] = {}
    for route in (route for pathway in pathways for route in (*pathway.routes, pathway.default)):
        for code in route.services:
            by_service.setdefault(code, set()).update(route.categories)
    found: dict[UUID, set[str]] = {}
    for service in Service.objects.filter(code__in=by_service).select_related("team"):
        found.setdefault(service.team.agency_id, set()).update(by_service[service.code])
    return {
        agency: tuple(category for category in ALL_CATEGORIES if category in categories)
        for agency, categories in found.items()
    }
