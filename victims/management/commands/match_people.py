"""`manage.py match_people RECORDS.csv --out PAIRS.csv`: the product's recognition over any file of people."""

import csv
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from victims.matching.linking import linked
from victims.matching.records import COLUMNS, CannotRead, Told, read_record

ENCODINGS = ("utf-8-sig", "cp1252")
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
        try:
            records = list(read_records(path))
        except CannotRead as problem:
            raise CommandError(f"{path.name}: {problem}") from None
        except OSError as problem:
            raise CommandError(f"{path.name} cannot be read: {problem.strerror}.") from None
        counts = {"same": 0, "review": 0}
        try:
            with options["out"].open("w", encoding="utf-8", newline="") as stream:
                out = csv.writer(stream, lineterminator="\n")
                out.writerow(OUT)
                for one, other, found in linked([record.identity for record in records]):
                    counts[found.verdict] += 1
                    out.writerow((records[one].id, records[other].id, f"{found.score:.3f}", found.verdict))
        except OSError as problem:
            raise CommandError(f"{options['out']} cannot be written: {problem.strerror}.") from None
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
            raise CannotRead(f"the first line names none of the columns {', '.join(COLUMNS[1:])}.{hint}")
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


def _text(path: Path) -> str:
    content = path.read_bytes()
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CannotRead("its letters are neither UTF-8 nor Windows-1252.")
