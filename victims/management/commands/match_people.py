"""`manage.py match_people RECORDS.csv --out PAIRS.csv`: the product's recognition over any file of people."""

import csv
from argparse import ArgumentParser
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError

from victims.matching.linking import linked
from victims.matching.records import COLUMNS, CannotRead, Told, read_record

ENCODINGS = ("utf-8-sig", "cp1252")
SPREADSHEET = b"PK\x03\x04"
OUT = ("id_a", "id_b", "score", "verdict")


class Command(BaseCommand):
    help = (
        f"Find records of one person in a CSV file with the columns {', '.join(COLUMNS)} (any may be absent"
        " or empty) by the frozen settings, and write the pairs with score (in bits) and verdict: same or review."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("records", type=Path, help="the file of people")
        parser.add_argument("--out", type=Path, required=True, help="the file to write the pairs to")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["records"]
        out: Path = options["out"]
        if out.exists() and path.exists() and out.samefile(path):
            raise CommandError(f"{out} is the file of people: name another file for the pairs.")
        if not out.parent.is_dir():
            raise CommandError(
                f"There is no folder {out.parent}: make it, or name another file for the pairs."
            )
        try:
            records = list(read_records(path))
        except CannotRead as problem:
            raise CommandError(f"{path.name}: {problem}") from None
        except OSError as problem:
            raise CommandError(
                f"{path} cannot be read: {problem.strerror}. Give the path of the file of people."
            ) from None
        counts = {"same": 0, "review": 0}
        try:
            with _whole(out) as stream:
                rows = csv.writer(stream, lineterminator="\n")
                rows.writerow(OUT)
                for one, other, found in linked([record.identity for record in records]):
                    counts[found.verdict] += 1
                    rows.writerow((records[one].id, records[other].id, f"{found.score:.3f}", found.verdict))
        except OSError as problem:
            raise CommandError(
                f"{out} cannot be written: {problem.strerror}. Name another file for the pairs."
            ) from None
        self.stdout.write(
            f"Records: {len(records)}. Pairs the same: {counts['same']}; to review: {counts['review']}."
        )


def read_records(path: Path) -> Iterator[Told]:
    """Each record of a file. Raises CannotRead, naming row and column; OSError."""
    rows = csv.reader(_text(path).splitlines(keepends=True), strict=True)
    try:
        header = [name.strip().casefold() for name in next(rows, [])]
        if not set(header) & set(COLUMNS[1:]):
            hint = " It is separated by semicolons: save it with commas." if ";" in "".join(header) else ""
            raise CannotRead(
                f"the first line names none of the columns {', '.join(COLUMNS[1:])}: name them there.{hint}"
            )
        if twice := sorted({name for name in header if name in COLUMNS and header.count(name) > 1}):
            raise CannotRead(f"the first line names {twice[0]} twice.")
        seen: set[str] = set()
        for number, cells in enumerate((row for row in rows if row), start=1):
            if len(cells) != len(header):
                raise CannotRead(
                    f"row {number} has {len(cells)} cells, and the first line names {len(header)}."
                )
            told = read_record(dict(zip(header, cells, strict=True)), number=number)
            if told.id in seen:
                raise CannotRead(f"row {number}, column id: an earlier row has the same id.")
            seen.add(told.id)
            yield told
    except csv.Error:
        raise CannotRead(
            f"line {rows.line_num} is no CSV: a quotation mark is missing or too many."
        ) from None


@contextmanager
def _whole(out: Path) -> Iterator[IO[str]]:
    """A file that is there once all of it is written, and until then as it was. Raises OSError."""
    if out.exists() and not out.is_file():  # a pipe or the like: nothing to put in its place
        with out.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        return
    part = out.resolve().with_name(f".{out.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        part.replace(out.resolve())
    finally:
        part.unlink(missing_ok=True)


def _text(path: Path) -> str:
    content = path.read_bytes()
    if not content.strip():
        raise CannotRead("it is empty: its first line is to name the columns, each further line one person.")
    if content.startswith(SPREADSHEET):
        raise CannotRead("it is a spreadsheet: save it as CSV (UTF-8).")
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise CannotRead("its letters are written in UTF-16: save it as CSV (UTF-8).")
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CannotRead("its letters are neither UTF-8 nor Windows-1252: save it as CSV (UTF-8).")
