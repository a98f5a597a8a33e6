from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.platform.stage import Instance


@pytest.fixture(scope="module")
def _kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    made = Instance(tmp_path_factory.mktemp("kept") / "home")
    yield made
    made.close()


@pytest.fixture
def instance(_kept: Instance) -> Iterator[Instance]:
    """An instance with nothing running, its data kept through a file's tests; ended after each."""
    yield _kept
    _kept.end()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Instance]:
    """An instance that has never run; ended and deleted after the test."""
    made = Instance(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """An instance whose services run through a file's tests, for those that only look."""
    made = Instance(tmp_path_factory.mktemp("steady") / "home")
    made.holder()
    yield made
    made.close()
