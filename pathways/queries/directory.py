"""What a pathway's definition names outside itself (services, instruments, purposes) and whether it is there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from access.actor import Actor
from access.categories import Category
from access.context import hub_id
from agencies.models import Agency, Service
from agencies.sharing import PURPOSES
from pathways import scope
from pathways.facts import find
from pathways.models import InstrumentVersion, PathwayVersion
from pathways.pathway import validate_pathway
from pathways.queries.facts import categories_of, vocabulary
from pathways.queries.versions import NoPathway, versions_in_force
from pathways.rules import facts_of, validate


@dataclass(frozen=True)
class Directory:
    """The services that there are, by code, each with every team that offers it; and the instruments in effect."""

    services: Mapping[str, list[Service]]
    instruments: Mapping[str, str]
    hub: str

    def faults(self, definition: Mapping[str, Any]) -> list[str]:
        """Services, instruments and purposes that the definition names and that are not there, and routes that would
        tell of health to whom it is not told; each in words.
        """
        found = []
        for route in routes_in(definition):
            name = route.get("name") or "without a name"
            for code in _services_of(route):
                if not (offered := self.services.get(code)):
                    found.append(f"Route {name}: the directory has no service {code}.")
                elif not any(service.open_for_referrals for service in offered):
                    found.append(f"Route {name}: {offered[0].name} takes no referrals any more.")
            if (purpose := route.get("purpose")) and purpose not in PURPOSES:
                found.append(f"Route {name}: no agreement knows the purpose {purpose}.")
        for entry in definition.get("assessments") or ():
            if isinstance(entry, Mapping) and entry.get("instrument") not in self.instruments:
                found.append(f"Assessment {entry.get('instrument')}: there is no such instrument in effect.")
        return found + telling_of_health(definition)

    def agencies_of(self, definition: Mapping[str, Any]) -> list[str]:
        """Codes of the agencies that a definition binds by itself: the hub, and whose services it names."""
        named = {code for route in routes_in(definition) for code in _services_of(route)}
        offering = {
            service.team.agency.code for code in named & set(self.services) for service in self.services[code]
        }
        return sorted({self.hub, *offering})

    def service_words(self, code: object) -> str:
        """A service and who offers it; its code where there is none."""
        if not (offered := self.services.get(str(code))):
            return str(code or "")
        return f"{offered[0].name}, {' or '.join(service.team.agency.name for service in offered)}"


def directory(*, on: date) -> Directory:
    """The directory as it stands, and the instruments in effect on that day."""
    services: dict[str, list[Service]] = {}
    for service in Service.objects.select_related("team__agency").order_by("team__agency__name"):
        services.setdefault(service.code, []).append(service)
    editions = InstrumentVersion.objects.filter(effective_from__lte=on).order_by("edition")
    return Directory(
        services=services,
        instruments=dict(editions.values_list("code", "title")),
        hub=Agency.objects.values_list("code", flat=True).get(id=hub_id()),
    )


def problems(definition: Mapping[str, Any], *, on: date) -> list[str]:
    """All that keeps a definition from being proposed, each in words: a faulty rule, a service that is gone."""
    words = vocabulary(on=on)
    asked = [
        f"{where}: {problem}"
        for where, rule in _rules_in(definition)
        if not validate(rule)
        for problem in validate(rule, words)
    ]
    return validate_pathway(definition) + asked + directory(on=on).faults(definition)


def telling_of_health(definition: Mapping[str, Any]) -> list[str]:
    """Routes that a case takes for what is known of its health, and whose agency is not told about health: that it
    comes by such a rule would tell it.
    """
    entry = _asked(definition.get("entry"))
    asked = {id(route): entry | _asked(route.get("when")) for route in routes_in(definition)}
    categories = categories_of(frozenset().union(*asked.values()))
    found = []
    for route in routes_in(definition):
        about = sorted(name for name in asked[id(route)] if categories[name] is Category.HEALTH)
        if about and Category.HEALTH not in (route.get("categories") or ()):
            words = " and ".join(fact.words for name in about if (fact := find(name)))
            found.append(
                f"Route {route.get('name') or 'without a name'}: it depends on {words}, which is about health, and its"
                " agency is not told about health. Tell it that too, or take the condition out of the route and of the"
                " entry rule: that the case comes would say it."
            )
    return found


def routes_in(definition: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The routes of a definition that may be incomplete, the default last."""
    routes: Iterable[Any] = definition.get("routes") or ()
    found = [*routes, definition.get("default")]
    return [route for route in found if isinstance(route, Mapping)]


@dataclass(frozen=True)
class Naming:
    """One route that sends cases to a service. place: "first", or "instead" where another cannot take the case."""

    version: PathwayVersion
    route: str
    place: str
    is_in_force: bool


def naming(*, actor: Actor, code: str, on: date) -> list[Naming]:
    """The routes that name a service: of versions in force, and of those that are drafted, proposed or to come."""
    try:
        in_force = {version.id for version in versions_in_force(on=on)}
    except NoPathway:
        in_force = set()
    ended = (PathwayVersion.Status.RETIRED, PathwayVersion.Status.WITHDRAWN, PathwayVersion.Status.NOT_AGREED)
    coming = (
        scope.versions(actor)
        .exclude(status__in=ended)
        .filter(Q(id__in=in_force) | Q(in_force_from__isnull=True) | Q(in_force_from__gt=on))
    )
    return [
        Naming(
            version,
            str(route.get("name") or "without a name"),
            "first" if route.get("service") == code else "instead",
            version.id in in_force,
        )
        for version in coming.order_by("code", "-number")
        for route in routes_in(version.definition)
        if code in _services_of(route)
    ]


def in_force_naming(*, code: str, on: date) -> list[PathwayVersion]:
    """The versions in force that send cases to the service of that code, where no team takes referrals to it."""
    if Service.objects.filter(code=code, open_for_referrals=True).exists():
        return []
    try:
        versions = versions_in_force(on=on)
    except NoPathway:
        return []
    return [
        version
        for version in versions
        if any(code in _services_of(route) for route in routes_in(version.definition))
    ]


def _rules_in(definition: Mapping[str, Any]) -> list[tuple[str, Any]]:
    found = [("The entry rule", definition.get("entry"))]
    found += [
        (f"Route {route.get('name')}", route["when"]) for route in routes_in(definition) if "when" in route
    ]
    for entry in definition.get("assessments") or ():
        if isinstance(entry, Mapping):
            found.append((f"Assessment {entry.get('instrument')}", entry.get("when")))
    return found


def _asked(rule: Any) -> frozenset[str]:
    """The facts that a rule asks about; none where it is not complete yet."""
    return facts_of(rule) if not validate(rule) else frozenset()


def _services_of(route: Mapping[str, Any]) -> list[str]:
    instead = [*(route.get("overflow") or []), *(route.get("fallback") or [])]
    return [code for code in (route.get("service"), *instead) if isinstance(code, str) and code]
