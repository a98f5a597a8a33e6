"""Tasks of a case: given to whoever may see it, changed without surprise, done or not possible, never rewritten."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from access.context import acting_as, acting_as_system
from access.models import Look
from messaging.models import Event
from messaging.relay import run_due
from referrals.actions.case_tasks import (
    OwnerNotPossible,
    TaskChangedMeanwhile,
    TaskEnded,
    Wanted,
    change_task,
    end_task,
    give_task,
)
from referrals.actions.conflicts import declare_conflict
from referrals.actions.restriction import restrict
from referrals.actions.triage import CaseClosed, ReasonMissing
from referrals.models import Case, CaseTask
from referrals.queries import case_tasks as queries
from tests.factories import a_case

NOW = timezone.now


def a_task(
    cast, case: Case, *, by: str = "priya", to: str = "priya", title: str = "Ring the school", **wanted
):
    owner = {} if "team_id" in wanted else {"owner_id": cast.actor(to).id}
    with acting_as(cast.actor(by)) as actor:
        asked = Wanted(title, wanted.pop("due_at", NOW() + timedelta(days=1)), **owner, **wanted)
        return give_task(actor=actor, case_id=case.id, wanted=asked)


def told(case: Case, topic: str) -> list[dict]:
    with acting_as_system("tests"):
        return [event.data for event in Event.objects.filter(case_id=case.id, topic=topic).order_by("id")]


def words_typed(**changes: str) -> dict[str, str]:
    return {
        "title": "Ring the school", "owner": "", "due_on_day": "1", "due_on_month": "12", "due_on_year": "2026",
        "due_time": "15:30", **changes,
    }  # fmt: skip


def test_a_task_is_given_on_a_page_and_whoever_it_is_given_to_is_told_by_ids_alone(hub, cast):
    case, liam = a_case(), cast.actor("liam")
    browser = cast.browser("priya")
    place = f"/cases/{case.reference}/tasks/new/"
    assert "Liam Byrne" in browser.get(place).content.decode()
    refused = browser.post(place, words_typed(title=""))
    assert refused.status_code == 422
    assert "Say what is to be done" in refused.content.decode()
    browser.post(place, words_typed(owner=f"person:{liam.id}"))
    with acting_as_system("tests"):
        task = CaseTask.objects.get(case=case)
    assert f"{timezone.localtime(task.due_at):%Y-%m-%d %H:%M}" == "2026-12-01 15:30"
    assert told(case, "case.task_given") == [{"task": str(task.id), "to_owner": str(liam.id)}]
    page = browser.get(f"/cases/{case.reference}/").content.decode()
    assert "Ring the school: to Liam Byrne." in page
    assert 'id="tasks"' in page


def test_overdue_is_derived_and_done_takes_one_press(hub, cast):
    case = a_case()
    task = a_task(cast, case, due_at=NOW() - timedelta(hours=2))
    browser = cast.browser("priya")
    assert "Overdue 2 h" in browser.get("/tasks/").content.decode()
    browser.post(f"/cases/{case.reference}/tasks/{task.id}/done/")
    assert "Overdue 2 h" not in browser.get("/tasks/").content.decode()
    assert told(case, "case.task_ended") == [{"task": str(task.id), "state": "done"}]
    with acting_as(cast.actor("liam")) as liam, pytest.raises(TaskEnded, match="Priya Nair"):
        end_task(actor=liam, case_id=case.id, task_id=task.id, state="done")


def test_not_possible_is_something_else_than_done_and_says_why(hub, cast):
    case = a_case()
    task = a_task(cast, case)
    browser = cast.browser("priya")
    place = f"/cases/{case.reference}/tasks/{task.id}/"
    refused = browser.post(place, {"state": "not_possible", "words": ""})
    assert refused.status_code == 422
    assert "Say why it was not possible" in refused.content.decode()
    browser.post(place, {"state": "not_possible", "words": "The school is closed until January."})
    assert "not possible, Priya Nair" in browser.get(f"/cases/{case.reference}/").content.decode()
    with acting_as(cast.actor("priya")), pytest.raises(DatabaseError), transaction.atomic():
        CaseTask.objects.filter(id=task.id).update(words="It was done.")


def test_nobody_writes_over_what_a_colleague_has_just_changed(hub, cast):
    case = a_case()
    task = a_task(cast, case)
    with acting_as(cast.actor("liam")) as liam:
        wanted = Wanted("Ring the school nurse", task.due_at, owner_id=liam.id)
        change_task(actor=liam, case_id=case.id, task_id=task.id, wanted=wanted, seen=1)
    with acting_as(cast.actor("priya")) as priya, pytest.raises(TaskChangedMeanwhile, match="Liam Byrne"):
        wanted = Wanted("Ring the head", task.due_at, owner_id=priya.id)
        change_task(actor=priya, case_id=case.id, task_id=task.id, wanted=wanted, seen=1)
    to_liam = {"to_owner": str(liam.id), "from_owner": str(priya.id), "task": str(task.id)}
    assert told(case, "case.task_given")[-1] == to_liam


def test_two_who_change_a_task_are_shown_both_and_choose_field_by_field(hub, cast):
    case, liam = a_case(), cast.actor("liam")
    task = a_task(cast, case)
    place = f"/cases/{case.reference}/tasks/{task.id}/"
    priyas, liams = cast.browser("priya"), cast.browser("liam")
    form = priyas.get(place).context["change_form"]
    opened = {"seen": form["seen"].value(), "was": form["was"].value()}
    mine = opened | words_typed(title="Ring the head", owner=f"person:{task.owner_id}")
    liams.post(place, opened | words_typed(owner=f"person:{liam.id}", details="Before ten."))
    page = priyas.post(place, mine)
    assert page.status_code == 409
    assert [(one.name, one.take) for one in page.context["lines"]] == [
        ("title", "mine"), ("details", "theirs"), ("owner", "theirs"),
    ]  # fmt: skip
    assert "Nothing that you typed is lost" in page.content.decode()
    chosen = dict(page.context["sent"]) | {"seen": page.context["seen"]}
    chosen |= {f"take_{one.name}": one.take for one in page.context["lines"]}
    assert priyas.post(place, chosen).status_code == 302
    with acting_as_system("tests"):
        task.refresh_from_db()
    assert (task.title, task.details, task.owner_id) == ("Ring the head", "Before ten.", liam.id)


def test_a_task_is_nobodys_who_may_not_see_the_case(hub, cast):
    case = a_case()
    with acting_as(cast.actor("dana")) as dana:
        declare_conflict(
            actor=dana, case_id=case.id, why="knows", words="Kin.", practitioner_id=cast.actor("liam").id
        )
    page = cast.browser("priya").get(f"/cases/{case.reference}/tasks/new/").content.decode()
    assert "Liam Byrne" not in page
    with pytest.raises(OwnerNotPossible):
        a_task(cast, case, to="liam")
    with pytest.raises(OwnerNotPossible):
        a_task(cast, case, to="helen")


def test_my_tasks_are_mine_my_teams_and_those_i_gave_page_by_page(hub, cast, monkeypatch):
    monkeypatch.setattr(queries, "PAGE", 2)
    case, team = a_case(surname="Okafor"), cast.actor("priya").team_ids[0]
    for hour in range(1, 6):
        a_task(cast, case, title=f"Mine {hour}", due_at=NOW() + timedelta(hours=hour))
    a_task(cast, case, to="liam", title="For Liam")
    a_task(cast, case, team_id=team, title="For the team")
    browser = cast.browser("priya")

    def titles(answer) -> list[str]:
        return [row.task.title for row in answer.context["page"].rows]

    seen, answer = [], browser.get("/tasks/")
    while True:
        seen += titles(answer)
        if not answer.context["page"].next:
            break
        answer = browser.get("/tasks/", {"after": answer.context["page"].next})
    assert seen == [f"Mine {hour}" for hour in range(1, 6)]
    assert titles(browser.get("/tasks/?list=team")) == ["For the team"]
    assert "Okafor" in browser.get("/tasks/?list=mine").content.decode()
    assert titles(cast.browser("liam").get("/tasks/")) == ["For Liam"]
    assert len(titles(browser.get("/tasks/?list=given"))) == 2
    with acting_as(cast.actor("grace")):
        assert Look.objects.filter(door="my_tasks", subjects=[case.id]).exists()


def test_what_is_to_do_on_a_restricted_case_leaves_the_lists_of_who_is_not_let_in(hub, cast):
    case = a_case()
    a_task(cast, case)
    with acting_as(cast.actor("dana")) as dana:
        restrict(actor=dana, case_id=case.id, reason="staff", words="Works here.", owner_id=dana.id)
    assert "Ring the school" not in cast.browser("priya").get("/tasks/").content.decode()


def test_closing_the_case_stops_what_was_still_to_do(hub, cast):
    case = a_case()
    task = a_task(cast, case)
    cast.browser("priya").post(
        f"/cases/{case.reference}/close/",
        {"end_state": "uncontactable", "reason": "Three calls.", "without": "Not here."},
    )
    run_due()
    with acting_as_system("tests"):
        task.refresh_from_db()
    assert task.state == "stopped"
    with pytest.raises(CaseClosed):
        a_task(cast, case)


def test_a_partner_comes_to_no_task(hub, cast):
    case = a_case()
    task = a_task(cast, case)
    for who in ("helen", "owen"):
        assert cast.browser(who).get("/tasks/").status_code == 403
        assert cast.browser(who).get(f"/cases/{case.reference}/tasks/{task.id}/").status_code == 403
    assert cast.browser("carys").post(f"/cases/{case.reference}/tasks/{task.id}/done/").status_code == 403
    with acting_as(cast.actor("priya")) as priya, pytest.raises(ReasonMissing):
        wanted = Wanted(" ", task.due_at, owner_id=priya.id)
        give_task(actor=priya, case_id=case.id, wanted=wanted)
