"""What a chunk of reports does to cases: opens them, adds incidents to open ones, changes what was reported.

Cases are held in memory for the chunk, changed row by row in the file's order and written once at the
end, in a fixed number of statements. The sender's row is locked by the caller, open cases are locked here.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from access.batches import insert_rows
from access.categories import ALL_CATEGORIES
from access.context import hub_id
from access.ids import new_id
from access.models import Grant
from messaging.events import Happening
from referrals.clocks import NoSuchClock, due, rule_for
from referrals.models import Case, Clock, FeedSource, Incident
from referrals.queries.calendar import hub_calendar
from referrals.queries.clock_rules import clock_rules

NEW = "new"
WITHDRAWN_WORDS = "The sender has taken a report back: decide whether the case goes on."
ENHANCED, STANDARD = Case.Entitlement.ENHANCED, Case.Entitlement.STANDARD


@dataclass(frozen=True)
class Report:
    """One incident as a row tells it, with what our rules make of it.

    accused: digests of what tells the alleged perpetrator. entitlement and entitlement_reason: the proposal.
    area: the postcode district of the victim.
    """

    crime_ref: str
    occurrence_ref: str
    update_no: int
    offence_code: str
    offence_label: str
    offence_group: str
    offence_properties: tuple[str, ...]
    flags: tuple[str, ...]
    reported_at: datetime
    occurred_from: datetime | None
    occurred_to: datetime | None
    officer: str
    summary: str
    accused: tuple[str, ...]
    area: str
    entitlement: str
    entitlement_reason: str


@dataclass
class OpenCase:
    """A case as this chunk holds it, before it is written."""

    id: UUID
    person_id: UUID
    offence_code: str
    offence_label: str
    offence_group: str
    offence_properties: list[str]
    flags: list[str]
    entitlement: str
    entitlement_reason: str
    incident_count: int
    reported_at: datetime
    due_at: datetime | None
    area: str
    decision_wanted: str

    def lead_with(self, report: Report) -> None:
        """The offence of this report is what the case is named after."""
        self.offence_code, self.offence_label = report.offence_code, report.offence_label
        self.offence_group, self.offence_properties = report.offence_group, list(report.offence_properties)


_WRITE_CASES = """
UPDATE referrals_case held SET
  offence_code = told.offence_code, offence_label = told.offence_label, offence_group = told.offence_group,
  offence_properties = told.offence_properties, flags = told.flags, entitlement = told.entitlement,
  entitlement_reason = told.entitlement_reason, incident_count = told.incident_count, due_at = told.due_at,
  area = told.area, decision_wanted = told.decision_wanted
FROM json_populate_recordset(NULL::referrals_case, %s::json) AS told WHERE held.id = told.id
"""

_WRITE_INCIDENTS = """
UPDATE referrals_incident held SET
  update_no = told.update_no, offence_code = told.offence_code, offence_label = told.offence_label,
  offence_group = told.offence_group, flags = told.flags, reported_at = told.reported_at,
  occurred_from = told.occurred_from, occurred_to = told.occurred_to, officer = told.officer,
  summary = CASE WHEN told.summary = '' THEN held.summary ELSE told.summary END,
  accused = CASE WHEN told.accused = '{}' THEN held.accused ELSE told.accused END, withdrawn_at = NULL
FROM json_populate_recordset(NULL::referrals_incident, %s::json) AS told WHERE held.id = told.id
"""

_WITHDRAW_INCIDENTS = (
    "UPDATE referrals_incident SET withdrawn_at = %s WHERE id = ANY(%s) AND withdrawn_at IS NULL"
)

# A clock that runs already goes on; an earlier report makes it end earlier. next_rung_at is when its ladder is looked
# at: once too often does no harm.
_EARLIER_CLOCK = """
ON CONFLICT (case_id, rule) WHERE state IN ('running', 'paused') AND referral_id IS NULL DO UPDATE SET
  started_at = least(held.started_at, excluded.started_at), due_at = least(held.due_at, excluded.due_at),
  next_rung_at = least(held.next_rung_at, excluded.next_rung_at),
  edition = CASE WHEN excluded.due_at < held.due_at THEN excluded.edition ELSE held.edition END
