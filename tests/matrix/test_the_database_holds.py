"""With the product's own checks switched off, and behind a view that was never given any, the database still holds."""

import os

import pytest

from tests.matrix.policy import IDENTITY, READERS, Reader, may_see
from tests.matrix.stripped import scopes, strip_all
from tests.matrix.walk import Keys, Probe, Width, ask, shown, walk

USUALLY = ("helen", "owen", "martin", "priya")
BY_HAND = (
    *USUALLY,
    "ruth",
)  # who is what Helen is; what the database alone shows her, test_the_database_alone.py asks
ASKED = BY_HAND if os.environ.get("PROOF") == "thorough" else USUALLY


def leaks_of_the_broken_view(world, keys: Keys, reader: Reader) -> list[str]:
    seen = shown(world, ask(keys, reader, Probe("broken", "GET", "/broken/")))
    return [
        f"{reader.words} {one.kind} of {world.of(one.number).name}"
        for one in seen
        if not may_see(reader, world.of(one.number).relation, one.kind)
    ]


def test_the_scopes_are_found():
    found = {f"{module.__name__}.{name}" for module, name, _ in scopes()}
    assert {"referrals.scope.cases", "referrals.scope.referrals", "agencies.scope.agencies"} <= found


@pytest.mark.slow
def test_a_view_that_forgot_every_check_is_stopped_by_the_database(world, tally, settings):
    settings.ROOT_URLCONF = "tests.matrix.stripped"
    keys = Keys()
    leaks = [leak for reader in READERS for leak in leaks_of_the_broken_view(world, keys, reader)]
    tally("Readers of a view without any check who were told too much", len(leaks), len(READERS))
    assert leaks == []
    seen = shown(world, ask(keys, READERS[0], Probe("broken", "GET", "/broken/")))
    assert any(one.kind == IDENTITY for one in seen), "the view does give out what it reaches"


@pytest.mark.slow
@pytest.mark.parametrize("reader", [one for one in READERS if one.name in ASKED], ids=lambda one: one.name)
@pytest.mark.slow
def test_no_door_leaks_with_the_product_s_own_checks_switched_off(world, tally, monkeypatch, reader):
    keys = Keys()
    strip_all(monkeypatch)
    walked = walk(world, keys, reader, width=Width.SAMPLE, writes=True)
    tally("Cells of the doors that leaked with the product's own checks off", len(walked.leaks), walked.cells)
    assert not walked.leaks, "\n".join(sorted(set(walked.leaks)))
    assert walked.requests > 200
