"""Asking: one request as one reader, taken back afterwards, and its answer searched for everything that it shows."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from django.db import transaction
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse

from tests.cast import Cast
from tests.hub.test_every_address import every_address
from tests.matrix.canaries import KINDS, Sighting, found_in
from tests.matrix.doors import WORK, Door, knows_no_case
from tests.matrix.policy import READERS, READS_THE_HUBS_CASES, Reader, may_see, opens_by_break_glass
from tests.matrix.target import Target
from tests.matrix.world import World

API = "api_"


@dataclass(frozen=True)
class Probe:
    """One request as it will be sent."""

    door: str
    method: str
    path: str
    body: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    target: str = ""

    @property
    def words(self) -> str:
        return f"{self.method} {self.door}{f' of {self.target}' if self.target else ''}"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace") + "\n".join(
            f"{name}: {value}" for name, value in self.headers
        )


class Keys:
    """How each reader comes in: a session or a token, got once."""

    def __init__(self) -> None:
        cast = Cast()
        self._cookies: dict[str, dict[str, str]] = {}
        self._headers: dict[str, dict[str, str]] = {}
        for reader in READERS:
            if reader.role == "client":
                self._headers[reader.name] = cast.system(reader.agency)._headers
            elif reader.agency:
                cookies = cast.browser(reader.name).cookies
                self._cookies[reader.name] = {name: cookie.value for name, cookie in cookies.items()}

    def client(self, reader: Reader) -> Client:
        client = Client(headers=self._headers.get(reader.name, {}), raise_request_exception=False)
        for name, value in self._cookies.get(reader.name, {}).items():
            client.cookies[name] = value
        return client


def ask(keys: Keys, reader: Reader, probe: Probe) -> list[Answer]:
    """The answer, and the page that a form leads to, if not the one to sign in; what was changed is taken back."""
    client = keys.client(reader)
    with transaction.atomic():
        answers = [_sent(client, probe)]
        follow = dict(answers[0].headers).get("Location", "")
        leads_on = follow.startswith("/") and not follow.startswith(reverse("account_login"))
        if probe.method == "POST" and answers[0].status == 302 and leads_on:
            answers.append(_read(client.get(follow)))
        transaction.set_rollback(True)
    return answers


def _sent(client: Client, probe: Probe) -> Answer:
    if probe.method == "GET":
        return _read(client.get(probe.path, headers=dict(probe.headers)))
    kind = {"content_type": "application/json"} if probe.door.startswith(API) else {}
    return _read(client.post(probe.path, dict(probe.body), headers=dict(probe.headers), **kind))


def _read(response: HttpResponseBase) -> Answer:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    cookies = [("Set-Cookie", name) for name in sorted(response.cookies)]
    return Answer(response.status_code, (*sorted(response.items()), *cookies), body)


def shown(world: World, answers: Iterable[Answer]) -> set[Sighting]:
    """All that the answers show of any case."""
    return {seen for answer in answers for seen in found_in(answer.text, world.names)}


def told_by(world: World, probe: Probe) -> set[Sighting]:
    """What the request itself had named: to say it again tells nobody anything."""
    return set(found_in(f"{probe.path} {probe.body}", world.names))


def probes(door: str, target: Target | None, shared: Mapping[str, str]) -> Iterator[Probe]:
    """Every request of the door: with the target's ids, or (None) those that name nothing of a case."""
    entry = WORK[door]
    asked: dict[tuple[str, str, str], Probe] = {}
    for fills in target.fillings() if target else [{}]:
        for probe in _filled(door, entry, {**shared, **fills}, target):
            asked.setdefault((probe.method, probe.path, str(probe.body)), probe)
    yield from asked.values()


def _filled(door: str, entry: Door, fills: Mapping[str, str], target: Target | None) -> Iterator[Probe]:
    place = _fill(entry.at, fills)
    if place is None:
        return
    path, name = reverse(door, kwargs=place), target.name if target else ""
    for query in entry.gets:
        if names_a_case(entry.at, query) == (target is not None) and (filled := _fill({"": query}, fills)):
            yield Probe(door, "GET", path + filled[""], headers=entry.headers, target=name)
    for form in entry.posts:
        body = _fill(form, fills)
        if names_a_case(entry.at, form) == (target is not None) and body is not None:
            yield Probe(door, "POST", path, body, entry.headers, name)


