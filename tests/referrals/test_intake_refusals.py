"""Files that cannot be taken: the command and the page say where and what to do, and nothing is kept of them."""

import gzip
import io
import zipfile
from html import unescape
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from access.actor import NotAllowed
from access.context import acting_as, acting_as_system
from access.models import Look
from messaging.models import Event, Message
from referrals.actions import intake
from referrals.models import FeedRow, FeedRun, FeedSource
from tests.referrals.feeds import COLUMNS, a_row, as_csv, imported

SENDER = "northshire-police"
ROWS = [a_row(CRIME_REF=f"31/{number:05d}/26", NOMINAL_REF=f"N{number}") for number in range(1200)]
WHOLE = as_csv(ROWS)


def zipped(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, WHOLE)
    return out.getvalue()


def with_cell(row: int, column: str, cell: bytes) -> bytes:
    """The whole file, where one cell of row `row` (from 1) is replaced by these bytes."""
    rows = [dict(one) for one in ROWS]
    rows[row - 1][column] = "HERE"
    return as_csv(rows).replace(b"HERE", cell)


# Faults late in the file on purpose: by then more rows were read than are stored at once.
FILES = {
    "empty": (b"", ["empty"]),
    "only spaces": (b"\r\n \r\n", ["empty"]),
    "zip": (zipped("feed.csv"), ["zip archive or a spreadsheet", "as CSV"]),
    "xlsx": (zipped("xl/workbook.xml"), ["zip archive or a spreadsheet (.xlsx)", "as CSV"]),
    "gzip": (gzip.compress(WHOLE), ["gzip"]),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ["spreadsheet"]),
    "HTML": (b"<!DOCTYPE html><html><body>Sign in</body></html>", ["web page", "Download the export again"]),
    "PDF": (b"%PDF-1.7 " + bytes(100), ["PDF"]),
    "UTF-16 without its mark": (WHOLE.decode("cp1252").encode("utf-16-le"), ["header (line 1)", "NUL"]),
    "damaged UTF-8": (
        as_csv(ROWS, encoding="utf-8").replace(b"N1150,O'BRIEN,SI\xc3\x82N", b"N1150,O'BRIEN,SI\xc3N"),
        ["Row 1151", "FORENAMES", "UTF-8"],
    ),
    "undefined in Windows-1252": (with_cell(1150, "SURNAME", b"O\x81BRIEN"), ["Row 1150", "SURNAME"]),
    "NUL in a cell": (with_cell(1150, "MO_SUMMARY", b"a\0b"), ["Row 1150", "MO_SUMMARY", "NUL"]),
    "cut off in a row": (WHOLE[:-60], ["Row 1200", "cut off"]),
    "cut off in a text": (with_cell(1200, "MO_SUMMARY", b'"he said')[:-2], ["Row 1200", "cut off"]),
    "a column is missing": (
        as_csv(ROWS, columns=[name for name in COLUMNS if name != "DOB"]),
        ["header", "DOB"],
    ),
    "no header": (as_csv(ROWS).partition(b"\r\n")[2], ["first row", "columns"]),
    "semicolons": (WHOLE.replace(b",", b";"), ["commas"]),
    "a comma too many": (with_cell(1150, "OIC", b"PC 1, PC 2"), ["Row 1150", "after column"]),
    "an endless text": (
        with_cell(1150, "MO_SUMMARY", b'"' + b"x" * 1_100_000 + b'"'),
        ["Row 1150", "longer"],
    ),
    "a huge cell": (with_cell(1150, "MO_SUMMARY", b"x" * 110_000), ["Row 1150", "MO_SUMMARY"]),
}


def nothing_is_kept() -> bool:
    with acting_as_system("tests"):
        kept = (
            FeedRun.objects.exists()
            or FeedRow.objects.exists()
            or Event.objects.filter(topic="feed.taken").exists()
        )
    return not kept and not Message.objects.filter(subscriber="referrals.judge_rows").exists()


def refused(path: Path, **options: str) -> str:
    with pytest.raises(CommandError) as caught:
        call_command("import_feed", str(path), **{"source": SENDER} | options)
    return str(caught.value)


@pytest.mark.parametrize("what", FILES)
def test_the_command_says_where_the_fault_is_and_takes_nothing(hub, tmp_path, what):
    content, words = FILES[what]
    path = tmp_path / "feed.csv"
    path.write_bytes(content)
    told = refused(path)
    for word in words:
        assert word in told
    assert told.endswith("Nothing was taken.")
    assert nothing_is_kept()


