"""A partner's pages: what they tell of a case and to whom, the agency's answers, and the hub's page of responses."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connections
from django.utils import timezone

from access.context import acting_as, acting_as_system
from access.models import Look
from messaging.relay import run_due
from referrals.actions import referral as verbs
from referrals.models import Referral
from referrals.workflow import MoveRefused
from tests.referrals.road import case_of, consent, referrals_of, routed, the_referral
from victims.models import ContactMethod


def sent_to_victim_care(cast, **given) -> Referral:
    return the_referral(routed(cast, given_names="Ayesha", surname="Okafor-Test", **given))


def page_of(referral: Referral, suffix: str = "") -> str:
    return f"/referrals/{referral.id}/{suffix}"


def status_of(referral: Referral) -> str:
    with acting_as_system("tests"):
        return Referral.objects.get(id=referral.id).status


@pytest.mark.usefixtures("hub")
class TestWhatIsTold:
    def test_the_queue_lists_what_must_be_answered_with_the_next_due_first(self, cast):
        late, soon = sent_to_victim_care(cast), the_referral(routed(cast, surname="Second"))
        with acting_as_system("tests"):
            Referral.objects.filter(id=late.id).update(answer_due_at=timezone.now())
        text = cast.browser("ruth").get("/referrals/").content.decode()
        assert "A. Okafor-Test" in text
        assert text.index(str(late.id)) < text.index(str(soon.id))
        assert "Overdue" in text

    def test_the_page_tells_why_how_to_reach_safely_and_only_what_the_referral_covers(self, cast):
        referral = sent_to_victim_care(cast)
        text = cast.browser("ruth").get(page_of(referral)).content.decode()
        assert "Ayesha Okafor-Test" in text
        assert "Emotional and practical support: because" in text
        assert "Northshire victim support information sharing agreement 2026" in text
        assert "Safe contact now" in text
        assert "What was reported" in text
        assert "Assessments" not in text  # this route tells no assessment

    def test_an_assessment_is_told_where_the_route_covers_it(self, cast):
        case = routed(cast, flags=["domestic_abuse"], risk="high")
        text = cast.browser("helen").get(page_of(the_referral(case))).content.decode()
        assert "Assessments" in text
        assert "16 answered yes" in text

    def test_a_number_marked_unsafe_is_never_told(self, cast):
        case = routed(cast, phone="07700900111", email="safe@example.org")
        with acting_as_system("tests"):
            ContactMethod.objects.filter(person=case.person_id, kind="mobile").update(safety="unsafe")
        text = cast.browser("ruth").get(page_of(the_referral(case))).content.decode()
        assert "07700900111" not in text
        assert "not shown: not safe" in text
        assert "safe@example.org" in text

    def test_another_agency_finds_nothing_and_the_hub_has_its_own_page(self, cast):
        referral = sent_to_victim_care(cast)
        assert cast.browser("helen").get(page_of(referral)).status_code == 404
        assert cast.browser("helen").post(page_of(referral, "accept/")).status_code == 404
        assert cast.browser("helen").get("/referrals/").content.decode().count("Okafor") == 0
        for name in ("priya", "carys", "owen", "grace", "ines"):
            assert cast.browser(name).get(page_of(referral)).status_code == 403
        assert cast.browser("ruth").get(f"/referrals/{uuid4()}/").status_code == 404
        assert status_of(referral) == "sent"

    def test_a_partner_comes_to_no_page_of_the_case(self, cast):
        case = routed(cast)
        for path in ("", "referrals/", "route/"):
            assert cast.browser("ruth").get(f"/cases/{case.reference}/{path}").status_code in (403, 404)

    def test_every_look_is_on_record(self, cast):
        referral = sent_to_victim_care(cast)
        cast.browser("ruth").get(page_of(referral))
        with acting_as_system("tests"):
            look = Look.objects.filter(door="referral").latest("at")
            assert look.actor_name == "Ruth Silva"
            assert set(look.subjects) == {referral.id, referral.case_id}

    @pytest.mark.parametrize(
        ("how", "words"),
        [("recall", "Recalled"), ("withdraw", "The person withdrew consent"), ("decline", "No capacity")],
    )
    def test_after_its_end_state_and_dates_are_left(self, cast, how, words):
        referral = sent_to_victim_care(cast)
        case = case_of(referral)
        if how == "recall":
            with acting_as(cast.actor("priya")) as priya:
                verbs.recall(actor=priya, referral_id=referral.id, reason_words="He works there.")
        elif how == "withdraw":
            consent(cast, case, withdrawn=["victim-care"])
            run_due()
        else:
            cast.browser("ruth").post(page_of(referral, "decline/"), {"reason_code": "no_capacity"})
        text = cast.browser("ruth").get(page_of(referral)).content.decode()
        assert words in text
        assert "You no longer see the case" in text
        for secret in ("Okafor", "Ayesha", case.reference, "He works there", "because", "07700"):
            assert secret not in text
        assert "Okafor" not in cast.browser("ruth").get("/referrals/?list=ended").content.decode()


@pytest.mark.usefixtures("hub")
class TestAnswers:
    def test_the_whole_life_by_buttons_and_forms(self, cast):
        referral, ruth = sent_to_victim_care(cast), cast.browser("ruth")
        for verb, status in (("receive", "received"), ("accept", "accepted"), ("start", "in_progress")):
            answer = ruth.post(page_of(referral, f"{verb}/"), follow=True)
            assert answer.status_code == 200
            assert status_of(referral) == status
        answer = ruth.post(
            page_of(referral, "complete/"), {"safety": "improved", "notes": "Locks changed."}, follow=True
        )
        assert "Safety: improved" in answer.content.decode()
        run_due()
        text = cast.browser("priya").get(f"/cases/{case_of(referral).reference}/").content.decode()
        assert "Locks changed." in text
        assert "Every partner has finished." in text

    def test_a_decline_wants_a_reason_and_keeps_what_was_typed(self, cast):
        referral, ruth = sent_to_victim_care(cast), cast.browser("ruth")
        answer = ruth.post(page_of(referral, "decline/"), {"reason_words": "We are full until May."})
        assert answer.status_code == 422
        assert "Choose why you cannot take it" in answer.content.decode()
        assert "We are full until May." in answer.content.decode()
        answer = ruth.post(page_of(referral, "decline/"), {"reason_code": "other"})
        assert "Say why in a few words" in answer.content.decode()
        assert status_of(referral) == "sent"
        ruth.post(page_of(referral, "decline/"), {"reason_code": "no_capacity", "reason_words": "Full."})
        assert status_of(referral) == "declined"

    def test_completion_wants_an_outcome(self, cast):
        referral, ruth = sent_to_victim_care(cast), cast.browser("ruth")
        ruth.post(page_of(referral, "accept/"))
        answer = ruth.post(page_of(referral, "complete/"), {"notes": "Nothing else."})
        assert answer.status_code == 422
        assert "Choose what came of it in at least one domain" in answer.content.decode()
        assert status_of(referral) == "accepted"

    def test_what_is_no_longer_possible_says_what_is(self, cast):
        referral, ruth = sent_to_victim_care(cast), cast.browser("ruth")
        ruth.post(page_of(referral, "accept/"))
        answer = ruth.post(page_of(referral, "accept/"), follow=True)
        assert "it is now “accepted”" in answer.content.decode()
        answer = ruth.get(page_of(referral, "decline/"), follow=True)
        assert "This referral is accepted now." in answer.content.decode()

    def test_who_administers_an_agency_answers_nothing(self, cast):
        case = routed(cast, flags=["domestic_abuse"], risk="high")
        answer = cast.browser("ines").post(page_of(the_referral(case), "accept/"))
        assert answer.status_code == 403
        assert status_of(the_referral(case)) == "sent"


@pytest.mark.usefixtures("hub")
class TestTheHubsSide:
    def test_responses_list_what_must_be_decided_what_is_owed_and_what_was_answered(self, cast):
        owed = routed(cast, surname="Owed")
        declined = routed(cast, surname="Turned-Away")
        cast.browser("ruth").post(page_of(the_referral(declined), "decline/"), {"reason_code": "no_capacity"})
        run_due()
        priya = cast.browser("priya")
        decide = priya.get("/responses/").content.decode()
        assert declined.reference in decide
        assert "declined this case" in decide
        assert owed.reference not in decide
        assert owed.reference in priya.get("/responses/?list=waiting").content.decode()
        answered = priya.get("/responses/?list=answered").content.decode()
        assert declined.reference in answered
        assert "No capacity" in answered
        assert cast.browser("ruth").get("/responses/").status_code == 403

    def test_a_recall_asks_why_and_ends_the_partners_sight(self, cast):
        referral = sent_to_victim_care(cast)
        case = case_of(referral)
        path = f"/cases/{case.reference}/referrals/{referral.id}/recall/"
        priya = cast.browser("priya")
        assert priya.post(path, {}).status_code == 422
        answer = priya.post(path, {"reason_words": "Sent in error."}, follow=True)
        assert "is recalled" in answer.content.decode()
        assert status_of(referral) == "recalled"
        assert "is recalled now" in priya.get(path, follow=True).content.decode()
        elsewhere = routed(cast)
        wrong = f"/cases/{elsewhere.reference}/referrals/{referral.id}/recall/"
        assert priya.get(wrong).status_code == 404

    def test_routing_again_offers_what_was_turned_away_and_sends_it_when_ticked(self, cast):
        case = routed(cast)
        cast.browser("ruth").post(page_of(the_referral(case), "decline/"), {"reason_code": "no_capacity"})
        run_due()
        priya = cast.browser("priya")
        form = priya.get(f"/cases/{case.reference}/route/").content.decode()
        assert "Emotional and practical support, Northshire Victim Care: declined" in form
        priya.post(f"/cases/{case.reference}/route/", {"again": "victim-care"})
        run_due()
        assert [one.status for one in referrals_of(case)] == ["declined", "sent"]

    def test_the_case_page_explains_the_decision(self, cast):
        case = routed(cast, flags=["domestic_abuse"], risk="medium")
        text = cast.browser("priya").get(f"/cases/{case.reference}/").content.decode()
        assert "Why it went there" in text
        assert "Domestic abuse: because" in text
        assert "Nearly matched" in text
        assert "High-risk domestic abuse, if the risk grade is high (found: medium)" in text
        assert "Northshire victim pathway, version 1" in text

    def test_the_pages_cost_the_same_for_few_and_for_many(self, cast, django_assert_max_num_queries):
        for number in range(6):
            routed(cast, surname=f"Many{number}")
        ruth, priya = cast.browser("ruth"), cast.browser("priya")
        with django_assert_max_num_queries(20):
            ruth.get("/referrals/")
        with django_assert_max_num_queries(20):
            priya.get("/responses/?list=waiting")


def test_of_two_who_answer_at_once_one_is_told_that_the_other_was_faster(committed_hub, cast):
    referral = the_referral(routed(cast))
    begin = threading.Barrier(2)
    ruth, system = cast.actor("ruth"), cast.client_actor("victim-care")

    def decide(who, verb, given):
        try:
            begin.wait(10)
            with acting_as(who) as actor:
                getattr(verbs, verb)(actor=actor, referral_id=referral.id, **given)
            return verb
        except MoveRefused as refusal:
            return str(refusal)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as two:
        answers = [
            two.submit(decide, ruth, "accept", {}),
            two.submit(decide, system, "decline", {"reason_code": "no_capacity"}),
        ]
        said = {future.result(30) for future in answers}
    won = said & {"accept", "decline"}
    assert len(won) == 1
    (lost,) = said - won
    assert "cannot be" in lost
    assert status_of(referral) == {"accept": "accepted", "decline": "declined"}[won.pop()]
