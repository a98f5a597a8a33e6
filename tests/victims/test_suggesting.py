"""Suggestions that two people may be one: never the accused and the victim; and the keys that bring people together."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from access.context import acting_as_system
from tests.factories import a_case, a_suggestion
from victims.actions.people import Likeness, Perpetrator, record_perpetrators, suggest_same
from victims.matching import REVIEW, Resemblance, match_keys
from victims.models import Identifier, MatchKey, SamePersonSuggestion
from victims.queries import identities_of

ALIKE = Resemblance(score=9.0, verdict=REVIEW, is_suggested=True, rival="stranger", start=-20.0, lines=())


@pytest.fixture
def two(hub):
    """A victim, and somebody else whom the police know as N1."""
    case, other = a_case(), a_case(given_names="Seán", surname="O'Neill")
    with acting_as_system("tests"):
        Identifier.objects.create(person=other.person, scheme="northshire-police", value="N1")
    return case, other


def accuse(case, *, nominal: str = "", name: str = "") -> None:
    alleged = Perpetrator(case.person_id, case.id, "northshire-police", nominal, name, "EX-PARTNER")
    record_perpetrators(alleged=[alleged], at=timezone.now())


def suggest(case, other) -> None:
    suggest_same(likenesses=[Likeness(other.person_id, case.person_id, ALIKE)], at=timezone.now())


@pytest.mark.parametrize("told", [{"nominal": "N1"}, {"name": "O NEILL, SEAN"}])
def test_the_accused_and_the_victim_are_never_suggested_by_whoever_compares(two, told):
    case, other = two
    with acting_as_system("tests"):
        accuse(case, **told)
        suggest(case, other)
        assert not SamePersonSuggestion.objects.exists()
        suggest(case, a_case())
        assert SamePersonSuggestion.objects.count() == 1


@pytest.mark.parametrize("told", [{"nominal": "N1"}, {"name": "O NEILL, SEAN"}])
def test_the_database_itself_refuses_to_suggest_them_and_to_ask_again(two, told):
    case, other = two
    answered = a_suggestion(other.person, case.person)
    with acting_as_system("tests"):
        SamePersonSuggestion.objects.update(state="rejected")
        accuse(case, **told)
        for state in ("open", "unsure", "confirmed"):
            with pytest.raises(IntegrityError, match="alleged to have harmed"), transaction.atomic():
                SamePersonSuggestion.objects.filter(id=answered.id).update(state=state)
        SamePersonSuggestion.objects.all().delete()
    with pytest.raises(IntegrityError, match="alleged to have harmed"), transaction.atomic():
        a_suggestion(case.person, other.person)


def test_a_later_accusation_takes_back_what_nobody_has_answered(two):
    case, other = two
    a_suggestion(other.person, case.person)
    kept = a_suggestion(a_case().person, case.person)
    with acting_as_system("tests"):
        accuse(case, nominal="N1")
        assert list(SamePersonSuggestion.objects.values_list("id", flat=True)) == [kept.id]


def test_rekeying_gives_everybody_the_keys_of_today_and_takes_the_old_ones(hub):
    people = [a_case().person_id, a_case(given_names="Seán", surname="O'Neill").person_id]
    with acting_as_system("tests"):
        MatchKey.objects.filter(person__in=people).delete()
        MatchKey.objects.create(person_id=people[0], key="of an earlier year")
    for _ in range(2):  # again, and nothing is there twice
        call_command("rekey_people")
        with acting_as_system("tests"):
            known = identities_of(people)
            for person in people:
                held = MatchKey.objects.filter(person=person).values_list("key", flat=True)
                assert sorted(held) == sorted(match_keys(known[person]))
                assert held
