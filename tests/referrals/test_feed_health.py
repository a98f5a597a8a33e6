"""Feeds that are late, empty or changed: told once as an event, shown on the page, cleared by the feed itself."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from access.context import acting_as_system
from messaging.models import Event
from messaging.relay import run_due
from referrals.feed.source import SourceError, read_source
from referrals.feed.timetable import read_timetable
from referrals.models import FeedAlert, FeedSource
from referrals.tasks.feeds import look_for_late_feeds
from tests.reading import words_of
from tests.referrals.feeds import COLUMNS, DEFINITION, a_row, as_csv

LONDON = ZoneInfo("Europe/London")
FROM, TO = datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2028-01-01")
moments = st.datetimes(timezones=st.just(UTC), min_value=FROM, max_value=TO)


def timetable(**told: object):
    found, wrong = read_timetable({"expected": told}, LONDON)
    assert wrong == []
    return found


@given(moments, st.lists(st.times(), min_size=1, max_size=3), st.sets(st.integers(0, 6), min_size=1))
def test_an_expected_time_lies_between_the_one_before_and_the_one_after(now, times, days):
    names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    plan = timetable(at=[one.isoformat() for one in times], days=[names[day] for day in days])
    after, before = plan.after(now), plan.before(now)
    assert before < now < after
    assert plan.after(before) in (now, after)
    assert after.astimezone(LONDON).weekday() in days


def test_half_past_six_is_half_past_six_in_summer_and_winter():
    plan = timetable(at=["06:30"])
    assert plan.after(datetime(2026, 7, 1, 12, tzinfo=UTC)) == datetime(2026, 7, 2, 5, 30, tzinfo=UTC)
    assert plan.after(datetime(2026, 12, 1, 12, tzinfo=UTC)) == datetime(2026, 12, 2, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "expected", ["06:30", {"at": ["25:00"]}, {"at": ["06:30"], "days": ["m"]}, {"at": [], "days": 1}, {"at": []},
                 {"days": []},
                 {"at": ["06:30"], "grace_minutes": -1}],
)  # fmt: skip
def test_a_timetable_that_cannot_be_is_refused_in_words(expected):
    with pytest.raises(SourceError, match="`expected`"):
        read_source({**DEFINITION, "expected": expected})


def take(tmp_path: Path, *rows: dict[str, str], columns: list[str] = COLUMNS) -> None:
    path = tmp_path / "feed.csv"
    path.write_bytes(as_csv(list(rows), columns=columns))
    call_command("import_feed", str(path), source="northshire-police")


def open_alerts() -> list[tuple[str, list[str], list[str]]]:
    with acting_as_system("tests"):
        found = FeedAlert.objects.filter(cleared_at__isnull=True).order_by("raised_at")
        return list(found.values_list("kind", "missing", "added"))


def due() -> None:
    """The time to look has come."""
    with acting_as_system("tests"):
        FeedSource.objects.update(check_at=timezone.now() - timedelta(minutes=1))
    look_for_late_feeds()


def test_a_file_that_has_not_come_is_told_once_and_cleared_when_it_comes(hub, cast, tmp_path):
    with acting_as_system("tests"):
        planned = FeedSource.objects.get(code="northshire-police").check_at
    assert timezone.now() < planned
    look_for_late_feeds()
    assert open_alerts() == []
    due()
    due()
    assert [kind for kind, *_ in open_alerts()] == ["late"]
    run_due()
    for who, is_told in (("dana", True), ("carys", True), ("priya", False)):
        page = cast.browser(who).get("/notifications/").content.decode()
        assert page.count("A sender’s file is late or empty") == is_told, who
    [told] = cast.browser("dana").get("/notifications/").context["page"].rows
    leads = cast.browser("dana").get(f"/notifications/{told.notification.id}/")
    assert leads["Location"] == "/feeds/"
    senders = words_of(cast.browser("priya").get("/feeds/sources/"))
    assert "Late: expected" in senders
    assert "Nothing yet" in senders
    with acting_as_system("tests"):
        [event] = Event.objects.filter(topic="feed.alert_raised")
        assert set(event.data) == {"source", "kind", "alert"}
        assert FeedSource.objects.get(code="northshire-police").check_at > timezone.now()
    assert "has not come. Ask the sender" in cast.browser("owen").get("/feeds/").content.decode()
    take(tmp_path, a_row())
    assert open_alerts() == []
    assert "has not come" not in cast.browser("owen").get("/feeds/").content.decode()


def test_a_file_without_rows_is_told(hub, cast, tmp_path):
    take(tmp_path)
    assert [kind for kind, *_ in open_alerts()] == ["empty"]
    assert "held no rows" in cast.browser("priya").get("/feeds/").content.decode()
    take(tmp_path, a_row())
    assert open_alerts() == []


def test_columns_that_come_or_go_are_told_whether_the_file_is_taken_or_refused(hub, cast, tmp_path):
    take(tmp_path, a_row())
    take(tmp_path, a_row(), columns=[name for name in COLUMNS if name != "AGE"])  # which it may leave out
    assert open_alerts() == [("shape", ["AGE"], [])]
    with pytest.raises(CommandError, match="DOB"):
        take(tmp_path, a_row(), columns=[*(name for name in COLUMNS if name != "DOB"), "D_O_B"])
    assert open_alerts() == [("shape", ["DOB"], ["D_O_B"])]
    page = cast.browser("priya").get("/feeds/").content.decode()
    assert "Gone: DOB. New: D_O_B." in page
    take(tmp_path, a_row(), columns=[name for name in COLUMNS if name != "AGE"])
    assert open_alerts() == []


def test_a_refusal_on_the_page_leaves_its_alert(hub, cast):
    content = as_csv([a_row()], columns=[name for name in COLUMNS if name != "DOB"])
    sent = {"source": "northshire-police", "file": SimpleUploadedFile("feed.csv", content)}
    assert cast.browser("priya").post("/feeds/", sent).status_code == 422
    assert [missing for _, missing, _ in open_alerts()] == [["DOB"]]
