"""Who may be one human being: what is suggested, and what is left apart."""

from collections import defaultdict
from dataclasses import replace
from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.population import people, report
from referrals.actions.intake_people import identity
from referrals.feed.reading import open_feed
from referrals.feed.row import read_row
from tests.referrals.feeds import DAYS, SOURCE, example, truth
from victims.matching import (
    MOST_OF_ONE_KEY,
    REVIEW,
    SAME,
    Address,
    Identity,
    as_evidence,
    compare,
    contradicts,
    marks,
    match_keys,
    nearest,
    weigh,
    why,
)
from victims.matching.keys import MOST_COMPARED
from victims.matching.linking import linked
from victims.matching.model import RIVALS, frozen_model
from victims.matching.records import COLUMNS, read_record

HOME = Address("88 ALMA STREET, ABERGAVENNY", "NP7 5NB")
KELLY = Identity(
    given_names="Zainab Amelia",
    surname="Kelly",
    born="19930331",
    sex="2",
    phones=frozenset({"07700900739", "01632960817"}),
    emails=frozenset({"zainab@example.org"}),
    addresses=frozenset({HOME}),
)
NOTHING = frozenset[str]()
NOWHERE = frozenset[Address]()
ELSEWHERE = frozenset({Address("FLAT 13, CHAPEL LANE", "SA1 1AA")})
OTHER_NUMBER = frozenset({"07700900001"})
MOVED_AWAY = {"addresses": ELSEWHERE, "phones": OTHER_NUMBER, "emails": NOTHING}


def verdict(one: Identity, other: Identity) -> str:
    """What comes of the two: same, review, or "" where they share no key or are not to be suggested."""
    found = compare(one, other, frozen_model())
    assert found == compare(other, one, frozen_model())
    return found.verdict if found and set(match_keys(one)) & set(match_keys(other)) else ""


# The same person, told differently on another day

AGAIN = {
    "nothing changed": {},
    "capitals, no accent, no second name": {"given_names": "ZAINAB", "surname": "KELLY"},
    "names in each other's place": {"given_names": "Kelly", "surname": "Zainab"},
    "a given name cut short": {"given_names": "Zain"},
    "another spelling of the given name": {"given_names": "Zaynab"},
    "two letters in each other's place": {"surname": "Klely"},
    "one letter left out": {"surname": "Kely"},
    "swapped and mistyped": {"given_names": "Klely", "surname": "Zainab"},
    "by the second given name": {"given_names": "Amelia"},
    "married": {"surname": "Wilson"},
    "married and moved": {"surname": "Wilson", "addresses": ELSEWHERE},
    "half of a double surname": {"surname": "Kelly-Wilson"},
    "moved": {"addresses": ELSEWHERE},
    "a new number": {"phones": OTHER_NUMBER},
    "moved, with a new number and no e-mail": MOVED_AWAY,
    "moved, with a new number, and mistyped": {**MOVED_AWAY, "surname": "Klely"},
    "date of birth not told": {"born": ""},
    "one digit of the year mistyped": {"born": "19980331"},
    "nothing but name, date of birth and house": {"phones": NOTHING, "emails": NOTHING},
}


@pytest.mark.parametrize("change", AGAIN.values(), ids=AGAIN)
def test_a_person_is_recognised_who_is_told_differently(change):
    assert verdict(KELLY, replace(KELLY, **change)) == SAME


