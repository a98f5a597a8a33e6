"""An agency that employs whoever is accused is kept out of the case, by nobody's choice, and the decision says so."""

from html import unescape
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from access.context import acting_as, acting_as_system
from access.models import Change, Conflict
from agencies.models import Agency
from messaging.relay import run_due
from referrals.actions.conflicts import AccusedNotFound, record_employer
from referrals.models import Case, RoutingDecision
from tests.factories import a_case, fresh
from tests.referrals.road import referrals_of, routed, the_referral, triaged
from victims.models import Relationship

pytestmark = pytest.mark.usefixtures("hub")


def accuse(case: Case) -> Relationship:
    with acting_as_system("tests"):
        return Relationship.objects.create(
            person=case.person,
            case_id=case.id,
            scheme="northshire-police",
            nominal="N1",
            name="Colin Marsh",
            kind="EX-PARTNER",
            recorded_at=timezone.now(),
        )


def agency(code: str) -> Agency:
    with acting_as_system("tests"):
        return Agency.objects.get(code=code)


def works_for(cast, case: Case, code: str):
    accused = accuse(case)
    return cast.browser("priya").post(
        f"/cases/{case.reference}/accused/{accused.id}/", {"employer": str(agency(code).id)}, follow=True
    )


def test_a_case_goes_past_the_agency_that_employs_the_accused(cast):
    case = triaged(cast, flags=["domestic_abuse"], risk="high")
    told = unescape(works_for(cast, case, "safe-steps").content.decode())
    assert "works for <strong>Safe Steps</strong>" in told
    assert "Conflict of interest declared" in told
    run_due()
    assert the_referral(case).service.code == "victim-care"
    page = unescape(cast.browser("priya").get(f"/cases/{case.reference}/").content.decode())
    words = "Safe Steps has a conflict of interest in this case (is, or employs, the alleged perpetrator)."
    assert words in page
    with acting_as_system("tests"):
        offers = RoutingDecision.objects.get(case=case).offers
        assert {one["agency_code"] for one in offers if one["in_conflict"]} == {"safe-steps"}
        (change,) = Change.objects.filter(table_name="victims_relationship", person_id=case.person_id)
        assert change.actor_name == "Priya Nair"
    out = StringIO()
    call_command("replay_decision", "--all", stdout=out)
    assert out.getvalue() == "1 of 1 decisions are the same made again.\n"


def test_what_it_has_already_is_taken_back_and_it_sees_nothing_more(cast):
    case = routed(cast)
    referral = the_referral(case)
    assert cast.browser("ruth").get(f"/referrals/{referral.id}/").status_code == 200
    works_for(cast, case, "victim-care")
    run_due()
    assert [(one.status, one.reason_code) for one in referrals_of(case)] == [
        ("recalled", "conflict_of_interest")
    ]
    assert cast.browser("ruth").get(f"/referrals/{referral.id}/").status_code == 404
    assert cast.system("victim-care").get(f"referrals/{referral.id}/").json().get("case_reference") is None
    assert fresh(case).decision_wanted


def test_only_a_supervisor_lets_the_agency_back_in(cast):
    case = a_case()
    works_for(cast, case, "safe-steps")
    with acting_as_system("tests"):
        accused = Relationship.objects.get(case_id=case.id)
        conflict = Conflict.objects.get(person_id=case.person_id)
    priya = cast.browser("priya")
    priya.post(f"/cases/{case.reference}/accused/{accused.id}/", {"employer": "none"})
    with acting_as_system("tests"):
        accused.refresh_from_db()
        conflict.refresh_from_db()
    assert (accused.employer_id, conflict.ended_at) == (None, None)
    end = f"/cases/{case.reference}/conflict/{conflict.id}/end/"
    for who, status in (("priya", 403), ("dana", 302)):
        assert cast.browser(who).post(end, {"words": "Left the agency in May."}).status_code == status


def test_the_hub_itself_is_not_kept_out_and_nobody_else_s_case_is_touched(cast):
    case, other = a_case(), a_case()
    answer = works_for(cast, case, "northshire-hub")
    assert answer.status_code == 422
    assert "restrict the record" in answer.content.decode()
    accused = accuse(other)
    assert cast.browser("priya").get(f"/cases/{case.reference}/accused/{accused.id}/").status_code == 404
    with acting_as(cast.actor("priya")) as priya, pytest.raises(AccusedNotFound):
        record_employer(actor=priya, case_id=case.id, accused_id=accused.id, agency_id=None)
    assert cast.browser("carys").get(f"/cases/{other.reference}/accused/{accused.id}/").status_code == 403
