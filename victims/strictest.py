"""The strictest consent, which counts where several people are known to be one. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

GIVEN, REFUSED, NOT_RECORDED = "given", "refused", "not_recorded"


class Said(Protocol):
    """One recorded answer about one agency, such as a victims.models.Consent.

    replaces: answers on other records of the person that they were told of, and took back with this one.
    """

    @property
    def id(self) -> UUID: ...

    @property
    def replaces(self) -> Sequence[UUID]: ...

    @property
    def answer(self) -> str: ...

    @property
    def categories(self) -> Sequence[str]: ...

    @property
    def recorded_at(self) -> datetime: ...

    @property
    def expires_at(self) -> datetime | None: ...


@dataclass(frozen=True)
class Stand:
    """What an agency may be told. stands: given, refused or not_recorded; until: when it ends, None: it does not.

    by: the answer that decides it. elsewhere: whether that was recorded for another of those who are one.
    counted: the answers on other records that count.
    """

    stands: str
    categories: frozenset[str] = frozenset()
    until: datetime | None = None
    by: Said | None = None
    elsewhere: bool = False
    counted: tuple[Said, ...] = ()


def stand_of(said: Said | None, *, at: datetime) -> str:
    """What one answer amounts to. Withdrawn is refused; what has run out is as if it had never been asked."""
    if said is None or (said.expires_at is not None and said.expires_at <= at):
        return NOT_RECORDED
    return GIVEN if said.answer == "given" else REFUSED


def strictest(
    own: Said | None, theirs: Iterable[Said] = (), *, since: datetime | None, at: datetime
) -> Stand:
    """What stands of the newest answer on a case (own) and the newest of each other who is the same human being.

    Whoever refused has refused for all; what all of them gave is what both may be told, until the first of it
    ends; and nothing is given where it was not given on the case itself. since: from when they are known to be
    one. An answer elsewhere is left out only where the one on the case says that it replaces it, and was given since:
    then the one person that they are was told of both. That an answer is newer is not enough.
    """
    counted = tuple(one for one in theirs if not _replaced(one, own, since))
    refusals = sorted((one for one in counted if stand_of(one, at=at) == REFUSED), key=_recorded_at)
    mine = stand_of(own, at=at)
    if mine == REFUSED:
        return Stand(REFUSED, by=own, counted=counted)
    if refusals:
        return Stand(REFUSED, by=refusals[-1], elsewhere=True, counted=counted)
    if own is None or mine != GIVEN:
        return Stand(NOT_RECORDED, by=own, counted=counted)
    given = [own, *(one for one in counted if stand_of(one, at=at) == GIVEN)]
    categories = frozenset.intersection(*(frozenset(one.categories) for one in given))
    ends = [one.expires_at for one in given if one.expires_at is not None]
    narrower = [one for one in given[1:] if not set(own.categories) <= set(one.categories)]
    return Stand(
        GIVEN,
        categories,
        min(ends, default=None),
        by=(narrower or given)[0],
        elsewhere=bool(narrower),
        counted=counted,
    )


def _replaced(theirs: Said, own: Said | None, since: datetime | None) -> bool:
    return own is not None and since is not None and own.recorded_at > since and theirs.id in own.replaces


def _recorded_at(said: Said) -> datetime:
    return said.recorded_at