def test_day_and_month_may_be_in_each_others_place():
    kelly = replace(KELLY, born="19930503")
    turned = replace(kelly, born="19930305")
    assert verdict(kelly, turned) == SAME
    assert verdict(kelly, replace(turned, surname="Klely")) == SAME


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Bill", "Pugh"), ("William", "Pugh")),
        (("Siân", "Rees"), ("SIAN", "REES")),
        (("Mohammed", "Khan"), ("Muhammad", "Khan")),
        (("Małgorzata", "Kowalska"), ("Malgorzata", "Kowalski")),
        (("Siobhán", "O’Neill"), ("SIOBHAN", "O NEILL")),
        (("Wei", "Zhang"), ("Zhang", "Wei")),
        (("Omar", "Al-Hassan"), ("Umar", "Hassan")),
        (("Gurpreet", "Kaur"), ("Gurpret", "Kaur")),
        (("Catherine", "Philips"), ("Kathryn", "Phillips")),
        (("Llŷr", "ap Gwilym"), ("LLYR", "AP GWILYM")),
        (("Caoimhe", "Ní Bhriain"), ("CAOIMHE", "NI BHRIAIN")),
        (("Agnieszka", "Wiśniewska"), ("Aga", "WISNIEWSKI")),
        (("Fatima Begum", "Chowdhury"), ("Fathima", "Chowdury")),
        (("Xiao-Ming", "Chen"), ("Chen", "XiaoMing")),
        (("Abdul Rahman", "El-Sayed"), ("Abdulrahman", "Elsayed")),
        (("", "Zainab Kelly"), ("Zainab", "Kelly")),
        (("Zainab Kelly", ""), ("Kelly", "Zainab")),
    ],
)
def test_names_are_written_in_many_ways(one, other):
    first = replace(KELLY, given_names=one[0], surname=one[1], addresses=ELSEWHERE)
    assert verdict(first, replace(first, given_names=other[0], surname=other[1])) == SAME


# Others, however near

OTHERS = {
    "a twin": {"given_names": "Sara", "emails": NOTHING},
    "a twin whose name begins alike": {"given_names": "Zahra", "emails": NOTHING},
    "a parent with the same name": {"born": "19610802", "emails": NOTHING},
    "somebody of the household": {"given_names": "Tariq", "born": "19900104", "sex": "1"},
    "a namesake": {"born": "19840707", **MOVED_AWAY},
    "born on that day, one telephone by chance": {
        "given_names": "Rhys", "surname": "Morgan", "emails": NOTHING, "addresses": ELSEWHERE,
    },
    "born on that day, with that given name": {"surname": "Morgan", **MOVED_AWAY},
    "born on that day, nothing else": {"given_names": "Rhys", "surname": "Morgan", **MOVED_AWAY},
    "a namesake of whom nothing else is known": {
        "born": "", "phones": NOTHING, "emails": NOTHING, "addresses": NOWHERE,
    },
}  # fmt: skip


@pytest.mark.parametrize("change", OTHERS.values(), ids=OTHERS)
def test_others_are_left_apart(change):
    assert verdict(KELLY, replace(KELLY, **change)) == ""


def test_twins_who_share_even_the_e_mail_address_are_never_the_same():
    assert verdict(KELLY, replace(KELLY, given_names="Sara")) != SAME


def test_who_tells_nothing_resembles_nobody():
    assert match_keys(Identity()) == ()
    assert compare(Identity(), Identity(), frozen_model()) is None


def test_an_accused_is_known_by_number_and_by_name_in_either_order():
    accused = marks(scheme="police", number="N1", name="EVANS, LIAM")
    assert accused & marks(scheme="police", number="N1")
    assert accused & marks(scheme="", name="Liam Evans")
    assert not accused & marks(scheme="council", number="N1")
    assert marks(scheme="police", name="Evans") == set()  # one name alone accuses nobody


# What a suggestion says


def test_the_reasons_say_field_by_field_what_agreed_and_how_much_it_weighs():
    other = replace(KELLY, given_names="Kelly", surname="Zainab", addresses=ELSEWHERE, emails=NOTHING)
    found = compare(KELLY, other, frozen_model())
    assert found is not None
    told = why(as_evidence(found))
    assert {reason.field: reason.found for reason in told.reasons} == {
        "Given name": "Same, in each other’s place",
        "Surname": "Same, in each other’s place",
        "Order of names": "In each other’s place",
        "Date of birth": "Same",
        "Sex": "Same",
        "Street and postcode": "Different",
        "Number of house or flat": "Not compared",  # for the street is another
        "Telephone": "Same",
        "E-mail": "Not known of both",
    }
    speaks = {reason.field: reason.speaks for reason in told.reasons}
    assert (speaks["Given name"], speaks["Order of names"], speaks["E-mail"]) == ("for", "", "")
    assert all(0 <= reason.bar <= 100 and reason.strength for reason in told.reasons)
    assert "Zainab" not in str(as_evidence(found))
    strength = {reason.field: reason.strength for reason in told.reasons}
    assert told.rival == "twins"
    assert strength["Date of birth"] == "says nothing: as it would be with twins"
    assert strength["E-mail"] == "says nothing"


