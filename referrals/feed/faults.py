"""What can be wrong with a feed whatever its format: its columns, and texts that nobody can read.

Messages never quote a cell: they reach pages and logs.
"""

from collections.abc import Sequence

from referrals.feed.source import SourceDefinition

LONGEST_FIELD = 100_000


class FeedError(Exception):
    """The file cannot be taken. The message says what is wrong, in which row and column, and what to do.

    row: data row, counted from 1; None where it is the file as a whole.
    """

    def __init__(self, message: str, *, row: int | None = None, column: str = "") -> None:
        self.row, self.column = row, column
        super().__init__(message)


class ShapeChanged(FeedError):
    """The columns are not those that were agreed with the sender: some are missing, or some are new."""

    def __init__(
        self, message: str, *, column: str, missing: Sequence[str] = (), added: Sequence[str] = ()
    ) -> None:
        self.missing, self.added = tuple(missing), tuple(added)
        super().__init__(message, column=column)


def checked_columns(header: Sequence[str], source: SourceDefinition) -> tuple[str, ...]:
    """The columns of a header, each known and none missing. Raises FeedError, ShapeChanged."""
    columns = tuple(name.strip() for name in header)
    wanted = list(source.columns.values())
    if len(columns) == 1 and len(wanted) > 1:
        shown = next((mark for mark in (";", "\t", "|") if mark in columns[0]), "")
        hint = " It is separated by something other than commas." if shown else ""
        raise FeedError(
            f"The first row has one column where {len(wanted)} are expected.{hint} Ask for it as CSV with commas."
        )
    missing = [name for name in wanted if name not in columns and name not in source.optional]
    unknown = [name for name in columns if name not in wanted and name not in source.ignored_columns]
    if not set(columns) & set(wanted):
        raise FeedError(
            "The first row holds none of this sender's columns. Choose the right sender, or ask for the file with"
            " its header."
        )
    if missing:
        raise ShapeChanged(
            f"The header lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}. Ask the sender"
            f" what changed.",
            column=missing[0],
            missing=missing,
            added=[shown_column(name) for name in unknown],
        )
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise FeedError(
            f"The header names {shown_column(twice[0])} more than once. Ask the sender to check the export.",
            column=twice[0],
        )
    if unknown:
        raise ShapeChanged(
            f"The header has the column {shown_column(unknown[0])}, which this hub does not know. Ask the sender"
            " what it means, then name it in the sender's definition.",
            column=unknown[0],
            added=[shown_column(name) for name in unknown],
        )
    return columns


def shown_column(column: str) -> str:
    """A heading as it can be shown: one that a file made up may be of any length."""
    return column[:60] or "without a name"


def check_length(cell: str, *, place: str, row: int, column: str) -> None:
    """Raises FeedError where a cell is longer than any that can be right."""
    if len(cell) > LONGEST_FIELD:
        raise FeedError(
            f"{place}, column {column} holds {len(cell):,} letters; at most {LONGEST_FIELD:,} can be right. Ask the"
            " sender to check the export.",
            row=row,
            column=column,
        )


def no_nul(cell: str, *, place: str, row: int, column: str) -> None:
    """Raises FeedError where a cell holds what no text does."""
    if "\0" in cell:
        raise FeedError(
            f"{place}, column {column} holds a NUL byte: the file is damaged, or is no text. Ask the sender for it"
            " again.",
            row=row,
            column=column,
        )
