"""The manager's dashboard: numbers that agree with the record and with the lists that they lead to."""

import csv
import html
import re
from datetime import timedelta
from io import StringIO

import pytest

from access.context import acting_as, acting_as_system
from access.models import Look
from agencies.models import Agency
from referrals.actions import closing, triage
from reporting.actions.rollups import fold
from tests.factories import a_case, a_referral
from tests.reporting.test_rollups import move_referral, opened


def words(answer) -> str:
    """The page as its reader sees it."""
    page = re.sub(r"<(script|style|svg).*?</\1>", " ", answer.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def tiles(answer) -> dict[str, str]:
    return {tile["label"]: str(tile["number"]) for tile in answer.context["tiles"]}


def links(answer) -> dict[str, str]:
    return {tile["label"]: tile.get("url", "") for tile in answer.context["tiles"]}


def practitioners(answer) -> dict[str, list[int]]:
    return {row["label"]: row["values"] for row in answer.context["practitioners"]}


def test_an_empty_hub_has_a_dashboard(hub, cast):
    answer = cast.browser("carys").get("/dashboard/")
    assert answer.status_code == 200
    assert tiles(answer)["Open cases"] == "0"
    assert "Nothing waits for a decision" in words(answer)
    assert "No referrals sent yet" in words(answer)


def test_it_shows_a_change_at_once_before_and_after_folding(hub, cast):
    carys, dana = cast.browser("carys"), cast.actor("dana")
    case, other = opened(), opened(entitlement="enhanced")
    first = carys.get("/dashboard/")
    assert tiles(first)["Open cases"] == "2"
    assert "Of 2 cases opened in 30 days, 50% have enhanced entitlement." in words(first)
    assert practitioners(first)["Not assigned"] == [2, 0, 0]
    with acting_as(dana):
        triage.assign(actor=dana, case_id=case.id, to=cast.actor("liam").id)
        closing.close_case(
            actor=dana,
            case_id=other.id,
            end_state="declined",
            reason="not wanted",
            without="Nobody recorded it here.",
        )
    for _ in ("not folded yet", "folded"):
        then = carys.get("/dashboard/")
        assert tiles(then)["Open cases"] == "1"
        assert practitioners(then)["Liam Byrne"] == [1, 0, 0]
        assert practitioners(then)["Not assigned"] == [0, 0, 0]
        assert then.context["weeks"][-1]["values"] == [2, 1]
        fold()


@pytest.mark.parametrize("label", ["Waiting for triage, not assigned", "Waiting for triage, overdue"])
def test_a_number_and_the_list_behind_it_agree(hub, cast, label):
    dana = cast.actor("dana")
    opened(due_in=-timedelta(hours=1))
    opened(due_in=-timedelta(hours=2), assigned_to=dana.id, status="triaging")
    opened()
    opened(status="triaged", due_in=-timedelta(hours=3))
    browser = cast.browser("dana")
    answer = browser.get("/dashboard/")
    listed = browser.get(links(answer)[label])
    assert listed.status_code == 200
    assert len(listed.context["page"].rows) == int(tiles(answer)[label]) == 2


def test_who_may_not_open_a_list_gets_the_number_without_the_link(hub, cast):
    opened()
    answer = cast.browser("carys").get("/dashboard/")
    assert tiles(answer)["Waiting for triage, not assigned"] == "1"
    assert not any(links(answer).values())
    for url in re.findall(r"<main.*?</main>", answer.content.decode(), re.S):
        for address in re.findall(r'href="(/[^"]*)"', url):
            assert cast.browser("carys").get(address).status_code == 200, address


def test_partners_are_shown_with_their_answers_and_waits(hub, cast):
    for verbs in (["send", "accept"], ["send", "decline"], ["send", "receive"], ["send", "expire"]):
        referral = a_referral(opened(), status="draft", service="idva")
        for verb in verbs:
            move_referral(referral, verb)
    answer = cast.browser("carys").get("/dashboard/")
    [row] = answer.context["partners"]
    told = row.numbers
    assert (row.label, told.sent, told.accepted, told.declined, told.expired, told.waiting) == (
        "Safe Steps",
        4,
        1,
        1,
        1,
        1,
    )
    assert row.wait == "under 4 h"
    assert "Show as a table: onward referrals" in words(answer)


def test_it_lists_what_needs_a_decision_and_leads_there(hub, cast):
    risky = a_case(risk="high")
    wanted = a_case(decision_wanted="No agreement with Age Well Northshire", status="triaged")
    a_case(decision_wanted="Settled long ago", status="closed", closed_at=risky.opened_at)
    late = a_referral(a_case(status="routed"), answer_due_in=-timedelta(hours=1))
    a_referral(a_case(status="routed"), answer_due_in=timedelta(hours=1))
    answer = cast.browser("dana").get("/dashboard/")
    told = words(answer)
    assert f"{risky.reference} High risk and nobody has it" in told
    assert f"{wanted.reference} No agreement with Age Well Northshire" in told
    assert "Settled long ago" not in told
    assert "Northshire Victim Care 1 referral without an answer in time" in told
    assert f"/cases/{risky.reference}/" in answer.content.decode()
    assert late.agency_id == Agency.objects.get(code="victim-care").id


def test_each_chart_has_its_table(hub, cast):
    opened()
    move_referral(a_referral(opened(), status="draft"), "send")
    page = cast.browser("carys").get("/dashboard/").content.decode()
    assert page.count("<svg") >= 3
    assert page.count("Show as a table:") == 3


def test_the_csv_names_nobody_by_a_small_number_and_runs_no_formula(hub, cast):
    Agency.objects.filter(code="safe-steps").update(name="=HYPERLINK(0)")
    move_referral(a_referral(opened(), status="draft", service="idva"), "send")
    answer = cast.browser("carys").get("/dashboard/partners.csv")
    assert answer["Content-Type"].startswith("text/csv")
    heading, row = csv.reader(StringIO(answer.content.decode()))
    told = dict(zip(heading, row, strict=True))
    assert told["partner"] == "'=HYPERLINK(0)"
    assert (told["sent"], told["waiting"], told["median wait, hours"]) == ("fewer than 5", "fewer than 5", "")
    with acting_as(cast.actor("grace")):
        assert Look.objects.get(action="export").door == "dashboard_partners_csv"


def test_which_cases_it_named_is_on_record(hub, cast):
    risky = a_case(risk="high")
    cast.browser("carys").get("/dashboard/")
    with acting_as(cast.actor("grace")):
        assert Look.objects.get(door="dashboard").subjects == [risky.id]


@pytest.mark.parametrize("name", ["helen", "ines", "ruth", "grace", "owen", "priya"])
@pytest.mark.parametrize("address", ["/dashboard/", "/dashboard/partners.csv"])
def test_it_is_for_managers_and_supervisors(hub, cast, name, address):
    with acting_as_system("tests"):
        a_case(risk="high")
    assert cast.browser(name).get(address).status_code == 403


@pytest.mark.parametrize("cases", [3, 30])
def test_it_costs_the_same_however_many_cases_there_are(hub, cast, django_assert_max_num_queries, cases):
    for _ in range(cases):
        opened()
    fold()
    browser = cast.browser("carys")
    with django_assert_max_num_queries(40):
        browser.get("/dashboard/")