def test_two_names_of_one_tradition_say_less_than_two_that_are_seldom_together():
    def score(given: str) -> float:
        one = replace(KELLY, given_names=given, surname="Gwynne", born="")
        return weigh(one, replace(one, **MOVED_AWAY)).score

    assert score("Rhiannon") < score("Agnieszka")


def test_one_name_and_a_birthday_are_never_enough_for_the_same():
    other = replace(KELLY, surname="Morgan", addresses=ELSEWHERE, phones=NOTHING, emails=NOTHING)
    assert verdict(replace(KELLY, given_names="Qwzyxa"), replace(other, given_names="Qwzyxa")) != SAME


def test_without_a_date_of_birth_or_a_given_name_nobody_of_the_house_is_the_same():
    assert verdict(KELLY, replace(KELLY, born="", emails=NOTHING)) == REVIEW
    assert verdict(KELLY, replace(KELLY, given_names="", emails=NOTHING)) == REVIEW


@pytest.mark.parametrize(
    ("lines", "code", "home", "house"),
    [
        ("88 Alma St, Abergavenny NP7 5NB", "", "same", "same"),
        ("Abergavenny, 88 Alma Street", "NP7 5NB", "same", "same"),
        ("88 Alma St", "NP7 5BN", "same", "same"),
        ("Alma Street 88, Abergavenny", "", "same street", "same"),
        ("Flat 2, 88 Alma Street, Abergavenny", "NP7 5NB", "same", "same"),
        ("89 Alma Street, Abergavenny", "NP7 5NB", "same", "near"),
        ("12 Mill Lane, Usk", "NP7 5NB", "same postcode", "different"),
        (
            "88 Mill Lane, Usk",
            "SA1 1AA",
            "different",
            "",
        ),  # a number says nothing where the street is another
    ],
)
def test_street_and_house_are_compared_however_an_address_is_written(lines, code, home, house):
    moved = replace(KELLY, addresses=frozenset({Address(lines, code)}))
    found = {line.field: line.level for line in weigh(KELLY, moved).lines}
    assert (found["home"], found["house"]) == (home, house)


def test_only_the_nearest_are_compared():
    rare, common = [1000], list(range(MOST_OF_ONE_KEY))
    assert nearest([common, rare])[0] == 1000
    assert nearest([[*common, 50], rare]) == [1000]
    assert len(nearest([common, list(range(50, 100))])) == MOST_COMPARED


def test_who_are_each_the_same_as_a_third_record_are_listed_however_little_they_share():
    first = replace(KELLY, phones=NOTHING, emails=NOTHING, addresses=NOWHERE)
    last = replace(KELLY, born="19980331", surname="Wilson")
    assert weigh(KELLY, first).verdict == weigh(KELLY, last).verdict == SAME
    assert weigh(first, last).verdict == ""
    found = {(one, other): likeness.verdict for one, other, likeness in linked([first, KELLY, last])}
    assert found == {(0, 1): SAME, (0, 2): REVIEW, (1, 2): SAME}


def test_a_rare_name_says_more_than_one_that_thousands_bear():
    def score(surname: str) -> float:
        found = weigh(replace(KELLY, surname=surname), replace(KELLY, surname=surname, **MOVED_AWAY))
        return found.score

    assert score("Jones") < score("Cadwallader") <= score("Qwzyx")


# A sender's number for two people


def test_a_number_is_contradicted_only_by_name_and_birth_together():
    other = {"given_names": "Rhys", "surname": "Morgan"}
    assert contradicts(KELLY, replace(KELLY, **other, born="19610802"))
    assert not contradicts(KELLY, replace(KELLY, **other))
    assert not contradicts(KELLY, replace(KELLY, born="19610802"))
    assert not contradicts(KELLY, replace(KELLY, **other, born=""))


# Laws

