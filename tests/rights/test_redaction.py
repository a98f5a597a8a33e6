"""Redaction: nothing of another person and nothing of a safe address is in a copy, whatever was written."""

from hypothesis import example, given
from hypothesis import strategies as st

from rights.fields import tables
from rights.redaction import GONE, OTHER_PERSON, STAFF, Known, scrubbed
from rights.redaction import given as as_given

WORDS = st.text(alphabet="abcdefghijklmnopqrstuvwxyz ,.;:()'", max_size=60)
NAMES = st.sampled_from(["Gareth Blackwood", "Siân Ap-Rhys", "Nadia Petrova", "Xu Weiming"])
PHONES = st.from_regex(r"07[0-9]{9}", fullmatch=True)
POSTCODES = st.from_regex(r"Q[XYZ][2-9] [2-9][ABD-H][ABD-H]", fullmatch=True)
KNOWN = Known(
    own=frozenset({"Marianne", "Oyelaran", "07700900123", "marianne@example.org", "NS1 4AB"}),
    others=frozenset({"Gareth Blackwood", "NOM-4471"}),
    hidden=frozenset({"Swallow House, 9 Harbour Row", "QX7 3ZZ"}),
)


@given(WORDS, NAMES, WORDS)
@example("", "Gareth Blackwood", "")
def test_a_name_of_another_never_stays_in_any_text(before, name, after):
    text = scrubbed(f"{before} {name} {after}", Known(others=frozenset({name})), free=False)
    for word in name.split():
        assert word not in text


@given(
    WORDS, st.sampled_from(["QX7 3ZZ", "QX73ZZ", "qx7  3zz", "QX7", "swallow house", "9 Harbour Row"]), WORDS
)
def test_no_part_of_a_safe_address_stays_and_nothing_says_that_there_was_one(before, part, after):
    text = scrubbed(f"{before} {part} {after}", KNOWN, free=True)
    for word in ("qx7", "3zz", "swallow", "harbour"):
        assert word not in text.casefold()
    assert "safe" not in text.replace(before, "").replace(after, "")


@given(WORDS, PHONES, POSTCODES)
def test_free_text_keeps_the_person_s_own_numbers_and_loses_those_of_others(words, phone, postcode):
    own = Known(own=frozenset({phone, postcode}))
    text = f"{words} ring {phone} near {postcode}"
    assert scrubbed(text, own, free=True) == text
    lost = scrubbed(text, Known(), free=True)
    assert phone not in lost
    assert postcode not in lost


def test_a_number_is_the_person_s_own_however_it_is_written():
    for written in ("07700 900123", "+44 7700 900123", "07700-900-123", "(07700) 900123"):
        assert OTHER_PERSON not in scrubbed(f"ring {written}", KNOWN, free=True), written
    assert (
        scrubbed("ring 01632 960 555 or a@b.example", KNOWN, free=True)
        == f"ring {OTHER_PERSON} or {OTHER_PERSON}"
    )


def test_a_surname_that_both_bear_stays_the_person_s_own():
    known = Known(own=frozenset({"Marianne", "Oyelaran"}), others=frozenset({"Tunde Oyelaran"}))
    assert (
        scrubbed("Marianne Oyelaran left Tunde.", known, free=True)
        == f"Marianne Oyelaran left {OTHER_PERSON}."
    )


def test_what_was_shared_does_not_say_that_there_is_a_safe_address():
    row = {"categories": ["identity", "safe_address", "notes"]}
    assert as_given(tables()["victims_consent"], row, KNOWN) == {"categories": ["identity", "notes"]}


def test_officers_are_left_out_and_crime_references_stay():
    text = scrubbed("PC 4127 took NS/000012/26 on 25/11/2026.", KNOWN, free=True)
    assert text == f"{OTHER_PERSON} took NS/000012/26 on 25/11/2026."


@given(st.sampled_from(sorted(tables())), st.dictionaries(st.text(max_size=12), WORDS, max_size=5))
def test_what_the_table_of_fields_does_not_show_is_not_there(name, unlisted):
    table = tables()[name]
    row = dict.fromkeys(table.columns, "canary") | {f"new_{key}": value for key, value in unlisted.items()}
    told = as_given(table, row, KNOWN)
    assert set(told) == set(table.exported)
    for column, value in told.items():
        if table.columns[column] in ("staff", "third_party"):
            assert value in (STAFF, OTHER_PERSON)


def test_a_contact_of_somebody_else_says_only_that_there_is_one():
    table = tables()["victims_contactmethod"]
    row = {"kind": "mobile", "value": "07700900777", "rules": {"belongs_to": "sister"}}
    assert as_given(table, row, KNOWN) == {"kind": "mobile", "value": OTHER_PERSON}
    assert as_given(table, {**row, "rules": {}}, KNOWN)["value"] == "07700900777"


def test_the_mark_for_a_safe_address_says_nothing_of_why():
    assert scrubbed("She is at Swallow House now.", KNOWN, free=False) == f"She is at {GONE} now."
