"""A file as a definition would read it, before anything is published: nothing of it is stored or looked up."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from django.utils import timezone

from referrals.feed.faults import ShapeChanged
from referrals.feed.reading import FeedError, open_feed
from referrals.feed.record import Held, after, judge
from referrals.feed.row import Report, content_hash, names_safe_address, read_row, record_key
from referrals.feed.source import FIELDS, SourceDefinition
from referrals.feed.verdicts import OffenceFacts
from referrals.models import Offence
from referrals.queries.feeds import verdict_words

MOST_ROWS, SHOWN = 2000, 5
APART = "kept apart"
SEXES = {"0": "not known", "1": "male", "2": "female", "9": "not specified"}
YES_NO = {True: "yes", False: "no", None: "not known"}


@dataclass(frozen=True)
class PreviewCell:
    """One of our fields: the sender's column, what stands in it, and what is read from it."""

    words: str
    column: str
    sent: str
    read: str


@dataclass(frozen=True)
class PreviewRow:
    number: int
    verdict: str
    reason: str
    warnings: Sequence[str]
    cells: list[PreviewCell]

    @property
    def heading(self) -> str:
        return f"Row {self.number}: {self.verdict}"


@dataclass(frozen=True)
class Preview:
    """What a file comes to: its first rows, and the verdicts of up to MOST_ROWS of them among themselves.

    fault: why the file would be refused, with the columns that are missing or new; "" where it would be taken.
    """

    read: int = 0
    is_all: bool = True
    counts: list[tuple[str, int]] = field(default_factory=list)
    rows: list[PreviewRow] = field(default_factory=list)
    fault: str = ""
    missing: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


def preview(*, definition: SourceDefinition, path: Path) -> Preview:
    """The file at `path` read by this definition. Other deliveries are not looked at: a row that is known already
    counts as new here.
    """
    try:
        feed = list(islice(open_feed(path, definition), MOST_ROWS + 1))
    except ShapeChanged as fault:
        return Preview(fault=str(fault), missing=fault.missing, added=fault.added)
    except FeedError as fault:
        return Preview(fault=str(fault))
    told = [(number, raw, read_row(raw, definition)) for number, raw in feed[:MOST_ROWS]]
    offences = _offences({report.offence_code for _, _, report in told})
    held: dict[str, Held | None] = {}
    counts: Counter[str] = Counter()
    rows: list[PreviewRow] = []
    for number, raw, report in told:
        key, content = record_key(raw, definition), content_hash(raw)
        verdict = judge(
            report,
            content_hash=content,
            source=definition,
            offences=offences,
            held=held.get(key),
            now=timezone.now(),
        )
        held[key] = after(held.get(key), report, content_hash=content, verdict=verdict)
        counts[verdict.code] += 1
        if len(rows) < SHOWN:
            cells = _cells(raw, report, definition, offences)
            rows.append(
                PreviewRow(number + 1, verdict_words(verdict.code), verdict.reason, verdict.warnings, cells)
            )
    return Preview(
        read=len(told),
        is_all=len(feed) <= MOST_ROWS,
        counts=[(verdict_words(code), number) for code, number in counts.most_common()],
        rows=rows,
    )


def _offences(codes: set[str]) -> dict[str, OffenceFacts]:
    known = Offence.objects.filter(code__in=codes).values_list("code", "group", "label", "properties")
    return {code: OffenceFacts(group, label, tuple(properties)) for code, group, label, properties in known}


def _cells(
    raw: dict[str, str], report: Report, definition: SourceDefinition, offences: dict[str, OffenceFacts]
) -> list[PreviewCell]:
    hidden = ("address", "postcode") if names_safe_address(raw, definition) else ()
    cells = []
    for name in FIELDS:
        column = definition.columns.get(name)
        if column is None or not raw.get(column, "").strip():
            continue
        sent, read = raw[column].strip(), _read(name, report, definition, offences)
        if name in hidden:
            sent = read = APART
        cells.append(PreviewCell(name.replace("_", " ").capitalize(), column, sent, read or "not readable"))
    return cells


def _read(name: str, report: Report, definition: SourceDefinition, offences: dict[str, OffenceFacts]) -> str:
    """What is read of one field, as people say it; "" where nothing can be."""
    if name in ("reported_at", "occurred_from", "occurred_to"):
        at = getattr(report, name)
        return f"{at.astimezone(definition.zone):%-d %B %Y, %H:%M}" if at else ""
    if name == "date_of_birth":
        return f"{report.date_of_birth:%-d %B %Y}" if report.date_of_birth else ""
    if name in ("phone", "mobile"):
        return ", ".join(phone.number for phone in report.phones)
    if name == "offence_code":
        known = offences.get(report.offence_code)
        return f"{report.offence_code}, {known.label}" if known else f"{report.offence_code}, not known here"
    if name == "status":
        return "taken back" if report.is_withdrawn else "stands"
    if name == "role":
        return "victim" if report.is_victim else "not a victim"
    if name == "sex":
        return SEXES[report.sex]
    if name == "flags":
        return ", ".join(flag.replace("_", " ") for flag in report.flags)
    if name == "safe_address":
        return YES_NO[report.is_safe_address]
    found = getattr(report, name)
    return YES_NO[found] if isinstance(found, bool) or found is None else str(found)
