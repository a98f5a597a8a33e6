"""The case page: what it shows to whom, what can be done from it, and what each costs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access.context import acting_as, acting_as_system
from access.models import Look
from referrals.actions import triage
from referrals.actions.case_tasks import Wanted, give_task
from referrals.models import Case, ContactAttempt, Incident
from tests.factories import a_case, a_referral, a_suggestion, fresh
from tests.reading import words_of
from tests.referrals.test_triage_verbs import assessed, consented, ready


def url(case: Case, *parts: str) -> str:
    return "/" + "/".join(["cases", case.reference, *parts, ""])


def test_the_page_says_who_what_how_and_by_when(hub, cast):
    case = a_case(
        given_names="Ada",
        surname="Okafor",
        language="Polish",
        interpreter=True,
        flags=["domestic_abuse"],
        entitlement="enhanced",
        entitlement_reason="domestic abuse: most serious crime",
        risk="high",
        due_in=-timedelta(hours=1),
        contact_notes="Call before 3",
    )
    page = words_of(cast.browser("priya").get(url(case)))
    for words in (
        "Ada Okafor",
        case.reference,
        "High",
        "Domestic abuse",
        "Interpreter needed: Polish.",
        "Enhanced",
        "domestic abuse: most serious crime",
        "Overdue 1 h",
        "PC 4127",
        "Reported by telephone.",
        "Sender’s note: Call before 3",
        "17 May 1990",
        "Contact the person",
        "Record consent",
        "Complete the needs assessment",
        "Complete the risk checklist",
        "Finish triage",
    ):
        assert words in page, words


def test_reading_a_case_is_on_record(hub, cast):
    case = a_case()
    cast.browser("priya").get(url(case))
    with acting_as(cast.actor("grace")):
        look = Look.objects.get(door="case")
    assert (look.action, look.subjects) == ("view", [case.id, case.person_id])


def test_a_colleague_sees_who_has_the_case_open(hub, cast):
    case = a_case()
    cast.browser("priya").get(url(case))
    page = cast.browser("liam").get(url(case)).content.decode()
    assert "Priya Nair has this case open." in page
    assert "Priya Nair has it open" in cast.browser("liam").get("/triage/").content.decode()
    assert "has this case open" not in cast.browser("priya").get(url(case)).content.decode()
    with acting_as_system("tests"):
        Case.objects.filter(id=case.id).update(open_until=timezone.now() - timedelta(seconds=1))
    assert "has this case open" not in cast.browser("liam").get(url(case)).content.decode()


def test_the_steps_are_done_one_by_one_and_the_next_is_named(hub, cast):
    case = a_case()
    browser = cast.browser("priya")

    def steps() -> list[tuple[str, bool, bool]]:
        return [
            (step["url"].split("/")[-2] if "/" in step["url"] else step["url"], step["done"], step["is_next"])
            for step in browser.get(url(case)).context["steps"]
        ]

    assert [step[1:] for step in steps()] == [(False, True), (False, False), (False, False), (False, False)]
    ready(cast, case)
    assert [step[1:] for step in steps()] == [(True, False)] * 3 + [(False, True)]
    assert steps()[-1][0] == "#finish"


def test_finishing_says_what_is_missing_and_then_hands_the_case_to_routing(hub, cast):
    case = a_case()
    browser = cast.browser("priya")
    refused = browser.post(url(case, "finish"))
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "There is a problem" in page
    for missing in (
        "record it, or say why nobody can",
        "record each answer",
        "Complete the needs assessment.",
    ):
        assert missing in page
    assert fresh(case).status == "new"
    ready(cast, case)
    assert browser.post(url(case, "finish")).status_code == 302
    assert fresh(case).status == "triaged"
    assert "The case is being routed." in browser.get(url(case)).content.decode()


def test_finishing_twice_is_refused_and_does_nothing_more(hub, cast):
    case = ready(cast, a_case())
    browser = cast.browser("priya")
    browser.post(url(case, "finish"))
    again = browser.post(url(case, "finish"))
    assert again.status_code == 422
    assert "cannot be marked as ready to route" in again.content.decode()


def test_without_any_attempt_a_reason_is_asked_for(hub, cast):
    case = a_case()
    assessed(case, "needs-8")
    consented(cast, case)
    browser = cast.browser("priya")
    assert "Nobody has tried to reach the person." in browser.get(url(case)).content.decode()
    given = {"no_contact_reason": "Met at the station."}
    assert browser.post(url(case, "finish"), given).status_code == 302
    assert fresh(case).no_contact_reason == "Met at the station."


def test_entitlement_is_changed_with_a_reason_and_shown_with_who_changed_it(hub, cast):
    case = a_case(entitlement="standard", entitlement_reason="no rule for enhanced rights matched")
    browser = cast.browser("priya")
    refused = browser.post(url(case, "entitlement"), {"level": "enhanced", "reason": ""})
    assert refused.status_code == 422
    assert "Enter the reason" in refused.content.decode()
    browser.post(url(case, "entitlement"), {"level": "enhanced", "reason": "Intimidated by neighbours."})
    page = words_of(browser.get(url(case)))
    assert "Intimidated by neighbours. (changed by Priya Nair)" in page
    assert "From standard to enhanced." in page


def test_claim_and_give_back(hub, cast):
    case = a_case()
    browser = cast.browser("priya")
    assert "Assign to me" in browser.get(url(case)).content.decode()
    browser.post(url(case, "claim"))
    assert fresh(case).assigned_to == cast.actor("priya").id
    liam = cast.browser("liam")
    liam.post(url(case, "claim"))
    assert "Priya Nair has taken" in liam.get(url(case)).content.decode()
    browser.post(url(case, "release"))
    assert fresh(case).assigned_to is None


def test_a_supervisor_assigns_and_is_told_when_somebody_was_faster(hub, cast):
    case = a_case()
    browser = cast.browser("dana")
    form = browser.get(url(case, "assign"))
    seen = form.context["form"]["seen"].value()
    to = str(cast.actor("priya").id)
    cast.browser("liam").post(url(case, "claim"))
    refused = browser.post(url(case, "assign"), {"to": to, "seen": seen})
    assert refused.status_code == 422
    assert "was assigned to Liam Byrne" in refused.content.decode()
    assert (
        browser.post(url(case, "assign"), {"to": to, "seen": str(cast.actor("liam").id)}).status_code == 302
    )
    assert str(fresh(case).assigned_to) == to
    assert cast.browser("priya").get(url(case, "assign")).status_code == 403


def test_suspend_shows_why_and_resume_goes_on(hub, cast):
    case = a_case()
    browser = cast.browser("priya")
    browser.post(url(case, "suspend"), {"reason": "He reads her messages."})
    page = browser.get(url(case)).content.decode()
    assert "He reads her messages." in page
    assert "Go on with the case" in page
    assert [row.case.id for row in browser.get("/triage/?stage=suspended").context["page"].rows] == [case.id]
    browser.post(url(case, "resume"))
    assert fresh(case).status == "triaging"


def test_a_routed_case_is_taken_back_into_triage(hub, cast):
    case = a_case(status="routed")
    browser = cast.browser("priya")
    assert "Take back into triage" in browser.get(url(case)).content.decode()
    browser.post(url(case, "retriage"))
    assert fresh(case).status == "triaging"


def test_closing_asks_how_and_why_and_then_nothing_more_can_be_done(hub, cast):
    case = a_case()
    browser = cast.browser("priya")
    assert browser.post(url(case, "close"), {}).status_code == 422
    browser.post(
        url(case, "close"),
        {"end_state": "uncontactable", "reason": "Three calls, no answer.", "without": "Not here."},
    )
    page = words_of(browser.get(url(case)))
    assert "Uncontactable, referrer told." in page
    assert "Three calls, no answer." in page
    for gone in ("Record a contact attempt", "Close the case", "Finish triage", "Assign to me"):
        assert gone not in page


def test_markup_in_what_a_sender_wrote_is_shown_as_text(hub, cast):
    case = a_case(
        given_names="<b>Ada</b>", contact_notes="<i>x</i>", entitlement_reason="<u>why</u>", language="<s>"
    )
    with acting_as_system("tests"):
        Incident.objects.filter(case=case).update(summary="<img src=x onerror=alert(1)>", officer="<em>")
    page = cast.browser("priya").get(url(case)).content.decode()
    for markup in ("<b>Ada", "<i>x", "<u>why", "<img src=x", "<em>", "<s>"):
        assert markup not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_the_timeline_is_paged_and_loses_nothing(hub, cast):
    case = a_case()
    with acting_as(cast.actor("priya")) as priya:
        for turn in range(25):
            triage.change_entitlement(
                actor=priya,
                case_id=case.id,
                level="enhanced" if turn % 2 == 0 else "standard",
                reason=f"Turn {turn}.",
            )
    browser = cast.browser("priya")
    assert len(browser.get(url(case)).context["entries"]) == 10
    first = browser.get(url(case, "timeline"))
    second = browser.get(url(case, "timeline"), {"after": first.context["older"]})
    assert (len(first.context["entries"]), len(second.context["entries"])) == (20, 5)
    assert second.context["older"] == ""
    assert browser.get(url(case, "timeline"), {"after": "nonsense"}).status_code == 200


def test_the_timeline_is_narrowed_by_kind_by_whom_and_by_day(hub, cast):
    case = a_case()
    with acting_as(cast.actor("priya")) as priya:
        give_task(
            actor=priya,
            case_id=case.id,
            wanted=Wanted("Ring", timezone.now(), owner_id=cast.actor("liam").id),
        )
        triage.change_entitlement(actor=priya, case_id=case.id, level="enhanced", reason="Targeted.")
    browser, day = cast.browser("priya"), timezone.localdate()

    def titles(**asked: str) -> list[str]:
        return [one.title for one in browser.get(url(case, "timeline"), asked).context["entries"]]

    assert titles() == ["Entitlement changed", "Task given"]
    assert titles(kind="task", who="me") == ["Task given"]
    assert titles(kind="task", who="partner") == titles(kind="note") == []
    assert titles(first=f"{day:%Y-%m-%d}", last=f"{day:%Y-%m-%d}", who="hub") == titles()
    assert titles(last=f"{day - timedelta(days=1):%Y-%m-%d}") == []
    assert titles(kind="nonsense", who="x", first="y") == titles()


def test_what_matters_first_stands_at_the_top(hub, cast):
    case = a_case(risk="high", entitlement="enhanced", due_in=-timedelta(hours=1))
    page = cast.browser("priya").get(url(case))
    first = words_of(page).split("Tasks", 1)[0]
    places = [
        first.index(words) for words in ("High", "Safe contact now", "Overdue 1 h", "Contact the person")
    ]
    assert places == sorted(places)
    for id, _ in page.context["sections"]:
        assert f'id="{id}"' in page.content.decode(), id


def test_a_manager_reads_and_changes_nothing(hub, cast):
    case = a_case(surname="Okafor")
    browser = cast.browser("carys")
    page = browser.get(url(case))
    assert page.status_code == 200
    text = words_of(page)
    assert "Okafor" in text
    for verb in ("Record a contact attempt", "Finish triage", "Assign to me", "Close the case", "Change"):
        assert verb not in text, verb
    assert fresh(case).opened_by is None
    for part in (
        "contact",
        "finish",
        "claim",
        "release",
        "retriage",
        "resume",
        "suspend",
        "close",
        "entitlement",
    ):
        assert browser.post(url(case, part), {"reason": "x"}).status_code == 403, part
    assert fresh(case).status == "new"


@pytest.mark.parametrize("who", ["helen", "ruth", "ines", "owen", "grace"])
def test_others_learn_nothing_not_even_whether_the_case_exists(hub, cast, who):
    case = a_case(surname="Okafor")
    browser = cast.browser(who)
    there, absent = browser.get(url(case)), browser.get("/cases/VRH-26-999999/")
    assert there.status_code == absent.status_code == 403
    assert "Okafor" not in there.content.decode()
    for part in ("contact", "finish", "claim", "assign", "close", "suspend", "entitlement"):
        assert browser.post(url(case, part)).status_code == 403


@pytest.mark.parametrize("reference", ["VRH-26-999999", "nonsense", "%00", "VRH-26-000001'--"])
def test_an_absent_case_is_not_found(hub, cast, reference):
    assert cast.browser("priya").get(f"/cases/{reference}/").status_code == 404


def test_the_number_of_queries_does_not_grow_with_what_the_case_holds(
    hub, cast, django_assert_max_num_queries
):
    def filled(rows: int) -> Case:
        case = a_case()
        for _ in range(rows):
            a_suggestion(case.person, a_case().person)
            a_referral(case, service="victim-care")
            assessed(case, "needs-8")
            consented(cast, case)
        with acting_as_system("tests"):
            now = timezone.now()
            for row in range(rows):
                ContactAttempt.objects.create(
                    case=case,
                    channel="phone",
                    result="no_answer",
                    attempted_by=case.id,
                    attempted_by_name="Priya Nair",
                    attempted_at=now,
                )
                Incident.objects.create(
                    case=case,
                    source=case.incidents.all()[0].source,
                    crime_ref=f"NS/{row}",
                    offence_label="Burglary",
                    offence_group="theft",
                    reported_at=now,
                    recorded_at=now,
                )
        return case

    browser = cast.browser("priya")

    def cost(case: Case) -> int:
        browser.get(url(case))
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(url(case)).status_code == 200
        return len(queries)

    few, many = filled(3), filled(30)
    assert cost(few) == cost(many)
    with django_assert_max_num_queries(57):
        browser.get(url(many))
