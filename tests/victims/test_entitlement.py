"""Which victims have enhanced rights under the Code, and why."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from victims.entitlement import age_on, propose

EVERY_PROPERTY = ["most_serious", "sexual", "stalking", "harassment", "hate", "terrorism", "modern_slavery",
    "domestic_abuse"]  # fmt: skip
EVERY_FLAG = [
    "domestic_abuse",
    "hate_crime",
    "child",
    "child_exploitation",
    "honour_based_abuse",
    "modern_slavery",
]


@pytest.mark.parametrize(
    ("properties", "flags", "age", "incidents", "level", "word"),
    [
        ((), (), 40, 1, "standard", "no rule"),
        (("burglary",), (), 40, 1, "standard", "no rule"),
        (("most_serious",), (), 40, 1, "enhanced", "most serious"),
        (("sexual",), (), None, 1, "enhanced", "sexual"),
        (("stalking", "risk_checklist"), (), 40, 1, "enhanced", "persistently targeted"),
        (("harassment",), (), 40, 1, "enhanced", "persistently targeted"),
        (("hate",), (), 40, 1, "enhanced", "hate crime"),
        ((), ("domestic_abuse",), 40, 1, "enhanced", "domestic abuse"),
        ((), ("hate_crime",), 40, 1, "enhanced", "hate crime"),
        ((), ("modern_slavery",), 40, 1, "enhanced", "modern slavery"),
        ((), (), 17, 1, "enhanced", "under 18"),
        ((), (), 18, 1, "standard", "no rule"),
        ((), (), 0, 1, "enhanced", "under 18"),
        ((), (), 40, 2, "standard", "no rule"),
        ((), (), 40, 3, "enhanced", "persistently targeted"),
    ],
)
def test_the_rules_of_the_code(properties, flags, age, incidents, level, word):
    proposed = propose(properties=properties, flags=flags, age=age, incidents_12m=incidents)
    assert proposed.level == level
    assert word in proposed.reason


@given(
    st.frozensets(st.sampled_from(EVERY_PROPERTY)),
    st.frozensets(st.sampled_from(EVERY_FLAG)),
    st.none() | st.integers(0, 110),
    st.integers(1, 9),
    st.sampled_from(EVERY_PROPERTY),
    st.sampled_from(EVERY_FLAG),
)
def test_knowing_more_never_takes_rights_away(properties, flags, age, incidents, other_property, other_flag):
    before = propose(properties=properties, flags=flags, age=age, incidents_12m=incidents)
    after = propose(
        properties=properties | {other_property},
        flags=flags | {other_flag},
        age=age,
        incidents_12m=incidents + 1,
    )
    assert before.reason
    assert before.level == "standard" or after.level == "enhanced"
    if properties or flags:
        assert before.level == "enhanced"


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2008, 11, 16), date(2026, 11, 15), 17),
        (date(2008, 11, 16), date(2026, 11, 16), 18),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2026, 11, 16), date(2026, 11, 16), 0),
        (date(2026, 11, 17), date(2026, 11, 16), None),
        (None, date(2026, 11, 16), None),
    ],
)
def test_age_in_whole_years(born, day, age):
    assert age_on(born, day) == age
