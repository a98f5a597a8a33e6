"""Invented feeds of any size, in the sender's own columns."""

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tests.referrals.feeds import a_row, as_csv

GIVEN = """Aisha Alan Alys Amir Ana Andrzej Beth Bronwen Carol Catrin Chen Daniel Dewi Elin Emma Farah Gareth
Gwen Hamza Helen Ines Ioan Jakub James Jean Joan Karim Kasia Laura Lei Liam Lowri Maria Megan Mohammed Nia
Niamh Oliver Olivia Owen Paul Priya Rhys Rosa Ruth Sara Sean Sian Sofia Tariq Tomasz Wei Yusuf Zainab Zoe"""
SURNAMES = """Ahmed Ali Bevan Bowen Brown Byrne Chan Clarke Collins Cooper Davies Dias Edwards Ellis Evans Fisher
Gill Green Griffiths Hall Harris Hill Hughes Hussain Iqbal James Jenkins Jones Khan Kowalski Lee Lewis Lloyd Mann
Marsh Martin Mensah Moore Morgan Morris Murphy Nowak Okafor Owen Parry Patel Phillips Powell Price Pugh Rees
Roberts Rogers Shah Singh Smith Stone Taylor Thomas Turner Walsh Ward White Williams Wood Wright Young Zielinski"""
OFFENCES = ("105/01", "028/03", "049/10", "034/01", "008/66", "056/02", "125/11", "105/01")
REPEATS = 0.1


def write_feed(path: Path, *, rows: int, seed: int) -> Path:
    """A file of `rows` reports; a tenth are of people who were reported before in it. The same seed, the same file."""
    chance = random.Random(seed)
    people: list[dict[str, str]] = []
    lines = []
    for number in range(rows):
        if people and chance.random() < REPEATS:
            person = chance.choice(people)
        else:
            person = _person(chance, f"B{seed}N{number}")
            people.append(person)
        at = datetime(2026, 11, 20, tzinfo=UTC) - timedelta(minutes=chance.randrange(60 * 24 * 3))
        lines.append(
            a_row(
                **{**person, "NOMINAL_REF": f"B{seed}R{number}"},
                OCCURRENCE_REF=f"OCC{seed}{number:07d}",
                CRIME_REF=f"{seed}/{number:06d}/26",
                REPORTED_DT=f"{at:%d/%m/%Y %H:%M}",
                OCC_FROM=f"{at - timedelta(hours=3):%d/%m/%Y %H:%M}",
                OCC_TO=f"{at - timedelta(hours=2):%d/%m/%Y %H:%M}",
                OFFENCE_CODE=chance.choice(OFFENCES),
                MO_SUMMARY="The aggrieved was approached by a person known to them. " * 2,
            )
        )
    path.write_bytes(as_csv(lines))
    return path


def _person(chance: random.Random, number: str) -> dict[str, str]:
    born = date(1935, 1, 1) + timedelta(days=chance.randrange(365 * 72))
    district, letters = chance.randrange(10, 30), "".join(chance.choices("ABDEFGHJLNPQRSTUWXYZ", k=2))
    return {
        "SURNAME": chance.choice(SURNAMES.split()).upper(),
        "FORENAMES": " ".join(chance.sample(GIVEN.split(), chance.choice((1, 1, 2)))).upper(),
        "DOB": f"{born:%d/%m/%Y}",
        "SEX": chance.choice("MF"),
        "ADDRESS": f"{chance.randrange(1, 200)} HIGH STREET, NEWPORT",
        "POSTCODE": f"NP{district} {chance.randrange(1, 10)}{letters}",
        "TEL_MOBILE": f"07700 9{chance.randrange(100000):05d}",
        "EMAIL": f"{number.lower()}@example.org" if chance.random() < 0.5 else "",
    }
