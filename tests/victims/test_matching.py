"""Who may be one human being: what is suggested, and what is left apart."""

import random
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.feed.reading import open_feed
from referrals.feed.row import read_row
from tests.referrals.feeds import DAYS, SOURCE, example, truth
from victims.matching import Identity, compare, contradicts, match_keys

KELLY = Identity(
    given_names="Zainab Amelia",
    surname="Kelly",
    date_of_birth=date(1993, 3, 31),
    phones=frozenset({"07700900739", "01632960817"}),
    emails=frozenset({"zainab@example.org"}),
    postcodes=frozenset({"NP12 3HE"}),
)
BORN_IN_MAY = date(1993, 5, 3)
NOTHING = frozenset[str]()
ELSEWHERE = frozenset({"SA1 1AA"})
OTHER_NUMBER = frozenset({"07700900001"})


def are_candidates(one: Identity, other: Identity) -> bool:
    return bool(set(match_keys(one)) & set(match_keys(other)))


def suggested(one: Identity, other: Identity) -> bool:
    """Whether the two would be found and suggested: they share a key and resemble each other."""
    found = compare(one, other)
    assert found == compare(other, one)
    return are_candidates(one, other) and found is not None


# The same person, told differently on another day

AGAIN = {
    "nothing changed": {},
    "capitals, no accent, no second name": {"given_names": "ZAINAB", "surname": "KELLY"},
    "names in each other's place": {"given_names": "Kelly", "surname": "Zainab"},
    "a given name cut short": {"given_names": "Zain"},
    "two letters in each other's place": {"surname": "Klely"},
    "one letter left out": {"surname": "Kely"},
    "swapped and mistyped": {"given_names": "Klely", "surname": "Zainab"},
    "by the second given name": {"given_names": "Amelia"},
    "married": {"surname": "Wilson"},
    "married and moved": {"surname": "Wilson", "postcodes": ELSEWHERE},
    "half of a double surname": {"surname": "Kelly-Wilson"},
    "moved": {"postcodes": ELSEWHERE},
    "a new number": {"phones": OTHER_NUMBER},
    "moved, with a new number and no e-mail": {
        "postcodes": ELSEWHERE, "phones": OTHER_NUMBER, "emails": NOTHING,
    },
    "moved, with a new number, and mistyped": {
        "postcodes": ELSEWHERE, "phones": OTHER_NUMBER, "emails": NOTHING, "surname": "Klely",
    },
    "another name altogether, the same e-mail": {"given_names": "Sara", "surname": "Khan"},
    "date of birth not told": {"date_of_birth": None},
    "one digit of the year mistyped": {"date_of_birth": date(1998, 3, 31)},
}  # fmt: skip


@pytest.mark.parametrize("change", AGAIN.values(), ids=AGAIN)
def test_a_person_is_recognised_who_is_told_differently(change):
    assert suggested(KELLY, replace(KELLY, **change))


def test_day_and_month_may_be_in_each_others_place():
    kelly = replace(KELLY, date_of_birth=BORN_IN_MAY)
    turned = replace(kelly, date_of_birth=date(1993, 3, 5))
    assert suggested(kelly, turned)
    assert suggested(kelly, replace(turned, surname="Klely"))
    assert not suggested(kelly, replace(turned, phones=OTHER_NUMBER, emails=NOTHING, postcodes=ELSEWHERE))


# Others, however near

OTHERS = {
    "a twin": {"given_names": "Sara"},
    "a parent with the same name": {"date_of_birth": date(1961, 8, 2)},
    "somebody of the household": {"given_names": "Tariq", "date_of_birth": date(1990, 1, 4)},
    "a namesake": {
        "date_of_birth": date(1984, 7, 7), "phones": OTHER_NUMBER, "emails": NOTHING, "postcodes": ELSEWHERE,
    },
    "born on that day, one telephone by chance": {
        "given_names": "Rhys", "surname": "Morgan", "phones": frozenset({"07700900739"}), "emails": NOTHING,
        "postcodes": ELSEWHERE,
    },
    "born on that day, with that given name": {
        "surname": "Morgan", "phones": OTHER_NUMBER, "emails": NOTHING, "postcodes": ELSEWHERE,
    },
    "born on that day, nothing else": {
        "given_names": "Rhys", "surname": "Morgan", "phones": OTHER_NUMBER, "emails": NOTHING,
        "postcodes": ELSEWHERE,
    },
    "a namesake without a date of birth": {
        "date_of_birth": None, "phones": NOTHING, "emails": NOTHING,
    },
}  # fmt: skip


@pytest.mark.parametrize("change", OTHERS.values(), ids=OTHERS)
def test_others_are_left_apart(change):
    assert not suggested(KELLY, replace(KELLY, **change))


def test_who_tells_nothing_resembles_nobody():
    assert match_keys(Identity()) == ()
    assert compare(Identity(), Identity()) is None


# What a suggestion says


def test_the_evidence_says_field_by_field_what_agreed():
    found = compare(
        KELLY, replace(KELLY, given_names="Kelly", surname="Zainab", postcodes=ELSEWHERE, emails=NOTHING)
    )
    assert found is not None
    assert found.evidence == {
        "Name": "Swapped",
        "Date of birth": "Same",
        "Telephone": "Same",
        "E-mail": "Not known of both",
        "Postcode": "Different",
    }


