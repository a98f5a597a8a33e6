"""Weights estimated from answers: proposed with figures, accepted by somebody or not, and what then counts."""

import random
from copy import copy
from math import exp, log

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from access.context import acting_as, acting_as_system, hub_id
from access.ids import new_id
from access.models import Grant
from messaging.models import Message
from messaging.relay import run_due
from referrals.actions.same_person import answer_suggestion, undo_link
from referrals.models import Case
from tests.factories import a_case, a_suggestion
from tests.reading import words_of
from victims.actions.deduplication import start_deduplication
from victims.actions.weights import ESTIMATE, EstimateRuns, labels_until, start_estimate
from victims.matching.model import frozen_model
from victims.models import Deduplication, Person, PersonLink, RecognitionWeights, SamePersonSuggestion
from victims.queries import weights_in_force

pytestmark = pytest.mark.usefixtures("hub")

PLACE = "/people/review/weights/"
NAMES = (("given_name", "same"), ("surname", "same"))


def answered(
    many: int, *, truth: float = 0.0, least: float = -4.0, seed: int = 5, by=None, settings: str = ""
) -> None:
    """Pairs with answers as likely as their scores say, but that an e-mail address says `truth` bits more than that."""
    chance, model = random.Random(seed), frozen_model()
    people, grants, cases, pairs = [], [], [], []
    made = a_case()
    for _ in range(many):
        one, other = new_id(), new_id()
        for person in (one, other):
            people.append(Person(id=person, reference=f"P-{person.hex[-12:]}", created_at=timezone.now()))
            case = copy(made)
            case.id, case.reference, case.person_id = new_id(), f"C-{person.hex[-12:]}", person
            cases.append(case)
            grants.append(
                Grant(
                    agency_id=hub_id(),
                    case_id=case.id,
                    person_id=person,
                    categories=["identity"],
                    granted_at=made.opened_at,
                    because="hub",
                )
            )
        levels = [*NAMES, ("e-mail", chance.choice(("same", "different"))), ("sex", "same")]
        base = chance.uniform(least, 1.5)  # as other fields would have it
        shares_mail = ("e-mail", "same") in levels
        odds = base + (truth if shares_mail else 0.0)
        same = chance.random() < 1 / (1 + exp(-log(2) * odds))
        lines = [
            {"field": field, "level": level, "weight": model.weights["household"][field][level]}
            for field, level in levels
        ]
        pairs.append(
            SamePersonSuggestion(
                person_id=max(one, other),
                other_id=min(one, other),
                score=base,
                evidence={
                    "settings": settings or model.version,
                    "rival": "household",
                    "start": -2.0,
                    "lines": lines,
                },
                state="confirmed" if same else "rejected",
                suggested_at=timezone.now(),
                decided_at=timezone.now(),
                decided_by=by or new_id(),
            )
        )
    with acting_as_system("tests"):
        Grant.objects.bulk_create(grants)
        Person.objects.bulk_create(people)
        Case.objects.bulk_create(cases)
        SamePersonSuggestion.objects.bulk_create(pairs)


def estimated(cast) -> RecognitionWeights:
    with acting_as(cast.actor("dana")) as dana:
        made = start_estimate(actor=dana)
    run_due()
    with acting_as_system("tests"):
        made.refresh_from_db()
    return made


def decided(cast, made: RecognitionWeights, answer: str, reason: str = "As the figures say."):
    return cast.browser("dana").post(f"{PLACE}{made.id}/", {"answer": answer, "reason": reason}, follow=True)


def test_answers_are_learned_from_in_steps_and_nothing_counts_before_somebody_accepts_it(cast):
    answered(200, truth=-3.0)
    browser = cast.browser("dana")
    browser.post(f"{PLACE}estimate/")
    assert "0 of 6" in browser.get(f"{PLACE}progress/").content.decode()
    run_due()
    with acting_as_system("tests"):
        made = RecognitionWeights.objects.get()
        assert Message.objects.filter(subscriber=ESTIMATE, done_at__isnull=False).count() == 6
        assert weights_in_force() == frozen_model()
    assert (made.state, made.refusal, made.steps) == ("proposed", "", 6)
    assert made.corrections["e-mail"]["same"] < -0.7 < 0.7 < made.corrections["e-mail"]["different"]
    assert made.support["e-mail"]["same"][1] > made.support["e-mail"]["same"][0]
    assert made.figures["held_back"]["new"]["surprise"] < made.figures["held_back"]["old"]["surprise"]
    page = words_of(browser.get(f"{PLACE}?against=household"))
    for words in ("Proposed: version", "As it is: too few answers", "different people", "held back"):
        assert words in page

    decided(cast, made, "accept")
    with acting_as_system("tests") as actor:
        weights = weights_in_force()
        assert weights.version == f"{frozen_model().version}+1"
        was = frozen_model().weights["household"]["e-mail"]["same"]
        assert weights.weights["household"]["e-mail"]["same"] == pytest.approx(
            was + made.corrections["e-mail"]["same"]
        )
        assert start_deduplication(actor=actor).settings == weights.version
        assert Deduplication.objects.get().settings == weights.version
    assert "accepted" in words_of(browser.get(PLACE))

    decided(cast, made, "withdraw")
    with acting_as_system("tests"):
        assert weights_in_force() == frozen_model()


