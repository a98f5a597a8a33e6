"""The pages of feeds: taking a file, watching it, its rows by verdict, the quarantine, and both as CSV."""

import csv
import io
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.context import acting_as, acting_as_system
from access.models import Look
from messaging.models import Message
from messaging.relay import run_due
from referrals.models import Case, FeedRow, FeedRun
from referrals.queries import feed_rows
from tests.reading import words_of
from tests.referrals.feeds import DAYS, a_row, as_csv, example, truth

SENDER = "northshire-police"
FORMULA = '=HYPERLINK("http://x","SMITH")'
MARKUP = "<script>alert(1)</script>"


def upload(browser, content: bytes, name: str = "feed.csv"):
    return browser.post("/feeds/", {"source": SENDER, "file": SimpleUploadedFile(name, content)})


def taken(browser, *rows: dict[str, str], judged: bool = True) -> FeedRun:
    """The run of a file that was uploaded, its rows judged."""
    answer = upload(browser, as_csv(list(rows)))
    assert answer.status_code == 302, unescape(answer.content.decode())
    if judged:
        run_due()
    with acting_as_system("tests"):
        run = FeedRun.objects.order_by("-number").first()
    assert run is not None
    assert answer["Location"] == f"/feeds/{run.number}/"
    return run


def some(how_many: int, **cells: str) -> list[dict[str, str]]:
    return [
        a_row(**{"CRIME_REF": f"31/{number:05d}/26", "NOMINAL_REF": f"N{number}"} | cells)
        for number in range(how_many)
    ]


def rows_of(answer) -> list[list[str]]:
    """What an export holds, as a spreadsheet reads it."""
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"), newline="")))


# Taking a file


def test_a_file_is_taken_and_leads_to_its_run(hub, cast):
    browser = cast.browser("priya")
    run = taken(browser, *some(3), judged=False)
    assert (run.received, run.file_name, run.taken_by_name) == (3, "feed.csv", "Priya Nair")
    page = words_of(browser.get(f"/feeds/{run.number}/"))
    assert "0 of 3 (0%)" in page
    assert "Waiting 3" in page
    run_due()
    page = words_of(browser.get(f"/feeds/{run.number}/"))
    assert "Opened or joined a case 3" in page
    assert "of 3 (" not in page


def test_a_whole_day_shows_its_result_by_verdict(hub, cast):
    browser = cast.browser("priya")
    upload(browser, example(DAYS[0]).read_bytes())
    run_due()
    with acting_as_system("tests"):
        run = FeedRun.objects.get()
    told = [one.verdict for one in truth(DAYS[0])]
    page = words_of(browser.get(f"/feeds/{run.number}/"))
    assert f"Opened or joined a case {told.count('workable')}" in page
    assert f"Quarantine: child victim of cruelty or neglect {told.count('quarantine:safeguarding')}" in page
    listed = browser.get(f"/feeds/{run.number}/?verdict=quarantine:safeguarding")
    assert len(listed.context["rows"]) == told.count("quarantine:safeguarding")


def test_the_same_file_again_says_which_run_took_it_first(hub, cast):
    browser = cast.browser("priya")
    first = taken(browser, *some(2))
    again = taken(browser, *some(2))
    page = browser.get(f"/feeds/{again.number}/")
    assert "The very same file was taken before" in words_of(page)
    assert f'href="/feeds/{first.number}/"' in page.content.decode()
    assert "Taken before, changed nothing 2" in words_of(page)


def test_the_progress_bar_is_asked_for_and_has_the_page_drawn_again_at_the_end(hub, cast):
    browser = cast.browser("priya")
    run = taken(browser, *some(3), judged=False)
    bar = browser.get(f"/feeds/{run.number}/progress/")
    assert 'hx-trigger="every 2s"' in bar.content.decode()
    assert "HX-Refresh" not in bar
    run_due()
    bar = browser.get(f"/feeds/{run.number}/progress/")
    assert bar["HX-Refresh"] == "true"
    assert "hx-get" not in bar.content.decode()


def test_without_a_file_or_a_sender_the_form_says_what_to_do(hub, cast):
    page = cast.browser("priya").post("/feeds/", {"source": "nobody"})
    assert page.status_code == 422
    assert "Choose who sent the file" in words_of(page)
    assert "Choose the feed file" in words_of(page)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(hub, cast, settings):
    settings.FEED_MAX_BYTES = 1000
    page = upload(cast.browser("priya"), as_csv(some(9)))
    assert page.status_code == 422
    assert "larger than 1000" in words_of(page)


