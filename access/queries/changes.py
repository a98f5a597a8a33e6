"""What was changed in a case, from what to what and by whom; and for auditors, that it was."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from access.models import Change, ChangeValue
from access.queries.log import cursor_of, place_of
from access.roles import role_words

PAGE = 50

TABLE_WORDS = {
    "victims_person": "Person",
    "victims_personname": "Name",
    "victims_identifier": "Sender's number for the person",
    "victims_contactmethod": "Way to reach the person",
    "victims_address": "Address",
    "victims_safeaddress": "Safe address",
    "victims_relationship": "Alleged perpetrator",
    "victims_samepersonsuggestion": "Suggested same person",
    "pathways_healthanswers": "Answers about health",
    "agencies_practitioner": "Practitioner",
    "agencies_practitioner_teams": "Practitioner's team",
    "referrals_case": "Case",
    "referrals_incident": "Incident",
    "referrals_contactattempt": "Contact attempt",
    "referrals_referral": "Referral",
    "referrals_feedrow": "Row as it was sent",
}
NOTHING: tuple[object, ...] = (None, "", [], {})


@dataclass(frozen=True)
class Changed:
    """One change in words: `values` are column, before and after; empty where they may not be seen."""

    at: datetime
    who: str
    role: str
    what: str
    deleted: bool
    columns: list[str]
    values: list[tuple[str, str, str]]


@dataclass(frozen=True)
class ChangePage:
    rows: list[Changed]
    next: str


def changes(
    *, case_ids: Collection[UUID] = (), person_ids: Collection[UUID] = (), after: str = ""
) -> ChangePage:
    """One page of the changes of these cases and people, newest first; of all where none is given.

    The policies decide: what of them is listed, and which values are shown.
    """
    wanted = Change.objects.all()
    if case_ids or person_ids:
        wanted = wanted.filter(Q(case_id__in=case_ids) | Q(person_id__in=person_ids))
    if place := place_of(after):
        wanted = wanted.filter(Q(at__lt=place[0]) | Q(at=place[0], id__lt=place[1]))
    found = list(wanted.order_by("-at", "-id")[: PAGE + 1])
    shown = found[:PAGE]
    held = {
        value.id: value
        for value in ChangeValue.objects.filter(
            id__in=[change.id for change in shown], at__in={change.at for change in shown}
        )
    }
    return ChangePage(
        rows=[_in_words(change, held.get(change.id)) for change in shown],
        next=cursor_of(shown[-1]) if len(found) > PAGE else "",
    )


def _in_words(change: Change, held: ChangeValue | None) -> Changed:
    columns = [column for column in change.columns if column not in ("id", "hub_id")]
    if change.operation == "delete" and held is None:
        columns = []
    return Changed(
        at=change.at,
        who=change.actor_name,
        role=role_words(change.role) or "the owner of the database",
        what=TABLE_WORDS.get(change.table_name, change.table_name),
        deleted=change.operation == "delete",
        columns=[_words(column) for column in columns],
        values=[
            (_words(column), _value(held.before.get(column)), _value(held.after.get(column)))
            for column in columns
            if held.before.get(column) not in NOTHING or held.after.get(column) not in NOTHING
        ]
        if held
        else [],
    )


def _words(column: str) -> str:
    return column.removesuffix("_id").replace("_", " ").capitalize()


def _value(value: Any) -> str:
    if value in NOTHING:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_value(part)}" for key, part in value.items())
    return str(value)
