"""Reading a sender's file: every row as it was sent, or a refusal that says where and what to do."""

import csv
import gzip
import io
import subprocess
import sys
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.feed.reading import LONGEST_LINE, FeedError, open_feed
from referrals.feed.source import SourceError, read_source
from tests.referrals.feeds import COLUMNS, DAYS, DEFINITION, ROOT, SOURCE, a_row, as_csv, example, truth

texts = st.text(st.characters(codec="cp1252", exclude_characters="\0\r"), max_size=40)


@pytest.fixture
def file(tmp_path: Path):
    def write(content: bytes) -> Path:
        path = tmp_path / "feed.csv"
        path.write_bytes(content)
        return path

    return write


def refusal(path: Path, source=SOURCE, **options) -> FeedError:
    """The refusal of a file, wherever in its reading it comes."""
    with pytest.raises(FeedError) as caught:
        for _ in open_feed(path, source, **options):
            pass
    return caught.value


# What is read


@pytest.mark.parametrize("day", DAYS)
def test_an_example_day_is_read_row_by_row_as_it_was_sent(day):
    feed = open_feed(example(day), SOURCE)
    rows = list(feed)
    assert feed.encoding == "cp1252"
    assert [line for line, _ in rows] == [one.line for one in truth(day)]
    with example(day).open(encoding="cp1252", newline="") as stream:
        assert [raw for _, raw in rows] == list(csv.DictReader(stream))


def test_a_feed_can_be_gone_through_again():
    feed = open_feed(example(DAYS[0]), SOURCE)
    assert list(feed) == list(feed)


@given(summary=texts, name=texts)
def test_whatever_a_text_holds_it_comes_out_as_it_went_in(tmp_path_factory, summary, name):
    path = tmp_path_factory.mktemp("feed") / "feed.csv"
    path.write_bytes(as_csv([a_row(MO_SUMMARY=summary, SURNAME=name), a_row()]))
    ((_, first), (_, second)) = open_feed(path, SOURCE, encoding="cp1252")
    assert (first["MO_SUMMARY"], first["SURNAME"], second) == (summary, name, a_row())


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("cp1252", "cp1252"),
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
    ],
)
def test_the_encoding_is_found_out(file, encoding, found):
    feed = open_feed(file(as_csv([a_row(SURNAME="ZOË ÂÊÎ")], encoding=encoding)), SOURCE)
    assert feed.encoding == found
    assert [raw["SURNAME"] for _, raw in feed] == ["ZOË ÂÊÎ"]


def test_a_sign_of_several_bytes_may_lie_across_pieces_of_the_file(file):
    rows = [a_row(MO_SUMMARY="ŵŷ" * 1000, CRIME_REF=str(number)) for number in range(300)]
    feed = open_feed(file(as_csv(rows, encoding="utf-8")), SOURCE)
    assert feed.encoding == "utf-8"
    assert all(raw["MO_SUMMARY"] == "ŵŷ" * 1000 for _, raw in feed)


def test_a_header_alone_is_a_day_without_reports(file):
    assert list(open_feed(file(as_csv([])), SOURCE)) == []


def test_empty_lines_are_no_rows(file):
    content = as_csv([a_row(), a_row(CRIME_REF="2")]).replace(b"\r\n", b"\r\n\r\n")
    assert [line for line, _ in open_feed(file(content), SOURCE)] == [0, 1]


def test_columns_may_stand_in_any_order(file):
    content = as_csv([a_row()], columns=COLUMNS[::-1])
    assert [raw for _, raw in open_feed(file(content), SOURCE)] == [a_row()]


# What is no feed


def _zipped() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\r\n \r\n", "empty"),
        (_zipped(), "spreadsheet"),
        (gzip.compress(as_csv([a_row()])), "gzip"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old spreadsheet"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><rows/>', "XML"),
        (b'[{"CRIME_REF": "1"}]', "JSON"),
        (b"Dear colleague,\r\nplease find attached\r\n", "none of this sender"),
        (as_csv([a_row()]).replace(b",", b";"), "separated by something other than commas"),
        (as_csv([a_row()])[len(",".join(COLUMNS)) + 2 :], "none of this sender's columns"),
        (as_csv([a_row()], encoding="utf-16-le"), "NUL"),
        (b'"CRIME_REF,', "does not end"),
    ],
)
def test_what_is_no_feed_is_refused_and_called_by_its_name(file, content, words):
    found = refusal(file(content))
    assert words in str(found)
    assert found.row is None


# What is wrong with the header


