"""What leaves as CSV is opened in a spreadsheet, where a name may be a formula."""

import csv
import tempfile
from collections.abc import Iterable
from io import TextIOWrapper
from typing import IO

IN_MEMORY = 1024 * 1024

_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def neutralise(cell: str) -> str:
    """The cell as text that no spreadsheet runs: an apostrophe goes before whatever could start a formula.

    Spaces before it do not help the attacker: spreadsheets strip them, so they are looked through.
    """
    starts = cell.lstrip(" \u00a0").startswith(_STARTS_FORMULA) or cell.startswith(_STARTS_FORMULA)
    return f"'{cell}" if starts else cell


def csv_file(rows: Iterable[Iterable[object]]) -> IO[bytes]:
    """Rows as a CSV file, open at its start; on disk when it grows. Whoever writes a cell neutralises it."""
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (the answer closes it)
    file.write("\N{BYTE ORDER MARK}".encode())  # spreadsheets take UTF-8 for something else without it
    text = TextIOWrapper(file, encoding="utf-8", newline="")
    csv.writer(text).writerows(rows)
    text.flush()
    text.detach()
    file.seek(0)
    return file