"""


class CaseBook:
    """The open cases of the people in one chunk, and the cases whose incidents it changes.

    `take` and `change` one report after the other, then `write` all; `told` are the events to publish.
    weigh: how serious an offence is by its group and properties; the heaviest leads a case.
    """

    def __init__(
        self,
        *,
        source: FeedSource,
        now: datetime,
        people: Iterable[UUID],
        cases: Iterable[UUID],
        weigh: Callable[[str, Sequence[str]], int],
    ) -> None:
        self._source, self._now, self._weigh = source, now, weigh
        self._cases, closed = _held(people=people, cases=cases)
        self._open = {case.person_id: case for case in self._cases.values() if case.id not in closed}
        self._new: dict[UUID, OpenCase] = {}
        self._changed: dict[UUID, OpenCase] = {}
        self._incidents: dict[UUID, dict[str, Any]] = {}
        self._changed_incidents: dict[UUID, dict[str, Any]] = {}
        self._withdrawn: dict[UUID, None] = {}
        self._clocks: dict[tuple[UUID, str], dict[str, Any]] = {}
        self._rules, self._calendar = clock_rules(), hub_calendar()
        self._started_by = {
            event: {rule["code"] for rule in self._rules if rule["starts"] == event}
            for event in ("reported", "opened")
        }
        self.told: list[Happening] = []

    def take(self, *, person_id: UUID, report: Report) -> tuple[UUID, UUID]:
        """A new incident joins the person's open case, or opens one. Returns the ids of case and incident."""
        incident_id = new_id()
        case = self._open.get(person_id)
        if case is None:
            case = self._start(person_id, report)
        else:
            case.incident_count += 1
            self._tell("case.incident_added", case, incident=str(incident_id))
            self._weigh_in(case, report)
        self._run_clocks(case, "reported", report.reported_at)
        self._incidents[incident_id] = {
            "id": incident_id,
            "case_id": case.id,
            "source_id": self._source.id,
            "crime_ref": report.crime_ref,
            "occurrence_ref": report.occurrence_ref,
            "recorded_at": self._now,
            **_incident(report),
        }
        return case.id, incident_id

    def change(self, *, case_id: UUID, incident_id: UUID, row_id: UUID, report: Report) -> None:
        """The sender's later word on an incident that is held. The earlier word stays in the feed's row."""
        if incident_id in self._incidents:
            self._incidents[incident_id] |= _incident(report)
        else:
            self._changed_incidents[incident_id] = {"id": incident_id, **_incident(report)}
        self._withdrawn.pop(incident_id, None)
        case = self._cases[case_id]
        self._tell("case.updated", case, row=str(row_id))
        if self._open.get(case.person_id) is case:
            if case.decision_wanted == WITHDRAWN_WORDS:  # a later word brings the report back
                case.decision_wanted = ""
            if case.incident_count == 1:
                case.lead_with(report)
            self._weigh_in(case, report)

    def withdraw(self, *, case_id: UUID, incident_id: UUID, row_id: UUID) -> None:
        """The sender takes an incident back. The case goes on until a person decides; a closed one stays as it is."""
        self._withdrawn[incident_id] = None
        case = self._cases[case_id]
        self._tell("case.report_withdrawn", case, row=str(row_id))
        if self._open.get(case.person_id) is case and not case.decision_wanted:
            case.decision_wanted = WITHDRAWN_WORDS
            self._tell("case.decision_wanted", case, code="report_withdrawn")
            if case.id not in self._new:
                self._changed[case.id] = case

    def _start(self, person_id: UUID, report: Report) -> OpenCase:
        case = OpenCase(
            id=new_id(),
            person_id=person_id,
            offence_code=report.offence_code,
            offence_label=report.offence_label,
            offence_group=report.offence_group,
            offence_properties=list(report.offence_properties),
            flags=sorted(set(report.flags)),
            entitlement=report.entitlement,
            entitlement_reason=report.entitlement_reason,
            incident_count=1,
            reported_at=report.reported_at,
            due_at=None,
            area=report.area,
            decision_wanted="",
        )
        self._cases[case.id] = self._new[case.id] = self._open[person_id] = case
        self._tell(
            "case.opened",
            case,
            to_status=NEW,
            source=self._source.code,
            offence_group=case.offence_group,
            entitlement=case.entitlement,
        )
        self._run_clocks(case, "opened", self._now)
        return case

    def _weigh_in(self, case: OpenCase, report: Report) -> None:
        """What a further or changed report makes of its case: never less serious, never less entitled."""
        held = self._weigh(case.offence_group, case.offence_properties)
        if self._weigh(report.offence_group, report.offence_properties) > held:
            case.lead_with(report)
        case.flags = sorted({*case.flags, *report.flags})
        case.area = case.area or report.area
        if case.entitlement == STANDARD and report.entitlement == ENHANCED:
            case.entitlement, case.entitlement_reason = ENHANCED, report.entitlement_reason
            if case.id not in self._new:
                self._tell("case.entitlement_changed", case, **{"from": STANDARD.value, "to": ENHANCED.value})
        if case.id not in self._new:
            self._changed[case.id] = case

    def _run_clocks(self, case: OpenCase, event: str, at: datetime) -> None:
        """The clocks that start with this event, at most one of a rule: the one that is due first."""
        for code in self._started_by.get(event, ()):
            try:
                rule = rule_for(code, at, rules=self._rules, entitlement=case.entitlement)
            except NoSuchClock:  # none of that name in effect then, or none for this entitlement
                continue
            due_at = due(rule, at, (), self._calendar)
            case.due_at = min(due_at, case.due_at or due_at)
            held = self._clocks.get((case.id, code))
            if held is None or due_at < held["due_at"]:
                self._clocks[case.id, code] = {
                    "case_id": case.id,
                    "rule": code,
                    "edition": rule.edition,
                    "started_at": at,
                    "due_at": due_at,
                    "next_rung_at": rule.ladder[0].at(due_at, self._calendar),
                }

    def _tell(self, topic: str, case: OpenCase, **data: object) -> None:
        self.told.append(Happening(topic, at=self._now, case_id=case.id, data=data))

    def open_doors(self) -> None:
        """Write the hub's own grants on the new cases: before the people and cases that they show."""
        insert_rows(
            Grant,
            [
                {
                    "agency_id": hub_id(),
                    "case_id": case.id,
                    "person_id": case.person_id,
                    "categories": ALL_CATEGORIES,
                    "granted_at": self._now,
                    "because": "hub",
                }
                for case in self._new.values()
            ],
        )

    def write(self) -> None:
        """Write cases, incidents and clocks. The grants and the people must be there."""
        year = timezone.localdate(self._now).year % 100
        numbers = next_numbers("referrals_case_number", len(self._new))
        insert_rows(
            Case,
            [
                {
                    **vars(case),
                    "reference": f"VRH-{year:02d}-{number:06d}",
                    "status": NEW,
                    "source_name": self._source.name,
                    "opened_at": self._now,
                }
                for case, number in zip(self._new.values(), numbers, strict=True)
            ],
        )
        insert_rows(Incident, list(self._incidents.values()))
        insert_rows(Clock, list(self._clocks.values()), rest=_EARLIER_CLOCK)
        with connection.cursor() as cursor:
            if self._changed:
                cursor.execute(_WRITE_CASES, [_json(self._changed.values())])
            if self._changed_incidents:
                cursor.execute(_WRITE_INCIDENTS, [_json(self._changed_incidents.values())])
            if self._withdrawn:
                cursor.execute(_WITHDRAW_INCIDENTS, [self._now, list(self._withdrawn)])


