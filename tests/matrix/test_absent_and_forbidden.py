"""What does not exist and what is not theirs are answered alike, byte for byte, at about the same cost."""

import re
import secrets

import pytest
from django.db import connection, reset_queries
from django.middleware import csrf
from django.test.utils import CaptureQueriesContext
from django.utils import cache

from hub import sessions
from tests.matrix.canaries import EXISTENCE, REFERRAL
from tests.matrix.doors import WORK
from tests.matrix.policy import READERS, Reader, may_see, opens_by_break_glass
from tests.matrix.target import Target
from tests.matrix.walk import Answer, Keys, Probe, ask, probes

ASKED_BY = ("priya", "helen", "ruth", "system:safe-steps", "martin")
FEW = 2
NOBODYS = "0190{:04d}-0000-7000-8000-00000000000{}"
MORE_QUERIES = 2
"""What of a row must be asked to find that it is not theirs: no more than this."""


@pytest.fixture
def still(monkeypatch):
    """Nothing of an answer differs by chance, or by the second in which it was given."""
    monkeypatch.setattr(cache, "http_date", lambda *_: "now")
    monkeypatch.setattr(sessions, "FRESH_SECONDS", 24 * 60 * 60)
    monkeypatch.setattr(csrf, "_mask_cipher_secret", lambda secret: "m" * 32 + secret)
    monkeypatch.setattr(csrf, "_get_new_csrf_string", lambda: "c" * 32)
    monkeypatch.setattr(secrets, "token_urlsafe", lambda *_: "t" * 8)


def absent(target: Target) -> Target:
    """The same requests about a case that there is not."""
    words = {
        "reference": "VRH-26-999999",
        "person_reference": "P-26-999999",
        "surname": "Qz99idsurnameqz",
        "postcode": target.fills["postcode"].replace("ZQ", "ZX"),
    }
    fills = {
        name: words.get(name, NOBODYS.format(place, 1) if is_id(value) else value)
        for place, (name, value) in enumerate(target.fills.items())
    }
    referrals = {
        agency: type(one)(NOBODYS.format(place, 2))
        for place, (agency, one) in enumerate(target.referrals.items())
    }
    return Target(target.number, target.name, target.relation, target.case, fills, referrals)


def is_id(value: str) -> bool:
    return len(value) == 36 and value.count("-") == 4


OF_THE_FORM = re.compile(rb"\bFORM-[A-Z2-7]{10}\b")
"""The number of a form is made from that form's own token, and so tells of nothing else."""


def bare(answers: list[Answer], target: Target) -> list[Answer]:
    """The answers without what the request itself had named."""
    named = [*target.fills.values(), *map(str, target.referrals.values())]
    texts = sorted((name.encode() for name in named), key=len, reverse=True)

    def blank(text: bytes) -> bytes:
        for name in texts:
            text = text.replace(name, b"*" * len(name))
        return OF_THE_FORM.sub(b"*", text)

    return [
        Answer(
            one.status,
            tuple((name, blank(value.encode()).decode()) for name, value in one.headers),
            blank(one.body),
        )
        for one in answers
    ]


def is_hidden(reader: Reader, target: Target) -> bool:
    return not may_see(reader, target.relation, EXISTENCE) and not may_see(reader, target.relation, REFERRAL)


@pytest.mark.slow
@pytest.mark.parametrize("reader", [one for one in READERS if one.name in ASKED_BY], ids=lambda one: one.name)
def test_absent_and_forbidden_are_answered_alike(world, tally, still, reader):
    keys, compared, told_apart = Keys(), 0, []
    hidden = [target for target in world.targets.values() if is_hidden(reader, target)][:FEW]
    conflict = world.targets["conflict"]
    if reader.name in conflict.relation.kept_out:
        hidden = [*hidden[:1], conflict]
    assert hidden
    for target in hidden:
        nobodys = absent(target)
        for door in WORK:
            if door == "break_glass" and opens_by_break_glass(reader, target.relation):
                continue
            theirs, nothing = probes(door, target, world.shared), probes(door, nobodys, world.shared)
            for forbidden, missing in zip(theirs, nothing, strict=True):
                if door == "find" and forbidden.body["text"] == target.fills["surname"]:
                    continue  # whose name is like it depends on the name: tests/referrals/test_find.py
                first, cost = answered(keys, reader, forbidden)
                second, cost_of_nothing = answered(keys, reader, missing)
                compared += 1
                if bare(first, target) != bare(second, nobodys):
                    told_apart.append(
                        f"{forbidden.words}: {difference(bare(first, target), bare(second, nobodys))}"
                    )
                elif abs(cost - cost_of_nothing) > MORE_QUERIES:
                    told_apart.append(f"{forbidden.words}: {cost} and {cost_of_nothing} queries")
    tally("Absent and forbidden objects that were told apart", len(told_apart), compared)
    assert not told_apart, "\n".join(told_apart)


def difference(first: list[Answer], second: list[Answer]) -> str:
    """Where the two part, shortly."""
    for one, other in zip(first, second, strict=False):
        if one.status != other.status:
            return f"status {one.status} and {other.status}"
        if one.headers != other.headers:
            return f"headers {sorted(set(one.headers) ^ set(other.headers))}"
        for place, (a, b) in enumerate(zip(one.body, other.body, strict=False)):
            if a != b:
                near = slice(max(0, place - 60), place + 60)
                return f"{one.status}: {one.body[near]!r} and {other.body[near]!r}"
    return f"{len(first)} and {len(second)} answers"


def answered(keys: Keys, reader: Reader, probe: Probe) -> tuple[list[Answer], int]:
    reset_queries()  # the log of queries keeps the last few thousand alone
    with CaptureQueriesContext(connection) as queries:
        answers = ask(keys, reader, probe)
    return answers, len(queries)
