"""What a request for victim information must meet, one test at a time. Pure: a table.

Police, Crime, Sentencing and Courts Act 2022, sections 44A to 44D (inserted by the Victims and Prisoners Act 2024,
section 28; in force 12 January 2026), and the code of practice under section 44D. Our own short words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

ANSWERS = {"yes": "Yes", "no": "No", "not_shown": "Not shown by the request"}
TIME_TO_ANSWER = timedelta(days=28)
"""The Act sets no time: the hub's own promise, to be agreed with the forces that ask."""


@dataclass(frozen=True)
class Test:
    """One thing that a practitioner answers; `counselling`: only where counselling records are asked for."""

    code: str
    words: str
    source: str
    counselling: bool = False


TESTS = (
    Test("authorised", "The one who asks is an authorised person", "section 44E"),
    Test("held", "They have reason to believe that the hub holds it", "section 44A(3)(a)"),
    Test("relevant", "It is relevant to a stated, reasonable line of enquiry", "section 44A(3)(b)"),
    Test("necessary", "It is necessary: no other way would do", "section 44A(3)(c)"),
    Test(
        "proportionate",
        "It is proportionate: no more is asked for than that enquiry needs",
        "section 44A(3)(c)",
    ),
    Test(
        "specific", "What is asked for is described so that it can be found, with dates", "code of practice"
    ),
    Test("notice", "The victim had written notice, or the reason for none is sound", "section 44B"),
    Test("probative", "It is likely to have substantial probative value", "section 44A, counselling", True),
    Test("presumption", "The presumption against asking is rebutted, with reasons", "section 44D(2)", True),
    Test("senior", "A senior officer approved the request", "code of practice", True),
)


def tests_for(*, counselling: bool) -> tuple[Test, ...]:
    """The tests that a request must meet."""
    return tuple(test for test in TESTS if counselling or not test.counselling)


def failed(answers: Mapping[str, str], *, counselling: bool) -> list[Test]:
    """The tests that are not answered with yes: with one of these, all may not be disclosed."""
    return [test for test in tests_for(counselling=counselling) if answers.get(test.code) != "yes"]
