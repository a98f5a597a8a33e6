"""Fixtures of the work on cases."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.referrals.feeds import as_csv, imported


@pytest.fixture
def feed(tmp_path: Path) -> Callable[..., dict]:
    """Takes rows as a file of their sender, judges them unless told not to, and says what the command says."""

    def take(*rows: dict[str, str], wait: bool = True) -> dict:
        path = tmp_path / "feed.csv"
        path.write_bytes(as_csv(list(rows)))
        return imported(path, wait=wait)

    return take
