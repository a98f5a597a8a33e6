"""Reading a feed file: a row at a time, memory flat, and every fault of the file named by row and column.

CSV is read here; a spreadsheet in sheet.py and JSON lines in json_lines.py, where the sender may send them. The file
is gone through once for its encoding, then for its rows. Messages never quote a cell: they reach
pages and logs.
"""

import codecs
import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO, NoReturn, Protocol, Self

from referrals.feed.faults import FeedError, check_length, checked_columns, no_nul
from referrals.feed.json_lines import JsonLines
from referrals.feed.sheet import Sheet
from referrals.feed.source import DETECT, SourceDefinition

LONGEST_LINE = 1_000_000  # letters of one row, line breaks in its texts included
PIECE = 1 << 18

ZIP = b"PK\x03\x04"
_KINDS = (
    (ZIP, "a zip archive or a spreadsheet (.xlsx)"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet or document (.xls, .doc)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "a rich text document"),
)
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<head", b"<body", b"<table")
_JSON = (b"{", b"[")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What the decoders leave where bytes are no text: a lone surrogate, or in wide encodings the mark of loss.
_NO_TEXT = re.compile("[\udc80-\udcff]")
_NO_WIDE_TEXT = re.compile("\ufffd")
_NAMES = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "cp1252": "Windows-1252"}


