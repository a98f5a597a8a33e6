"""Comparing everybody: each pair once, in batches that may be killed, with figures; and never the accused."""

from datetime import date

import pytest
from django.utils import timezone

from access.actor import NotAllowed
from access.context import acting_as, acting_as_system
from messaging.models import Message
from referrals.actions.same_person import answer_suggestion, undo_link
from tests.factories import a_case
from victims.actions import deduplication
from victims.actions.deduplication import COMPARE, DeduplicationRuns, compare_batch, start_deduplication
from victims.actions.people import rekey_people
from victims.models import Deduplication, PersonLink, Relationship, SamePersonSuggestion
from victims.tasks import deduplicate_tonight

RUNS = "/people/review/runs/"


def twice(surname: str, phone: str, **given):
    """One person in two records, made without intake: nobody has compared them."""
    told = {"given_names": "Marged", "phone": phone, "date_of_birth": date(1984, 3, 9), **given}
    return a_case(surname=surname, **told), a_case(surname=surname, **told)


def keyed() -> None:
    with acting_as_system("tests") as actor:
        rekey_people(actor=actor)


def go_on(run: Deduplication, *, most: int = 100) -> int:
    """Do what a worker would, batch by batch; how many there were."""
    for done in range(most):
        with acting_as_system("tests") as actor:
            run.refresh_from_db()
            if run.finished_at is not None:
                return done
            before = run.done_up_to
            compare_batch(actor=actor, run_id=run.id, after=before)
            compare_batch(
                actor=actor, run_id=run.id, after=before
            )  # a worker that was slow: nothing is done twice
    raise AssertionError("it never ends")


def suggested() -> set[tuple]:
    with acting_as_system("tests"):
        return set(SamePersonSuggestion.objects.values_list("person_id", "other_id"))


def test_everybody_is_compared_once_in_batches_and_the_figures_are_kept(hub, cast, monkeypatch):
    monkeypatch.setattr(deduplication, "BATCH", 2)
    one, other = twice("Prydderch", "07700900401")
    for given, surname, year in (
        ("Olwen", "Grubb", 1931),
        ("Piotr", "Zawada", 1977),
        ("Imran", "Sheikh", 2001),
    ):
        a_case(given_names=given, surname=surname, date_of_birth=date(year, 5, year % 12 + 1), postcode="")
    keyed()
    with acting_as(cast.actor("dana")) as dana:
        run = start_deduplication(actor=dana)
        with pytest.raises(DeduplicationRuns):
            start_deduplication(actor=dana)
    assert go_on(run) == 3
    assert suggested() == {(max(one.person_id, other.person_id), min(one.person_id, other.person_id))}
    assert (run.people, run.compared, run.same, run.review) == (5, 5, 1, 0)
    assert run.pairs >= 1
    with acting_as_system("tests"):
        assert Message.objects.filter(subscriber=COMPARE).count() == 3
        again = start_deduplication(actor=dana)
    go_on(again)
    assert (again.same, again.review) == (0, 0)
    page = cast.browser("dana").get(RUNS).content.decode()
    assert "Found very likely the same: </span>1<" in page


def test_answers_are_counted_with_the_run_that_found_the_pair(hub, cast):
    one, other = twice("Prydderch", "07700900401")
    keyed()
    with acting_as_system("tests") as actor:
        run = start_deduplication(actor=actor)
    go_on(run)
    with acting_as(cast.actor("priya")) as priya:
        found = SamePersonSuggestion.objects.get()
        answer_suggestion(actor=priya, case_id=one.id, suggestion_id=found.id, same=True)
        run.refresh_from_db()
        assert (run.confirmed, run.rejected) == (1, 0)
        link = PersonLink.objects.get()
        undo_link(actor=priya, case_id=other.id, link_id=link.id, words="No.", different=True)
        run.refresh_from_db()
        assert (run.confirmed, run.rejected) == (0, 1)


def test_the_accused_and_the_victim_of_one_incident_are_not_suggested(hub, cast):
    one, _ = twice("Prydderch", "07700900401")
    with acting_as_system("tests"):
        Relationship.objects.create(
            person=one.person,
            case_id=one.id,
            scheme="s",
            name="PRYDDERCH, MARGED",
            recorded_at=timezone.now(),
        )
    keyed()
    with acting_as_system("tests") as actor:
        run = start_deduplication(actor=actor)
    go_on(run)
    assert suggested() == set()


def test_a_night_has_one_run_and_only_some_may_start_another(hub, cast):
    deduplicate_tonight()
    deduplicate_tonight()
    with acting_as_system("tests"):
        run = Deduplication.objects.get()
    go_on(run)
    deduplicate_tonight()
    with acting_as_system("tests"):
        assert Deduplication.objects.count() == 1
    with acting_as(cast.actor("priya")) as priya, pytest.raises(NotAllowed):
        start_deduplication(actor=priya)
    assert cast.browser("priya").get(RUNS).status_code == 200
    assert cast.browser("priya").post(f"{RUNS}start/").status_code == 403
    dana = cast.browser("dana")
    assert "still going on" in dana.post(f"{RUNS}start/", follow=True).content.decode()
    assert "People compared" in dana.get(f"{RUNS}progress/").content.decode()
    assert cast.browser("helen").get(RUNS).status_code == 403
