"""A feed that comes as a spreadsheet (.xlsx): its one sheet, cell by cell, as the texts that a CSV file would hold.

A spreadsheet is an archive that can be made to swell: what it says of its sizes is checked before anything of it is
unpacked, and no more than that is unpacked.
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook

from referrals.feed.faults import FeedError, check_length, checked_columns, no_nul
from referrals.feed.source import SourceDefinition

MEGABYTE = 1 << 20
MOST_PARTS = 1000
LARGEST = 256 * MEGABYTE  # unpacked, all parts
LARGEST_TEXTS = 64 * MEGABYTE  # unpacked, the texts that are held in memory
SWELLS = 200  # times; a real sheet packs to a fifth or a thirtieth
MOST_COLUMNS = 500
_BROKEN = (
    "The file is a zip archive or a spreadsheet (.xlsx) that cannot be read: it is damaged, or made by something else."
    " Ask the sender for it again, or as CSV."
)


class Sheet:
    """A spreadsheet that can be read: see referrals.feed.reading.Feed."""

    encoding = "xlsx"

    def __init__(self, path: Path, source: SourceDefinition) -> None:
        self.path, self.source = path, source
        _check_sizes(path)
        self.columns: tuple[str, ...] = ()
        header = next(self._rows(MOST_COLUMNS), (0, []))[1]
        while header and not header[-1]:
            header = header[:-1]
        if not header:
            raise FeedError(
                "The spreadsheet is empty. A day without reports still has its header row: ask for it again."
            )
        self.columns = checked_columns(header, source)

    def __iter__(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Each data row with its number from 0: column to text. Raises FeedError."""
        rows = self._rows(len(self.columns) + 1)
        next(rows, None)
        row = 0
        for line, cells in rows:
            if not any(cells):  # an empty line is no row
                continue
            place = f"Row {row + 1} (line {line})"
            if any(cells[len(self.columns) :]):
                last = self.columns[-1]
                raise FeedError(
                    f"{place} goes on after column {last}. Ask the sender to check the export.",
                    row=row + 1,
                    column=last,
                )
            cells += [""] * (len(self.columns) - len(cells))
            raw = dict(zip(self.columns, cells, strict=False))
            for column, cell in raw.items():
                check_length(cell, place=place, row=row + 1, column=column)
                no_nul(cell, place=place, row=row + 1, column=column)
            yield row, raw
            row += 1

    def _rows(self, columns: int) -> Iterator[tuple[int, list[str]]]:
        """The lines of the sheet, each with its number from 1 and at most so many cells."""
        try:
            book = load_workbook(self.path, read_only=True, data_only=True, keep_links=False)
        except Exception as problem:
            raise FeedError(_BROKEN) from problem
        try:
            if len(book.worksheets) != 1:
                raise FeedError(
                    f"The spreadsheet has {len(book.worksheets)} sheets where one is expected. Ask the sender for the"
                    " one with the reports alone."
                )
            lines = iter(enumerate(book.worksheets[0].iter_rows(max_col=columns, values_only=True), start=1))
            while True:
                try:
                    line, cells = next(lines)
                except StopIteration:
                    return
                except Exception as problem:
                    raise FeedError(_BROKEN) from problem
                yield line, [self._text(cell) for cell in cells]
        finally:
            book.close()

    def _text(self, cell: Any) -> str:
        """The cell as this sender would write it in a text."""
        if cell is None:
            return ""
        if isinstance(cell, bool):
            return "TRUE" if cell else "FALSE"
        if isinstance(cell, datetime):
            return cell.strftime(self.source.dates[0] if cell.time() == time.min else self.source.times[0])
        if isinstance(cell, date):
            return cell.strftime(self.source.dates[0])
        if isinstance(cell, float) and cell.is_integer():
            return str(int(cell))
        return str(cell)


def _check_sizes(path: Path) -> None:
    try:
        with ZipFile(path) as archive:
            parts = archive.infolist()
    except (BadZipFile, ValueError, NotImplementedError) as problem:
        raise FeedError(_BROKEN) from problem
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise FeedError(_BROKEN)
    texts = sum(part.file_size for part in parts if "sharedstrings" in part.filename.lower())
    swells = any(part.file_size > MEGABYTE and part.file_size > SWELLS * part.compress_size for part in parts)
    if (
        len(parts) > MOST_PARTS
        or sum(p.file_size for p in parts) > LARGEST
        or texts > LARGEST_TEXTS
        or swells
    ):
        raise FeedError(
            "The spreadsheet would be far larger unpacked than a feed can be. Ask the sender for it as CSV."
        )