def test_work_that_keeps_failing_is_said_on_the_page(hub, cast):
    browser = cast.browser("priya")
    run = taken(browser, *some(1), judged=False)
    Message.objects.filter(subscriber="referrals.judge_rows").update(attempts=3, last_error="MemoryError")
    assert "Nothing is lost: the worker goes on trying" in words_of(browser.get(f"/feeds/{run.number}/"))


# What is shown, and to whom


def test_formulas_and_markup_are_kept_as_given_shown_escaped_and_leave_harmless(hub, cast):
    browser = cast.browser("priya")
    run = taken(browser, a_row(SURNAME=FORMULA, FORENAMES=MARKUP, OIC="@SUM(A1)", ADDRESS="-1+1 HIGH STREET"))
    with acting_as_system("tests"):
        row = FeedRow.objects.get()
        case = Case.objects.get()
    assert (row.raw["SURNAME"], row.raw["FORENAMES"]) == (FORMULA, MARKUP)
    for address in (f"/feeds/{run.number}/", f"/cases/{case.reference}/", "/triage/"):
        page = browser.get(address).content.decode()
        assert MARKUP not in page
        assert "&lt;script&gt;alert(1)" in page or address == "/triage/"
    header, line = rows_of(browser.get(f"/feeds/{run.number}/export.csv"))
    cells = dict(zip(header, line, strict=True))
    assert cells["SURNAME"] == "'" + FORMULA
    assert cells["OIC"] == "'@SUM(A1)"
    assert cells["ADDRESS"] == "'-1+1 HIGH STREET"
    assert cells["FORENAMES"] == MARKUP
    assert (cells["row"], cells["verdict"], cells["case"]) == ("1", "workable", case.reference)
    assert all(not cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in line)


def test_every_look_at_rows_is_on_record_with_whom_it_was_about(hub, cast):
    browser = cast.browser("priya")
    run = taken(browser, *some(2), a_row(SURNAME="", FORENAMES=""))
    doors = {
        f"/feeds/{run.number}/": "feed_run",
        f"/feeds/{run.number}/export.csv": "feed_run_export",
        "/feeds/quarantine/": "quarantine",
        "/feeds/quarantine/export.csv": "quarantine_export",
    }
    for address in doors:
        browser.get(address)
    with acting_as_system("tests"):
        rows = list(FeedRow.objects.order_by("line"))
    with acting_as(cast.actor("grace")):
        looks = {look.door: look for look in Look.objects.filter(door__in=doors.values())}
    assert set(looks) == set(doors.values())
    about = {rows[0].case_id, rows[0].person_id, rows[1].case_id, rows[1].person_id, rows[2].id}
    assert set(looks["feed_run"].subjects) >= about
    assert set(looks["feed_run_export"].subjects) == about
    assert set(looks["quarantine"].subjects) == {rows[2].id}
    assert looks["quarantine_export"].action == "export"


def test_an_administrator_takes_feeds_but_does_not_read_them(hub, cast):
    browser = cast.browser("owen")
    run = taken(browser, *some(2), a_row(SURNAME="", FORENAMES=""))
    page = words_of(browser.get(f"/feeds/{run.number}/"))
    assert "Opened or joined a case 2" in page
    assert "BRIEN" not in page
    held = words_of(browser.get("/feeds/quarantine/"))
    assert "1 row held" in held
    assert "No name 1" in held
    assert "31/00001/26" not in held
    for address in (f"/feeds/{run.number}/export.csv", "/feeds/quarantine/export.csv"):
        assert browser.get(address).status_code == 403


@pytest.mark.parametrize("who", ["grace", "helen", "ines", "ruth"])
def test_partners_and_auditors_see_no_feeds(hub, cast, who):
    run = taken(cast.browser("priya"), *some(1))
    browser = cast.browser(who)
    for address in ("", "quarantine/", "quarantine/export.csv", f"{run.number}/", f"{run.number}/progress/"):
        assert browser.get(f"/feeds/{address}").status_code == 403
    with acting_as(cast.actor(who)):
        assert FeedRun.objects.exists() == (who == "grace")  # the hub's own; a run says nothing of anybody
        assert not FeedRow.objects.exists()


def test_a_run_that_is_not_there_is_a_plain_404(hub, cast):
    browser = cast.browser("priya")
    for number in ("999", "99999999999999999999999"):
        for address in ("", "progress/", "export.csv"):
            assert browser.get(f"/feeds/{number}/{address}").status_code == 404