def names_a_case(*templates: object) -> bool:
    """Whether anything in them is filled from a case: then it is asked once for each of them."""
    return any("{" + name + "}" in str(templates) for name in OF_TARGETS)


OF_TARGETS = (
    "reference", "case", "person", "person_reference", "method", "surname", "postcode", "assessment", "suggestion",
    "link", "referral", "event", "cursor", "area", "grant", "conflict", "review", "override", "held", "prompt", "clock",
    "request", "information", "hold", "retention", "notice", "hint", "challenge", "task", "note", "document",
    "listing", "action", "accused", "research", "notification",
)  # fmt: skip


def _fill(template: Mapping[str, Any], fills: Mapping[str, str]) -> dict[str, Any] | None:
    try:
        return {
            name: value.format_map(fills) if isinstance(value, str) else value
            for name, value in template.items()
        }
    except KeyError:
        return None


def other_addresses() -> Iterator[Probe]:
    """The addresses that know of no case, asked once."""
    for name, address in every_address():
        if knows_no_case(name, address):
            for method in ("GET", "POST"):
                yield Probe(name, method, "/" + address.lstrip("/"))


@dataclass
class Walked:
    """What one reader's walk through every door came to."""

    requests: int = 0
    cells: int = 0
    leaks: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    seen: set[tuple[str, str, str]] = field(default_factory=set)
    """Door, name of the target and kind, of all that was shown."""


SAME_TO_ALL = (302, 401, 403, 405)
"""How a door refuses whoever it is not for, before it looks at what was asked."""


class Width(IntEnum):
    """How much of the matrix is walked: for a check in between, for every change, and by hand."""

    SAMPLE = 1
    USUAL = 2
    THOROUGH = 1000


def walk(world: World, keys: Keys, reader: Reader, *, width: Width, writes: bool = True) -> Walked:
    """Every door with the cases' ids, as this reader.

    Less than thorough: with few of the cases that are alike to the reader, and no more than that many times
    where a door has refused the reader whatever it was asked. writes: forms are sent too.
    """
    targets = few_of_each(world, reader, width)
    walked = Walked(targets=[target.name for target in targets])
    for probe in other_addresses() if width > Width.SAMPLE else ():
        _note(world, reader, probe, ask(keys, reader, probe), walked)
    for door in WORK:
        refused: Counter[tuple[str, int]] = Counter()
        for target in (None, *targets):
            for place, probe in enumerate(probes(door, target, world.shared)):
                kind = (probe.method, place)
                if refused[kind] >= width or (probe.method == "POST" and not writes):
                    continue
                answers = ask(keys, reader, probe)
                if answers[0].status in SAME_TO_ALL and len(answers) == 1:
                    refused[kind] += 1
                _note(world, reader, probe, answers, walked)
    return walked


def few_of_each(world: World, reader: Reader, width: Width) -> list[Target]:
    """Of the cases of which the reader may see the same, as many as the width. Partners' each ended in a way of
    its own: all of them, but in a sample.
    """
    if width > Width.SAMPLE and reader.role not in READS_THE_HUBS_CASES:
        return list(world.targets.values())
    alike: Counter[tuple[bool, ...]] = Counter()
    chosen = []
    for target in world.targets.values():
        sees = tuple(may_see(reader, target.relation, kind) for kind in KINDS)
        alike[sees] += 1
        if alike[sees] <= width:
            chosen.append(target)
    return chosen


def _note(world: World, reader: Reader, probe: Probe, answers: list[Answer], walked: Walked) -> None:
    walked.requests += 1
    walked.cells += len(world.targets) * len(KINDS)
    if any(answer.status >= 500 for answer in answers):
        walked.failed.append(probe.words)
    seen, named = shown(world, answers), told_by(world, probe)
    for one in seen:
        target = world.of(one.number)
        walked.seen.add((probe.door, target.name, one.kind))
        breaks = probe.door == "break_glass" and opens_by_break_glass(reader, target.relation)
        if one not in named and not breaks and not may_see(reader, target.relation, one.kind):
            walked.leaks.append(
                f"{probe.words} told {reader.words} {one.kind} ({one.text}) of {target.name}: {target.relation.words}"
            )