class Feed(Protocol):
    """A feed file that can be read, whatever its format: `encoding`, `columns`, and its rows each time anew."""

    source: SourceDefinition
    encoding: str
    columns: tuple[str, ...]

    def __iter__(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Each data row with its number from 0: column to text as sent. Raises FeedError."""


class CsvFile:
    """A CSV file that can be read: `encoding`, `columns` as sent, and its rows each time it is iterated."""

    def __init__(self, path: Path, source: SourceDefinition, encoding: str) -> None:
        self.path, self.source, self.encoding = path, source, encoding
        wide = encoding.startswith(("utf-16", "utf-32"))
        self._errors = "replace" if wide else "surrogateescape"
        self._no_text = _NO_WIDE_TEXT if wide else _NO_TEXT
        with self._open() as stream:
            header = _next(csv.reader(_Lines(stream), strict=True), row=0, line=1)
        self.columns = checked_columns(header or [], source)

    def __iter__(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Each data row with its number from 0: column to text as sent. Raises FeedError."""
        with self._open() as stream:
            lines = _Lines(stream)
            rows = csv.reader(lines, strict=True)
            _next(rows, row=0, line=1)
            row = 0
            while True:
                begins = lines.record(row + 1)
                cells = _next(rows, row=row + 1, line=begins)
                if cells is None:
                    break
                if cells:  # an empty line is no row
                    yield row, self._checked(cells, row + 1, begins)
                    row += 1
            if self.source.ends_with_line_break and not lines.ended:
                raise FeedError(
                    f"{f'Row {row} (line {lines.line}), the last,' if row else 'The header'} does not end: the file"
                    " was cut off. Ask the sender for it again.",
                    row=row or None,
                )

    def _checked(self, cells: list[str], row: int, line: int) -> dict[str, str]:
        if len(cells) != len(self.columns):
            last = self.columns[min(len(cells), len(self.columns)) - 1]
            if len(cells) < len(self.columns):
                what = f"ends at column {last}. If it is the last row, the file was cut off: ask for it again"
            else:
                what = (
                    f"goes on after column {last}: a comma in a text is not in quotation marks. Ask the sender to"
                    " check the export"
                )
            raise FeedError(
                f"Row {row} (line {line}) has {len(cells)} values for {len(self.columns)} columns; it {what}.",
                row=row,
                column=last,
            )
        raw = dict(zip(self.columns, cells, strict=True))
        for column, cell in raw.items():
            check_length(cell, place=_place(row, line), row=row, column=column)
            if not cell.isascii() or "\0" in cell:
                self._check_text(column, cell, row, line)
        return raw

    def _check_text(self, column: str, cell: str, row: int, line: int) -> None:
        no_nul(cell, place=_place(row, line), row=row, column=column)
        if self._no_text.search(cell):
            name = _NAMES.get(self.encoding, self.encoding)
            raise FeedError(
                f"Row {row} (line {line}), column {column} is not written in {name} as the rest is. Ask the sender"
                " for the export as UTF-8, or say in which encoding it is.",
                row=row,
                column=column,
            )

    def _open(self) -> IO[str]:
        return self.path.open(encoding=self.encoding, errors=self._errors, newline="")


def open_feed(path: Path, source: SourceDefinition, *, encoding: str | None = None) -> Feed:
    """The file at `path` as a feed of this sender, its header checked; iterate for its rows.

    encoding: as somebody declared it; else the source's, else detected (a byte order mark, UTF-8,
    Windows-1252). Raises FeedError. Rows are checked as they are read: only a whole pass without an
    error says that the file can be taken. A header alone is a day without reports.
    """
    with path.open("rb") as stream:
        start = stream.read(PIECE)
        if start.startswith(ZIP) and "xlsx" in source.formats:
            return Sheet(path, source)
        if start[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and "jsonl" in source.formats:
            return JsonLines(path, source)
        _check_kind(start)
        marked = next((name for mark, name in _MARKS if start.startswith(mark)), None)
        declared = encoding or (source.encoding if source.encoding != DETECT else None)
        if declared and not _is_codec(declared):
            raise FeedError(f"The encoding {declared[:20]!r} is not known. Give one such as utf-8 or cp1252.")
        wide = (declared or "").startswith(("utf-16", "utf-32"))
        if not marked and not wide and b"\0" in start.partition(b"\n")[0]:
            raise FeedError(
                "The header (line 1) holds a NUL byte: the file is damaged, is no text, or is UTF-16 without its"
                " mark. Ask the sender for the export as UTF-8."
            )
        return CsvFile(path, source, marked or declared or _detected(stream, start))


def _is_codec(name: str) -> bool:
    try:
        "".encode(name)  # what turns bytes into bytes, such as bz2, is a codec too, and none of texts
        return codecs.lookup(name).name not in ("idna", "punycode", "undefined")
    except (LookupError, UnicodeError):
        return False


def _check_kind(start: bytes) -> None:
    if not start.strip():
        raise FeedError(
            "The file is empty. A day without reports still has its header row: ask for it again."
        )
    for magic, kind in _KINDS:
        if start.startswith(magic):
            raise FeedError(f"The file is {kind}, not a CSV file. Ask the sender for the export as CSV.")
    text = start[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith(_MARKUP):
        raise FeedError(
            "The file is a web page or XML, not a CSV file: perhaps a sign-in page was saved instead"
            " of the export. Download the export again."
        )
    if text.startswith(_JSON):
        raise FeedError("The file is JSON, not a CSV file. Ask the sender for the export as CSV.")


def _detected(stream: BinaryIO, piece: bytes) -> str:
    """UTF-8 where the bytes are, or where most of their signs are and few are damaged; else Windows-1252.

    Damaged UTF-8 is then refused with its row, not read as the wrong letters. A file of one endless line is not
    read through.
    """
    decoder = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")
    whole = damaged = line = 0
    while piece:
        if not piece.isascii() or decoder.getstate()[0]:
            text = decoder.decode(piece)
            faults = len(_NO_TEXT.findall(text))
            damaged += faults
            whole += sum(sign > "\x7f" for sign in text) - faults
        last = piece.rfind(b"\n")
        line = line + len(piece) if last < 0 else len(piece) - last - 1
        if line > 4 * LONGEST_LINE:
            break  # whichever it is, the row is refused for its length
        piece = stream.read(PIECE)
    damaged += len(decoder.decode(b"", final=True))
    return "utf-8" if whole >= damaged else "cp1252"


class _Lines:
    """Lines for the CSV reader, counted; refused where they are more than one row can be."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._row, self._letters = 0, 0
        self.line = 0
        self.ended = True

    def record(self, row: int) -> int:
        """A new row begins: returns the number of its first line."""
        self._row, self._letters = row, 0
        return self.line + 1

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._stream.readline(LONGEST_LINE + 1)
        if not line:
            raise StopIteration
        self.line += 1
        self._letters += len(line)
        if self._letters > LONGEST_LINE:
            raise FeedError(
                f"{_place(self._row, self.line)} is longer than {LONGEST_LINE:,} letters: a quotation mark is not"
                " closed, or this is no feed. Ask the sender to check the export.",
                row=self._row or None,
            )
        self.ended = line.endswith(("\n", "\r"))
        return line


def _place(row: int, line: int) -> str:
    return f"Row {row} (line {line})" if row else "The header"


def _next(rows: Iterator[list[str]], *, row: int, line: int) -> list[str] | None:
    try:
        return next(rows, None)
    except csv.Error as problem:
        _refuse(problem, row, line)


def _refuse(problem: csv.Error, row: int, line: int) -> NoReturn:
    words = str(problem)
    if "field larger" in words:
        what = "holds a text that does not end: a quotation mark is not closed. Ask the sender to check the export"
    elif "end of data" in words:
        what = "begins a text in quotation marks that does not end: the file was cut off. Ask the sender for it again"
    else:
        what = "has a quotation mark in the middle of a text that is not doubled. Ask the sender to check the export"
    raise FeedError(f"{_place(row, line)} {what}.", row=row or None) from None