def test_what_is_weighed_by_accepted_weights_says_so_and_the_next_estimate_builds_on_them(cast):
    answered(200, truth=-3.0)
    made = estimated(cast)
    decided(cast, made, "accept")
    with acting_as_system("tests"):
        before, _ = labels_until(timezone.now())
    answered(1, settings=made.version, seed=9)
    with acting_as_system("tests"):
        after, left_out = labels_until(timezone.now())
        newest = SamePersonSuggestion.objects.latest("suggested_at")
    assert (len(after), left_out) == (len(before) + 1, 0)
    assert newest.score in [round(one.score, 3) for one in after] or any(
        one.score == pytest.approx(newest.score, abs=0.001) for one in after
    )  # weighed by the weights in force already: nothing is added
    again = estimated(cast)
    assert (again.number, again.instead_of) == (2, made.version)
    small = again.corrections["e-mail"]["same"] - made.corrections["e-mail"]["same"]
    assert abs(small) < abs(made.corrections["e-mail"]["same"])


def test_too_few_answers_say_so_and_change_nothing(cast):
    answered(40)
    made = estimated(cast)
    assert (made.state, made.corrections) == ("too_few", {})
    page = words_of(cast.browser("dana").get(PLACE))
    assert "Too few answers to estimate from" in page
    assert "Estimate from the answers" in page


def test_an_undone_answer_counts_as_it_stands_and_what_no_person_answered_does_not(cast):
    one, other, third = a_case(), a_case(), a_case()
    fourth = a_case()
    first, second = a_suggestion(one.person, other.person), a_suggestion(third.person, fourth.person)
    answered(3, by=hub_id())
    answered(2, settings="of an earlier release")

    def labels() -> tuple[list[bool], int]:
        with acting_as_system("tests"):
            found, left_out = labels_until(timezone.now())
        return [label.same for label in found], left_out

    with acting_as_system("tests"):
        SamePersonSuggestion.objects.filter(id__in=(first.id, second.id)).update(
            evidence={"settings": frozen_model().version, "lines": []}
        )
    with acting_as(cast.actor("priya")) as priya:
        answer_suggestion(actor=priya, case_id=one.id, suggestion_id=first.id, same=True)
        answer_suggestion(actor=priya, case_id=third.id, suggestion_id=second.id, same=True)
        assert labels() == ([True, True], 2)
        for case, different in ((one, True), (third, False)):
            link = PersonLink.objects.get(case_id=case.id)
            undo_link(actor=priya, case_id=case.id, link_id=link.id, words="No.", different=different)
    assert labels() == ([False], 2)


def test_weights_that_make_more_false_sames_are_never_accepted_not_even_by_the_database(cast):
    with acting_as(cast.actor("dana")) as dana:
        made = start_estimate(actor=dana)
        with pytest.raises(EstimateRuns, match="accept or discard"):
            start_estimate(actor=dana)
    with acting_as_system("tests"):
        RecognitionWeights.objects.filter(id=made.id).update(
            state="proposed", refusal="false_same", figures=FIGURES
        )
    page = cast.browser("dana").get(PLACE)
    assert "more pairs of two people would be taken for one" in words_of(page)
    assert b'value="accept"' not in page.content
    answer = decided(cast, made, "accept")
    assert answer.status_code == 422
    assert "They cannot be accepted" in words_of(answer)
    with acting_as_system("tests"):
        for change in (
            {"state": "accepted", "reason": "Yes."},
            {"refusal": ""},
            {"corrections": {"sex": {"same": 9.0}}},
            {"state": "withdrawn"},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                RecognitionWeights.objects.filter(id=made.id).update(**change)
        assert weights_in_force() == frozen_model()
    decided(cast, made, "discard")
    with acting_as_system("tests"):
        made.refresh_from_db()
    assert (made.state, made.decided_by_name) == ("discarded", "Dana Ahmed")


def test_weights_that_would_lose_sight_of_people_who_came_again_are_not_accepted(cast):
    answered(200, truth=-9.0, least=0.1)
    answered(60, truth=9.0, least=0.1, seed=6)  # of those who share an address, some are one person
    made = estimated(cast)
    told = made.figures["held_back"]
    assert told["new"]["missed"] - told["old"]["missed"] > made.figures["confirmed"] / 20
    assert (made.state, made.refusal) == ("proposed", "lost")
    page = words_of(cast.browser("dana").get(PLACE))
    assert "too many pairs of one person would not be asked about any more" in page
    assert (
        f"Of {made.figures['confirmed']} pairs of one person, {told['new']['missed']}"
        f" instead of {told['old']['missed']} would not be asked about" in page
    )


def test_why_is_asked_and_only_some_decide(cast):
    with acting_as(cast.actor("dana")) as dana:
        made = start_estimate(actor=dana)
        RecognitionWeights.objects.update(state="proposed", figures=FIGURES)
    answer = decided(cast, made, "accept", reason=" ")
    assert answer.status_code == 422
    assert "Say why, for whoever looks at this later" in words_of(answer)
    for who, reads in (("priya", 200), ("carys", 200), ("grace", 403), ("helen", 403)):
        browser = cast.browser(who)
        assert browser.get(PLACE).status_code == reads
        assert browser.post(f"{PLACE}estimate/").status_code == 403
        assert browser.post(f"{PLACE}{made.id}/", {"answer": "accept", "reason": "x"}).status_code == 403
    assert (
        cast.browser("dana").post(f"{PLACE}{new_id()}/", {"answer": "accept", "reason": "x"}).status_code
        == 404
    )


NONE = {"labels": 0, "surprise": 0.0, "same_confirmed": 0, "same_rejected": 0, "missed": 0}
FIGURES = {
    "confirmed": 0, "rejected": 0, "left_out": 0, "old": NONE, "new": NONE, "held_back": {"old": NONE, "new": NONE},
}  # fmt: skip