def next_numbers(sequence: str, how_many: int) -> list[int]:
    """The next numbers of a sequence, in order; one may be skipped for ever, none is given twice."""
    if not how_many:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [sequence, how_many])
        return [row[0] for row in cursor.fetchall()]


def _held(*, people: Iterable[UUID], cases: Iterable[UUID]) -> tuple[dict[UUID, OpenCase], set[UUID]]:
    """The open cases of these people and these very cases, locked, by id; and which of them are closed."""
    wanted = Case.objects.filter(Q(person__in=list(people), closed_at__isnull=True) | Q(id__in=list(cases)))
    found = wanted.select_for_update().order_by("id").values(*OpenCase.__dataclass_fields__, "closed_at")
    held, closed = {}, set()
    for row in found:
        if row.pop("closed_at"):
            closed.add(row["id"])
        held[row["id"]] = OpenCase(**row)
    return held, closed


def _incident(report: Report) -> dict[str, Any]:
    return {
        "update_no": report.update_no,
        "offence_code": report.offence_code,
        "offence_label": report.offence_label,
        "offence_group": report.offence_group,
        "flags": sorted(set(report.flags)),
        "reported_at": report.reported_at,
        "occurred_from": report.occurred_from,
        "occurred_to": report.occurred_to,
        "officer": report.officer,
        "summary": report.summary,
        "accused": list(report.accused),
    }


def _json(rows: Iterable[object]) -> str:
    return orjson.dumps(list(rows)).decode()
