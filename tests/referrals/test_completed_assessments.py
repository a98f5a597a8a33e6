"""Assessments that are completed: read, laid beside another instrument, and the distance between two."""

from access.context import acting_as, acting_as_system
from access.models import Look
from pathways.models import Assessment
from referrals.actions.assess import assess_case
from tests.factories import a_case
from tests.pathways.test_assessments import needs, risk
from tests.reading import words_of
from tests.referrals.assessing import url


def test_a_completed_assessment_can_be_read_by_who_sees_the_case(hub, cast):
    case = a_case()
    with acting_as(cast.actor("priya")) as priya:
        made = assess_case(
            actor=priya,
            case_id=case.id,
            instrument_code="risk-24",
            answers=risk(4, not_known=2),
            judgement="high",
            rationale="<i>Threats</i>",
        )
    assert (
        f'href="{url(case, "assessments", str(made.id))}"'
        in cast.browser("priya").get(url(case)).content.decode()
    )
    answer = cast.browser("carys").get(url(case, "assessments", str(made.id)))
    page = words_of(answer)
    for words in (
        "4 yes, 2 not known",
        "Standard",
        "High",
        "by Priya Nair",
        "Level of fear Yes",
        "Weapons No",
    ):
        assert words in page, words
    assert "&lt;i&gt;Threats" in answer.content.decode()
    assert 'method="post"' not in answer.content.decode().split("<main")[1]
    with acting_as(cast.actor("grace")):
        assert Look.objects.filter(door="case_assessment", subjects=[case.id, case.person_id]).exists()


def test_an_assessment_of_another_case_and_to_another_agency_is_not_there(hub, cast):
    case, other = a_case(), a_case()
    with acting_as(cast.actor("priya")) as priya:
        made = assess_case(actor=priya, case_id=case.id, instrument_code="risk-24", answers=risk(4))
    assert cast.browser("priya").get(url(other, "assessments", str(made.id))).status_code == 404
    assert cast.browser("helen").get(url(case, "assessments", str(made.id))).status_code == 403


def test_the_same_answers_are_laid_beside_another_instrument_and_nothing_is_recorded(hub, cast):
    case = a_case()
    with acting_as(cast.actor("priya")) as priya:
        made = assess_case(actor=priya, case_id=case.id, instrument_code="risk-24", answers=risk(15))
    place = url(case, "assessments", str(made.id), "compare")
    browser = cast.browser("carys")
    assert f'href="{place}"' in browser.get(url(case, "assessments", str(made.id))).content.decode()
    assert "Risk checklist, police edition (27 items), edition 1" in words_of(browser.get(place))
    page = words_of(browser.get(f"{place}?with=risk-27.1"))
    assert "Yes 15 15" in page
    assert "Q12 Children: threatened: it is asked there alone." in page
    assert "Open: 3 of its items are not answered" in page
    assert browser.get(f"{place}?with=phq-9.1").status_code == 404
    assert cast.browser("priya").get(url(a_case(), "assessments", str(made.id), "compare")).status_code == 404
    assert cast.browser("helen").get(place).status_code == 403
    with acting_as(cast.actor("grace")):
        assert Look.objects.filter(
            door="case_assessment_compare", subjects=[case.id, case.person_id]
        ).exists()
    with acting_as_system("tests"):
        assert Assessment.objects.count() == 1


def test_the_distance_travelled_stands_on_the_case_once_needs_were_assessed_twice(hub, cast):
    case = a_case()
    browser = cast.browser("priya")
    with acting_as(cast.actor("priya")) as priya:
        assess_case(actor=priya, case_id=case.id, instrument_code="needs-8", answers=needs(N2=3, N6=1))
    assert "Distance travelled" not in words_of(browser.get(url(case)))
    with acting_as(cast.actor("priya")) as priya:
        assess_case(
            actor=priya, case_id=case.id, instrument_code="needs-8", answers=needs(N2=1, N6=2), stage="review"
        )
    page = words_of(browser.get(url(case)))
    assert "Shelter and accommodation: better by 2, from 3 to 1" in page
    assert "Finance and benefits: worse by 1, from 1 to 2" in page
    assert "Drugs and alcohol: the same, from 0 to 0" in page
