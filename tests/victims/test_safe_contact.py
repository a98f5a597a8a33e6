"""What notes say about reaching somebody safely: read as rules, and never dropped where they cannot be read."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.feed.reading import open_feed
from tests.referrals.feeds import DAYS, SOURCE, example
from victims.contact_notes import read_notes
from victims.safe_contact import Answer, Held, may_contact

LONDON = ZoneInfo("Europe/London")


def local(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026, in which the 16th is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=LONDON)


def by_note(notes: str, channel: str, at: datetime) -> Answer:
    """What a note alone says of a way that is known to be safe."""
    held = [Held("safe", read_notes(notes))]
    return may_contact(at, channel, held, is_careful=False, is_holiday=lambda _: False)


MONDAY_NOON = local(16, 12, 0)
CHANNELS = ("phone", "text", "email")


@pytest.mark.parametrize(
    ("notes", "rules"),
    [
        ("", {}),
        ("NO VOICEMAIL", {"no_voicemail": True}),
        ("Do not leave a message", {"no_voicemail": True}),
        ("TEXT FIRST", {"text_first": True}),
        ("ONLY 0900-1500 WEEKDAYS", {"hours": ["09:00", "15:00"], "weekdays": True}),
        ("between 9:30 and 17.00 Mon-Fri", {"hours": ["09:30", "17:00"], "weekdays": True}),
        ("CALL SISTER ON 07700900123", {"through": {"who": "sister", "number": "07700900123"}}),
        ("Ring her mother on 01632 960001", {"through": {"who": "mother", "number": "01632960001"}}),
        ("NO VOICEMAIL, TEXT FIRST", {"no_voicemail": True, "text_first": True}),
        ("EMAIL ONLY", {"email_only": True}),
        ("text only please", {"text_only": True}),
        ("SHE WORKS NIGHTS", {"unread": "she works nights"}),
        ("NO VOICEMAIL. HE READS HER POST", {"no_voicemail": True, "unread": "he reads her post"}),
        ("2200-0600", {"unread": "2200 0600"}),  # over midnight: a person must read it
    ],
)
def test_notes_are_read_as_rules(notes, rules):
    assert read_notes(notes) == rules


@pytest.mark.parametrize("day", DAYS)
def test_every_note_of_the_example_days_is_understood(day):
    for _, raw in open_feed(example(day), SOURCE):
        rules = read_notes(raw["SAFE_CONTACT_NOTES"])
        assert "unread" not in rules
        assert bool(rules) == bool(raw["SAFE_CONTACT_NOTES"])


@pytest.mark.parametrize(
    ("notes", "channel", "at", "safe", "words"),
    [
        ("", "phone", MONDAY_NOON, True, ""),
        ("NO VOICEMAIL", "phone", MONDAY_NOON, True, "voicemail"),
        ("NO VOICEMAIL", "text", MONDAY_NOON, True, ""),
        ("TEXT FIRST", "phone", MONDAY_NOON, True, "Text first"),
        ("ONLY 0900-1500 WEEKDAYS", "phone", MONDAY_NOON, True, ""),
        ("ONLY 0900-1500 WEEKDAYS", "phone", local(16, 8, 59), False, "09:00"),
        ("ONLY 0900-1500 WEEKDAYS", "phone", local(16, 9, 0), True, ""),
        ("ONLY 0900-1500 WEEKDAYS", "text", local(16, 15, 0), False, "15:00"),
        ("ONLY 0900-1500 WEEKDAYS", "phone", local(15, 12, 0), False, "weekdays"),
        ("ONLY 0900-1500 WEEKDAYS", "email", local(15, 3, 0), True, ""),
        ("CALL SISTER ON 07700900123", "phone", MONDAY_NOON, False, "sister on 07700900123"),
        ("CALL SISTER ON 07700900123", "text", MONDAY_NOON, False, "sister"),
        ("CALL SISTER ON 07700900123", "email", MONDAY_NOON, True, ""),
        ("EMAIL ONLY", "phone", MONDAY_NOON, False, "e-mail"),
        ("EMAIL ONLY", "email", MONDAY_NOON, True, ""),
        ("TEXT ONLY", "phone", MONDAY_NOON, False, "text"),
        ("TEXT ONLY", "text", MONDAY_NOON, True, ""),
        ("SHE WORKS NIGHTS", "phone", MONDAY_NOON, False, "note"),
        ("SHE WORKS NIGHTS", "email", MONDAY_NOON, False, "note"),
    ],
)
def test_whether_a_way_is_safe_at_that_hour(notes, channel, at, safe, words):
    found = by_note(notes, channel, at)
    assert found.safe == safe
    assert words in found.words


MOMENTS = st.datetimes(
    datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2100-01-01"), timezones=st.just(LONDON)
)
"""Days that have days before and after them: not those at the ends of time."""


@given(st.text(max_size=80), st.sampled_from(CHANNELS), MOMENTS)
def test_no_note_is_ever_dropped(notes, channel, at):
    rules = read_notes(notes)
    assert json.loads(json.dumps(rules)) == rules
    if any(
        sign.isalpha() for sign in notes.upper().replace("ONLY", "").replace("PLEASE", "").replace("AND", "")
    ):
        assert rules
    if "unread" in rules:
        assert not by_note(notes, channel, at).safe


@given(
    st.lists(
        st.sampled_from(
            [
                "NO VOICEMAIL",
                "TEXT FIRST",
                "ONLY 0900-1500 WEEKDAYS",
                "CALL SISTER ON 07700900123",
                "EMAIL ONLY",
            ]
        ),
        unique=True,
    ),
    st.sampled_from(
        ["NO VOICEMAIL", "TEXT FIRST", "ONLY 0900-1500 WEEKDAYS", "CALL MUM ON 07700900124", "HE KNOWS"]
    ),
    st.sampled_from(CHANNELS),
    MOMENTS,
)
def test_a_further_note_never_makes_a_way_safe(notes, further, channel, at):
    before = by_note(". ".join(notes), channel, at)
    after = by_note(". ".join([*notes, further]), channel, at)
    assert before.safe or not after.safe
