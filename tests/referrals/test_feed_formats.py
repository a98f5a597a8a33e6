"""One path for every format: a spreadsheet and JSON lines give the rows that CSV gives; none is let swell."""

import io
import json
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from referrals.feed.reading import FeedError, open_feed
from referrals.feed.row import content_hash, read_row
from referrals.feed.source import read_source
from tests.referrals.feeds import COLUMNS, DAYS, DEFINITION, SOURCE, a_row, example


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def as_sheet(rows: list[list[object]]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def refusal(path: Path, source=SOURCE) -> FeedError:
    with pytest.raises(FeedError) as caught:
        list(open_feed(path, source))
    return caught.value


def test_an_example_day_tells_the_same_in_every_format(tmp_path):
    rows = [raw for _, raw in open_feed(example(DAYS[0]), SOURCE)]
    columns = list(rows[0])
    sheet = write(tmp_path / "a.xlsx", as_sheet([columns, *([raw[one] for one in columns] for raw in rows)]))
    lines = write(tmp_path / "a.jsonl", b"".join(json.dumps(raw).encode() + b"\n" for raw in rows))
    hashes = [content_hash(raw) for raw in rows]
    for path, kind in ((sheet, "xlsx"), (lines, "jsonl")):
        feed = open_feed(path, SOURCE)
        assert feed.encoding == kind
        assert [content_hash(raw) for _, raw in feed] == hashes


def test_cells_that_are_dates_and_numbers_are_written_as_the_sender_would(tmp_path):
    row = a_row() | {
        "DOB": datetime.fromisoformat("1986-05-07"),
        "REPORTED_DT": datetime.fromisoformat("2026-11-16T10:05"),
        "UPDATE_NO": 2.0,
    }
    path = write(tmp_path / "a.xlsx", as_sheet([COLUMNS, [row.get(one) for one in COLUMNS], []]))
    [(_, raw)] = open_feed(path, SOURCE)
    assert (raw["DOB"], raw["REPORTED_DT"], raw["UPDATE_NO"]) == ("07/05/1986", "16/11/2026 10:05", "2")


def test_a_sheet_is_held_to_the_agreed_columns(tmp_path):
    assert refusal(write(tmp_path / "a.xlsx", as_sheet([COLUMNS[1:]]))).column == COLUMNS[0]
    wide = as_sheet([COLUMNS, [*a_row().values(), "more"]])
    found = refusal(write(tmp_path / "b.xlsx", wide))
    assert (found.row, found.column) == (1, COLUMNS[-1])
    assert "empty" in str(refusal(write(tmp_path / "c.xlsx", as_sheet([]))))


def test_a_sender_that_may_send_csv_alone_is_held_to_it(tmp_path):
    alone = read_source({**DEFINITION, "formats": ["csv"]})
    assert "as CSV" in str(refusal(write(tmp_path / "a.xlsx", as_sheet([COLUMNS])), alone))
    assert "JSON" in str(refusal(write(tmp_path / "a.jsonl", b'{"CRIME_REF": "1"}\n'), alone))


@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"])
def test_a_spreadsheet_that_would_swell_is_refused_unopened(tmp_path, part):
    path = write(tmp_path / "bomb.xlsx", as_sheet([COLUMNS]))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{part}.more", b" " * (8 << 20))
    assert "larger unpacked" in str(refusal(path))


def test_a_row_far_below_or_a_cell_far_to_the_right_takes_no_room(tmp_path):
    book, out = Workbook(), io.BytesIO()
    book.active.append(COLUMNS)
    book.active.cell(row=2, column=16_000, value="far")
    book.save(out)
    assert list(open_feed(write(tmp_path / "a.xlsx", out.getvalue()), SOURCE)) == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b'{"CRIME_REF": "1"', "well-formed JSON"),
        (b'["CRIME_REF"]', "no JSON object"),
        (b'{"CRIME_REF": {"SECRET": 1}}', "column CRIME_REF holds neither"),
        (b'{"CRIME_REF": "a\\u0000b"}', "NUL"),
        (b'{"CRIME_REF": "a\\ud800b"}', "half a letter"),
        (b'{"CRIME_REF": "1", "MOOD": "SECRET"}', "the column MOOD"),
    ],
)
def test_a_bad_line_is_named_and_never_quoted(tmp_path, line, words):
    good = json.dumps(a_row()).encode()
    found = refusal(write(tmp_path / "a.jsonl", good + b"\n\n" + line + b"\n"))
    assert words in str(found)
    assert "Row 2 (line 3)" in str(found)
    assert found.row == 2
    assert "SECRET" not in str(found)


# The canonical shape

CANONICAL = {
    "crime_ref": "31/00009/26", "nominal": "N9", "reported_at": "2026-11-16T10:05:00", "offence_code": "105/01",
    "given_names": "Siân", "surname": "O'Brien", "date_of_birth": "1986-05-07", "age": 40, "gender": "Female",
    "home_address": "4 High Street", "postcode": "NP20 2PJ", "phone": "07700900123", "email": "sian@example.org",
    "ethnicity": "A4", "flags": ["domestic_abuse"], "consent": True,
}  # fmt: skip


def test_the_canonical_shape_is_read_as_the_senders_own(tmp_path):
    [(_, raw)] = open_feed(write(tmp_path / "a.jsonl", json.dumps(CANONICAL).encode()), SOURCE)
    report = read_row(raw, SOURCE)
    assert (report.given_names, report.surname, report.sex, report.ethnicity) == (
        "Siân",
        "O'Brien",
        "2",
        "A4",
    )
    assert (report.date_of_birth.isoformat(), report.age, report.flags) == (
        "1986-05-07",
        40,
        ("domestic_abuse",),
    )
    assert (report.is_victim, report.consent, report.address) == (True, True, "4 High Street")
    assert report.reported_at.isoformat() == "2026-11-16T10:05:00+00:00"
    assert (report.unreadable, report.warnings) == ({}, ())


@pytest.mark.parametrize(
    ("field", "value"),
    [("date_of_birth", "7/5/1986"), ("reported_at", 5), ("safe_address", "yes"), ("mood", "x")],
)
def test_a_canonical_field_that_cannot_be_is_named(tmp_path, field, value):
    found = refusal(write(tmp_path / "a.jsonl", json.dumps({**CANONICAL, field: value}).encode()))
    assert (found.row, found.column) == (1, field)


def test_an_age_counts_where_no_date_of_birth_is_told():
    told = read_row(a_row() | {"DOB": "", "AGE": "12"}, SOURCE)
    assert (told.age, told.date_of_birth) == (12, None)
