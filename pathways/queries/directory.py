"""What a pathway's definition names outside itself (services, instruments, purposes) and whether it is there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from access.context import hub_id
from agencies.models import Agency, Service
from agencies.sharing import PURPOSES
from pathways.models import InstrumentVersion
from pathways.pathway import validate_pathway
from pathways.queries.facts import vocabulary
from pathways.rules import validate


@dataclass(frozen=True)
class Directory:
    """The services that there are, by code, with whether they take referrals; and the instruments in effect."""

    services: Mapping[str, Service]
    instruments: Mapping[str, str]
    hub: str

    def faults(self, definition: Mapping[str, Any]) -> list[str]:
        """Services, instruments and purposes that the definition names and that are not there, each in words."""
        found = []
        for route in routes_in(definition):
            name = route.get("name") or "without a name"
            for code in _services_of(route):
                if (service := self.services.get(code)) is None:
                    found.append(f"Route {name}: the directory has no service {code}.")
                elif not service.open_for_referrals:
                    found.append(f"Route {name}: {service.name} takes no referrals any more.")
            if (purpose := route.get("purpose")) and purpose not in PURPOSES:
                found.append(f"Route {name}: no agreement knows the purpose {purpose}.")
        for entry in definition.get("assessments") or ():
            if isinstance(entry, Mapping) and entry.get("instrument") not in self.instruments:
                found.append(f"Assessment {entry.get('instrument')}: there is no such instrument in effect.")
        return found

    def agencies_of(self, definition: Mapping[str, Any]) -> list[str]:
        """Codes of the agencies that a definition binds by itself: the hub, and whose services it names."""
        named = {code for route in routes_in(definition) for code in _services_of(route)}
        offering = {self.services[code].team.agency.code for code in named & set(self.services)}
        return sorted({self.hub, *offering})


def directory(*, on: date) -> Directory:
    """The directory as it stands, and the instruments in effect on that day."""
    editions = InstrumentVersion.objects.filter(effective_from__lte=on).order_by("edition")
    return Directory(
        services={one.code: one for one in Service.objects.select_related("team__agency")},
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


def routes_in(definition: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The routes of a definition that may be incomplete, the default last."""
    routes: Iterable[Any] = definition.get("routes") or ()
    found = [*routes, definition.get("default")]
    return [route for route in found if isinstance(route, Mapping)]


def _rules_in(definition: Mapping[str, Any]) -> list[tuple[str, Any]]:
    found = [("The entry rule", definition.get("entry"))]
    found += [
        (f"Route {route.get('name')}", route["when"]) for route in routes_in(definition) if "when" in route
    ]
    for entry in definition.get("assessments") or ():
        if isinstance(entry, Mapping):
            found.append((f"Assessment {entry.get('instrument')}", entry.get("when")))
    return found


def _services_of(route: Mapping[str, Any]) -> list[str]:
    fallback = route.get("fallback") or []
    return [code for code in (route.get("service"), *fallback) if isinstance(code, str) and code]