words = st.text(st.characters(min_codepoint=32, max_codepoint=0x17F), max_size=14)
likely = st.sampled_from(["Ann", "Anna", "Mia", "Tia", "Kelly", "O'Neill", "Lloyd Jones", "Mary-Ann"])
few = st.frozensets(st.sampled_from(["07700900001", "07700900010", "07700900002"]), max_size=2)
homes = st.builds(
    Address,
    st.sampled_from(["", "1 Mill Lane", "11 Mill Lane", "2 High St"]),
    st.sampled_from(["", "NP7 5NB", "NP7 5NC"]),
)
identities = st.builds(
    Identity,
    given_names=words | likely,
    surname=words | likely,
    born=st.sampled_from(["", "19900102", "19900201", "19900103", "19951231", "19999999"]),
    sex=st.sampled_from("0129"),
    phones=few,
    emails=st.frozensets(
        st.sampled_from(["a@example.org", "b@example.org", "annkelly@mail.example"]), max_size=1
    ),
    addresses=st.frozensets(homes, max_size=2),
)


@given(identities, identities)
def test_resemblance_is_the_same_whichever_comes_first(one, other):
    assert weigh(one, other) == weigh(other, one)
    assert contradicts(one, other) == contradicts(other, one)


@given(identities, identities)
def test_start_and_weights_add_up_to_the_score(one, other):
    found = weigh(one, other)
    assert found.score == pytest.approx(found.start + sum(line.weight for line in found.lines), abs=0.01)
    model = frozen_model()
    assert found.verdict != SAME or found.score >= model.same
    assert bool(found.verdict) == (found.score >= model.review)
    assert found.is_suggested == (found.score >= model.suggest)


@given(identities, identities, st.sampled_from(["born", "sex", "phones", "emails", "addresses"]))
def test_what_is_not_told_takes_away_its_own_weight_and_no_more(one, other, name):
    told = {
        "born": ["date_of_birth"],
        "phones": ["telephone"],
        "emails": ["e-mail"],
        "addresses": ["home", "house"],
    }
    fields = told.get(name, [name])
    blank = {"born": "", "sex": "0"}.get(name, NOTHING)
    whole, without = weigh(one, other), weigh(replace(one, **{name: blank}), other)
    assert all(line.weight == 0 for line in without.lines if line.field in fields)
    most = max(
        sum(max(map(abs, frozen_model().weights[rival][field].values())) for field in fields)
        for rival in RIVALS
    )
    assert abs(without.score - whole.score) <= most + 0.01


@given(identities)
def test_keys_fit_the_table_and_do_not_depend_on_which_name_stands_first(one):
    keys = match_keys(one)
    assert all(0 < len(key) <= 200 for key in keys)
    turned = replace(one, given_names=one.surname, surname=one.given_names)
    if all(len(part) < 2 for part in (one.given_parts, one.surname_parts)):
        assert set(match_keys(turned)) == set(keys)


# The example days, and an invented population that the weights were not trained on


def test_every_repeat_of_the_example_days_is_found_and_nobody_else():
    told = []
    for day in DAYS:
        for one, (_, raw) in zip(truth(day), open_feed(example(day), SOURCE), strict=True):
            if one.verdict == "workable":
                told.append((one.person, identity(read_row(raw, SOURCE))))
    repeats = {
        (one, other) for one, other in combinations(range(len(told)), 2) if told[one][0] == told[other][0]
    }
    assert len(repeats) > 40
    found = linked([each for _, each in told])
    assert {(one, other) for one, other, likeness in found if likeness.is_suggested} == repeats


def test_of_an_invented_population_repeats_are_found_and_no_two_people_are_the_same():
    chance = Random(20261116)
    reports = []
    for human, _ in zip(people(20261116), range(1500), strict=False):
        reports += [report(human, chance, len(reports) + each) for each in range(chance.choice((1, 1, 2)))]
    told = [read_record({name: getattr(one, name) for name in COLUMNS}, number=0).identity for one in reports]
    whose: dict[int, list[int]] = defaultdict(list)
    for place, one in enumerate(reports):
        whose[one.person].append(place)
    repeats = {pair for places in whose.values() for pair in combinations(places, 2)}
    found = {(one, other): (likeness.verdict, likeness.is_suggested) for one, other, likeness in linked(told)}
    same = {pair for pair, (verdict, _) in found.items() if verdict == SAME}
    assert same <= repeats
    assert len(same) / len(repeats) > 0.83
    assert len(repeats & set(found)) / len(repeats) > 0.99
    asked = {pair for pair, (_, is_asked) in found.items() if is_asked}
    assert len(repeats & asked) / len(repeats) > 0.96
    assert len(asked - repeats) <= len(repeats) / 100
