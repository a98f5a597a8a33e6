"""Changes to a draft's definition, piece by piece, and what differs between two definitions. Pure.

A draft may be incomplete: nothing here asks for more than what it changes. Routes stand in the order in which they
are looked at.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from access.categories import Category
from agencies.sharing import PURPOSES
from pathways.pathway import BASES, UNITS, length_words
from pathways.rules import ALWAYS, Vocabulary, sentence, validate

Definition = Mapping[str, Any]
DEFAULT_PRIORITY = 100


class NoSuchPlace(Exception):
    """The definition has nothing there (any more)."""


def routes_of(definition: Definition) -> list[dict[str, Any]]:
    """The routes in the order in which they are looked at."""
    routes = [dict(route) for route in definition.get("routes") or () if isinstance(route, Mapping)]
    return sorted(routes, key=_priority)


def rule_at(definition: Definition, place: str) -> Any:
    """The rule at "entry", "assessment-2" or "route-0". Raises NoSuchPlace."""
    if place == "entry":
        return definition.get("entry", ALWAYS)
    return _entry_at(definition, place)[1].get("when", ALWAYS)


def with_rule(definition: Definition, place: str, rule: Any) -> dict[str, Any]:
    """The definition with another rule at that place. Raises NoSuchPlace."""
    if place == "entry":
        return {**definition, "entry": rule}
    entries, entry = _entry_at(definition, place)
    entry["when"] = rule
    return {**definition, _LISTS[place.partition("-")[0]]: entries}


def with_route(definition: Definition, place: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The definition with the route at "0", "1", ..., "new" or "default" changed to what was given.

    What the form does not know of a route stays as it was; None takes an entry away. Raises NoSuchPlace.
    """
    if place == "default":
        return {**definition, "default": _merged(definition.get("default") or {}, given)}
    routes = routes_of(definition)
    if place == "new":
        routes.append(_merged({"when": ALWAYS}, given))
    else:
        at = _number(place, routes)
        routes[at] = _merged(routes[at], given)
    return {**definition, "routes": sorted(routes, key=_priority)}


def arranged(definition: Definition, what: str, place: str) -> dict[str, Any]:
    """A route or assessment moved "up" or "down" or taken out with "remove". Raises NoSuchPlace."""
    kind, _, _ = place.partition("-")
    entries, entry = _entry_at(definition, place)
    at = next(number for number, one in enumerate(entries) if one is entry)
    there = at - 1 if what == "up" else at + 1
    if what == "remove":
        del entries[at]
    elif 0 <= there < len(entries):
        entries[at], entries[there] = entries[there], entry
        if kind == "route":  # the priority of the place that it takes, so that it stays there
            entries[at]["priority"], entry["priority"] = _priority(entry), _priority(entries[at])
            entries.sort(key=_priority)
    return {**definition, _LISTS[kind]: entries}


def differences(
    before: Definition, after: Definition, *, names: Mapping[str, str], vocabulary: Vocabulary | None = None
) -> list[str]:
    """What changed from one definition to the other, each as a sentence; empty where nothing did.

    names: words for codes of services and instruments.
    """
    return list(_differences(before, after, _Words(names, vocabulary)))


_LISTS = {"route": "routes", "assessment": "assessments"}


def _entry_at(definition: Definition, place: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    kind, _, number = place.partition("-")
    if kind not in _LISTS:
        raise NoSuchPlace(place)
    if kind == "route":
        entries = routes_of(definition)
    else:
        entries = [dict(entry) for entry in definition.get("assessments") or () if isinstance(entry, Mapping)]
    return entries, entries[_number(number, entries)]


def _number(place: str, entries: Sequence[object]) -> int:
    if not (place.isascii() and place.isdecimal() and len(place) < 4 and int(place) < len(entries)):
        raise NoSuchPlace(place)
    return int(place)


def _priority(route: Mapping[str, Any]) -> int:
    given = route.get("priority", DEFAULT_PRIORITY)
    return given if isinstance(given, int) else DEFAULT_PRIORITY


def _merged(held: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**held, **given}.items() if value is not None}


