"""Senders and the editions of their definitions: by which edition a file was read, and what each one changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Prefetch, Q, Subquery

from referrals.feed.editions import differences
from referrals.feed.source import SourceDefinition, read_source
from referrals.models import FeedAlert, FeedRun, FeedSource, SourceEdition

EDITIONS = 50


class SourceNotFound(Exception):
    """There is no sender of that code, or no such edition of its definition."""


def definition_of(run: FeedRun) -> SourceDefinition:
    """The definition by which the file was read. The run comes with its source."""
    return definitions_of([run])[run.id]


def definitions_of(runs: Iterable[FeedRun]) -> dict[UUID, SourceDefinition]:
    """By run, the definition by which its file was read: one query at most, however many runs."""
    listed = {run.id: run for run in runs}
    wanted = {(run.source_id, run.edition) for run in listed.values() if run.edition != run.source.edition}
    read = {
        (run.source_id, run.edition): run.source.definition
        for run in listed.values()
        if run.edition == run.source.edition
    }
    if wanted:
        asked = Q(pk__in=[])
        for source_id, number in wanted:
            asked |= Q(source=source_id, number=number)
        for one in SourceEdition.objects.filter(asked):
            read[one.source_id, one.number] = one.definition
    ready = {key: read_source(told) for key, told in read.items()}
    return {run_id: ready[run.source_id, run.edition] for run_id, run in listed.items()}


def all_definitions(sources: Iterable[FeedSource]) -> list[SourceDefinition]:
    """Every definition by which rows of these senders were taken, the newest of each first."""
    editions = SourceEdition.objects.filter(source__in=list(sources)).order_by("source", "-number")
    return [read_source(told) for told in editions.values_list("definition", flat=True)[: 4 * EDITIONS]]


def source_coded(code: str) -> FeedSource:
    """The sender of that code. Raises SourceNotFound."""
    source = FeedSource.objects.select_related("agency").filter(code=code).first()
    if source is None:
        raise SourceNotFound("There is no sender of that code.")
    return source


def edition_numbered(source: FeedSource, number: int) -> SourceEdition:
    """That edition of the sender's definition. Raises SourceNotFound."""
    edition = SourceEdition.objects.filter(source=source, number=number).first()
    if edition is None:
        raise SourceNotFound("The sender's definition has no such edition.")
    return edition


@dataclass(frozen=True)
class SenderLine:
    """A sender and how its feed is. expected_at: when its next file is; None where none is at a certain time."""

    source: FeedSource
    newest_at: datetime | None
    expected_at: datetime | None
    alerts: list[FeedAlert]


def senders(*, now: datetime) -> list[SenderLine]:
    """Every sender, by name: when something came last and comes next, and what is wrong with its feed now."""
    newest = FeedRun.objects.filter(source=OuterRef("id")).order_by("-number").values("taken_at")[:1]
    open_now = FeedAlert.objects.filter(cleared_at__isnull=True).order_by("raised_at")
    found = (
        FeedSource.objects.select_related("agency")
        .annotate(newest_at=Subquery(newest))
        .prefetch_related(Prefetch("alerts", open_now, to_attr="open_alerts"))
        .order_by("name")
    )
    lines = []
    for source in found:
        timetable = read_source(source.definition).timetable
        expected = timetable.after(now) if timetable else None
        lines.append(SenderLine(source, source.newest_at, expected, source.open_alerts))
    return lines


@dataclass(frozen=True)
class EditionLine:
    """An edition and what it changed of the one before; the first changed nothing."""

    edition: SourceEdition
    changes: list[str]


def editions_of(source: FeedSource) -> list[EditionLine]:
    """The newest editions, newest first, each with what it changed."""
    editions = list(SourceEdition.objects.filter(source=source).order_by("-number")[: EDITIONS + 1])
    read = [read_source(one.definition) for one in editions]
    earlier = [*read[1:], None]
    lines = [
        EditionLine(one, differences(before, mine) if before else [])
        for one, mine, before in zip(editions, read, earlier, strict=True)
    ]
    return lines[:EDITIONS]
