"""Tasks of one case for its page, and what is to do for one practitioner and their teams."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet

from access.actor import Actor
from access.context import hub_id
from access.sight import NOTHING, Sight, sights_of
from agencies.models import Team
from referrals import scope
from referrals.models import Case, CaseTask
from referrals.queries.keyset import Page, SortKey, one_page
from referrals.queries.people import NAMELESS, Name, names_shown

PAGE = 25
MOST = 100
LISTS = {"mine": "Mine", "team": "My team’s", "given": "Given by me"}
BY_DUE = SortKey("due_at", datetime.fromisoformat)
OPEN = CaseTask.State.OPEN


def tasks_of(case: Case, sight: Sight) -> tuple[list[CaseTask], list[CaseTask]]:
    """What is to do on the case, the next due first, and what has ended, the newest first; at most a hundred."""
    found = case.tasks.select_related("team").order_by(F("ended_at").desc(nulls_first=True), "due_at", "id")
    rows = sight.rows(found[:MOST])
    return [one for one in rows if one.state == OPEN], [one for one in rows if one.state != OPEN]


def teams_for_tasks() -> list[Team]:
    """The hub's own teams by name: a task can be a team's."""
    return list(Team.objects.filter(agency_id=hub_id()).order_by("name"))


@dataclass(frozen=True)
class TaskLine:
    """One task of a list with its case, as far as the reader is shown it."""

    task: CaseTask
    name: Name


def my_tasks(*, actor: Actor, which: str, after: str = "", before: str = "") -> Page[TaskLine]:
    """One page of what is to do, the next due first. which: a key of LISTS."""
    found = one_page(
        _branches(actor, which), key=BY_DUE, descending=False, size=PAGE, after=after, before=before
    )
    shown = found.among(CaseTask.objects.select_related("case__person", "team").in_bulk(found.ids))
    sights = sights_of(row.case_id for row in shown)
    names = names_shown([row.case for row in shown], sights)
    lines = [
        TaskLine(row, names.get(row.case.person_id, NAMELESS))
        for row in shown
        if sights.get(row.case_id, NOTHING).shows(CaseTask)
    ]
    return found.page(lines)


def how_many_to_do(*, actor: Actor, which: str, now: datetime) -> tuple[int, int]:
    """How many tasks `my_tasks` would list, and how many of them are late; no more than MOST + 1 are counted."""
    parts = [list(branch.values_list("due_at", flat=True)[: MOST + 1]) for branch in _branches(actor, which)]
    due = sorted(at for part in parts for at in part)[: MOST + 1]
    return len(due), sum(at < now for at in due)


def _branches(actor: Actor, which: str) -> list[QuerySet[CaseTask]]:
    to_do = CaseTask.objects.filter(state=OPEN, case__in=scope.cases(actor))
    if which == "team":
        return [to_do.filter(team_id=team) for team in actor.team_ids] or [to_do.none()]
    return [to_do.filter(made_by=actor.id) if which == "given" else to_do.filter(owner_id=actor.id)]
