"""One verdict for each row of a feed: both example days row by row, then each rule by itself."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.feed.reading import open_feed
from referrals.feed.record import Held, after, judge
from referrals.feed.row import LONGEST_KEY, content_hash, read_row, record_key
from referrals.feed.source import ETHNICITIES, read_source
from referrals.feed.verdicts import WITHDRAWN, Verdict, verdict_codes
from tests.referrals.feeds import COLUMNS, DAYS, DEFINITION, SOURCE, a_row, example, offences, truth

OFFENCES = offences()
NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)


def verdict(raw: dict[str, str], held: Held | None = None, *, now: datetime = NOW) -> Verdict:
    return judge(
        read_row(raw, SOURCE),
        content_hash=content_hash(raw),
        source=SOURCE,
        offences=OFFENCES,
        held=held,
        now=now,
    )


def judged(day: str, held: dict[str, Held]) -> list[Verdict]:
    """The verdicts of an example day; `held` is what earlier days left, and is carried on."""
    verdicts = []
    for _, raw in open_feed(example(day), SOURCE):
        key = record_key(raw, SOURCE)
        found = verdict(raw, held.get(key))
        report = read_row(raw, SOURCE)
        held[key] = after(held.get(key), report, content_hash=content_hash(raw), verdict=found)
        verdicts.append(found)
    return verdicts


# The example days


def test_every_row_of_the_example_days_gets_the_verdict_that_is_true_of_it():
    held: dict[str, Held] = {}
    for day in DAYS:
        told = [(one.line, one.verdict) for one in truth(day)]
        assert list(enumerate(found.code for found in judged(day, held))) == told


def test_the_example_days_have_every_verdict():
    told = Counter(one.verdict for day in DAYS for one in truth(day))
    assert set(told) == set(verdict_codes()) - {WITHDRAWN}


@pytest.mark.parametrize("day", DAYS)
def test_a_day_that_is_sent_again_changes_nothing(day):
    held: dict[str, Held] = {}
    judged(day, held)
    before = dict(held)
    assert {found.code for found in judged(day, held)} == {"duplicate"}
    assert held == before


@pytest.mark.parametrize("day", DAYS)
def test_every_verdict_has_a_reason_that_fits_the_table(day):
    for found in judged(day, {}):
        assert found.reason.endswith(".")
        assert len(found.reason) <= 400
        assert all(0 < len(warning) <= 200 for warning in found.warnings)


# Each rule


def test_a_plain_report_can_be_worked():
    found = verdict(a_row())
    assert (found.code, found.is_worked, found.warnings) == ("workable", True, ())


@pytest.mark.parametrize("role", ["WITNESS", "SUSPECT", "", "victim's mother"])
def test_who_is_no_victim_is_left_aside(role):
    assert verdict(a_row(PERSON_ROLE=role)).code == "ignored:not_a_victim"


@pytest.mark.parametrize("role", ["VICTIM", "victim", " Victim "])
def test_a_victim_is_one_however_it_is_written(role):
    assert verdict(a_row(PERSON_ROLE=role)).code == "workable"


@pytest.mark.parametrize(
    ("surname", "forenames", "code"),
    [
        ("", "", "quarantine:missing_name"),
        (" ", "\t", "quarantine:missing_name"),
        ("UNKNOWN", "N/K", "quarantine:missing_name"),
        ("", "SIÂN", "workable"),
        ("O'BRIEN", "", "workable"),
        ('=HYPERLINK("http://example.org")', "<b>ANN</b>", "workable"),
    ],
)
def test_a_name_is_needed_and_one_is_enough(surname, forenames, code):
    found = verdict(a_row(SURNAME=surname, FORENAMES=forenames))
    assert found.code == code
    assert bool(found.warnings) == (code == "workable")


@pytest.mark.parametrize(
    "cells",
    [
        {"REPORTED_DT": "31/02/2026 10:00"},
        {"REPORTED_DT": "16/11/2026 24:30"},
        {"REPORTED_DT": "yesterday"},
        {"REPORTED_DT": ""},
        {"REPORTED_DT": "16/11/0026 10:00"},
        {"DOB": "30/02/1990"},
        {"DOB": "17/11/2026"},
        {"DOB": "21/12/2027"},
        {"DOB": "01/01/1900"},
        {"OCC_FROM": "29/02/2026 10:00"},
    ],
)
def test_a_date_that_cannot_be_is_held_back(cells):
    assert verdict(a_row(**cells)).code == "quarantine:invalid_date"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("16/11/2026 10:05", datetime(2026, 11, 16, 10, 5, tzinfo=UTC)),
        ("16/07/2026 10:05", datetime(2026, 7, 16, 9, 5, tzinfo=UTC)),
        ("16/11/2026 10:05:30", datetime(2026, 11, 16, 10, 5, 30, tzinfo=UTC)),
        ("2026-11-16T10:05", datetime(2026, 11, 16, 10, 5, tzinfo=UTC)),
        ("16/11/2026", datetime(2026, 11, 16, tzinfo=UTC)),
    ],
)
def test_times_are_the_senders_and_are_kept_as_moments(text, moment):
    assert read_row(a_row(REPORTED_DT=text), SOURCE).reported_at == moment


@pytest.mark.parametrize("text", ["07/05/1986", "7/5/1986", "1986-05-07", "07-May-1986", "07/05/1986 00:00"])
def test_a_date_of_birth_is_read_as_it_may_be_written(text):
    assert read_row(a_row(DOB=text), SOURCE).date_of_birth == date(1986, 5, 7)


def test_a_report_from_the_future_is_worked_with_a_warning():
    found = verdict(a_row(), now=datetime(2026, 11, 1, tzinfo=UTC))
    assert found.code == "workable"
    assert "future" in found.warnings[0]


@pytest.mark.parametrize("code", ["999/99", "", "ABC", "105/1/1", "000/00"])
def test_an_offence_that_is_not_in_the_table_is_held_back(code):
    assert verdict(a_row(OFFENCE_CODE=code)).code == "quarantine:unknown_offence"


@pytest.mark.parametrize("code", ["005/01", "5/1", "00501", " 005/01 "])
def test_an_offence_code_is_understood_however_a_spreadsheet_left_it(code):
    assert read_row(a_row(OFFENCE_CODE=code), SOURCE).offence_code == "005/01"


@pytest.mark.parametrize("code", sorted(SOURCE.excluded_offences))
def test_offences_that_the_sender_agreed_to_leave_out_are_held_back(code):
    assert verdict(a_row(OFFENCE_CODE=code)).code == "quarantine:excluded_offence"
    other = read_source({**DEFINITION, "excluded_offences": []})
    report = read_row(a_row(OFFENCE_CODE=code), other)
    found = judge(report, content_hash="", source=other, offences=OFFENCES, held=None, now=NOW)
    assert found.code == "workable"


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"DOB": "08/11/2017", "CONSENT": "Y"}, "quarantine:safeguarding"),
        ({"DOB": "17/11/2008"}, "quarantine:safeguarding"),
        ({"DOB": "16/11/2008"}, "workable"),
        ({"DOB": ""}, "quarantine:safeguarding"),
        ({"DOB": "16/11/1980", "FLAGS": "CHILD"}, "quarantine:safeguarding"),
        # What else is wrong never keeps a child from the safeguarding queue.
        ({"DOB": "31/02/2017"}, "quarantine:safeguarding"),
        ({"DOB": "08/11/2017", "SURNAME": "", "FORENAMES": ""}, "quarantine:safeguarding"),
        ({"DOB": "08/11/2017", "SAFE_TO_CONTACT": "N", "TEL_MOBILE": ""}, "quarantine:safeguarding"),
        ({"DOB": "08/11/2017", "PERSON_ROLE": "WITNESS"}, "ignored:not_a_victim"),
    ],
)
def test_a_child_victim_of_cruelty_goes_to_safeguarding(cells, code):
    assert verdict(a_row(OFFENCE_CODE="011/03", **cells)).code == code


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"DOB": "11/10/2011"}, "quarantine:consent_required"),
        ({"DOB": "11/10/2011", "CONSENT": "N"}, "quarantine:consent_required"),
        ({"DOB": "11/10/2011", "CONSENT": "perhaps"}, "quarantine:consent_required"),
        ({"DOB": ""}, "quarantine:consent_required"),
        ({"DOB": "11/10/2011", "CONSENT": "Y"}, "workable"),
        ({"DOB": "11/10/1980"}, "workable"),  # long ago: the person decides now
        ({"DOB": "11/10/1980", "OFFENCE_CODE": "019/08"}, "workable"),
    ],
)
def test_a_sexual_offence_against_a_child_needs_consent(cells, code):
    assert verdict(a_row(**{"OFFENCE_CODE": "019/07", **cells})).code == code


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"TEL_MOBILE": ""}, "quarantine:no_safe_contact"),
        ({}, "quarantine:no_safe_contact"),  # the number is what is not safe
        ({"TEL_MOBILE": "", "POSTCODE": ""}, "quarantine:no_safe_contact"),
        (
            {"SAFE_CONTACT_NOTES": "CALL SISTER ON 07700900123", "TEL_MOBILE": ""},
            "quarantine:no_safe_contact",
        ),
        ({"EMAIL": "sian@example.org"}, "workable"),
    ],
)
def test_who_is_marked_unsafe_needs_another_way(cells, code):
    assert verdict(a_row(SAFE_TO_CONTACT="N", **cells)).code == code


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({}, "quarantine:invalid_phone"),
        ({"TEL_MOBILE": "07700900"}, "quarantine:invalid_phone"),
        (
            {"TEL_MOBILE": "07700900", "EMAIL": "sian(at)example", "POSTCODE": "NEWPORT"},
            "quarantine:invalid_phone",
        ),
        (
            {"TEL_MOBILE": "07700900", "SAFE_CONTACT_NOTES": "CALL SISTER ON 07700900123"},
            "quarantine:invalid_phone",
        ),
        ({"TEL_MOBILE": "7700900123"}, "workable"),
        ({"TEL_HOME": "01632 960001"}, "workable"),
        ({"EMAIL": "sian@example.org"}, "workable"),
        ({"TEL_MOBILE": "07700900", "POSTCODE": "NP202PJ"}, "workable"),
    ],
)
def test_there_must_be_some_way_to_the_person(cells, code):
    found = verdict(a_row(**{"TEL_MOBILE": "", "POSTCODE": "", **cells}))
    assert found.code == code


def test_what_else_cannot_be_read_is_a_warning():
    found = verdict(a_row(TEL_HOME="07700900", EMAIL="sian", FLAGS="DA XYZ", SEX="Q", ETHNICITY_SD="ZZ"))
    assert found.code == "workable"
    for word in ("TEL_HOME", "EMAIL", "XYZ", "SEX", "ETHNICITY_SD"):
        assert any(word in warning for warning in found.warnings)


def test_a_row_with_several_faults_tells_them_all():
    found = verdict(a_row(DOB="31/02/1990", OFFENCE_CODE="999/99", TEL_MOBILE="", POSTCODE=""))
    assert found.code == "quarantine:invalid_date"
    assert any("offence table" in warning for warning in found.warnings)
    assert any("telephone" in warning for warning in found.warnings)


# What was sent before


def test_the_same_row_again_is_a_duplicate_however_columns_and_spaces_stand():
    row = a_row(TEL_MOBILE=" 07700900123")
    held = Held(0, content_hash(a_row()), worked_no=0)
    assert verdict(dict(reversed(row.items())), held).code == "duplicate"


def test_a_row_that_is_held_back_and_sent_again_is_a_duplicate():
    row = a_row(DOB="31/02/1990")
    assert verdict(row, Held(0, content_hash(row), held_no=0)).code == "duplicate"


def test_a_higher_number_changes_what_is_held_and_an_older_one_nothing():
    held = Held(2, content_hash(a_row(UPDATE_NO="2")), worked_no=2)
    assert verdict(a_row(UPDATE_NO="3", TEL_MOBILE="07700900456"), held).code == "update"
    assert verdict(a_row(UPDATE_NO="1", TEL_MOBILE="07700900456"), held).code == "duplicate"


def test_a_change_without_a_new_number_still_counts():
    found = verdict(
        a_row(SAFE_TO_CONTACT="N", EMAIL="s@example.org"), Held(0, content_hash(a_row()), worked_no=0)
    )
    assert found.code == "update"
    assert "without raising" in found.warnings[0]


@pytest.mark.parametrize("held_no", [0, None])
def test_a_row_that_was_held_back_or_left_aside_and_is_corrected_opens_a_case(held_no):
    assert verdict(a_row(UPDATE_NO="1"), Held(0, "other", held_no=held_no)).code == "workable"


def test_an_update_is_held_back_for_its_own_faults():
    found = verdict(a_row(UPDATE_NO="1", DOB="31/02/1990"), Held(0, "other", worked_no=0))
    assert found.code == "quarantine:invalid_date"


@pytest.mark.parametrize(
    ("missing", "code", "words"),
    [
        ({"SURNAME": "", "FORENAMES": ""}, "quarantine:missing_name", "police minimum data standard"),
        (
            {"TEL_MOBILE": "", "TEL_HOME": "", "EMAIL": "", "ADDRESS": "", "POSTCODE": ""},
            "quarantine:invalid_phone",
            "police minimum data standard",
        ),
        ({"DOB": "", "AGE": ""}, "workable", "The date of birth is not known."),
        ({"SEX": ""}, "workable", "The gender is not known."),
        ({"SURNAME": ""}, "workable", "Only one name is known."),
    ],
)
def test_what_the_minimum_data_standard_asks_for_is_named_where_it_is_missing(missing, code, words):
    found = verdict(a_row(**missing))
    assert found.code == code
    assert words in " ".join([found.reason, *found.warnings])


# Which record a row is about


def test_rows_of_one_crime_and_person_are_one_record():
    assert record_key(a_row(UPDATE_NO="1"), SOURCE) == record_key(a_row(CRIME_REF=" 31/00001/26"), SOURCE)
    assert record_key(a_row(), SOURCE) != record_key(a_row(NOMINAL_REF="N2"), SOURCE)


@pytest.mark.parametrize("column", ["CRIME_REF", "NOMINAL_REF"])
def test_two_rows_without_references_are_never_taken_for_one(column):
    one, other = a_row(**{column: ""}), a_row(**{column: "N/K", "SURNAME": "JONES"})
    assert record_key(one, SOURCE) != record_key(other, SOURCE)
    assert record_key(one, SOURCE) == record_key(dict(one), SOURCE)


@given(st.text(max_size=400), st.text(max_size=400))
def test_a_key_fits_the_table_whatever_the_references_are(crime, nominal):
    key = record_key(a_row(CRIME_REF=crime, NOMINAL_REF=nominal), SOURCE)
    assert 0 < len(key) <= LONGEST_KEY


# Whatever a sender writes

cells = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["", "Y", "N", "VICTIM", "31/02/2026 10:00", "9" * 400, "01/01/0001", "31/12/9999 23:59"]
    ),
)
FITTING = {
    "crime_ref": 60, "occurrence_ref": 60, "nominal": 60, "offence_label": 160, "surname": 200,
    "given_names": 200, "address": 300, "postcode": 8, "email": 200, "safe_contact_notes": 300,
    "language": 60, "officer": 60, "suspect_nominal": 60, "suspect_name": 200, "relationship": 60,
    "sex": 1, "ethnicity": 2,
}  # fmt: skip


@given(st.fixed_dictionaries(dict.fromkeys(COLUMNS, cells)))
def test_a_row_of_anything_gets_a_verdict_and_fits_the_tables(raw):
    report = read_row(raw, SOURCE)
    found = verdict(raw)
    assert found.code in verdict_codes()
    assert found.reason
    assert all(len(getattr(report, name)) <= limit for name, limit in FITTING.items())
    assert 0 <= report.update_no < 2**31
    assert report.sex in "0129"
    assert report.ethnicity in {"", *ETHNICITIES}
    if found.code == "workable":
        assert report.reported_at
        assert report.surname or report.given_names
        assert report.phones or report.email or report.postcode


@given(st.sampled_from(sorted(OFFENCES)), st.booleans(), st.integers(0, 90))
def test_no_row_is_worked_that_the_rules_keep_from_triage(code, consent, age):
    row = a_row(OFFENCE_CODE=code, CONSENT="Y" if consent else "", DOB=f"01/01/{2026 - age}")
    found, properties = verdict(row).code, OFFENCES[code].properties
    if code in SOURCE.excluded_offences:
        assert found == "quarantine:excluded_offence"
    elif "child_cruelty" in properties and age < 18:
        assert found == "quarantine:safeguarding"
    elif "under_age" in properties and age < 18 and not consent:
        assert found == "quarantine:consent_required"
    else:
        assert found == "workable"
