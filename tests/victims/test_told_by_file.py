"""`match_people` over a whole file: it learns from it how its records err, and who is in it."""

import csv
from collections.abc import Callable
from random import Random

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.field_by_field import modified
from bench.population import Record
from bench.told_twice import of_one_person, told_twice
from victims.matching.fields import LEVELS
from victims.matching.model import RIVALS, frozen_model
from victims.matching.records import COLUMNS
from victims.matching.scoring import Comparison, is_borne_out, weighed
from victims.matching.told_by_file import ENOUGH, MOST_OTHERWISE, OTHERWISE, as_told_by

Pairs = set[tuple[str, str]]
SEED = 20261126


@pytest.fixture
def match(tmp_path) -> Callable[[list[Record]], dict[str, Pairs]]:
    """What `match_people` says of records that tell neither telephone, e-mail address nor sex: pairs by verdict."""

    def run(records: list[Record]) -> dict[str, Pairs]:
        file, out = tmp_path / "records.csv", tmp_path / "pairs.csv"
        with file.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, COLUMNS, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(map(vars, records))
        call_command("match_people", str(file), out=out)
        found: dict[str, Pairs] = {"same": set(), "review": set()}
        with out.open(newline="", encoding="utf-8") as stream:
            for pair in csv.DictReader(stream):
                found[pair["verdict"]].add((pair["id_a"], pair["id_b"]))
        return found

    return run


def townsfolk(many: int, *, twins: float = 0) -> list[Record]:
    """People who live alone, told of twice, the second time with up to four errors."""
    return told_twice(SEED, many, with_errors, is_alone=True, twins=twins)


def with_errors(record: Record, chance: Random) -> Record:
    return modified(record, chance, chance.randrange(5))


def test_in_a_file_of_people_who_live_alone_next_to_all_repeats_are_the_same_and_nobody_else(match):
    records = townsfolk(500)
    repeats = of_one_person(records)
    found = match(records)
    assert found["same"] <= repeats
    assert len(found["same"]) / len(repeats) > 0.85
    assert len((found["same"] | found["review"]) & repeats) / len(repeats) > 0.96


def test_in_a_file_of_twins_who_are_told_of_once_they_are_left_to_review(match):
    """Nobody else lives together there, by whom a file of families is known."""
    records = townsfolk(700, twins=0.2)
    found = match(records)
    assert len(found["same"] - of_one_person(records)) <= 1
    assert len(found["same"]) / len(of_one_person(records)) > 0.65


def test_in_whatever_order_the_records_stand_the_pairs_are_the_same(match):
    records = townsfolk(160)
    found = match(records)
    Random(1).shuffle(records)
    again = match(records)
    for verdict, pairs in found.items():
        assert {frozenset(pair) for pair in pairs} == {frozenset(pair) for pair in again[verdict]}


def test_one_name_and_a_birthday_are_enough_only_where_it_is_known_who_is_in_the_file():
    found = {"given_name": "same", "surname": "different", "date_of_birth": "same", "home": "different"}
    assert is_borne_out(found, of_one_file=True)
    assert not is_borne_out(found)
    assert not is_borne_out(found | {"date_of_birth": "slip"}, of_one_file=True)


def test_two_names_alone_are_never_enough():
    both = {"given_name": "same", "surname": "same"}
    for told in (both, both | {"date_of_birth": "near", "home": "different"}):
        assert not is_borne_out(told)
        assert not is_borne_out(told, of_one_file=True)


# Laws

levels = st.fixed_dictionaries({field: st.sampled_from(("", *each)) for field, each in LEVELS.items()})
pairs = st.lists(levels, max_size=60)
AS_ONE = {field: each[0] for field, each in LEVELS.items()}


@given(pairs)
def test_a_small_file_tells_nothing(told):
    sure = [Comparison(AS_ONE, {})] * (ENOUGH - 1 - len(told))
    assert (
        as_told_by([*sure, *(Comparison(each, {}) for each in told)], 500, frozen_model()) == frozen_model()
    )


@settings(max_examples=40)
@given(pairs)
def test_what_a_file_tells_are_shares_and_never_that_twins_are_one_person(told):
    found = [Comparison(each, {}) for each in told] + [Comparison(AS_ONE, {})] * ENOUGH
    model = as_told_by(found, 500, frozen_model())
    for field, shares in model.shares.items():
        assert sum(shares.values()) == pytest.approx(1, abs=0.01)
        most = MOST_OTHERWISE * sum(frozen_model().shares[field][each] for each in OTHERWISE.get(field, ()))
        assert sum(shares[each] for each in OTHERWISE.get(field, ())) <= most + 1e-3
    assert set(model.start) == set(RIVALS)
    assert model.same >= model.suggest
    assert weighed(found[-1], model).verdict == "same"
