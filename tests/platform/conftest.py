from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.platform.stage import Instance


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    """An instance of its own, nothing started yet; ended and deleted after the test."""
    made = Instance(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """An instance that runs through a file's tests, for those that only look."""
    made = Instance(tmp_path_factory.mktemp("steady") / "home")
    made.holder()
    yield made
    made.close()
