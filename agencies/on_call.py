"""Who is on call when, where nobody is, and who comes next. Pure: the time is an argument."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar


class Turn(Protocol):
    """From when until when somebody is on call."""

    @property
    def starts_at(self) -> datetime: ...

    @property
    def ends_at(self) -> datetime: ...


T = TypeVar("T", bound=Turn)


@dataclass(frozen=True)
class Gap:
    """From when until when nobody is on call."""

    starts_at: datetime
    ends_at: datetime


def gaps(turns: Iterable[Turn], *, since: datetime, until: datetime) -> list[Gap]:
    """Where nobody is on call between the two moments, the first first."""
    found, at = [], since
    for turn in sorted(turns, key=lambda one: one.starts_at):
        if turn.starts_at >= until:
            break
        if turn.starts_at > at:
            found.append(Gap(at, turn.starts_at))
        at = max(at, turn.ends_at)
    if at < until:
        found.append(Gap(at, until))
    return found


def in_turn(turns: Iterable[T], *, at: datetime) -> tuple[Sequence[T], Sequence[T]]:
    """Whose turn it is, who began first first; and whose turns come after, the next first."""
    running = sorted(
        (one for one in turns if one.starts_at <= at < one.ends_at), key=lambda one: one.starts_at
    )
    later = sorted((one for one in turns if one.starts_at > at), key=lambda one: one.starts_at)
    return running, later