@pytest.mark.parametrize(
    "what", ["empty", "xlsx", "NUL in a cell", "cut off in a row", "a column is missing"]
)
def test_the_page_says_the_same_beside_the_file(hub, cast, what):
    content, words = FILES[what]
    page = cast.browser("priya").post(
        "/feeds/", {"source": SENDER, "file": SimpleUploadedFile("feed.csv", content)}
    )
    text = unescape(page.content.decode())
    assert page.status_code == 422
    assert "<title>Error: Feeds" in text
    for word in [*words, "Nothing was taken."]:
        assert text.count(word) >= 2, f"{word!r} stands in the summary and at the field"
    assert nothing_is_kept()


def test_an_encoding_that_somebody_declares_is_held_to_by_both_doors(hub, cast, tmp_path):
    path = tmp_path / "feed.csv"
    path.write_bytes(WHOLE)
    assert "Row 1, column FORENAMES" in refused(path, encoding="utf-8").replace(" (line 2)", "")
    assert "'klingon' is not known" in refused(path, encoding="klingon")
    assert nothing_is_kept()
    sent = {"source": SENDER, "encoding": "utf-8", "file": SimpleUploadedFile("feed.csv", WHOLE)}
    page = cast.browser("priya").post("/feeds/", sent)
    assert page.status_code == 422
    assert "FORENAMES is not written in UTF-8" in unescape(page.content.decode())
    assert nothing_is_kept()
    right = sent | {"encoding": "cp1252", "file": SimpleUploadedFile("feed.csv", WHOLE)}
    assert cast.browser("priya").post("/feeds/", right).status_code == 302
    with acting_as_system("tests"):
        assert FeedRow.objects.get(line=0).raw["FORENAMES"] == "SIÂN"


def test_a_line_of_a_gigabyte_is_refused_without_being_read(hub, tmp_path):
    path = tmp_path / "feed.csv"
    with path.open("wb") as stream:
        stream.write(WHOLE)
        stream.seek(2**30, io.SEEK_CUR)  # a hole: NULs that take no room
        stream.write(b"\r\n")
    assert "Row 1201" in refused(path)
    assert nothing_is_kept()


def test_a_file_that_changes_while_it_is_read_is_refused(hub, tmp_path, monkeypatch):
    path = tmp_path / "feed.csv"
    path.write_bytes(as_csv(ROWS[:3]))
    number = intake.next_numbers

    def while_somebody_writes(sequence: str, how_many: int) -> list[int]:
        path.write_bytes(as_csv(ROWS[:2]))
        return number(sequence, how_many)

    monkeypatch.setattr(intake, "next_numbers", while_somebody_writes)
    assert "changed while it was read" in refused(path)
    assert nothing_is_kept()


def test_a_file_or_sender_that_is_not_there_is_named(hub, tmp_path):
    assert "There is no file" in refused(tmp_path / "absent.csv")
    path = tmp_path / "feed.csv"
    path.write_bytes(WHOLE)
    told = refused(path, source="nobody")
    assert "'nobody'" in told
    assert SENDER in told


def test_a_report_of_a_run_that_is_not_there_says_how_to_find_one(hub):
    with pytest.raises(CommandError, match="There is no feed run 999"):
        call_command("feed_report", "999")


class _HasEnough(io.StringIO):
    """What reads an output and goes away after a while, as `head` does."""

    def write(self, text: str) -> int:
        if self.tell():
            raise BrokenPipeError
        return super().write(text)


def test_a_report_that_is_not_read_to_its_end_is_on_record_too(hub, tmp_path):
    path = tmp_path / "feed.csv"
    path.write_bytes(as_csv(ROWS[:3]))
    run = imported(path, wait=False)["run"]
    with pytest.raises(BrokenPipeError):
        call_command("feed_report", str(run), stdout=_HasEnough())
    with acting_as_system("tests"):
        assert Look.objects.filter(door="feed_report", action="export").count() == 1


@pytest.mark.parametrize("who", ["carys", "grace", "helen", "ines"])
def test_who_does_not_work_on_feeds_takes_none(hub, cast, tmp_path, who):
    path = tmp_path / "feed.csv"
    path.write_bytes(as_csv(ROWS[:1]))
    with acting_as(cast.actor(who)) as actor, pytest.raises(NotAllowed):
        intake.take_feed(
            actor=actor, source=FeedSource.objects.get(code=SENDER), path=path, file_name="feed.csv"
        )
    page = cast.browser(who).post(
        "/feeds/", {"source": SENDER, "file": SimpleUploadedFile("feed.csv", path.read_bytes())}
    )
    assert page.status_code == 403
    assert nothing_is_kept()