def test_the_more_agrees_the_higher_it_stands():
    changes = [
        {},
        {"postcodes": ELSEWHERE},
        {"postcodes": ELSEWHERE, "surname": "Klely"},
        AGAIN["married and moved"],
    ]
    scores = [found.score for change in changes if (found := compare(KELLY, replace(KELLY, **change)))]
    assert len(scores) == 4
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)


# A sender's number for two people


def test_a_number_is_contradicted_only_by_name_and_birth_together():
    other = {"given_names": "Rhys", "surname": "Morgan"}
    assert contradicts(KELLY, replace(KELLY, **other, date_of_birth=date(1961, 8, 2)))
    assert not contradicts(KELLY, replace(KELLY, **other))
    assert not contradicts(KELLY, replace(KELLY, date_of_birth=date(1961, 8, 2)))
    assert not contradicts(KELLY, replace(KELLY, **other, date_of_birth=None))


# Laws

words = st.text(st.characters(min_codepoint=32, max_codepoint=0x17F), max_size=14)
few = st.frozensets(st.sampled_from(["07700900001", "07700900002", "a@example.org"]), max_size=2)
identities = st.builds(
    Identity,
    given_names=words,
    surname=words,
    date_of_birth=st.none() | st.dates(date(1990, 1, 1), date(1990, 3, 9)),
    phones=few,
    emails=few,
    postcodes=few,
)


@given(identities, identities)
def test_resemblance_goes_both_ways_and_only_candidates_have_it(one, other):
    found = compare(one, other)
    assert found == compare(other, one)
    assert contradicts(one, other) == contradicts(other, one)
    if found:
        assert 0 < found.score <= 1
        assert are_candidates(one, other)


@given(identities)
def test_keys_fit_the_table_and_do_not_depend_on_which_name_stands_first(one):
    keys = match_keys(one)
    assert all(0 < len(key) <= 200 for key in keys)
    turned = replace(one, given_names=one.surname, surname=one.given_names)
    first_words = len(one.given_names.split()) < 2 and len(one.surname.split()) < 2
    if first_words and "-" not in one.given_names + one.surname:
        assert set(match_keys(turned)) == set(keys)


# The example days, and a larger invented town


def _people() -> list[tuple[str, Identity]]:
    people = []
    for day in DAYS:
        for one, (_, raw) in zip(truth(day), open_feed(example(day), SOURCE), strict=True):
            report = read_row(raw, SOURCE)
            if one.verdict == "workable":
                identity = Identity(
                    given_names=report.given_names,
                    surname=report.surname,
                    date_of_birth=report.date_of_birth,
                    phones=frozenset(phone.number for phone in report.phones),
                    emails=frozenset({report.email} - {""}),
                    postcodes=frozenset({report.postcode} - {""}),
                )
                people.append((one.person, identity))
    return people


def _pairs(people: list[tuple[str, Identity]]) -> set[tuple[int, int]]:
    """Places of those who would be suggested to each other."""
    holders = defaultdict(list)
    for place, (_, identity) in enumerate(people):
        for key in match_keys(identity):
            holders[key].append(place)
    candidates = {pair for places in holders.values() for pair in combinations(places, 2)}
    return {(one, other) for one, other in candidates if compare(people[one][1], people[other][1])}


def test_every_repeat_of_the_example_days_is_found_and_nobody_else():
    people = _people()
    same = {
        (one, other)
        for one, other in combinations(range(len(people)), 2)
        if people[one][0] == people[other][0]
    }
    assert len(same) > 40
    assert _pairs(people) == same


def test_in_a_town_of_thousands_repeats_are_found_and_few_others():
    chance = random.Random(20261116)
    names = sorted({identity.surname for _, identity in _people()})
    given_names = sorted(
        {identity.given_names.split()[0] for _, identity in _people() if identity.given_names}
    )

    def somebody(number: int) -> Identity:
        return Identity(
            given_names=chance.choice(given_names),
            surname=chance.choice(names),
            date_of_birth=date(1945, 1, 1) + timedelta(chance.randrange(24_000)),
            phones=frozenset({f"07700900{chance.randrange(1000):03d}"}),
            emails=frozenset({f"person{number}@example.org"} if chance.random() < 0.5 else ()),
            postcodes=frozenset(
                {f"NP{chance.randrange(1, 50)} {chance.randrange(1, 10)}{chance.choice('ABDEF')}B"}
            ),
        )

    def told_again(one: Identity) -> Identity:
        slip = chance.randrange(1, max(2, len(one.surname) - 1))
        surname = (
            one.surname[: slip - 1] + one.surname[slip] + one.surname[slip - 1] + one.surname[slip + 1 :]
        )
        changes = [
            {"given_names": one.surname, "surname": one.given_names},
            {"given_names": one.given_names[: max(3, len(one.given_names) - 2)]},
            {"surname": surname},
            {"postcodes": ELSEWHERE},
            {"phones": frozenset({f"07700900{chance.randrange(1000):03d}"})},
        ]
        for change in chance.sample(changes, chance.choice([1, 1, 2])):
            one = replace(one, **change)
        return one

    people = [(str(number), somebody(number)) for number in range(5000)]
    repeats = [(name, told_again(identity)) for name, identity in chance.sample(people, 500)]
    everybody = people + repeats
    found = _pairs(everybody)
    right = {(one, other) for one, other in found if everybody[one][0] == everybody[other][0]}
    recognised = {other for _, other in right}
    assert len(recognised) / len(repeats) > 0.95
    assert len(right) / len(found) > 0.98
