"""Consent: agency by agency, beside what was said before; the newest answer counts while it has not run out."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from access.actor import NotAllowed
from access.context import acting_as, acting_as_system
from agencies.models import Agency
from messaging.models import Event
from referrals.actions.consent import AgencyAnswer, ConsentRecordedMeanwhile, record_consents
from referrals.actions.triage import CaseClosed, CaseNotFound
from referrals.models import Case
from tests.factories import a_case
from victims.actions.consent import ConsentNotValid, record_consent
from victims.models import Consent
from victims.queries import consent_history, consent_stands, current_consents


def agency(code: str) -> Agency:
    with acting_as_system("tests"):
        return Agency.objects.get(code=code)


def recorded(actor, case: Case, code: str = "safe-steps", answer: str = "given", **more) -> Consent:
    told = {"categories": ["contact", "identity"] if answer == "given" else [], "how": "by phone", **more}
    return record_consent(
        actor=actor, case_id=case.id, person_id=case.person_id, agency=agency(code), answer=answer, **told
    )


def stands(case: Case, code: str = "safe-steps") -> str:
    return consent_stands(current_consents(case_id=case.id).get(agency(code).id), at=timezone.now())


def test_an_answer_is_kept_with_how_by_whom_and_until_when(hub, cast):
    case, until = a_case(), timezone.now() + timedelta(days=90)
    with acting_as(cast.actor("priya")) as priya:
        made = recorded(priya, case, expires_at=until)
    assert (made.answer, made.categories, made.how) == ("given", ["identity", "contact"], "by phone")
    assert (made.recorded_by_name, made.expires_at, made.person_id) == ("Priya Nair", until, case.person_id)
    with acting_as_system("tests"):
        event = Event.objects.get(topic="case.consent_recorded", case_id=case.id)
    assert event.data == {"agency": str(agency("safe-steps").id), "answer": "given"}


def test_the_newest_answer_counts_and_the_earlier_ones_stay(hub, cast):
    case = a_case()
    with acting_as(cast.actor("priya")) as priya:
        assert stands(case) == "not_recorded"
        for answer, then in (
            ("refused", "refused"),
            ("given", "given"),
            ("withdrawn", "refused"),
            ("given", "given"),
        ):
            recorded(priya, case, answer=answer)
            assert stands(case) == then
        said = [consent.answer for consent in consent_history(case_id=case.id)]
    assert said == ["given", "withdrawn", "given", "refused"]


def test_what_was_said_can_neither_be_changed_nor_removed(hub, cast):
    case = a_case()
    with acting_as(cast.actor("dana")) as dana:
        recorded(dana, case, answer="refused")
        assert Consent.objects.update(answer="given") == 0
        assert Consent.objects.filter(case_id=case.id)._raw_delete("default") == 0
        assert Consent.objects.get().answer == "refused"


def test_each_agency_is_asked_for_itself(hub, cast):
    case, other = a_case(), a_case()
    with acting_as(cast.actor("priya")) as priya:
        recorded(priya, case, "safe-steps")
        recorded(priya, case, "victim-care", "refused")
        assert [stands(case, code) for code in ("safe-steps", "victim-care", "calder-house")] == [
            "given",
            "refused",
            "not_recorded",
        ]
        assert stands(other) == "not_recorded"


def test_what_has_run_out_must_be_asked_again(hub, cast):
    case, now = a_case(), timezone.now()
    with acting_as(cast.actor("priya")) as priya:
        made = recorded(priya, case, expires_at=now + timedelta(days=1))
    assert consent_stands(made, at=now) == "given"
    assert consent_stands(made, at=made.expires_at) == "not_recorded"
    assert consent_stands(made, at=now + timedelta(days=2)) == "not_recorded"


def test_a_refusal_neither_names_categories_nor_runs_out(hub, cast):
    case = a_case()
    with acting_as(cast.actor("priya")) as priya:
        made = recorded(
            priya,
            case,
            answer="refused",
            categories=["identity"],
            expires_at=timezone.now() + timedelta(days=1),
        )
    assert (made.categories, made.expires_at) == ([], None)
    assert consent_stands(made, at=timezone.now() + timedelta(days=9999)) == "refused"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"answer": "perhaps"}, "given, refused or withdrawn"),
        ({"categories": []}, "Choose what Safe Steps may be told"),
        ({"categories": ["identity", "shoe_size"]}, "no data category shoe_size"),
        ({"how": "  "}, "how the person told us"),
        ({"expires_at": timedelta(0)}, "already have run out"),
        ({"expires_at": timedelta(days=-1)}, "already have run out"),
        ({"expires_at": timedelta(days=9000)}, "within the next five years"),
        ({"answer": "withdrawn"}, "no consent for Safe Steps to withdraw"),
    ],
)
def test_nonsense_is_refused_with_what_to_change(hub, cast, changed, words):
    case = a_case()
    if isinstance(changed.get("expires_at"), timedelta):
        changed = {"expires_at": timezone.now() + changed["expires_at"]}
    with acting_as(cast.actor("priya")) as priya:
        with pytest.raises(ConsentNotValid, match=words):
            recorded(priya, case, **{"categories": ["identity"], **changed})
        assert not Consent.objects.exists()


def test_what_was_refused_cannot_be_withdrawn(hub, cast):
    case = a_case()
    with acting_as(cast.actor("priya")) as priya:
        recorded(priya, case, answer="refused")
        with pytest.raises(ConsentNotValid, match="record it as refused"):
            recorded(priya, case, answer="withdrawn")


@pytest.mark.parametrize("person", ["carys", "owen", "grace", "helen", "ines"])
def test_only_who_speaks_with_the_person_records_consent(hub, cast, person):
    case = a_case()
    with acting_as(cast.actor(person)) as actor:
        with pytest.raises(NotAllowed):
            recorded(actor, case)
        with pytest.raises(NotAllowed):
            record_consents(actor=actor, case_id=case.id, answers=[], how="by phone")


def test_another_agency_neither_sees_nor_writes_it(hub, cast):
    case = a_case()
    with acting_as(cast.actor("priya")) as priya:
        made = recorded(priya, case)
    with acting_as(cast.actor("helen")):
        assert not Consent.objects.exists()
        assert current_consents(case_id=case.id) == {}
        made.id = case.id
        with pytest.raises(DatabaseError), transaction.atomic():
            Consent.objects.bulk_create([made])


def test_several_answers_are_recorded_together_and_begin_the_work(hub, cast):
    case = a_case(status="new")
    answers = [
        AgencyAnswer(agency("safe-steps").id, "given", ("identity",)),
        AgencyAnswer(agency("victim-care").id, "refused"),
    ]
    with acting_as(cast.actor("priya")) as priya:
        made = record_consents(actor=priya, case_id=case.id, answers=answers, how="in person", after=None)
        assert [consent.answer for consent in made] == ["given", "refused"]
        assert Case.objects.get(id=case.id).status == "triaging"


def test_one_that_cannot_be_recorded_takes_all_back(hub, cast):
    case = a_case(status="new")
    answers = [
        AgencyAnswer(agency("safe-steps").id, "given", ("identity",)),
        AgencyAnswer(agency("victim-care").id, "withdrawn"),
    ]
    with acting_as(cast.actor("priya")) as priya:
        with pytest.raises(ConsentNotValid, match="Northshire Victim Care to withdraw"):
            record_consents(actor=priya, case_id=case.id, answers=answers, how="in person")
        assert not Consent.objects.exists()
        assert not Event.objects.filter(case_id=case.id).exists()
        assert Case.objects.get(id=case.id).status == "new"


def test_no_answer_and_an_unknown_agency_are_refused(hub, cast):
    case = a_case()
    with acting_as(cast.actor("priya")) as priya:
        for answers in ([], [AgencyAnswer(case.id, "refused")]):
            with pytest.raises(ConsentNotValid, match="at least one agency"):
                record_consents(actor=priya, case_id=case.id, answers=answers, how="by phone")


def test_what_a_colleague_recorded_meanwhile_is_not_passed_over(hub, cast):
    case = a_case()
    refused = [AgencyAnswer(agency("safe-steps").id, "refused")]
    with acting_as(cast.actor("liam")) as liam:
        first = recorded(liam, case)
    with acting_as(cast.actor("priya")) as priya:
        with pytest.raises(ConsentRecordedMeanwhile, match="Liam Byrne recorded consent"):
            record_consents(actor=priya, case_id=case.id, answers=refused, how="by phone", after=None)
        assert stands(case) == "given"
        record_consents(actor=priya, case_id=case.id, answers=refused, how="by phone", after=first.id)
        assert stands(case) == "refused"


def test_a_closed_case_and_an_absent_one_are_refused(hub, cast):
    closed = a_case(status="closed", end_state="duplicate")
    refused = [AgencyAnswer(agency("safe-steps").id, "refused")]
    with acting_as(cast.actor("priya")) as priya:
        with pytest.raises(CaseClosed):
            record_consents(actor=priya, case_id=closed.id, answers=refused, how="by phone")
        with pytest.raises(CaseNotFound):
            record_consents(actor=priya, case_id=priya.id, answers=refused, how="by phone")
