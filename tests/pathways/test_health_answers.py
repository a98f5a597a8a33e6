"""What was answered about health is sealed, apart from the other answers, and seen by its own category alone."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from access.context import acting_as, acting_as_system
from access.models import Grant
from pathways.actions.assessments import complete_assessment
from pathways.models import Assessment, HealthAnswers
from pathways.queries.assessments import latest_assessment
from tests.factories import a_case

CODES = [f"N{number}" for number in range(1, 9)]
ANSWERS = {code: {"need": "no"} for code in CODES} | {"N1": {"need": "yes", "severity": 3}}


def assessed(cast, case) -> Assessment:
    with acting_as(cast.actor("priya")) as priya:
        return complete_assessment(
            actor=priya,
            case_id=case.id,
            person_id=case.person_id,
            instrument_code="needs-8",
            answers=ANSWERS,
        )


def give_ruth(cast, case, categories):
    ruth = cast.actor("ruth")
    with acting_as_system("tests"):
        Grant.objects.create(
            agency_id=ruth.agency_id,
            case_id=case.id,
            person_id=case.person_id,
            categories=categories,
            granted_at=timezone.now(),
            because="test",
        )
    return ruth


def test_the_answer_is_sealed_and_the_score_is_as_ever(hub, cast):
    case = a_case()
    made = assessed(cast, case)
    assert (made.score["total"], made.score["count"]) == (3, 1)
    with acting_as_system("tests"), connection.cursor() as cursor:
        cursor.execute("SELECT answers::text FROM pathways_assessment")
        assert "N1" not in cursor.fetchone()[0]
        cursor.execute("SELECT answers FROM pathways_healthanswers")
        assert "severity" not in cursor.fetchone()[0]


def test_the_hub_reads_all_answers_as_one(hub, cast):
    case = a_case()
    made = assessed(cast, case)
    with acting_as(cast.actor("priya")):
        found = latest_assessment(case_id=case.id, instrument_code="needs-8")
        assert found is not None
        assert found.all_answers == ANSWERS
        assert not found.withheld
    page = cast.browser("priya").get(f"/cases/{case.reference}/assessments/{made.id}/").content.decode()
    assert "severe" in page.lower()
    assert "Kept for those" not in page


@pytest.mark.parametrize("told", [True, False])
def test_a_partner_reads_them_only_by_the_category_health(hub, cast, told):
    case = a_case()
    assessed(cast, case)
    categories = ["identity", "assessment"] + (["health"] if told else [])
    with acting_as(give_ruth(cast, case, categories)):
        found = latest_assessment(case_id=case.id, instrument_code="needs-8")
        assert found is not None
        assert ("N1" in found.all_answers) is told
        assert found.withheld == (frozenset() if told else {"N1"})
        assert HealthAnswers.objects.exists() is told


def test_what_was_answered_stays(hub, cast):
    case = a_case()
    assessed(cast, case)
    with acting_as(cast.actor("priya")):
        assert HealthAnswers.objects.update(answers={"N1": {"need": "no"}}) == 0
        assert HealthAnswers.objects.all()._raw_delete("default") == 0
    with pytest.raises(DatabaseError), acting_as_system("tests"), transaction.atomic():
        HealthAnswers.objects.update(case_id=a_case().id)


def test_an_instrument_about_health_is_seen_with_health_alone_and_not_with_assessment(hub, cast):
    case = a_case()
    with acting_as(cast.actor("priya")) as priya:
        complete_assessment(
            actor=priya,
            case_id=case.id,
            person_id=case.person_id,
            instrument_code="gad-7",
            answers={f"G{number}": 3 for number in range(1, 8)},
        )
    with acting_as(give_ruth(cast, case, ["identity", "assessment"])):
        assert not Assessment.objects.exists()
    with acting_as_system("tests"):
        Grant.objects.filter(case_id=case.id, because="test").update(categories=["identity", "health"])
    with acting_as(cast.actor("ruth")):
        assert Assessment.objects.get().grade == "severe"
