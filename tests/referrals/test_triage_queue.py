"""The triage queue as its readers use it: what shows, in which order, narrowed how, and to whom."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access.context import acting_as, acting_as_system
from access.ids import new_id
from access.models import Look
from referrals.actions.same_person import answer_suggestion, undo_link
from referrals.models import Case
from referrals.queries import triage as queue
from tests.factories import a_case, a_referral, a_suggestion
from victims.models import PersonLink


def references(answer) -> list[str]:
    return [row.case.reference for row in answer.context["page"].rows]


def tiles(page: str) -> dict[str, int]:
    """The numbers of the tiles by their label, as the reader sees them."""
    found = re.findall(
        r'hub-tile__number">(\d+)</p>\s*<p class="hub-tile__label"><a[^>]*href="([^"]+)"[^>]*>([^<]+)<', page
    )
    return {label: (int(number), url) for number, url, label in found}


def test_the_overdue_come_first_and_say_so_in_words(hub, cast):
    later = a_case(due_in=timedelta(hours=3))
    overdue = a_case(due_in=-timedelta(hours=2, minutes=10))
    soon = a_case(due_in=timedelta(minutes=25, seconds=30))
    answer = cast.browser("priya").get("/triage/")
    assert answer.status_code == 200
    assert references(answer) == [overdue.reference, soon.reference, later.reference]
    page = answer.content.decode()
    assert "Overdue 2 h 10 m" in page
    assert "Due in 25 m" in page
    assert "3 referrals waiting" in page


def reported_again(case: Case, *, times: int) -> None:
    """Further incidents of the case, and one that is too long ago to count."""
    with acting_as_system("tests"):
        first = case.incidents.get()
        for days in (*range(1, times + 1), 370):
            first.pk, first._state.adding = new_id(), True
            first.reported_at = timezone.now() - timedelta(days=days)
            first.save()


def test_a_row_says_what_must_be_known_before_anybody_picks_up_a_telephone(hub, cast):
    spoken = a_case(given_names="Jane", surname="Okafor", interpreter=True, language="Polish")
    reported_again(spoken, times=2)
    a_case(flags=["domestic_abuse"], safety="unknown", offence_label="Assault")
    with acting_as_system("tests"):
        a_suggestion(spoken.person, a_case(status="closed", closed_at=timezone.now()).person)
    page = cast.browser("priya").get("/triage/").content.decode()
    for words in (
        "J. Okafor",
        "Interpreter: Polish",
        "3rd report in 12 months",
        "Possible duplicate",
        "No safe contact now",
    ):
        assert words in page


def test_the_filter_of_repeats_lists_whom_the_words_call_a_repeat_over_all_that_is_linked(hub, cast):
    again, linked, other, parted, once = a_case(), a_case(), a_case(), a_case(), a_case()
    reported_again(again, times=1)
    reported_again(once, times=0)  # a year ago: too long
    with acting_as(cast.actor("priya")) as priya:
        for one in (linked, parted):
            suggestion = a_suggestion(one.person, other.person)
            answer_suggestion(actor=priya, case_id=one.id, suggestion_id=suggestion.id, same=True)
            held = PersonLink.objects.latest("id")
        undo_link(actor=priya, case_id=parted.id, link_id=held.id, words="No.", different=True)
    browser = cast.browser("priya")
    listed = set(references(browser.get("/triage/?flag=repeat")))
    assert listed == {again.reference, linked.reference, other.reference}
    page = browser.get("/triage/").content.decode()
    assert page.count("2nd report in 12 months") == len(listed)
    with acting_as_system("tests"):
        again.incidents.latest("reported_at").delete()
    assert again.reference not in references(browser.get("/triage/?flag=repeat"))


def test_markup_in_a_name_is_shown_and_never_run(hub, cast):
    case = a_case(given_names="Eve", surname="<script>alert(1)</script>")
    browser = cast.browser("priya")
    for path in ("/triage/", f"/cases/{case.reference}/"):
        page = browser.get(path).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize("sort", ["due", "reference", "offence", "risk", "assigned"])
def test_every_column_sorts_on_the_server_both_ways(hub, cast, sort):
    priya, liam = cast.actor("priya"), cast.actor("liam")
    a_case(due_in=timedelta(hours=5), offence_label="Burglary", risk="standard", assigned_to=priya.id)
    a_case(due_in=timedelta(hours=1), offence_label="Stalking", risk="high", assigned_to=None)
    a_case(due_in=timedelta(hours=3), offence_label="Arson", risk="medium", assigned_to=liam.id)
    browser = cast.browser("priya")
    rising = browser.get(f"/triage/?sort={sort}")
    falling = browser.get(f"/triage/?sort=-{sort}")
    assert references(rising) == references(falling)[::-1]
    values = {
        "due": [row.case.due_at for row in rising.context["page"].rows],
        "reference": references(rising),
        "offence": [row.case.offence_label for row in rising.context["page"].rows],
        "risk": [row.case.risk for row in rising.context["page"].rows],
        "assigned": [row.assignee for row in rising.context["page"].rows],
    }[sort]
    assert values == sorted(values)
    assert 'aria-sort="ascending"' in rising.content.decode()


def test_what_a_tile_counts_is_what_its_link_lists(hub, cast):
    priya = cast.actor("priya")
    a_case(due_in=-timedelta(hours=1))
    a_case(due_in=-timedelta(hours=2), assigned_to=priya.id)
    a_case(due_in=timedelta(hours=1))
    a_case(due_in=timedelta(days=2))
    routed = a_case(status="routed", clock=None)
    a_referral(routed, status="received", answer_due_in=-timedelta(hours=1))
    a_referral(a_case(status="routed", clock=None), status="accepted")
    browser = cast.browser("priya")
    page = browser.get("/triage/").content.decode()
    shown = tiles(page)
    assert {label: number for label, (number, _) in shown.items()} == {
        "Overdue": 2,
        "Due in 4 hours": 1,
        "Unassigned": 3,
        "Awaiting partner": 1,
    }
    assert "1 past reply date" in page
    for number, url in shown.values():
        assert len(references(browser.get(url))) == number


def test_every_filter_option_lists_as_many_as_it_says(hub, cast):
    priya, liam = cast.actor("priya"), cast.actor("liam")
    a_case(risk="high", flags=["domestic_abuse", "child"], assigned_to=priya.id, entitlement="enhanced")
    a_case(risk="medium", flags=["hate_crime"], assigned_to=liam.id, incident_count=2)
    a_case(risk="standard", due_in=-timedelta(hours=1))
    a_case()
    browser = cast.browser("priya")
    answer = browser.get("/triage/")
    options = [
        (group["name"], option["value"], int(option["count"]))
        for group in answer.context["groups"]
        for option in group["options"]
        if option["count"] is not None
    ]
    assert len(options) > 12
    for group, value, count in options:
        assert len(references(browser.get(f"/triage/?{group}={value}"))) == count, (group, value)
    assert len(references(browser.get("/triage/?risk=high&risk=medium"))) == 2
    assert len(references(browser.get("/triage/?risk=high&assigned=nobody"))) == 0


def test_the_filters_and_their_meanings_are_the_same_list(hub, cast):
    with acting_as(cast.actor("priya")) as priya:
        meant = queue.meanings(actor=priya, now=timezone.now())
    assert {group: tuple(values) for group, values in meant.items()} == queue.VALUES


@pytest.mark.parametrize(
    "text", ["okafor", "ADA okaf", "{reference}", "{number}", "np20 4ab", "NP20", "Okafor  Ada"]
)
def test_a_name_a_reference_or_a_postcode_finds_the_case_and_stays_out_of_the_address(hub, cast, text):
    case = a_case(given_names="Ada", surname="Okafor", postcode="NP20 4AB")
    a_case(given_names="Sam", surname="Whitfield", postcode="CF10 1AA")
    text = text.format(reference=case.reference, number=int(case.reference[-6:]))
    browser = cast.browser("priya")
    sent = browser.post("/triage/", {"search": text, "risk": "not_assessed"})
    assert sent.status_code == 302
    assert "risk=not_assessed" in sent.url
    assert text not in sent.url
    assert "okafor" not in sent.url.lower()
    answer = browser.get(sent.url)
    assert references(answer) == [case.reference]
    with acting_as(cast.actor("grace")):
        assert Look.objects.filter(action="search", door="triage", subjects=[case.id]).count() == 1


def test_a_search_is_its_readers_own(hub, cast):
    a_case(surname="Okafor")
    sent = cast.browser("priya").post("/triage/", {"search": "Okafor"})
    answer = cast.browser("liam").get(sent.url)
    assert answer.context["search"]["value"] == ""


def test_pages_neither_skip_nor_repeat_while_cases_come_and_go(hub, cast, monkeypatch):
    monkeypatch.setattr(queue, "PAGE", 4)
    stay = [a_case(due_in=timedelta(hours=hours)) for hours in range(1, 11)]
    same_moment = a_case(due_in=timedelta(hours=4))
    with acting_as_system("tests"):
        Case.objects.filter(id=same_moment.id).update(due_at=stay[3].due_at)
    browser = cast.browser("priya")
    seen: list[str] = []
    url = "/triage/"
    while url:
        answer = browser.get(url)
        seen += references(answer)
        a_case(surname="Early", due_in=timedelta(minutes=1))
        gone = a_case(due_in=timedelta(minutes=2))
        with acting_as_system("tests"):
            Case.objects.filter(id=gone.id).update(status="routed")
        following = answer.context["page"].next
        url = f"/triage/?after={following}" if following else ""
    expected = {case.reference for case in [*stay, same_moment]}
    assert len(seen) == len(set(seen))
    assert expected <= set(seen)
    back = browser.get(f"/triage/?before={answer.context['page'].previous}")
    assert references(back) == seen[-len(references(answer)) - 4 : -len(references(answer))]


@pytest.mark.parametrize("cursor", ["nonsense", "W10", "WyJ4IiwgIngiXQ", "%00", "bnVsbA"])
def test_a_cursor_that_was_not_made_here_shows_the_first_page(hub, cast, cursor):
    case = a_case()
    assert references(cast.browser("priya").get("/triage/", {"after": cursor})) == [case.reference]


def test_cases_without_a_clock_stand_last_and_are_paged_too(hub, cast, monkeypatch):
    monkeypatch.setattr(queue, "PAGE", 2)
    priya = cast.actor("priya")
    cases = [a_case(assigned_to=priya.id, due_in=timedelta(hours=hours)) for hours in (1, 2, 3, 4, 5)]
    with acting_as_system("tests"):
        Case.objects.filter(id__in=[case.id for case in cases[2:]]).update(due_at=None, status="routed")
    browser = cast.browser("priya")
    for sort in ("due", "-due"):
        seen, following = [], ""
        while True:
            answer = browser.get("/cases/", {"sort": sort, "after": following})
            seen += references(answer)
            following = answer.context["page"].next
            if not following:
                break
        wanted = [case.reference for case in cases]
        assert seen == (wanted if sort == "due" else wanted[::-1])


def test_the_number_of_queries_does_not_grow_with_the_rows(hub, cast, monkeypatch):
    monkeypatch.setattr(queue, "PAGE", 60)
    browser = cast.browser("priya")
    liam = cast.actor("liam")

    def cost() -> tuple[int, int]:
        browser.get("/triage/")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = browser.get("/triage/")
        return len(references(answer)), len(queries)

    for _ in range(5):
        a_case(assigned_to=liam.id, interpreter=True)
    few = cost()
    for _ in range(45):
        a_suggestion(
            a_case(assigned_to=liam.id, email="a@example.org").person, a_case(status="closed").person
        )
    many = cost()
    assert (few[0], many[0]) == (5, 50)
    assert few[1] == many[1]
    assert many[1] <= 26


def test_new_cases_are_announced_and_move_nothing(hub, cast):
    first = a_case()
    browser = cast.browser("priya")
    newest = browser.get("/triage/").context["newest"]
    assert newest == first.id
    quiet = browser.get(f"/triage/new/?since={newest}").content.decode()
    assert quiet.strip() == "Refresh"
    a_case()
    a_case()
    a_case(status="routed")
    said = browser.get(f"/triage/new/?since={newest}").content.decode()
    assert said.strip() == "2 new referrals – show them"
    assert browser.get("/triage/new/?since=nonsense").status_code == 200


def test_ticked_cases_are_taken_and_a_colleagues_are_left_alone(hub, cast):
    mine, taken = a_case(), a_case(assigned_to=cast.actor("liam").id)
    browser = cast.browser("priya")
    browser.post("/triage/claim/", {"case": [str(mine.id), str(taken.id), "nonsense"]})
    page = browser.get("/triage/").content.decode()
    assert "1 case is assigned to you." in page
    assert f"{taken.reference} was assigned to Liam Byrne" in page
    with acting_as(cast.actor("priya")) as priya:
        assert Case.objects.get(id=mine.id).assigned_to == priya.id
        assert Case.objects.get(id=taken.id).assigned_to == cast.actor("liam").id


def test_my_cases_are_mine_open_and_can_be_narrowed_by_status(hub, cast):
    priya = cast.actor("priya")
    triaging = a_case(assigned_to=priya.id, status="triaging")
    routed = a_case(assigned_to=priya.id, status="routed", due_in=timedelta(hours=9))
    a_case(assigned_to=priya.id, status="closed", closed_at=timezone.now())
    a_case(assigned_to=cast.actor("liam").id)
    browser = cast.browser("priya")
    assert references(browser.get("/cases/")) == [triaging.reference, routed.reference]
    assert references(browser.get("/cases/?status=routed")) == [routed.reference]
    assert references(cast.browser("dana").get("/cases/")) == []


def test_listing_people_is_on_record(hub, cast):
    case = a_case()
    cast.browser("priya").get("/triage/")
    with acting_as(cast.actor("grace")):
        look = Look.objects.get(door="triage")
    assert (look.action, look.subjects, look.actor_name) == ("list", [case.id], "Priya Nair")


def test_a_manager_reads_the_queue_and_can_take_nothing(hub, cast):
    case = a_case()
    browser = cast.browser("carys")
    answer = browser.get("/triage/")
    assert references(answer) == [case.reference]
    page = answer.content.decode()
    assert "With the ticked cases" not in page
    assert "Take the next case" not in page
    assert browser.post("/triage/claim/", {"case": [str(case.id)]}).status_code == 403
    assert browser.post("/triage/next/").status_code == 403
    assert browser.get("/cases/").status_code == 403
    with acting_as_system("tests"):
        assert Case.objects.get(id=case.id).assigned_to is None


def test_source_and_area_narrow_the_queue(hub, cast):
    here = a_case(postcode="NP20 4AB")
    a_case(postcode="CF10 1AA")
    with acting_as_system("tests"):
        Case.objects.filter(id=here.id).update(source_name="Self-referral")
    browser = cast.browser("priya")
    assert references(browser.get("/triage/?source=Self-referral")) == [here.reference]
    assert references(browser.get("/triage/?area=NP20")) == [here.reference]
    assert references(browser.get("/triage/?area=NP20&source=Northshire Police")) == []
    page = browser.get("/triage/").content.decode()
    assert "NP20 (1)" in page
    assert "Self-referral (1)" in page


@pytest.mark.parametrize(
    "query", ["source=%00", "area=%00", "sort=%00", "stage=%00", "search=%00", "risk=%00"]
)
def test_a_filter_that_means_nothing_breaks_nothing(hub, cast, query):
    a_case()
    assert cast.browser("priya").get(f"/triage/?{query}").status_code == 200


def test_the_next_case_is_the_one_due_first_that_nobody_has(hub, cast):
    later = a_case(due_in=timedelta(hours=3))
    first = a_case(due_in=timedelta(hours=1))
    a_case(due_in=-timedelta(hours=1), assigned_to=cast.actor("liam").id)
    opened = a_case(due_in=timedelta(minutes=5))
    cast.browser("liam").get(f"/cases/{opened.reference}/")
    browser = cast.browser("priya")
    assert browser.post("/triage/next/").url == f"/cases/{first.reference}/"
    assert browser.post("/triage/next/").url == f"/cases/{later.reference}/"
    assert browser.post("/triage/next/").url == "/triage/"
    assert "Nobody waits" in browser.get("/triage/").content.decode()


@pytest.mark.parametrize("who", ["helen", "ruth", "ines", "owen", "grace"])
def test_others_have_no_queue(hub, cast, who):
    a_case(surname="Okafor")
    browser = cast.browser(who)
    for path in ("/triage/", "/triage/new/", "/cases/"):
        answer = browser.get(path)
        assert answer.status_code in (403, 404)
        assert "Okafor" not in answer.content.decode()