def test_words_in_the_address_that_mean_nothing_do_no_harm(hub, cast):
    browser = cast.browser("priya")
    run = taken(browser, *some(1))
    for address in (
        f"/feeds/{run.number}/?verdict=%00&after=x&before=-1",
        f"/feeds/{run.number}/?after=99999999999999999999",
        "/feeds/?after=%00",
        "/feeds/?after=99999999999999999999999",
        "/feeds/quarantine/?reason=%00&source=%00&after=%00&before=2.x",
        f"/feeds/{run.number}/export.csv?verdict=%00",
    ):
        assert browser.get(address).status_code == 200, address


# Lists by keyset


def walked(browser, address: str, *, back: bool = False) -> list[list[int]]:
    """The rows' places page by page, by the links of the list; there, or there and back again."""
    pages, context = [], browser.get(address).context
    glue = "&" if "?" in address else "?"
    while True:
        pages.append([one.row.line for one in context["rows"]])
        if not context["next"]:
            break
        context = browser.get(f"{address}{glue}after={context['next']}").context
    while back and context["previous"]:
        context = browser.get(f"{address}{glue}before={context['previous']}").context
        pages.append([one.row.line for one in context["rows"]])
    return pages


def test_a_long_run_is_read_page_by_page_there_and_back(hub, cast, monkeypatch):
    monkeypatch.setattr(feed_rows, "PAGE", 4)
    browser = cast.browser("priya")
    run = taken(browser, *some(10))
    there = [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert walked(browser, f"/feeds/{run.number}/", back=True) == [*there, there[1], there[0]]
    assert walked(browser, f"/feeds/{run.number}/?verdict=workable") == there
    assert walked(browser, f"/feeds/{run.number}/?verdict=update") == [[]]


def test_quarantine_puts_safeguarding_first_then_the_longest_held(hub, cast, monkeypatch):
    monkeypatch.setattr(feed_rows, "PAGE", 2)
    browser = cast.browser("priya")
    nameless = some(6, SURNAME="", FORENAMES="")
    child = {"OFFENCE_CODE": "011/03", "OFFENCE_DESC": "CRUELTY", "DOB": "01/02/2018", "FLAGS": "CHILD"}
    for place in (2, 4, 5):
        nameless[place] |= child | {"SURNAME": "REES", "FORENAMES": "MEGAN"}
    taken(browser, *nameless)
    with acting_as_system("tests"):
        held = list(FeedRow.objects.order_by("line").values_list("verdict", flat=True))
    assert held.count("quarantine:safeguarding") == 3, held
    there = [[2, 4], [5, 0], [1, 3]]
    assert walked(browser, "/feeds/quarantine/", back=True) == [*there, there[1], there[0]]
    assert walked(browser, "/feeds/quarantine/?reason=missing_name") == [[0, 1], [3]]
    assert walked(browser, f"/feeds/quarantine/?source={SENDER}") == there
    lines = rows_of(browser.get("/feeds/quarantine/export.csv?reason=missing_name"))
    assert [line[1] for line in lines[1:]] == ["1", "2", "4"]


def test_quarantine_says_that_a_later_word_came_on_a_child_in_danger(hub, cast):
    browser = cast.browser("priya")
    taken(browser, a_row(OFFENCE_CODE="011/00", DOB="01/02/2019", FLAGS="CHILD"))
    assert "A later word" not in words_of(browser.get("/feeds/quarantine/"))
    taken(browser, a_row(UPDATE_NO="1"))
    assert "A later word came on it. Opened or joined a case." in words_of(browser.get("/feeds/quarantine/"))


def test_lists_cost_the_same_however_many_rows_they_show(hub, cast):
    browser = cast.browser("priya")
    few = taken(browser, *some(2), a_row(SURNAME="", FORENAMES=""))
    many = taken(browser, *some(40, UPDATE_NO="1"), *some(9, SURNAME="", FORENAMES="", UPDATE_NO="2"))

    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(address).status_code == 200
        return len(asked)

    cost("/feeds/")  # whatever is looked up once
    assert cost(f"/feeds/{many.number}/") == cost(f"/feeds/{few.number}/")
    assert cost(f"/feeds/{many.number}/export.csv") <= cost(f"/feeds/{few.number}/export.csv") + 2


def test_the_list_of_runs_goes_on(hub, cast, monkeypatch):
    monkeypatch.setattr("referrals.pages.feeds.RUNS", 2)
    browser = cast.browser("priya")
    runs = [taken(browser, *some(1)).number for _ in range(3)]
    first = browser.get("/feeds/").context
    assert [line.run.number for line in first["runs"]] == [runs[2], runs[1]]
    second = browser.get(f"/feeds/?after={first['next']}").context
    assert [line.run.number for line in second["runs"]] == [runs[0]]
    assert not second["next"]
