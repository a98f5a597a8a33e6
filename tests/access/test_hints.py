"""Unusual looks are found by rule, shown to auditors, and answered once in words."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from access.actions import AlreadyAnswered, HintNotFound, answer_hint
from access.context import acting_as, acting_as_system
from access.ids import new_id
from access.looks import record_look
from access.models import ChainFault, Hint, Look
from referrals.actions.hints import find_hints
from tests.factories import a_case

WEDNESDAY = datetime(2026, 11, 18, 11, tzinfo=ZoneInfo("Europe/London"))
THURSDAY = WEDNESDAY.date() + timedelta(days=1)


@pytest.fixture
def at(monkeypatch):
    def set_clock(moment: datetime) -> None:
        monkeypatch.setattr("access.looks.timezone", SimpleNamespace(now=lambda: moment))

    return set_clock


def look(actor, *subjects, action=Look.Action.VIEW, times: int = 1) -> None:
    with acting_as(actor):
        for _ in range(times):
            record_look(action=action, door="case", subjects=subjects or [new_id()])


def found() -> set[tuple[str, str, int]]:
    with acting_as_system("audit"):
        find_hints(today=THURSDAY)
        return set(Hint.objects.values_list("rule", "actor_name", "looks"))


def test_a_look_at_somebody_of_one_s_own_surname_is_a_hint(hub, cast, at):
    at(WEDNESDAY)
    case, other = a_case(surname="NAIR"), a_case(surname="Nairn")
    look(cast.actor("priya"), case.id, case.person_id)
    look(cast.actor("priya"), other.id, other.person_id)
    look(cast.actor("liam"), case.id, case.person_id)
    assert found() == {("own_surname", "Priya Nair", 1)}
    assert found() == {("own_surname", "Priya Nair", 1)}, "found once"


def test_looks_out_of_hours_are_a_hint_and_in_hours_none(hub, cast, at):
    at(WEDNESDAY)
    look(cast.actor("liam"), times=5)
    at(WEDNESDAY.replace(hour=22))
    look(cast.actor("priya"), times=4)
    assert found() == {("out_of_hours", "Priya Nair", 4)}


def test_far_more_than_one_s_own_usual_and_the_role_s_is_a_hint(hub, cast, at):
    for day in (1, 2):
        at(WEDNESDAY - timedelta(days=day))
        look(cast.actor("liam"), times=6)
    at(WEDNESDAY)
    look(cast.actor("priya"), *(new_id() for _ in range(80)))
    look(cast.actor("liam"), *(new_id() for _ in range(20)))
    assert found() == {("volume", "Priya Nair", 80)}


def test_opening_many_cases_that_others_carry_is_a_hint(hub, cast, at):
    at(WEDNESDAY)
    liam = cast.actor("liam")
    for _ in range(10):
        case = a_case(assigned_to=liam.id)
        look(cast.actor("priya"), case.id)
        look(liam, case.id)
    assert found() == {("never_worked", "Priya Nair", 10)}


def test_being_refused_again_and_again_is_a_hint(hub, cast, at):
    at(WEDNESDAY)
    look(cast.actor("helen"), action=Look.Action.DENIED, times=5)
    look(cast.actor("ruth"), action=Look.Action.DENIED, times=4)
    assert found() == {("refused", "Helen Marsh", 5)}


def a_hint(actor) -> Hint:
    with acting_as_system("audit"):
        return Hint.objects.create(
            rule="refused", day=THURSDAY, actor_kind=actor.kind, actor_id=actor.id, actor_name=actor.name,
            looks=7, found_at=timezone.now(),
        )  # fmt: skip


def test_an_auditor_answers_a_hint_once_and_in_words(hub, cast):
    hint, browser = a_hint(cast.actor("priya")), cast.browser("grace")
    assert "Was refused 7 times in one day" in browser.get("/access/hints/").content.decode()
    address = f"/access/hints/{hint.id}/"
    assert "Say whom you asked" in browser.post(address, {"outcome": "explained"}).content.decode()
    answer = browser.post(
        address, {"outcome": "explained", "words": "Priya had the wrong reference."}, follow=True
    )
    assert "The hint is answered" in answer.content.decode()
    told = browser.get("/access/hints/?list=answered").content.decode()
    assert "Explained: Priya had the wrong reference." in told
    with acting_as(cast.actor("grace")) as grace:
        with pytest.raises(AlreadyAnswered):
            answer_hint(actor=grace, hint_id=hint.id, outcome="followed_up", words="Something else entirely")
        assert Hint.objects.filter(id=hint.id).update(words="x") == 0, "what was answered stays"


def test_nobody_answers_a_hint_on_themselves_and_only_auditors_read_any(hub, cast):
    grace = cast.actor("grace")
    hint = a_hint(grace)
    with acting_as(grace):
        with pytest.raises(HintNotFound):
            answer_hint(actor=grace, hint_id=hint.id, outcome="explained", words="It was me, all is well")
        assert Hint.objects.filter(id=hint.id).update(outcome="explained", answered_by=grace.id) == 0
        with pytest.raises(DatabaseError), transaction.atomic():
            Hint.objects.create(
                rule="refused", day=THURSDAY, actor_kind="x", actor_id=grace.id, actor_name="x", looks=1,
                found_at=timezone.now(),
            )  # fmt: skip
    for name in ("priya", "dana", "owen", "helen"):
        assert cast.browser(name).get("/access/hints/").status_code == 403
        with acting_as(cast.actor(name)):
            assert not Hint.objects.exists()


def test_what_verification_found_is_on_the_log_s_page_until_it_is_answered(hub, cast):
    with acting_as_system("verification") as actor:
        fault = ChainFault.objects.create(hub_id=actor.id, words="look 3 deleted", found_at=timezone.now())
    for name, page in (("grace", "/access/"), ("dana", "/access/"), ("dana", "/triage/")):
        assert "The access log does not hold" in cast.browser(name).get(page).content.decode()
    assert "does not hold" not in cast.browser("priya").get("/triage/").content.decode()
    told = {"words": "A restored backup; the anchor of Monday holds."}
    cast.browser("grace").post(f"/access/faults/{fault.id}/", told)
    assert "does not hold" not in cast.browser("grace").get("/access/").content.decode()
