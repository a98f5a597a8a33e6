"""Why a referral came to its agency: on its page and in the API, never more than the agency is told of the case."""

import pytest
from django.utils import timezone

from access.categories import ALL_CATEGORIES
from access.context import acting_as, acting_as_system
from access.models import Grant
from access.sight import sight_of
from agencies.models import Agency
from pathways.actions import versions
from pathways.models import PathwayVersion, Ratification
from pathways.queries.directory import problems
from referrals.models import Referral
from referrals.queries.why import WITHHELD, why_told
from tests.referrals.road import routed, the_referral

pytestmark = pytest.mark.usefixtures("hub")

BY_HEALTH = {"fact": "score:phq-9", "known": False}
OF_AGE = {"fact": "age", "known": True}


def told_alone(referral: Referral, *categories: str) -> None:
    """Let its agency see these categories of the case, and no more."""
    with acting_as_system("tests"):
        Referral.objects.filter(id=referral.id).update(categories=list(categories))
        Grant.objects.filter(case_id=referral.case_id, agency_id=referral.agency_id).update(
            categories=list(categories)
        )


def both(cast, referral: Referral) -> tuple[str, dict]:
    """What the agency reads: the page of its practitioner, and what its system is answered."""
    page = cast.browser("ruth").get(f"/referrals/{referral.id}/").content.decode()
    return page, cast.system("victim-care").get(f"referrals/{referral.id}/").json()


def northshire(**changes) -> dict:
    with acting_as_system("tests"):
        return PathwayVersion.objects.get(code="northshire", number=1).definition | changes


def in_force(definition: dict, *, binds: list[str]) -> PathwayVersion:
    with acting_as_system("tests"):
        return PathwayVersion.objects.create(
            code="northshire",
            number=definition["number"],
            title="Northshire victim pathway",
            definition=definition,
            status="ratified",
            in_force_from=timezone.localdate(),
            binds=binds,
        )


def route(*categories: str, when: dict) -> dict:
    return {
        "name": "Low in mind",
        "when": when,
        "priority": 1,
        "service": "victim-care",
        "purpose": "victim_support",
        "categories": list(categories),
        "basis": "consent",
        "answer_within": {"working_days": 2},
    }


def test_the_agency_reads_the_rule_what_it_read_and_who_agreed_and_no_near_miss(cast):
    version = in_force(northshire(number=2), binds=["victim-care", "housing-options", "safe-steps"])
    referral = the_referral(routed(cast))
    positions = {
        "victim-care": ("objected", "Two working days are short."),
        "housing-options": ("agreed", ""),
    }
    with acting_as_system("tests"):
        for code, (position, reasons) in positions.items():
            Ratification.objects.create(
                version=version,
                agency=Agency.objects.get(code=code),
                position=position,
                by_name=f"Speaker of {code}",
                on=timezone.localdate(),
                reasons=reasons,
            )
    page, answer = both(cast, referral)
    why = answer["why"]
    assert why["sentence"] == referral.why
    assert not why["withheld"]
    assert {"fact": "offence_group", "words": "the offence group", "value": "violence"} in why["read"]
    said = [(one["position"], one["by"], one["reasons"]) for one in why["agreed"]]
    assert said == [
        ("objected", "Speaker of victim-care", "Two working days are short."),
        ("agreed", "Speaker of housing-options", ""),
        ("", "", ""),
    ]
    for words in ("The offence group: violence", "Speaker of victim-care", "Two working days are short."):
        assert words in page
    assert "Nearly" not in page
    assert "nearly" not in answer


def test_without_a_category_neither_the_condition_nor_what_it_read_is_told(cast):
    referral = the_referral(routed(cast))
    told_alone(referral, "identity", "contact")
    page, answer = both(cast, referral)
    why = answer["why"]
    assert why["withheld"]
    assert why["sentence"].startswith("Because ")
    assert "the age is" in why["sentence"]
    assert WITHHELD in why["sentence"]
    assert [one["fact"] for one in why["read"]] == ["age"]
    assert answer["pathway"]["route"] == ""
    assert WITHHELD in page
    for hidden in ("offence group", "stalking", "the flags"):
        assert hidden not in page + str(answer), hidden


def test_an_old_rule_about_health_is_told_to_those_alone_who_are_told_of_health(cast):
    old = route("identity", "contact", when={"all": [OF_AGE, BY_HEALTH]})
    in_force(northshire(number=2, routes=[old]), binds=["victim-care"])
    referral = the_referral(routed(cast))
    assert set(referral.read) == {"age"}, "what the agency is not told is not even kept beside its referral"
    page, answer = both(cast, referral)
    assert answer["why"]["withheld"]
    for text in (page, str(answer)):
        assert "phq-9" not in text.lower()
        assert referral.route not in text
    told_alone(referral, *ALL_CATEGORIES)
    page, answer = both(cast, referral)
    assert answer["why"]["sentence"] == referral.why
    assert "phq-9" in page


def test_a_route_by_health_is_refused_where_its_agency_is_not_told_of_health(cast):
    told, silent = (
        route(*categories, when=BY_HEALTH)
        for categories in (["identity", "assessment", "health"], ["identity", "assessment"])
    )
    with acting_as(cast.actor("dana")) as dana:
        draft = versions.draft_version(actor=dana, code="northshire")
        today = timezone.localdate()
        assert problems(draft.definition | {"routes": [told]}, on=today) == []
        (problem,) = problems(draft.definition | {"routes": [silent]}, on=today)
        assert problem.startswith(
            "Route Low in mind: it depends on the score on phq-9, which is about health"
        )
        by_entry = problems(draft.definition | {"routes": [told], "entry": BY_HEALTH}, on=today)
        assert [one.split(":")[0] for one in by_entry] == ["Route Support for everybody else"]
        versions.change_draft(
            actor=dana, version_id=draft.id, definition=draft.definition | {"routes": [silent]}
        )
    page = cast.browser("dana").get("/pathways/northshire/2/").content.decode()
    assert "its agency is not told about health" in page


def test_it_costs_the_same_few_queries_however_much_the_rule_asks(cast, django_assert_max_num_queries):
    referral = the_referral(routed(cast))
    with acting_as(cast.client_actor("victim-care")):
        read = Referral.objects.select_related("pathway_version").get(id=referral.id)
        sight = sight_of(read.case_id)
        for rule in (OF_AGE, {"all": [BY_HEALTH, {"fact": "grade:gad-7", "known": False}] * 9}):
            read.pathway_version.definition = northshire(routes=[route("identity", when=rule)])
            read.route = "Low in mind"
            with django_assert_max_num_queries(3):
                why_told(referral=read, sight=sight)
