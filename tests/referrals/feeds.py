"""Feeds for tests: the sender's definition, rows in its words, and the two example days with what is true of them."""

import csv
import io
import json
from pathlib import Path
from typing import NamedTuple

import yaml
from django.core.management import call_command

from referrals.feed.source import SourceDefinition, read_source
from referrals.feed.verdicts import OffenceFacts

ROOT = Path(__file__).resolve().parents[2]
DEFINITION = yaml.safe_load((ROOT / "referrals/sources/northshire-police.yaml").read_text())
SOURCE: SourceDefinition = read_source(DEFINITION)
COLUMNS = list(SOURCE.columns.values())
DAYS = ("2026-11-16", "2026-11-17")


class Truth(NamedTuple):
    line: int
    verdict: str
    person: str
    of: int | None


def example(day: str) -> Path:
    return ROOT / f"referrals/sources/examples/northshire-{day}.csv"


def truth(day: str) -> list[Truth]:
    """What is true of each row of an example day, in the file's order."""
    with example(day).with_suffix(".truth.csv").open(newline="") as stream:
        return [
            Truth(int(row["line"]), row["verdict"], row["person"], int(row["of"]) if row["of"] else None)
            for row in csv.DictReader(stream)
        ]


def offences() -> dict[str, OffenceFacts]:
    """The hub's own table."""
    with (ROOT / "referrals/data/offences.csv").open(newline="", encoding="utf-8") as stream:
        return {
            row["code"]: OffenceFacts(row["group"], row["label"], tuple(row["properties"].split()))
            for row in csv.DictReader(stream)
        }


def a_row(**cells: str) -> dict[str, str]:
    """A workable row as the sender writes it; `cells` by the sender's headings."""
    row = dict.fromkeys(COLUMNS, "") | {
        "OCCURRENCE_REF": "OCC10000001",
        "CRIME_REF": "31/00001/26",
        "UPDATE_NO": "0",
        "REPORTED_DT": "16/11/2026 10:05",
        "OCC_FROM": "15/11/2026 22:00",
        "OCC_TO": "15/11/2026 23:00",
        "OFFENCE_CODE": "105/01",
        "OFFENCE_DESC": "COMMON ASSAULT AND BATTERY",
        "PERSON_ROLE": "VICTIM",
        "NOMINAL_REF": "N1000001",
        "SURNAME": "O'BRIEN",
        "FORENAMES": "SIÂN",
        "DOB": "07/05/1986",
        "SEX": "F",
        "ETHNICITY_SD": "W1",
        "ADDRESS": "4 HIGH STREET, NEWPORT",
        "POSTCODE": "NP20 2PJ",
        "TEL_MOBILE": "07700900123",
        "OIC": "PC 246",
    }
    assert not set(cells) - set(COLUMNS)
    return row | cells


def as_csv(rows: list[dict[str, str]], *, columns: list[str] = COLUMNS, encoding: str = "cp1252") -> bytes:
    """A file as the sender's system writes it."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\r\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def imported(path: Path, *, wait: bool = True) -> dict:
    """What the command says of the sender's file; its rows are judged unless nobody waits for that."""
    out = io.StringIO()
    call_command("import_feed", str(path), source="northshire-police", wait=wait, json=True, stdout=out)
    return json.loads(out.getvalue())


def reported(run: int) -> list[dict]:
    """What the command says of each row of a run."""
    out = io.StringIO()
    call_command("feed_report", str(run), json=True, stdout=out)
    return json.loads(out.getvalue())


def other_crime(**cells: str) -> dict[str, str]:
    """Another crime against the same person."""
    return a_row(**{"CRIME_REF": "31/00002/26", "OCCURRENCE_REF": "OCC10000002"} | cells)
