"""Whoever has a conflict of interest is kept out: of the record, of carrying the case, and of routing."""

from access.context import acting_as, acting_as_system
from access.models import Conflict
from agencies.models import Agency
from messaging.relay import run_due
from referrals.decision import Decision
from referrals.models import Case, RoutingDecision
from tests.factories import a_case, fresh
from tests.referrals.road import triaged
from tests.referrals.test_restricted import page, restricted

KNOWS = {"why": "knows", "words": "She is my cousin."}


def agency(code: str) -> str:
    with acting_as_system("tests"):
        return str(Agency.objects.get(code=code).id)


def declared(cast, case: Case, who: str) -> None:
    given = {"who": who, "why": "alleged_perpetrator", "words": "He works there."}
    assert cast.browser("dana").post(f"/cases/{case.reference}/conflict/", given).status_code == 302


def test_a_practitioner_who_declares_a_conflict_loses_the_case_and_sees_it_no_more(hub, cast):
    case = a_case(status="triaging", assigned_to=cast.actor("liam").id)
    liam = cast.browser("liam")
    assert "Who has the conflict" not in page(liam, f"/cases/{case.reference}/conflict/"), "their own alone"
    answer = liam.post(f"/cases/{case.reference}/conflict/", KNOWS)
    assert answer["Location"] == "/"
    assert liam.get(f"/cases/{case.reference}/").status_code == 404
    for path in ("/triage/", "/cases/"):
        assert case.reference not in page(liam, path)
    with acting_as_system("tests"):
        case.refresh_from_db()
        assert case.assigned_to is None
    assert "Conflict of interest declared" in page(cast.browser("priya"), f"/cases/{case.reference}/")


def test_nobody_gives_a_case_to_whom_a_conflict_keeps_out_until_it_is_ended(hub, cast):
    case, liam = a_case(), cast.actor("liam")
    declared(cast, case, f"person:{liam.id}")
    dana = cast.browser("dana")
    assign = {"to": str(liam.id), "seen": ""}
    refused = dana.post(f"/cases/{case.reference}/assign/", assign)
    assert "Liam Byrne cannot carry this case" in refused.content.decode()
    with acting_as_system("tests"):
        conflict = Conflict.objects.get()
    assert "Liam Byrne" in page(dana, f"/cases/{case.reference}/access/")
    assert "Liam Byrne" not in page(cast.browser("priya"), f"/cases/{case.reference}/access/")
    ended = dana.post(
        f"/cases/{case.reference}/conflict/{conflict.id}/end/", {"words": "It was another Liam Byrne."}
    )
    assert ended.status_code == 302
    assert dana.post(f"/cases/{case.reference}/assign/", assign).status_code == 302
    assert cast.browser("liam").get(f"/cases/{case.reference}/").status_code == 200


def test_nobody_ends_their_own_conflict(hub, cast):
    case = a_case()
    dana = cast.browser("dana")
    assert dana.post(f"/cases/{case.reference}/conflict/", {"who": "self", **KNOWS}).status_code == 302
    with acting_as_system("tests"):
        conflict = Conflict.objects.get()
    assert (
        dana.post(f"/cases/{case.reference}/conflict/{conflict.id}/end/", {"words": "No."}).status_code == 404
    )


def test_an_agency_in_conflict_gets_no_referral_and_the_decision_says_why(hub, cast):
    case = triaged(cast, postcode="NS1 4AB")
    declared(cast, case, f"agency:{agency('victim-care')}")
    run_due()
    with acting_as_system("tests"):
        assert not case.referrals.filter(agency__code="victim-care").exists()
        decision = Decision.from_json(RoutingDecision.objects.get(case=case).decision)
    held = [one for one in decision.held if one.code == "conflict_of_interest"]
    assert [one.plan.agency_code for one in held] == ["victim-care"]
    assert "has a conflict of interest in this case" in page(
        cast.browser("priya"), f"/cases/{case.reference}/"
    )


def test_an_open_referral_of_an_agency_in_conflict_is_recalled_and_only_the_recall_is_told(hub, cast):
    case = triaged(cast)
    run_due()
    with acting_as_system("tests"):
        referral = case.referrals.get(agency__code="victim-care")
    system, ruth = cast.system("victim-care"), cast.browser("ruth")
    assert system.get(f"referrals/{referral.id}/").status_code == 200
    declared(cast, case, f"agency:{agency('victim-care')}")
    run_due()
    assert system.get(f"referrals/{referral.id}/").status_code == 404
    assert ruth.get(f"/referrals/{referral.id}/").status_code == 404
    assert str(referral.id) not in page(ruth, "/referrals/?tab=ended")
    told = system.get("changes/").json()["items"]
    assert [(item["topic"], item["reason"]) for item in told] == [
        ("referral.recalled", "conflict_of_interest")
    ]
    assert fresh(case).decision_wanted.startswith("The agency has a conflict of interest in the case")


def test_the_only_supervisor_of_a_restricted_record_does_not_leave_it_to_nobody(hub, cast):
    case = restricted(cast, a_case())
    dana = cast.browser("dana")
    answer = dana.post(f"/cases/{case.reference}/conflict/", {"who": "self", **KNOWS})
    assert answer.status_code == 422
    assert "let one in first" in answer.content.decode()


def test_a_manager_may_declare_their_own_conflict_and_nobody_else_s(hub, cast):
    case = a_case()
    carys = cast.browser("carys")
    other = {"who": f"person:{cast.actor('liam').id}", **KNOWS}
    assert carys.post(f"/cases/{case.reference}/conflict/", other).status_code == 302
    with acting_as(cast.actor("carys")) as manager:
        assert Conflict.objects.get().practitioner_id == manager.id
    assert cast.browser("liam").get(f"/cases/{case.reference}/").status_code == 200


def test_a_partner_s_practitioner_keeps_themselves_out_and_their_system_goes_on(hub, cast):
    case = triaged(cast)
    run_due()
    with acting_as_system("tests"):
        referral = case.referrals.get(agency__code="victim-care")
    ruth = cast.browser("ruth")
    assert "Declare a conflict" in page(ruth, f"/referrals/{referral.id}/")
    assert ruth.post(f"/referrals/{referral.id}/conflict/", {"why": "knows"}).status_code == 422
    assert ruth.post(f"/referrals/{referral.id}/conflict/", KNOWS)["Location"] == "/referrals/"
    assert ruth.get(f"/referrals/{referral.id}/").status_code == 404
    assert str(referral.id) not in page(ruth, "/referrals/")
    assert cast.system("victim-care").get(f"referrals/{referral.id}/").status_code == 200
    assert cast.browser("helen").post(f"/referrals/{referral.id}/conflict/", KNOWS).status_code == 404
    assert "Ruth Silva" in page(cast.browser("dana"), f"/cases/{case.reference}/access/")


def test_an_agency_in_conflict_is_asked_for_no_word_on_what_it_can_no_longer_open(hub, cast):
    case = triaged(cast)
    run_due()
    with acting_as_system("tests"):
        referral = case.referrals.get(agency__code="victim-care")
    declared(cast, case, f"agency:{referral.agency_id}")
    with acting_as_system("tests"):
        referral.refresh_from_db()
    assert (referral.status, referral.confirm_due_at) == ("recalled", None)
    assert str(referral.id) not in page(cast.browser("priya"), "/responses/?list=confirm")
