"""Tasks of a case: give, change, end. What is done or was not possible stays as it was said.

Each verb locks the case, checks, changes and tells; a refusal raises and leaves nothing half done.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import Happening, publish
from referrals.actions.triage import ReasonMissing, TriageRefused, locked_open_case
from referrals.models import Case, CaseTask
from referrals.queries.case_tasks import teams_for_tasks
from referrals.queries.restricted import who_may_carry

ENDS = (CaseTask.State.DONE, CaseTask.State.NOT_POSSIBLE)


class TaskNotFound(TriageRefused):
    """The case has no such task, or the actor may not see it: the same answer for both."""


class TaskEnded(TriageRefused):
    """A colleague was faster. The message says who."""


class TaskChangedMeanwhile(TriageRefused):
    """It is no longer as the actor saw it. The message says who changed it."""


class OwnerNotPossible(TriageRefused):
    """A task is somebody's who may see the case, or a team's of the hub."""


@dataclass(frozen=True)
class Wanted:
    """What a task asks: exactly one of owner_id and team_id is given."""

    title: str
    due_at: datetime
    owner_id: UUID | None = None
    team_id: UUID | None = None
    details: str = ""


@transaction.atomic
def give_task(*, actor: Actor, case_id: UUID, wanted: Wanted) -> CaseTask:
    """Write down what is to be done, by whom and by when; whoever it is given to is told.

    Raises NotAllowed, CaseNotFound, CaseClosed, ReasonMissing, OwnerNotPossible.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    case = locked_open_case(actor, case_id)
    task = CaseTask(case=case, made_by=actor.id, made_by_name=actor.name, made_at=now)
    _write(task, case, wanted, now)
    task.save(force_insert=True)
    publish(_given(task, now, before=(None, None)))
    return task


@transaction.atomic
def change_task(*, actor: Actor, case_id: UUID, task_id: UUID, wanted: Wanted, seen: int) -> CaseTask:
    """Change an open task, or give it to somebody else. seen: the version that the actor saw.

    Raises NotAllowed, CaseNotFound, CaseClosed, TaskNotFound, TaskEnded, TaskChangedMeanwhile, ReasonMissing,
    OwnerNotPossible.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    case = locked_open_case(actor, case_id)
    task = _open_task(case, task_id)
    if task.version != seen:
        raise TaskChangedMeanwhile(f"{task.changed_by_name} changed this task while you were writing.")
    before = (task.owner_id, task.team_id)
    _write(task, case, wanted, now)
    task.version, task.changed_by_name = task.version + 1, actor.name
    task.save()
    is_given = before != (task.owner_id, task.team_id)
    changed = Happening("case.task_changed", at=now, case_id=case.id, data={"task": str(task.id)})
    publish(_given(task, now, before=before) if is_given else changed)
    return task


@transaction.atomic
def end_task(*, actor: Actor, case_id: UUID, task_id: UUID, state: str, words: str = "") -> CaseTask:
    """Say that a task is done, or that it was not possible and why: the two are counted apart.

    Raises NotAllowed, CaseNotFound, CaseClosed, TaskNotFound, TaskEnded, ReasonMissing.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    case = locked_open_case(actor, case_id)
    task = _open_task(case, task_id)
    if state not in ENDS:
        raise TaskNotFound("Say that the task is done, or that it was not possible.")
    if state == CaseTask.State.NOT_POSSIBLE and not words.strip():
        raise ReasonMissing("Say why it was not possible: whoever plans the next step must know.")
    _end(task, CaseTask.State(state), words.strip(), actor, now)
    return task


@transaction.atomic
def stop_tasks(*, actor: Actor, case_id: UUID) -> None:
    """What was still to do on a case that is closed is no longer needed. Harmless to run again. Raises NotAllowed."""
    actor.require(Capability.RAISE_PROMPT)
    now = timezone.now()
    for task in CaseTask.objects.select_for_update().filter(case_id=case_id, state=CaseTask.State.OPEN):
        _end(task, CaseTask.State.STOPPED, "", actor, now)


def _open_task(case: Case, task_id: UUID) -> CaseTask:
    task = case.tasks.filter(id=task_id).first()
    if task is None:
        raise TaskNotFound("There is no such task on this case.")
    if task.state != CaseTask.State.OPEN:
        raise TaskEnded(f"{task.ended_by_name} has ended this task already: read it on the case.")
    return task


def _write(task: CaseTask, case: Case, wanted: Wanted, now: datetime) -> None:
    title = wanted.title.strip()
    if not title:
        raise ReasonMissing("Say what is to be done, in a few words.")
    if (wanted.owner_id is None) == (wanted.team_id is None):
        raise OwnerNotPossible("Choose one person or one team.")
    if wanted.team_id is not None and wanted.team_id not in {team.id for team in teams_for_tasks()}:
        raise OwnerNotPossible("Choose a team of the hub.")
    task.owner_name = _name_of_owner(case, wanted.owner_id, now) if wanted.owner_id else ""
    task.title, task.details = title, wanted.details.strip()
    task.owner_id, task.team_id, task.due_at = wanted.owner_id, wanted.team_id, wanted.due_at


def _name_of_owner(case: Case, owner: UUID, now: datetime) -> str:
    names = {one.id: one.name for one in who_may_carry(person_id=case.person_id, now=now)}
    if owner not in names:
        raise OwnerNotPossible("Choose somebody of the hub who may see this case.")
    return names[owner]


def _end(task: CaseTask, state: CaseTask.State, words: str, actor: Actor, at: datetime) -> None:
    task.state, task.words, task.ended_by_name, task.ended_at = state, words, actor.name, at
    task.version += 1
    task.save(update_fields=["state", "words", "ended_by_name", "ended_at", "version"])
    data: dict[str, object] = {"task": str(task.id), "state": str(state)}
    publish(Happening("case.task_ended", at=at, case_id=task.case_id, data=data))


def _given(task: CaseTask, at: datetime, *, before: tuple[UUID | None, UUID | None]) -> Happening:
    ids = {
        "task": task.id,
        "to_owner": task.owner_id,
        "to_team": task.team_id,
        "from_owner": before[0],
        "from_team": before[1],
    }
    data: dict[str, object] = {name: str(value) for name, value in ids.items() if value}
    return Happening("case.task_given", at=at, case_id=task.case_id, data=data)