def test_a_missing_column_is_named(file):
    found = refusal(file(as_csv([a_row()], columns=[name for name in COLUMNS if name != "DOB"])))
    assert found.column == "DOB"
    assert "DOB" in str(found)


def test_a_column_that_stands_twice_is_named(file):
    content = as_csv([a_row()]).replace(b"CONSENT", b"EMAIL", 1)
    found = refusal(file(content.replace(b"TEL_HOME", b"CONSENT", 1).replace(b"TEL_MOBILE", b"TEL_HOME", 1)))
    assert "lacks" in str(found) or "more than once" in str(found)
    header = ",".join([*COLUMNS, "EMAIL"]).encode()
    found = refusal(file(header + b"\r\n"))
    assert (found.column, "more than once" in str(found)) == ("EMAIL", True)


def test_a_column_that_nobody_knows_is_refused_unless_the_definition_names_it(file):
    content = as_csv([a_row() | {"DO_NOT_CALL": "Y"}], columns=[*COLUMNS, "DO_NOT_CALL"])
    found = refusal(file(content))
    assert (found.column, "DO_NOT_CALL" in str(found)) == ("DO_NOT_CALL", True)
    told = read_source({**DEFINITION, "ignored_columns": ["DO_NOT_CALL"]})
    assert [raw["DO_NOT_CALL"] for _, raw in open_feed(file(content), told)] == ["Y"]


# What is wrong with a row


def _with_row(number: int, line: bytes) -> bytes:
    """Three good rows, the first with line breaks in a text, and a broken one in place of row `number`."""
    rows = [a_row(CRIME_REF=str(n), MO_SUMMARY="two\nlines" if n == 1 else "") for n in (1, 2, 3)]
    lines = [as_csv([row]).split(b"\r\n", 1)[1] for row in rows]
    lines[number - 1] = line
    return ",".join(COLUMNS).encode() + b"\r\n" + b"".join(lines)


def test_a_row_that_is_cut_short_is_named_with_the_column_where_it_ends(file):
    found = refusal(file(_with_row(3, b"OCC1,31/1/26,0,16/11/2026 10:05\r\n")))
    assert (found.row, found.column) == (3, "REPORTED_DT")
    assert "Row 3 (line 5)" in str(found)
    assert "cut off" in str(found)


def test_a_row_with_too_many_fields_is_named(file):
    found = refusal(file(_with_row(2, b"x," * len(COLUMNS) + b"x\r\n")))
    assert (found.row, "quotation marks" in str(found)) == (2, True)


def test_a_quotation_mark_that_is_not_closed_is_named(file):
    found = refusal(file(as_csv([a_row(), a_row(MO_SUMMARY="two\nlines")])[:-4]))
    assert (found.row, "cut off" in str(found)) == (2, True)


def test_a_quotation_mark_that_is_not_doubled_is_named(file):
    found = refusal(file(_with_row(2, b'"He said "stop", he says",x\r\n')))
    assert (found.row, "not doubled" in str(found)) == (2, True)


@pytest.mark.parametrize("day", DAYS)
def test_wherever_a_file_is_cut_off_it_is_refused(file, day):
    whole = example(day).read_bytes()
    start = whole.index(b"\r\n") + 2
    ends, at = set(), start
    for _, raw in open_feed(example(day), SOURCE):
        line = io.StringIO(newline="")
        csv.writer(line, lineterminator="\r\n").writerow(raw.values())
        at += len(line.getvalue().encode("cp1252"))
        ends |= {at - 1, at}  # after a whole row nothing is missing
    assert at == len(whole)
    for cut in range(start + 1, len(whole), 1201):
        if cut not in ends:
            assert refusal(file(whole[:cut])).row


def test_a_sender_that_need_not_end_its_last_line_may_leave_it_open(file):
    content = as_csv([a_row()]).rstrip()
    assert refusal(file(content)).row == 1
    told = read_source({**DEFINITION, "ends_with_line_break": False})
    assert len(list(open_feed(file(content), told))) == 1


def test_a_nul_byte_is_named_by_row_and_column(file):
    padding = [a_row(MO_SUMMARY="x" * 5000)] * 100  # beyond what is looked at first
    content = as_csv([*padding, a_row(EMAIL="a@b\x01")]).replace(b"\x01", b"\0")
    found = refusal(file(content))
    assert (found.row, found.column) == (101, "EMAIL")


def test_bytes_that_are_no_text_are_named_by_row_and_column(file):
    content = as_csv([a_row(MO_SUMMARY="a\nb"), a_row(SURNAME="XX")]).replace(b"XX", b"\x81\x8d")
    found = refusal(file(content))
    assert (found.row, found.column) == (2, "SURNAME")
    assert "line 4" in str(found)


