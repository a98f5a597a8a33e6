"""Reads over the rows of feeds: pages of them by keyset, how they are shown, and as CSV."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO
from uuid import UUID

from django.db.models import Q, QuerySet

from access.export import csv_file, neutralise
from referrals.clocks import due, rule_for
from referrals.feed.held import NOT_TAKEN
from referrals.feed.row import record_key
from referrals.feed.source import SourceDefinition
from referrals.feed.verdicts import QUARANTINE_WORDS
from referrals.models import FeedRow, FeedRun, SourceRecord
from referrals.queries.calendar import hub_calendar
from referrals.queries.clock_rules import Rule, clock_rules
from referrals.queries.feeds import case_references, verdict_words
from referrals.queries.keyset import Page
from referrals.queries.sources import definitions_of
from victims.queries import references_of

PAGE = 50
AT_ONCE = 1000
SAFEGUARDING = "quarantine:safeguarding"
EXCLUDED = f"quarantine:{NOT_TAKEN}"
TOLD = ("run", "row", "verdict", "reason", "notes", "person", "case")


@dataclass(frozen=True)
class ShownRow:
    """A row as lists show it. number: of the data row, from 1. since: what a later word on the record came to."""

    row: FeedRow
    number: int
    name: str
    crime_ref: str
    offence: str
    words: str
    case: str
    since: str
    due_at: datetime | None
    """By when a row that names a child in danger is to be referred on."""

    @property
    def held_because(self) -> str:
        code = self.row.verdict.partition(":")[2]
        return QUARANTINE_WORDS.get(code, code)

    @property
    def safeguarding(self) -> bool:
        return self.row.verdict == SAFEGUARDING


def safeguarding_due(received_at: datetime, rules: Sequence[Rule]) -> datetime:
    """By when a row that was received then is to be referred on. rules: as referrals.queries.clock_rules has them."""
    rule = rule_for("safeguarding", received_at, rules=rules)
    return due(rule, received_at, (), hub_calendar())


def run_page(*, run: FeedRun, verdict: str = "", after: str = "", before: str = "") -> Page[FeedRow]:
    """A page of a run's rows in the file's order. Cursors are line numbers; an unreadable one is no cursor."""
    rows = FeedRow.objects.filter(run=run).select_related("run__source")
    if verdict:
        rows = rows.filter(verdict=verdict)
    start, end = _line(after), _line(before)
    backwards = start is None and end is not None
    if backwards:
        found = list(rows.filter(line__lt=end).order_by("-line")[: PAGE + 1])
    else:
        found = list(rows.filter(line__gt=-1 if start is None else start).order_by("line")[: PAGE + 1])
    marked = [(str(row.line), row) for row in found]
    return _page(marked, backwards=backwards, begun=start is not None)


def _page(found: list[tuple[str, FeedRow]], *, backwards: bool, begun: bool) -> Page[FeedRow]:
    """The page of what was found as it was read, each under its cursor: of one more than is shown."""
    more, found = len(found) > PAGE, found[:PAGE]
    if backwards:
        found.reverse()
    has_previous, has_next = (more, True) if backwards else (begun, more)
    return Page(
        rows=[row for _, row in found],
        previous=found[0][0] if found and has_previous else "",
        next=found[-1][0] if found and has_next else "",
    )


def rows_in_batches(*, run: FeedRun, verdict: str = "") -> Iterator[list[FeedRow]]:
    """All rows of a run (of one verdict where given) in the file's order, some at a time."""
    after = -1
    rows = FeedRow.objects.filter(run=run).select_related("run__source").order_by("line")
    if verdict:
        rows = rows.filter(verdict=verdict)
    while found := list(rows.filter(line__gt=after)[:AT_ONCE]):
        yield found
        after = found[-1].line


def quarantine_page(
    *, reason: str = "", source: str = "", after: str = "", before: str = ""
) -> Page[FeedRow]:
    """A page of the quarantine: safeguarding first, then the longest held; offences that are not taken at the end.

    Cursors are "<band>.<row id>"; an unreadable one is the first page. Each band is walked along its index.
    """
    bands = _bands(reason=reason, source=source)
    start, end = _place(after), _place(before)
    backwards = start is None and end is not None
    place = end if backwards else start
    found: list[tuple[int, FeedRow]] = []
    for band in reversed(range(len(bands))) if backwards else range(len(bands)):
        rows = bands[band]
        if place and band == place[0]:
            rows = rows.filter(id__lt=place[1]) if backwards else rows.filter(id__gt=place[1])
        elif place and (band > place[0]) == backwards:
            continue
        left = PAGE + 1 - len(found)
        found += [(band, row) for row in rows.order_by("-id" if backwards else "id")[:left]]
    return _page([(_cursor(one), one[1]) for one in found], backwards=backwards, begun=start is not None)


def how_many_in_danger() -> int:
    """How many rows wait in the safeguarding queue; no more than 101 are counted."""
    return _bands(reason="", source="")[0].order_by()[:101].count()


def quarantine_in_batches(*, reason: str = "", source: str = "") -> Iterator[list[FeedRow]]:
    """All that is held in quarantine, in the list's order, some at a time."""
    for rows in _bands(reason=reason, source=source):
        ordered, batch = rows.order_by("id"), list(rows.order_by("id")[:AT_ONCE])
        while batch:
            yield batch
            batch = list(ordered.filter(id__gt=batch[-1].id)[:AT_ONCE])