class _Words:
    """Pieces of a definition as a reader would say them; what cannot be read is said to be so."""

    def __init__(self, names: Mapping[str, str], vocabulary: Vocabulary | None) -> None:
        self._names = names
        self._vocabulary = vocabulary

    def rule(self, rule: Any) -> str:
        if validate(rule):
            return "a rule that cannot be read"
        return "always" if rule == ALWAYS else f"when {sentence(rule, self._vocabulary)}"

    def named(self, code: Any) -> str:
        return self._names.get(str(code), str(code))

    def length(self, length: Any) -> str:
        known = isinstance(length, Mapping) and any(unit in length for unit in UNITS)
        return length_words(length) if known else "not said"

    def of_route(self, key: str, value: Any) -> str:
        if value in (None, "", [], False) and key != "when":
            return "nothing" if key != "urgent" else "not urgent"
        match key:
            case "when":
                return self.rule(value)
            case "service":
                return self.named(value)
            case "fallback":
                return ", then ".join(map(self.named, value))
            case "purpose":
                return PURPOSES.get(value, str(value))
            case "categories":
                known = {str(one): one.words for one in Category}
                return ", ".join(known.get(str(one), str(one)) for one in value)
            case "basis":
                return BASES.get(value, str(value))
            case "answer_within":
                return self.length(value)
            case "urgent":
                return "urgent"
        return str(value)


_OF_ROUTE = {
    "when": "it is taken",
    "service": "it goes to",
    "purpose": "it is told for this purpose",
    "categories": "it tells",
    "basis": "its basis is",
    "basis_reason": "the reason of its basis is",
    "answer_within": "it is answered within",
    "urgent": "it is",
    "group": "of one group is",
    "priority": "its place in the order is",
    "fallback": "where it cannot be taken it goes to",
}


def _differences(before: Definition, after: Definition, words: _Words) -> Iterator[str]:
    if before.get("title") != after.get("title"):
        yield f"It is called “{after.get('title')}”, no longer “{before.get('title')}”."
    entry, entered = (words.rule(one.get("entry", ALWAYS)) for one in (before, after))
    if entry != entered:
        yield f"Who enters: {entered}; before, {entry}."
    if bool(before.get("general")) != bool(after.get("general")):
        yield (
            "It catches what no pathway takes." if after.get("general") else "It no longer catches the rest."
        )
    yield from _of_assessments(before, after, words)
    yield from _of_routes(before, after, words)
    review, reviewed = (words.length(one.get("review")) for one in (before, after))
    if review != reviewed:
        yield f"A routed case is looked at again after: {reviewed}; before, {review}."


def _of_assessments(before: Definition, after: Definition, words: _Words) -> Iterator[str]:
    old, new = (
        {str(entry.get("instrument")): entry.get("when", ALWAYS) for entry in one.get("assessments") or ()}
        for one in (before, after)
    )
    for code in [*old, *(code for code in new if code not in old)]:
        name = words.named(code)
        if code not in new:
            yield f"{name} is no longer asked for."
        elif code not in old:
            yield f"{name} is asked for, {words.rule(new[code])}."
        elif old[code] != new[code]:
            yield f"{name} is asked for {words.rule(new[code])}; before, {words.rule(old[code])}."


def _of_routes(before: Definition, after: Definition, words: _Words) -> Iterator[str]:
    old, new = ({str(route.get("name")): route for route in _all_routes(one)} for one in (before, after))
    for name in [*old, *(name for name in new if name not in old)]:
        if name not in new:
            yield f"Route {name} is gone; before, it went to {words.named(old[name].get('service'))}."
        elif name not in old:
            route = new[name]
            yield (
                f"Route {name} is new: it goes to {words.named(route.get('service'))},"
                f" {words.rule(route.get('when', ALWAYS))}."
            )
        else:
            yield from _of_route(name, old[name], new[name], words)
    order = [name for name in old if name in new]
    if order != [name for name in new if name in old]:
        yield f"Routes are looked at in this order: {', '.join(new)}."


def _of_route(name: str, old: Mapping[str, Any], new: Mapping[str, Any], words: _Words) -> Iterator[str]:
    for key in [*old, *(key for key in new if key not in old)]:
        if key in ("name", "priority") or old.get(key) == new.get(key):
            continue
        said, before = (words.of_route(key, one.get(key)) for one in (new, old))
        if said != before:
            yield f"Route {name}: {_OF_ROUTE.get(key, key.replace('_', ' '))} {said}; before, {before}."


def _all_routes(definition: Definition) -> list[Mapping[str, Any]]:
    default = definition.get("default")
    return [*routes_of(definition), *([default] if isinstance(default, Mapping) else [])]
