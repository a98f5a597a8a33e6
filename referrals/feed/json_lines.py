"""A feed as JSON lines, one record a line: in the sender's own columns, or in the canonical shape (canonical.py).

The intake API comes this way too: what it is sent is written as JSON lines.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from referrals.feed.canonical import SHAPE, in_senders_columns
from referrals.feed.faults import FeedError, ShapeChanged, check_length, no_nul, shown_column
from referrals.feed.source import SourceDefinition

LONGEST_LINE = 1_000_000  # bytes


class JsonLines:
    """A file of JSON lines that can be read: see referrals.feed.reading.Feed."""

    encoding = "jsonl"

    def __init__(self, path: Path, source: SourceDefinition) -> None:
        self.path, self.source = path, source
        self.columns = tuple(source.columns.values())

    def __iter__(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Each record with its number from 0: the sender's column to text. Raises FeedError."""
        with self.path.open("rb") as stream:
            row = line = 0
            while text := stream.readline(LONGEST_LINE + 1):
                line += 1
                if len(text) > LONGEST_LINE:
                    raise FeedError(
                        f"Row {row + 1} (line {line}) is longer than {LONGEST_LINE:,} bytes. Ask the sender to check"
                        " the export.",
                        row=row + 1,
                    )
                if text.strip(b"\xef\xbb\xbf \t\r\n"):
                    yield row, self._read(text, row + 1, f"Row {row + 1} (line {line})")
                    row += 1

    def _read(self, text: bytes, row: int, place: str) -> dict[str, str]:
        try:
            record = json.loads(text.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            raise FeedError(
                f"{place} is not well-formed JSON in UTF-8. Write one record a line, each whole.", row=row
            ) from None
        if not isinstance(record, dict):
            raise FeedError(f"{place} is no JSON object of columns and their values.", row=row)
        own, known = set(self.source.columns.values()) | self.source.ignored_columns, set(record)
        if not known <= own and known & SHAPE and not known & own - SHAPE:
            record = in_senders_columns(record, self.source, row=row, place=place)
        elif unknown := sorted(known - own):
            raise _NewColumn(unknown, row=row, place=place)
        cells = {
            column: _text(record.get(column), self.source, row=row, place=place, column=column)
            for column in (*self.columns, *sorted(known & self.source.ignored_columns))
        }
        return {column: cell for column, cell in cells.items() if cell or column not in self.source.optional}


class _NewColumn(ShapeChanged):
    """A record has a column that the hub does not know."""

    def __init__(self, unknown: list[str], *, row: int, place: str) -> None:
        super().__init__(
            f"{place} has the column {shown_column(unknown[0])}, which this hub does not know. Use the columns that"
            " were agreed, or the canonical shape.",
            column=unknown[0],
            added=[shown_column(name) for name in unknown],
        )
        self.row = row


def _text(value: Any, source: SourceDefinition, *, row: int, place: str, column: str) -> str:
    """One value as the sender would write it in a text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return min(source.yes if value else source.no, default="")
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        value = " ".join(value)
    if not isinstance(value, str) or isinstance(value, Mapping):
        raise FeedError(
            f"{place}, column {column} holds neither a text nor a number, true, false or null.",
            row=row,
            column=column,
        )
    check_length(value, place=place, row=row, column=column)
    no_nul(value, place=place, row=row, column=column)
    if not value.isascii() and value != value.encode("utf-8", "replace").decode():
        raise FeedError(
            f"{place}, column {column} holds half a letter: send it as UTF-8.", row=row, column=column
        )
    return value
