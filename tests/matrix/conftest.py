"""The world of the matrix in a database of its own, made once from the tests' founded one; and the count of it all."""

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # models cannot be loaded before pytest has configured the tests
    from tests.matrix.walk import Width
    from tests.matrix.world import World


@pytest.fixture(scope="package")
def world(django_db_setup, django_db_blocker, worker_id: str) -> "Iterator[World]":
    """Every relation to a case, committed; probes take back what they do. The database's owner may change it too."""
    from django.conf import settings
    from django.db import connections

    from tests import migrated
    from tests.matrix.world import build

    founded, ours = f"hub_test_{worker_id}_founded", f"hub_test_{worker_id}_matrix"

    def use(name: str) -> None:
        connections.close_all()
        for alias in ("default", "owner"):
            settings.DATABASES[alias]["NAME"] = connections[alias].settings_dict["NAME"] = name

    with django_db_blocker.unblock():
        before = connections["default"].settings_dict["NAME"]
        migrated.copy(ours, founded)
        use(ours)
        refusals = logging.getLogger("django.request")
        level = refusals.level
        try:
            made = build()
            refusals.setLevel(logging.CRITICAL)
            yield made
        finally:
            refusals.setLevel(level)
            use(before)
            migrated.drop(ours)


@pytest.fixture
def width(request: pytest.FixtureRequest) -> "Width":
    """How much of the matrix a test walks: a sample in `make check`, all of it where it is proved by hand."""
    from tests.matrix.walk import Width

    if request.config.pluginmanager.has_plugin("tests.fast"):
        return Width.SAMPLE
    return Width.THOROUGH if os.environ.get("PROOF") == "thorough" else Width.USUAL


@pytest.fixture
def tally(request: pytest.FixtureRequest):
    """Notes a count for `make prove`: in words, how many were wrong, and of how many."""
    told: list[tuple[str, int, int]] = []

    def note(words: str, broken: int, over: int) -> None:
        told.append((words, broken, over))

    yield note
    if place := os.environ.get("PROOF_TALLY"):
        with Path(place).open("a") as file:
            file.writelines(json.dumps(line) + "\n" for line in told)
