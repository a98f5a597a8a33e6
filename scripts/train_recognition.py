"""Trains the weights of recognition with Splink on invented people, and writes victims/data/recognition.yaml.

Usage: python scripts/train_recognition.py [--people N] [--out FILE]      (needs requirements/recognition.lock)

Splink is given the product's own comparison of each field, so what it estimates is what the product weighs:
- how often a level is found between two records of one person: from the truth of the invented records;
- between strangers: by random sampling; a level never seen is taken to be half as frequent as once;
- between two of one household, twins, and parent and child of one name: from the truth of who they are.
Nothing but invented people is looked at. The thresholds are set in this file, with their reason.
"""

import argparse
import random
import sys
from collections import Counter
from datetime import UTC, datetime
from itertools import islice
from math import log2
from pathlib import Path

import duckdb
import pandas
import splink
import yaml
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.comparison_library import CustomComparison

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.damage import damaged  # noqa: E402
from bench.population import Record, people, report  # noqa: E402
from victims.matching.fields import LEVELS, OTHER_FIELDS, name_levels  # noqa: E402
from victims.matching.identity import Identity  # noqa: E402
from victims.matching.model import RIVALS  # noqa: E402
from victims.matching.records import COLUMNS, read_record  # noqa: E402

SEED = 1105
LABELS = ("person", "household", "twin", "namesake")
RANDOM_PAIRS = 400_000
THINNEST = 1 / RANDOM_PAIRS / 2
STRANGER, HOUSEHOLD = -20.0, -2.0
"""The weight before anything is compared, in bits: one in a million is a likely size of a hub's people; and of two
records of one household, one pair in five is taken to be of one person. Twins and namesakes are that much rarer as
they are among invented people."""
MOST_AT_HOME = 2.5
"""However few twins and namesakes are invented: where no given name or no date of birth tells them apart, no pair is
the same by what a home shares."""
THRESHOLDS = {"same": 4.5, "suggest": 0.0, "review": -6.0}
"""same: of invented people whom the weights were not estimated from, at most one pair in two thousand is of two.
suggest: where one in two hundred of all that is suggested is of two people. review: where three pairs in four of
those that are added are of two."""
DAMAGED = 0.25
FEW = 1e-3
NAMED_ALIKE = 1e-2
"""Parents like names that are like each other: Gareth and Gary, Lynn and Linda."""
# No agreement may weigh more than this between strangers: a telephone is shared by a hostel, an e-mail address by
# a couple, and a house by those who lived there before.
LEAST_SHARED = {("telephone", "same"): 2e-4, ("e-mail", "same"): 2e-5, ("home", "same"): 5e-5,
                ("home", "same street"): 1e-4, ("home", "same postcode"): 2e-4, ("house", "same"): 2e-2,
                ("e-mail", "near"): 2e-4, ("date_of_birth", "same"): 1 / 20_000,
                ("date_of_birth", "swapped"): 1 / 50_000}  # fmt: skip
SHARED_AT_HOME = {("telephone", "same"): 0.3, ("e-mail", "same"): 0.3}
"""Of those who live together, how many give one telephone or e-mail address at least: children give a parent's."""
HEAD = """# The frozen settings of recognition, written by scripts/train_recognition.py: do not edit by hand.
# Weights and thresholds come from invented people alone (docs/decisions/0013). fields: how often each level is
# found between two records of one person, and between those of two people who are each other's rivals; the
# product weighs log2 of the ratio.
"""
SWAPPED_BY_CHANCE = 0.15
"""Of two people who bear the same two names, how many bear them in the other order."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the weights of recognition on invented people.")
    parser.add_argument("--people", type=int, default=12_000)
    parser.add_argument("--out", type=Path, default=ROOT / "victims" / "data" / "recognition.yaml")
    asked = parser.parse_args()
    records = invented(asked.people, SEED)
    everybody = one_each(invented(asked.people * 3, SEED))
    shares = {
        "same_person": labelled(records, "person"),
        "stranger": strangers(everybody),
        **{rival: labelled(everybody, rival) for rival in ("household", "twin", "namesake")},
    }
    asked.out.write_text(stored(shares, starts(everybody), asked.people, len(records)), encoding="utf-8")


def starts(everybody: list[Record]) -> dict[str, float]:
    """The weight before anything is compared, by rival."""
    many = {rival: pairs_of_one(everybody, rival) for rival in ("household", "twin", "namesake")}
    found = {rival: round(HOUSEHOLD + log2(many["household"] / pairs), 2) for rival, pairs in many.items()}
    return {"stranger": STRANGER, **{rival: min(start, MOST_AT_HOME) for rival, start in found.items()}}


def pairs_of_one(everybody: list[Record], rival: str) -> int:
    return sum(many * (many - 1) // 2 for many in Counter(label(one, rival) for one in everybody).values())


def label(record: Record, what: str) -> str:
    """What two records have in common that are of one person, or of two people who are each other's rivals."""
    return {
        "person": f"{record.person}",
        "household": f"{record.household}",
        "twin": f"{record.household} {record.truly_born}",
        "namesake": f"{record.household} {record.truly_named}",
    }[what]


