"""A pathway version in words: the rule book, as its agencies agreed to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agencies.models import Service
from agencies.sharing import PURPOSES
from pathways.models import InstrumentVersion, PathwayVersion
from pathways.pathway import BASES, Pathway, Route, length_words, read_pathway
from pathways.rules import ALWAYS, Rule, sentence


@dataclass(frozen=True)
class Conditions:
    """A rule for a reader: one sentence, or a heading and the sentences that stand below it."""

    heading: str
    sentences: list[str]


@dataclass(frozen=True)
class RouteWords:
    """One route in words. agency: who offers the service; fallback: who is asked where it cannot take the case.

    overflow: who is asked where every team of it is full; wait_for_room: then the case waits, and no fallback is taken.
    """

    name: str
    when: Conditions
    service: str
    agency: str
    purpose: str
    categories: tuple[str, ...]
    basis: str
    basis_reason: str
    answer_within: str
    urgent: bool
    fallback: list[str]
    overflow: list[str]
    wait_for_room: bool


@dataclass(frozen=True)
class RuleBook:
    """One pathway version in words, as the agencies agreed to it.

    groups: routes of which only the first that matches is taken, by the group's name, in the order in which
    they are looked at. beside: routes that are taken whenever they match, beside each other.
    """

    entry: Conditions
    assessments: list[tuple[str, Conditions]]
    groups: list[tuple[str, list[RouteWords]]]
    beside: list[RouteWords]
    default: RouteWords
    review: str


def rule_book(*, version: PathwayVersion) -> RuleBook:
    """A version in words. Raises pathways.pathway.PathwayError for one that is spoilt."""
    pathway = read_pathway(version.definition)
    services: dict[str, tuple[str, str]] = {}
    for service in Service.objects.select_related("team__agency").order_by("team__agency__name"):
        _, others = services.get(service.code, ("", ""))
        name = service.team.agency.name
        services[service.code] = (service.name, f"{others} or {name}" if others else name)
    groups: dict[str, list[RouteWords]] = {}
    for route in pathway.routes:
        groups.setdefault(route.group, []).append(_route_words(route, services))
    beside = groups.pop("", [])
    return RuleBook(
        entry=Conditions("", ["Everybody."]) if pathway.entry == ALWAYS else conditions(pathway.entry),
        assessments=_assessments(pathway),
        groups=list(groups.items()),
        beside=beside,
        default=_route_words(pathway.default, services),
        review=length_words(pathway.review) if pathway.review else "",
    )


def conditions(rule: Rule) -> Conditions:
    """A rule's words, taken apart where it is a list."""
    for kind, heading in (("all", "All of these:"), ("any", "One of these:")):
        parts = rule.get(kind, [])
        if len(parts) > 1:
            return Conditions(heading, [_capital(sentence(part)) for part in parts])
    return Conditions("", ["Always" if rule == ALWAYS else _capital(sentence(rule))])


def _assessments(pathway: Pathway) -> list[tuple[str, Conditions]]:
    codes = [code for code, _ in pathway.assessments]
    titles = dict(
        InstrumentVersion.objects.filter(code__in=codes).order_by("edition").values_list("code", "title")
    )
    return [(titles.get(code, code), conditions(when)) for code, when in pathway.assessments]


def _route_words(route: Route, services: dict[str, tuple[str, str]]) -> RouteWords:
    service, agency = services.get(route.service, (route.service, "nobody offers it now"))
    return RouteWords(
        name=route.name,
        when=conditions(route.when),
        service=service,
        agency=agency,
        purpose=PURPOSES.get(route.purpose, route.purpose.replace("_", " ")),
        categories=route.categories,
        basis=BASES[route.basis],
        basis_reason=route.basis_reason,
        answer_within=length_words(route.answer_within),
        urgent=route.urgent,
        fallback=_offered(route.fallback, services),
        overflow=_offered(route.overflow, services),
        wait_for_room=route.wait_for_room,
    )


def _offered(codes: Iterable[str], services: Mapping[str, tuple[str, str]]) -> list[str]:
    return [" of ".join(services[code]) if code in services else code for code in codes]


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
