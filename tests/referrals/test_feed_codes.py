"""Codes of feeds: the offence table, ethnicities, flags, and yes, no and blank."""

from collections import Counter

import pytest

from pathways.facts import FACTS
from referrals.feed.reading import open_feed
from referrals.feed.row import Report, read_row
from referrals.feed.source import ETHNICITIES
from tests.referrals.feeds import DAYS, SOURCE, a_row, example, offences, truth
from victims.entitlement import propose

OFFENCES = offences()


def test_the_older_ethnicity_codes_become_those_of_today():
    def ethnicity(code: str) -> str:
        return read_row(a_row(ETHNICITY_SD=code), SOURCE).ethnicity

    assert [ethnicity(code) for code in ("O1", "W1", "ns", "A4", "N/K", "")] == [
        "A4",
        "W1",
        "NS",
        "A4",
        "",
        "",
    ]
    assert len(ETHNICITIES) == 19


def test_flags_lead_to_those_that_rules_know():
    report = read_row(a_row(FLAGS="DA, HATE;CHILD CSE"), SOURCE)
    assert report.flags == ("domestic_abuse", "hate_crime", "child", "child_exploitation")
    assert set(SOURCE.flags.values()) <= set(FACTS["flags"].values or ())


@pytest.mark.parametrize(
    ("word", "answer"), [("Y", True), ("yes", True), ("N", False), ("", None), ("U", None)]
)
def test_yes_no_and_blank_are_three_answers(word, answer):
    report: Report = read_row(a_row(CONSENT=word, SAFE_TO_CONTACT=word), SOURCE)
    assert (report.consent, report.safe_to_contact) == (answer, answer)


def test_every_offence_has_a_group_that_rules_know_and_a_label_that_fits():
    groups = set(FACTS["offence_group"].values or ())
    known = {
        "most_serious", "sexual", "under_age", "child_cruelty", "stalking", "harassment", "risk_checklist",
        "burglary", "cyber", "hate", "modern_slavery", "terrorism", "domestic_abuse",
    }  # fmt: skip
    for code, facts in OFFENCES.items():
        assert facts.group in groups, code
        assert 0 < len(facts.label) <= 160, code
        assert set(facts.properties) <= known, code


@pytest.mark.parametrize(
    ("code", "properties"),
    [
        ("002/00", {"most_serious"}),
        ("008/67", {"domestic_abuse", "risk_checklist"}),
        ("019/16", {"sexual", "under_age", "most_serious"}),
        ("020/05", {"sexual"}),
        ("022/02", {"sexual"}),
        ("036/03", {"most_serious"}),
        ("056/01", {"most_serious"}),
        ("056/02", set()),
        ("125/12", set()),
        ("195/12", {"stalking", "harassment", "risk_checklist"}),
        ("028/03", {"burglary"}),
        ("053/54", {"cyber"}),
        ("099/25", {"modern_slavery", "most_serious"}),
    ],
)
def test_what_marks_an_offence(code, properties):
    assert set(OFFENCES[code].properties) == properties


def test_about_half_of_the_victims_of_the_example_days_have_enhanced_rights():
    levels = Counter()
    for day in DAYS:
        for one, (_, raw) in zip(truth(day), open_feed(example(day), SOURCE), strict=True):
            report = read_row(raw, SOURCE)
            if one.verdict == "workable":
                offence = OFFENCES[report.offence_code]
                levels[propose(properties=offence.properties, flags=report.flags, age=40).level] += 1
    assert 0.4 < levels["enhanced"] / levels.total() < 0.7
