"""What somebody needs to be spoken to and met: asked, seen by whoever may reach them, and looked for in routing."""

from html import unescape
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from access.context import acting_as, acting_as_system
from access.models import Change, Grant
from agencies.models import Service
from messaging.relay import run_due
from pathways.rules import evaluate
from referrals.actions.routing import ask_to_route
from referrals.models import RoutingDecision
from tests.factories import a_case, fresh
from tests.referrals.road import referrals_of, routed, the_referral, triaged
from tests.referrals.test_facts import facts_in
from victims.actions.access_needs import AccessNeedsNotValid, record_access_needs
from victims.models import AccessNeeds

pytestmark = pytest.mark.usefixtures("hub")

ASKED = {"language": "Welsh", "interpreter": "no", "needs": ["step_free", "easy_read"]}


def asked(cast, case, *needs: str, language: str = "", interpreter: bool = False) -> None:
    with acting_as(cast.actor("priya")) as priya:
        record_access_needs(
            actor=priya,
            case_id=case.id,
            person_id=case.person_id,
            needs=needs,
            language=language,
            interpreter=interpreter,
        )


def offers(code: str, *access: str) -> None:
    with acting_as_system("tests"):
        Service.objects.filter(code=code).update(access=list(access))


def page(cast, who: str, path: str) -> str:
    return unescape(cast.browser(who).get(path).content.decode())


def test_a_practitioner_asks_and_the_case_shows_it(cast):
    case = a_case()
    path = f"/cases/{case.reference}/"
    assert "Nobody has asked yet." in page(cast, "priya", path)
    answer = cast.browser("priya").post(f"{path}needs/", ASKED, follow=True)
    told = unescape(answer.content.decode())
    assert "A building without steps" in told
    assert "Easy-read information" in told
    assert "Language: Welsh" in told
    assert "Asked by Priya Nair" in told
    assert "Asked what the person needs to be spoken to and met" in told, "on the timeline"
    with acting_as_system("tests"):
        (changed,) = Change.objects.filter(table_name="victims_person", person_id=case.person_id)
        assert changed.actor_name == "Priya Nair"

    cast.browser("priya").post(f"{path}needs/", {"language": "Welsh", "interpreter": "no"})
    assert "Nothing beside the usual." in page(cast, "priya", path)
    with acting_as_system("tests"):
        assert AccessNeeds.objects.filter(person=case.person).count() == 2, "what was answered before stays"
        assert Change.objects.filter(table_name="victims_person").count() == 1, (
            "nothing of the person changed"
        )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"needs": ["step_free"]}, "Say whether they need an interpreter"),
        ({"interpreter": "no", "needs": ["a lift"]}, "a lift is not one of the available choices"),
        ({"interpreter": "yes", "language": "English"}, "Say which language the interpreter is for"),
    ],
)
def test_what_cannot_be_recorded_is_said_in_the_form(cast, given, words):
    case = a_case()
    answer = cast.browser("priya").post(f"/cases/{case.reference}/needs/", given)
    assert answer.status_code == 422
    assert words in unescape(answer.content.decode())
    with acting_as_system("tests"):
        assert not AccessNeeds.objects.exists()


def test_nobody_asks_of_a_closed_case_or_makes_needs_up(cast):
    closed = a_case(status="closed", closed_at=timezone.now(), end_state="declined")
    assert cast.browser("priya").post(f"/cases/{closed.reference}/needs/", ASKED).status_code == 404
    assert cast.browser("carys").get(f"/cases/{a_case().reference}/needs/").status_code == 403
    with pytest.raises(AccessNeedsNotValid):
        asked(cast, a_case(), "a lift")


def test_not_asked_is_not_known_and_nothing_needed_is_an_answer(cast):
    case = a_case()
    with acting_as(cast.actor("priya")):
        rule = {"fact": "access_needs", "contains": "step_free"}
        assert evaluate(rule, facts_in(case)).value is None
        asked(cast, case)
        assert facts_in(case)["access_needs"] == []
        asked(cast, case, "step_free")
        assert evaluate(rule, facts_in(case)).value is True


def test_a_case_goes_to_whoever_offers_what_the_person_needs(cast):
    offers("idva", "by_phone")
    offers("victim-care", "step_free", "easy_read")
    case = triaged(cast, flags=["domestic_abuse"], risk="medium")
    asked(cast, case, "step_free", "easy_read")
    run_due()
    (sent,) = referrals_of(case)
    assert sent.service.code == "victim-care"
    told = page(cast, "priya", f"/cases/{case.reference}/")
    assert "Safe Steps, Domestic abuse advisers does not offer easy-read information or a building" in told
    assert "It offers what the person needs: easy-read information, a building without steps." in told
    with acting_as_system("tests"):
        kept = RoutingDecision.objects.get(case=case).facts
    assert kept["access_needs"] == ["easy_read", "step_free"], "for the dry run and the replay"
    out = StringIO()
    call_command("replay_decision", "--all", stdout=out)
    assert "1 of 1 decisions are the same" in out.getvalue()


def test_where_nobody_offers_it_a_person_decides(cast):
    for code in ("idva", "victim-care"):
        offers(code, "by_phone")
    case = triaged(cast, flags=["domestic_abuse"], risk="medium")
    asked(cast, case, "sign_language")
    run_due()
    assert referrals_of(case) == []
    assert "does not offer British Sign Language" in fresh(case).decision_wanted

    offers("idva", "sign_language")
    with acting_as(cast.actor("priya")) as priya:
        ask_to_route(actor=priya, case_id=case.id)
    run_due()
    assert the_referral(case).service.code == "idva"


def test_a_partner_reads_it_with_the_ways_of_contact_and_not_without(cast):
    case = routed(cast, interpreter=False)
    referral = the_referral(case)
    asked(cast, case, "large_print")
    system = cast.system("victim-care")
    told = system.get(f"referrals/{referral.id}/").json()
    assert told["contact"]["access_needs"] == [
        {"code": "large_print", "words": "large print, or information to listen to"}
    ]
    assert "Large print, or information to listen to" in page(cast, "ruth", f"/referrals/{referral.id}/")
    with acting_as_system("tests"):
        Grant.objects.filter(case_id=case.id, agency_id=referral.agency_id).update(categories=["identity"])
    told = system.get(f"referrals/{referral.id}/").json()
    assert "contact" not in told
    assert "arge print" not in page(cast, "ruth", f"/referrals/{referral.id}/")
    with acting_as(cast.actor("ruth")):
        assert not AccessNeeds.objects.exists(), "nor does the database show it"


def test_an_answer_is_never_rewritten(cast):
    case = a_case()
    asked(cast, case, "large_print")
    with acting_as(cast.actor("priya")):
        assert AccessNeeds.objects.update(needs=[]) == 0
        assert AccessNeeds.objects.all().delete()[0] == 0
    with acting_as(cast.actor("ruth")), pytest.raises(ProgrammingError), transaction.atomic():
        AccessNeeds.objects.bulk_create(
            [
                AccessNeeds(
                    person_id=case.person_id,
                    needs=[],
                    recorded_by=case.id,
                    recorded_by_name="Ruth",
                    recorded_at=case.opened_at,
                )
            ]
        )