def shown(rows: Iterable[FeedRow]) -> list[ShownRow]:
    """The rows as lists show them: six queries at most, however many rows."""
    rows = list(rows)
    definitions = definitions_of(row.run for row in rows)
    cases = case_references(row.case_id for row in rows if row.case_id)
    later = _later_words(rows, definitions)
    rules = clock_rules() if any(row.verdict == SAFEGUARDING for row in rows) else []
    return [
        ShownRow(
            row=row,
            number=row.line + 1,
            name=_full_name(row, definitions[row.run_id]),
            crime_ref=_cell(row, definitions[row.run_id], "crime_ref"),
            offence=_cell(row, definitions[row.run_id], "offence_label"),
            words=verdict_words(row.verdict),
            case=cases.get(row.case_id, "") if row.case_id else "",
            since=later.get(row.id, ""),
            due_at=safeguarding_due(row.run.taken_at, rules) if row.verdict == SAFEGUARDING else None,
        )
        for row in rows
    ]


def row_ids_of(person_id: UUID) -> list[UUID]:
    """The rows that led to the person, or that name them where the record is restricted."""
    about = FeedRow.objects.filter(Q(person_id=person_id) | Q(names_person_id=person_id))
    return list(about.order_by("id").values_list("id", flat=True))


def subjects_of(rows: Iterable[FeedRow]) -> list[UUID]:
    """Whom rows are about, for the record of reads: person and case, or the row where it led to neither."""
    subjects: dict[UUID, None] = {}
    for row in rows:
        known = [one for one in (row.person_id, row.case_id) if one]
        subjects |= dict.fromkeys(known or [row.id])
    return list(subjects)


def as_csv(
    batches: Iterable[list[FeedRow]],
    *,
    definitions: Iterable[SourceDefinition],
    look: Callable[[list[FeedRow]], None],
) -> IO[bytes]:
    """Rows as a CSV file, open at its start: what became of each, then its cells as sent, made harmless.

    Written batch by batch, to disk when it grows; `look` is called for each batch to put the read on record.
    definitions: by which the rows were taken; the columns stand in their order.
    """
    columns = dict.fromkeys(
        column for one in definitions for column in [*one.columns.values(), *sorted(one.ignored_columns)]
    )
    return csv_file(_csv_rows(batches, list(columns), look))


def _csv_rows(
    batches: Iterable[list[FeedRow]], columns: list[str], look: Callable[[list[FeedRow]], None]
) -> Iterator[list[object]]:
    yield [*TOLD, *map(neutralise, columns)]
    for rows in batches:
        look(rows)
        people = references_of(row.person_id for row in rows if row.person_id)
        cases = case_references(row.case_id for row in rows if row.case_id)
        for row in rows:
            cells = [
                row.verdict or "waiting",
                row.reason,
                " ".join(row.warnings),
                people.get(row.person_id, "") if row.person_id else "",
                cases.get(row.case_id, "") if row.case_id else "",
                *(row.raw.get(column, "") for column in columns),
            ]
            yield [row.run.number, row.line + 1, *map(neutralise, cells)]


def _bands(*, reason: str, source: str) -> list[QuerySet[FeedRow]]:
    """Safeguarding rows, those that somebody must answer, and those that the hub does not take."""
    # The very condition of the partial index, so that it serves however many rows were workable.
    rows = FeedRow.objects.filter(verdict__startswith="quarantine:").select_related("run__source")
    if reason:
        rows = rows.filter(verdict=f"quarantine:{reason}")
    if source:
        rows = rows.filter(run__source__code=source)
    return [
        rows.filter(verdict=SAFEGUARDING),
        rows.exclude(verdict__in=(SAFEGUARDING, EXCLUDED)),
        rows.filter(verdict=EXCLUDED),
    ]


def _later_words(rows: list[FeedRow], definitions: dict[UUID, SourceDefinition]) -> dict[UUID, str]:
    """Of rows in quarantine: what the sender's later word on the same record came to, where there is one."""
    held = [row for row in rows if row.verdict.startswith("quarantine:")]
    keys = {row.id: record_key(row.raw, definitions[row.run_id]) for row in held}
    records = SourceRecord.objects.filter(
        source__in={row.run.source_id for row in held}, key__in=set(keys.values())
    )
    latest = {
        (source, key): (row_id, verdict)
        for source, key, row_id, verdict in records.values_list("source_id", "key", "row_id", "verdict")
    }
    found = {}
    for row in held:
        row_id, verdict = latest.get((row.run.source_id, keys[row.id]), (row.id, ""))
        if row_id != row.id:
            found[row.id] = verdict_words(verdict)
    return found


def _full_name(row: FeedRow, source: SourceDefinition) -> str:
    return f"{_cell(row, source, 'given_names')} {_cell(row, source, 'surname')}".strip()


def _cell(row: FeedRow, source: SourceDefinition, name: str) -> str:
    return row.raw.get(source.columns.get(name, ""), "").strip()


def _line(cursor: str) -> int | None:
    return int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) < 10 else None


def _cursor(at: tuple[int, FeedRow]) -> str:
    return f"{at[0]}.{at[1].id}"


def _place(cursor: str) -> tuple[int, UUID] | None:
    band, _, row_id = cursor.partition(".")
    try:
        return (int(band), UUID(row_id)) if band in ("0", "1", "2") else None
    except ValueError:
        return None
