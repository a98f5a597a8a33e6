"""What was acknowledged to somebody and must never be lost, and how everybody goes on who was cut off."""

import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID

import requests

PARTNERS = ("safe-steps", "calder-house", "young-voices", "victim-care", "housing-options", "health-board")

GIVE_UP = 240


class Ledger:
    """What was acknowledged to somebody, and so must never be lost."""

    def __init__(self) -> None:
        self.runs: dict[int, int] = {}  # number of the run: rows received
        self.triaged: set[UUID] = set()
        self.moves: dict[str, str] = {}  # referral: the state that its agency was told last
        self.pulled: dict[str, list[tuple[int, str, str]]] = {code: [] for code in PARTNERS}
        self.retries: Counter[str] = Counter()
        self.gave_up: list[str] = []

    def give_up(self, how: threading.ExceptHookArgs) -> None:
        """Somebody at work has met what sending again does not mend: nothing is proved."""
        self.gave_up.append(f"{how.exc_type.__name__}: {how.exc_value}")
        traceback.print_exception(how.exc_type, how.exc_value, how.exc_traceback)


def again(ledger: Ledger, what: str, do: Callable[[], Any]) -> Any:
    """Do it until it is acknowledged, as everybody does who was cut off."""
    from django.db import Error, connections

    until = time.monotonic() + GIVE_UP
    while True:
        try:
            return do()
        except (Error, requests.RequestException, Unavailable) as cut:
            ledger.retries[what] += 1
            connections.close_all()
            if time.monotonic() > until:
                raise TimeoutError(f"{what} was not done in {GIVE_UP} s: {type(cut).__name__}") from cut
            time.sleep(0.25)


class Unavailable(Exception):
    """The hub answered that it cannot now."""
