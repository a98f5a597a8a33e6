"""Editions of a sender's definition: a row that came under one, read by another; and what differs, in words. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from referrals.feed.source import FIELDS, SourceDefinition


def carried(cells: Mapping[str, str], *, came: SourceDefinition, now: SourceDefinition) -> dict[str, str]:
    """A row's cells in the columns of another edition, field by field; what has no column there stays out."""
    if came.columns == now.columns:
        return dict(cells)
    return {
        column: cells[came.columns[field]]
        for field, column in now.columns.items()
        if came.columns.get(field) in cells
    }


def reading(*, came: SourceDefinition, now: SourceDefinition) -> SourceDefinition:
    """How a row that came under one edition is read by another: dates as either of them writes them."""
    return replace(
        now,
        dates=tuple(dict.fromkeys((*now.dates, *came.dates))),
        times=tuple(dict.fromkeys((*now.times, *came.times))),
    )


def differences(old: SourceDefinition, new: SourceDefinition) -> list[str]:
    """What a new edition changes, a sentence each; empty where nothing."""
    told = [
        *_columns(old.columns, new.columns),
        *_lists("Columns that may come and are not read", old.ignored_columns, new.ignored_columns),
        *_lists("Columns that a file may leave out", old.optional, new.optional),
        *_lists("Offences that are not taken", old.excluded_offences, new.excluded_offences),
        *_codes("Ethnicity", old.ethnicities, new.ethnicities),
        *_codes("Sex", old.sexes, new.sexes),
        *_codes("Flags", old.flags, new.flags),
        *_codes("Offence codes", old.offences, new.offences),
        *_lists("Dates", old.dates, new.dates),
        *_lists("Times", old.times, new.times),
        *_lists("Formats", old.formats, new.formats),
        *_lists("What names a record", old.record, new.record),
        *_lists("Roles of victims", old.victim_roles, new.victim_roles),
        *_lists("Yes", old.yes, new.yes),
        *_lists("No", old.no, new.no),
        *_lists("Nothing is known", old.blank, new.blank),
        *_lists("Takes a record back", old.withdrawn, new.withdrawn),
        *_lists("A safe address", old.safe_address_words, new.safe_address_words),
    ]
    for words, before, after in (
        ("Encoding", old.encoding, new.encoding),
        ("Time zone", old.zone.key, new.zone.key),
        ("Rows end with a line break", old.ends_with_line_break, new.ends_with_line_break),
    ):
        if before != after:
            told.append(f"{words}: {after} instead of {before}.")
    if old.timetable != new.timetable:
        told.append(
            "When files are expected has changed." if new.timetable else "No file is expected any more."
        )
    return told


def _columns(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    told = []
    for field in FIELDS:
        words, before, after = field.replace("_", " "), old.get(field), new.get(field)
        if before and after and before != after:
            told.append(f"{words.capitalize()} is read from {after} instead of {before}.")
        elif after and not before:
            told.append(f"{words.capitalize()} is read from {after}.")
        elif before and not after:
            told.append(f"{words.capitalize()} is read no more, from {before}.")
    return told


def _lists(words: str, old: Iterable[str], new: Iterable[str]) -> list[str]:
    before, after = set(old), set(new)
    added, gone = sorted(after - before), sorted(before - after)
    parts = [f"{', '.join(added)} added" if added else "", f"{', '.join(gone)} gone" if gone else ""]
    return [f"{words}: {'; '.join(part for part in parts if part)}."] if added or gone else []


def _codes(words: str, old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    return _lists(
        words,
        (f"{one} = {ours}" for one, ours in old.items()),
        (f"{one} = {ours}" for one, ours in new.items()),
    )
