"""Reading a feed file: a row at a time, memory flat, and every fault of the file named by row and column.

The file is gone through twice: once for its encoding and for what no text may hold, once for its rows.
"""

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from referrals.feed.source import DETECT, SourceDefinition

LONGEST_LINE = 1_000_000
LONGEST_FIELD = 100_000
PIECE = 1 << 20

_KINDS = (
    (b"PK\x03\x04", "a zip archive or a spreadsheet (.xlsx)"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet or document (.xls, .doc)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "a rich text document"),
)
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<head", b"<body", b"<table")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class FeedError(Exception):
    """The file cannot be taken. The message says what is wrong, in which row and column, and what to do.

    row: data row, counted from 1; None where it is the file as a whole.
    """

    def __init__(self, message: str, *, row: int | None = None, column: str = "") -> None:
        self.row, self.column = row, column
        super().__init__(message)


class Feed:
    """A feed file that can be read: `encoding`, `columns` as sent, and its rows when iterated."""

    def __init__(self, path: Path, source: SourceDefinition, encoding: str) -> None:
        self.path, self.source, self.encoding = path, source, encoding
        with self._open() as stream:
            header = next(csv.reader(_lines(stream), strict=True), [])
        self.columns = _checked(header, source)

    def __iter__(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Each data row with its number from 0: column to text as sent. Raises FeedError."""
        with self._open() as stream:
            lines = _lines(stream)
            rows = csv.reader(lines, strict=True)
            next(rows)
            row = 0
            while True:
                begins = rows.line_num + 1
                try:
                    cells = next(rows)
                except StopIteration:
                    return
                except csv.Error as problem:
                    raise _unreadable(problem, row + 1, begins) from None
                if not cells:
                    continue
                self._check(cells, row + 1, begins)
                yield row, dict(zip(self.columns, cells, strict=True))
                row += 1

    def _check(self, cells: list[str], row: int, line: int) -> None:
        if len(cells) != len(self.columns):
            last = self.columns[min(len(cells), len(self.columns)) - 1]
            if len(cells) < len(self.columns):
                what = f"ends at column {last}. If it is the last row, the file was cut off: ask for it again"
            else:
                what = f"goes on after column {last}: a comma in a text is not in quotation marks"
            raise FeedError(
                f"Row {row} (line {line}) has {len(cells)} values for {len(self.columns)} columns; it {what}.",
                row=row,
                column=last,
            )
        for column, cell in zip(self.columns, cells, strict=True):
            if len(cell) > LONGEST_FIELD:
                raise FeedError(
                    f"Row {row} (line {line}), column {column} holds {len(cell):,} letters; at most"
                    f" {LONGEST_FIELD:,} can be right. Ask the sender to check the export.",
                    row=row,
                    column=column,
                )

    def _open(self) -> IO[str]:
        return self.path.open(encoding=self.encoding, newline="")


def open_feed(path: Path, source: SourceDefinition, *, encoding: str | None = None) -> Feed:
    """The file at `path` as a feed of this sender, its header checked; iterate for its rows.

    encoding: as somebody declared it; else the source's, else detected (a byte order mark, UTF-8,
    Windows-1252). Raises FeedError. Rows are checked as they are read: only a whole pass without an
    error says that the file can be taken.
    """
    with path.open("rb") as stream:
        start = stream.read(4096)
    if not start.strip():
        raise FeedError(
            "The file is empty. A day without reports still has its header row: ask for it again."
        )
    for magic, kind in _KINDS:
        if start.startswith(magic):
            raise FeedError(f"The file is {kind}, not a CSV file. Ask the sender for the export as CSV.")
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        raise FeedError(
            "The file is a web page or XML, not a CSV file: perhaps a sign-in page was saved instead"
            " of the export. Download the export again."
        )
    return Feed(path, source, _encoding(path, source, start, encoding))


def _encoding(path: Path, source: SourceDefinition, start: bytes, declared: str | None) -> str:
    wanted = declared or (source.encoding if source.encoding != DETECT else None)
    if wanted is None:
        wanted = next((name for mark, name in _MARKS if start.startswith(mark)), None)
    for encoding in [wanted] if wanted else ["utf-8", "cp1252"]:
        fault = _fault(path, encoding, complete=source.ends_with_line_break)
        if fault is None:
            return encoding
    if wanted:
        raise FeedError(
            f"Line {fault} of the file is not {wanted}. Say in which encoding the sender writes it, or ask for"
            " the export as UTF-8."
        )
    raise FeedError(
        f"Line {fault} of the file is neither UTF-8 nor Windows-1252. Ask the sender in which encoding it"
        " is written."
    )


def _fault(path: Path, encoding: str, *, complete: bool) -> int | None:
    """The line of the first byte that is not of this encoding, None where there is none.

    Raises FeedError for what no encoding makes right: NULs, a line without end, a file cut off.
    """
    decode = codecs.getincrementaldecoder(encoding)()
    line, length, last = 1, 0, ""
    with path.open("rb") as stream:
        while True:
            piece = stream.read(PIECE)
            try:
                text = decode.decode(piece, final=not piece)
            except UnicodeDecodeError as problem:
                return line + piece[: problem.start].count(b"\n")
            if (at := text.find("\0")) >= 0:
                raise FeedError(
                    f"Line {line + text.count(chr(10), 0, at)} holds a NUL byte: the file is damaged, or is no text."
                    " Ask the sender for it again."
                )
            first, *others = text.split("\n")
            for number, part in enumerate([first, *others]):
                length = len(part) + (length if number == 0 else 0)
                if length > LONGEST_LINE:
                    raise FeedError(
                        f"Line {line + number} is longer than {LONGEST_LINE:,} letters: it cannot be a row. Ask the"
                        " sender to check the export.",
                        row=max(line + number - 1, 1),
                    )
            line += len(others)
            last = text[-1:] or last
            if not piece:
                break
    if complete and last not in ("\n", "\r"):
        raise FeedError(
            f"The last line ({line}) does not end: the file was cut off. Ask the sender for it again.",
            row=line - 1,
        )
    return None


def _lines(stream: IO[str]) -> Iterator[str]:
    while line := stream.readline(LONGEST_LINE + 2):
        yield line


def _unreadable(problem: csv.Error, row: int, line: int) -> FeedError:
    words = str(problem)
    if "field larger" in words:
        what = "holds a text that does not end: a quotation mark is not closed"
    elif "end of data" in words:
        what = "begins a text in quotation marks that does not end: the file was cut off. Ask the sender for it again"
    else:
        what = "has a quotation mark in the middle of a text that is not doubled"
    return FeedError(f"Row {row} (line {line}) {what}.", row=row)


def _checked(header: list[str], source: SourceDefinition) -> tuple[str, ...]:
    columns = tuple(name.strip() for name in header)
    wanted = list(source.columns.values())
    missing = [name for name in wanted if name not in columns]
    if len(columns) == 1 and len(wanted) > 1:
        shown = next((mark for mark in (";", "\t", "|") if mark in columns[0]), "")
        hint = " It is separated by something other than commas." if shown else ""
        raise FeedError(
            f"The first row has one column where {len(wanted)} are expected.{hint} Ask for it as CSV with commas."
        )
    if missing:
        raise FeedError(
            f"The header lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}. Ask the sender"
            f" what changed; nothing was taken.",
            column=missing[0],
        )
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise FeedError(f"The header names {', '.join(twice)} more than once.", column=twice[0])
    return columns