def test_damaged_utf_8_is_refused_not_read_as_the_wrong_letters(file):
    content = as_csv([a_row(SURNAME="ZOË", ADDRESS="TŶ GWYN")] * 3, encoding="utf-8")
    cut = content.rindex("Ŷ".encode())
    found = refusal(file(content[:cut] + content[cut + 1 :]))
    assert (found.row, found.column) == (3, "ADDRESS")


def test_an_encoding_that_somebody_declares_is_held_to(file):
    content = as_csv([a_row(SURNAME="ZOË")])
    assert refusal(file(content), encoding="utf-8").column == "SURNAME"
    assert "not known" in str(refusal(file(content), encoding="runes"))
    told = read_source({**DEFINITION, "encoding": "cp1252"})
    assert open_feed(file(content), told).encoding == "cp1252"


def test_a_refusal_never_quotes_what_a_cell_holds(file):
    secret = "SECRET NAME"
    for broken in (
        as_csv([a_row(SURNAME=secret), a_row(SURNAME=secret)])[:-60],
        as_csv([a_row(SURNAME=f"{secret} X")]).replace(b"X", b"\x81"),
        _with_row(2, f"{secret},\r\n".encode()),
    ):
        assert secret not in str(refusal(file(broken)))


# Size


def test_a_line_of_a_gigabyte_is_refused_at_once(tmp_path):
    path = tmp_path / "feed.csv"
    path.write_bytes(as_csv([a_row()])[:-2] + b'"' + b"x" * (8 << 20))
    with path.open("r+b") as stream:
        stream.truncate(1 << 30)  # the rest takes no room on the disk
    tracemalloc.start()
    started = time.monotonic()
    found = refusal(path)
    took, (_, peak) = time.monotonic() - started, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "longer than" in str(found)
    assert took < 2
    assert peak < 20 << 20


@pytest.mark.parametrize("cell", ["x" * 120_000, "x" * 300_000, "line\n" * 300_000])
def test_a_text_without_end_is_refused_with_its_row(file, cell):
    found = refusal(file(as_csv([a_row(), a_row(MO_SUMMARY=cell)])))
    assert found.row == 2


def test_many_short_texts_do_not_make_an_endless_row(file):
    content = as_csv([a_row()]) + b'"x\ny",' * (LONGEST_LINE // 5)
    assert "longer than" in str(refusal(file(content)))


@pytest.mark.slow
def test_two_hundred_thousand_rows_take_no_more_memory_than_a_few(tmp_path):
    header, row = as_csv([a_row(MO_SUMMARY="Café\nagain")]).split(b"\r\n", 1)
    peaks = []
    for thousands in (1, 200):
        path = tmp_path / f"{thousands}.csv"
        with path.open("wb") as stream:
            stream.write(header + b"\r\n")
            for _ in range(thousands):
                stream.write(row * 1000)
        told = subprocess.run(
            [sys.executable, "-c", READ_AND_TELL_MEMORY, path], cwd=ROOT, check=True, capture_output=True
        )
        rows, kilobytes = map(int, told.stdout.split())
        assert rows == thousands * 1000
        peaks.append(kilobytes)
    assert path.stat().st_size > 40 << 20
    assert peaks[1] - peaks[0] < 4 << 10


READ_AND_TELL_MEMORY = """
import re, sys
from pathlib import Path
from referrals.feed.reading import open_feed
from tests.referrals.feeds import SOURCE
rows = sum(1 for _ in open_feed(Path(sys.argv[1]), SOURCE))
print(rows, re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


# The sender's definition


def test_a_definition_is_refused_with_everything_that_is_wrong_with_it():
    with pytest.raises(SourceError) as caught:
        read_source(
            {
                "columns": {"surname": "NAME", "given_names": "NAME", "mood": "MOOD"},
                "flags": {"DA": "drama"},
                "sexes": {"M": "male"},
                "encoding": "runes",
                "timezone": "Middle/Earth",
                "yes": ["Y"],
                "no": ["Y"],
            }
        )
    for word in ("code", "NAME", "mood", "crime_ref", "drama", "male", "runes", "timezone", "yes and no"):
        assert word in str(caught.value)


@pytest.mark.parametrize(
    "wrong", [{"columns": ["A"]}, {"yes": [True]}, {"sexes": {"M": 1}}, {"dates": "%d"}, {"code": 7}]
)
def test_a_definition_of_the_wrong_shape_is_refused_in_words(wrong):
    with pytest.raises(SourceError, match=f"`{next(iter(wrong))}` must"):
        read_source({**DEFINITION, **wrong})
