"""`manage.py match_people`: the product's recognition over any file of people."""

import csv

import pytest
from django.core.management import CommandError, call_command

from victims.management.commands import match_people

HEADER = "id,given_name,surname,date_of_birth,sex,address,postcode,phone,email\n"
ANN = 'A1,Ann,Pugh,1961-02-03,F,"1 Mill Lane, Usk",NP15 1AA,07700 900123,ann@example.org\n'


@pytest.fixture
def match(tmp_path):
    """Runs the command on a text or bytes, and gives the pairs."""

    def run(content: str | bytes) -> list[dict[str, str]]:
        file, out = tmp_path / "records.csv", tmp_path / "pairs.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        call_command("match_people", str(file), out=out)
        with out.open(newline="") as stream:
            return list(csv.DictReader(stream))

    return run


def test_the_pairs_have_score_and_verdict_in_the_order_of_the_file(match):
    pairs = match(
        HEADER
        + ANN
        + "B2,Tariq,Ahmed,1990-01-01,M,,,,\n"
        + "C3,PUGH,ANN,03/02/1961,2,,,7700900123,\n"
        + "D4,Anne,Pugh,19610203,,1 mill lane,np151aa,,\n"
    )
    assert [(pair["id_a"], pair["id_b"], pair["verdict"]) for pair in pairs] == [
        ("A1", "C3", "same"),
        ("A1", "D4", "same"),
        ("C3", "D4", "same"),
    ]
    assert all(float(pair["score"]) > 0 for pair in pairs)


def test_the_same_file_gives_the_same_pairs(match):
    content = HEADER + "".join(ANN.replace("A1", f"A{number}") for number in range(9))
    first = match(content)
    assert len(first) == 36
    assert match(content) == first


def test_columns_may_be_absent_and_in_any_order_or_case(match):
    pairs = match(
        "Surname, Given_Name ,notes,DATE_OF_BIRTH\nCadwallader,Ann Non,x,1961-02-03\nCadwallader,Ann,,1961-02-03\n"
    )
    assert [(pair["id_a"], pair["id_b"]) for pair in pairs] == [("1", "2")]


@pytest.mark.parametrize("born", ["19619903", "1961-99-03", "03/99/1961", "19619903.0"])
def test_digits_that_are_no_date_are_still_compared(match, born):
    assert len(match(HEADER + ANN + ANN.replace("A1", "A2").replace("1961-02-03", born))) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_letters_may_be_written_in_either_way(match, encoding):
    content = HEADER + ANN.replace("Ann,", "Siân,") + ANN.replace("A1", "A2").replace("Ann,", "SIAN,")
    assert match(content.encode(encoding))[0]["verdict"] == "same"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "it is empty"),
        ((HEADER + ANN).encode("utf-16"), "UTF-16: save it as CSV"),
        (b"PK\x03\x04 and so on", "a spreadsheet: save it as CSV"),
        ("name,born\nAnn,1961\n", "the first line names none"),
        ((HEADER + ANN).replace(",", ";"), "save it with commas"),
        (HEADER.replace("email", "phone") + ANN, "names phone twice"),
        (HEADER + ANN + "A2,Ann\n", "row 2 has 2 cells"),
        (HEADER + ANN + ANN, "row 2, column id"),
        (HEADER + ANN.replace("1961-02-03", "3rd Feb"), "row 1, column date_of_birth"),
        (HEADER + ANN + 'A2,"Ann,Pugh\n', "line 3 is no CSV"),
    ],
)
def test_what_cannot_be_read_is_named_by_row_and_column_and_never_quoted(match, content, words):
    with pytest.raises(CommandError) as refusal:
        match(content)
    assert words in str(refusal.value)
    assert "3rd" not in str(refusal.value)


@pytest.mark.parametrize(
    ("records", "out", "words"),
    [
        ("absent.csv", "pairs.csv", "cannot be read: No such file"),
        ("folder", "pairs.csv", "cannot be read: Is a directory"),
        ("records.csv", "folder", "cannot be written: Is a directory"),
        ("records.csv", "absent/pairs.csv", "There is no folder"),
        ("records.csv", "folder/../records.csv", "name another file for the pairs"),
    ],
)
def test_where_nothing_can_be_read_or_written_it_is_said_and_no_file_is_touched(
    tmp_path, records, out, words
):
    (tmp_path / "folder").mkdir()
    (tmp_path / "records.csv").write_text(HEADER + ANN)
    with pytest.raises(CommandError, match=words):
        call_command("match_people", str(tmp_path / records), out=tmp_path / out)
    assert (tmp_path / "records.csv").read_text() == HEADER + ANN
    assert {file.name for file in tmp_path.rglob("*")} == {"folder", "records.csv"}


def test_what_is_stopped_half_way_leaves_the_pairs_of_before(match, tmp_path, monkeypatch):
    match(HEADER + ANN + ANN.replace("A1", "A2"))
    before = (tmp_path / "pairs.csv").read_text()

    def stopped(people):
        raise KeyboardInterrupt
        yield people

    monkeypatch.setattr(match_people, "linked", stopped)
    with pytest.raises(KeyboardInterrupt):
        match(HEADER + ANN)
    assert (tmp_path / "pairs.csv").read_text() == before
    assert {file.name for file in tmp_path.iterdir()} == {"pairs.csv", "records.csv"}