def invented(many: int, seed: int) -> list[Record]:
    """One to four records of each of `many` people; one record in six is untidy, and one in four badly damaged."""
    chance = random.Random(seed)
    found: list[Record] = []
    for human in islice(people(seed), many):
        for _ in range(chance.choice((1, 2, 2, 3, 4))):
            record = report(human, chance, len(found), untidy=3 if chance.random() < 0.16 else 1)
            mishaps = chance.choice((1, 1, 2, 2, 3, 4, 5)) if chance.random() < DAMAGED else 0
            found.append(damaged(record, chance, mishaps))
    return found


def one_each(records: list[Record]) -> list[Record]:
    return list({record.person: record for record in records}.values())


def linker_for(records: list[Record]) -> Linker:
    """A Splink linker whose comparisons are the product's own."""
    known: dict[str, Identity] = {}
    for number, record in enumerate(records):
        told = {column: getattr(record, column) for column in COLUMNS}
        known[record.id] = read_record(told, number=number).identity

    def level(field: str, one: str, other: str) -> int:
        pair = (known[one], known[other])
        found = OTHER_FIELDS[field](*pair) if field in OTHER_FIELDS else name_levels(*pair)[field]
        return LEVELS[field].index(found) if found else -1

    def asked(field: str) -> str:
        return f"told('{field}', id_l, id_r)"

    connection = duckdb.connect()
    connection.create_function("told", level, ["VARCHAR", "VARCHAR", "VARCHAR"], "INTEGER")
    comparisons = [
        CustomComparison(
            output_column_name=column(field),
            comparison_levels=[
                {
                    "sql_condition": f"told('{field}', id_l, id_r) = -1",
                    "label_for_charts": "missing",
                    "is_null_level": True,
                },
                *(
                    {"sql_condition": f"told('{field}', id_l, id_r) = {place}", "label_for_charts": name}
                    for place, name in enumerate(names[:-1])
                ),
                {"sql_condition": "ELSE", "label_for_charts": names[-1]},
            ],
        )
        for field, names in LEVELS.items()
    ]
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=comparisons,
        unique_id_column_name="id",
        blocking_rules_to_generate_predictions=[block_on("person")],
        additional_columns_to_retain=list(LABELS),
    )
    database = DuckDBAPI(connection)
    told = [{"id": record.id, **{what: label(record, what) for what in LABELS}} for record in records]
    return Linker(database.register(pandas.DataFrame(told)), settings)


def labelled(records: list[Record], what: str) -> dict[str, dict[str, float]]:
    """How often each level is found between records of one label."""
    linker = linker_for(records)
    linker.training.estimate_m_from_label_column(what)
    return read(linker, "m_probability")


def strangers(records: list[Record]) -> dict[str, dict[str, float]]:
    """How often each level is found between any two people."""
    linker = linker_for(one_each(records))
    linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=SEED)
    return read(linker, "u_probability")


def read(linker: Linker, what: str) -> dict[str, dict[str, float]]:
    """What Splink estimated, by field and level; a level that it never saw is 0."""
    fields = {column(field): field for field in LEVELS}
    return {
        fields[comparison["output_column_name"]]: {
            level["label_for_charts"]: float(level.get(what) or 0)
            for level in comparison["comparison_levels"]
            if not level.get("is_null_level")
        }
        for comparison in linker.misc.save_model_to_json()["comparisons"]
    }


def by_chance(field: str, level: str, stranger: float, share: float, rival: str) -> float:
    """How often a rival shows this level, never less than is safe to assume, however few pairs were looked at."""
    if field == "name_order":
        return SWAPPED_BY_CHANCE if level == "swapped" else 1 - SWAPPED_BY_CHANCE
    if level == LEVELS[field][-1]:
        return share
    least = max(stranger, LEAST_SHARED.get((field, level), 0.0))
    if rival == "stranger":
        return least
    least = max(least, SHARED_AT_HOME.get((field, level), 0.0))
    is_like_named = field == "given_name" and level != "same"
    named_alike = NAMED_ALIKE * 5 if level == "far" else NAMED_ALIKE
    return max(share, least, named_alike if is_like_named else FEW)


def column(field: str) -> str:
    return field.replace("-", "_")


def stored(
    shares: dict[str, dict[str, dict[str, float]]], start: dict[str, float], many: int, records: int
) -> str:
    """The settings as they are kept: by field and level, how often it is found in each kind of pair."""
    fields: dict[str, dict[str, dict[str, float]]] = {}
    for field, names in LEVELS.items():
        fields[field] = {}
        for level in names:
            found = {kind: max(of[field].get(level, 0.0), THINNEST) for kind, of in shares.items()}
            for rival in RIVALS:
                found[rival] = by_chance(field, level, found["stranger"], found[rival], rival)
            fields[field][level] = {kind: float(f"{share:.3g}") for kind, share in found.items()}
    told = {
        "version": f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}",
        "trained": {
            "with": f"splink {splink.__version__}",
            "on": f"{many} invented people, {records} records, seed {SEED} (bench/population.py, bench/damage.py)",
            "random_pairs": RANDOM_PAIRS,
        },
        "thresholds": THRESHOLDS,
        "start": start,
        "fields": fields,
    }
    return HEAD + yaml.safe_dump(told, sort_keys=False, default_flow_style=None, width=110)


if __name__ == "__main__":
    main()
