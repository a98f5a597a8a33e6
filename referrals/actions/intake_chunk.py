"""Judging one chunk of a feed: verdicts, people recognised or registered, cases opened, joined or changed.

What the chunk may need is read first, then its rows are gone through in the file's order in memory, and what
came of them is written at the end: a fixed number of statements, whatever the number of rows.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Count
from django.utils.crypto import salted_hmac

from messaging.events import publish
from referrals.actions.intake_cases import CaseBook, Report
from referrals.actions.intake_people import PeopleBook
from referrals.actions.intake_records import Record, RecordBook
from referrals.actions.safeguarding import watch_rows
from referrals.feed import row as feed_row
from referrals.feed.editions import carried, reading
from referrals.feed.record import judge, takes_back
from referrals.feed.source import SourceDefinition
from referrals.feed.verdicts import DUPLICATE, SAFEGUARDING, UPDATE, WITHDRAWN, OffenceFacts, Verdict
from referrals.models import FeedRow, FeedSource, Incident, Offence
from victims.entitlement import age_on, propose
from victims.matching import marks
from victims.normalise import district
from victims.queries import same_as
from victims.repeats import YEAR

_WEIGHTS = {"most_serious": 8, "sexual": 6, "stalking": 5, "risk_checklist": 4, "hate": 3, "harassment": 2}
_GROUP_WEIGHTS = {"violence": 2, "robbery": 2}

_WRITE_VERDICTS = """
UPDATE referrals_feedrow held SET
  verdict = told.verdict, reason = told.reason, warnings = told.warnings, repeats_row_id = told.repeats_row_id,
  person_id = told.person_id, case_id = told.case_id, names_person_id = told.names_person_id, judged_at = told.judged_at
FROM json_populate_recordset(NULL::referrals_feedrow, %s::json) AS told
WHERE held.id = told.id AND held.verdict = ''
"""


class RowsTaken(Exception):
    """Rows of the chunk have a verdict already: another worker judged them. Nothing of this chunk stands."""


def judge_chunk(
    *,
    source: FeedSource,
    definition: SourceDefinition,
    rows: Sequence[FeedRow],
    now: datetime,
    again: SourceDefinition | None = None,
    accepted: Collection[str] = (),
) -> list[str]:
    """Give each row its verdict and do what follows from it. Returns the verdicts in the rows' order.

    definition: by which the rows were taken. again: by which they are read, where they were held in quarantine;
    accepted: for which reasons they are held no more.

    The caller holds the lock on the sender and the transaction; the rows come in the file's order.
    Raises RowsTaken.
    """
    told = [(row, _report(row, definition, again), feed_row.record_key(row.raw, definition)) for row in rows]
    definition = again or definition
    offences = _offences({report.offence_code for _, report, _ in told})
    records = RecordBook(source=source, keys={key for _, _, key in told})
    people = PeopleBook(
        scheme=source.code,
        reports=[report for _, report, _ in told if report.is_victim],
        known=records.people,
    )
    cases = CaseBook(source=source, now=now, people=people.known, cases=records.cases, weigh=seriousness)
    incidents = _incidents_since(now - YEAR, people.known)
    written = []
    for row, report, key in told:
        told_hash = feed_row.content_hash(row.raw)
        record = records.of(key)
        against = record.against(row, report, again=again is not None)
        verdict = judge(
            report,
            content_hash=told_hash,
            source=definition,
            offences=offences,
            held=against,
            now=now,
            accepted=accepted,
        )
        repeats = record.row_id if verdict.code in (DUPLICATE, UPDATE) else None
        records.judged(record, row, report, against=against, content_hash=told_hash, verdict=verdict)
        person, case, incident = record.person_id, record.case_id, record.incident_id
        if verdict.code == UPDATE and person and case and incident:
            people.hear(person, report)
            word = _incident(report, offences[report.offence_code], definition, 1)
            cases.change(case_id=case, incident_id=incident, row_id=row.id, report=word)
        elif verdict.is_worked:
            record.person_id = people.whose(report)
            earlier = incidents.get(record.person_id, 0) + 1
            incidents[record.person_id] = earlier
            word = _incident(report, offences[report.offence_code], definition, earlier)
            record.case_id, record.incident_id = cases.take(person_id=record.person_id, report=word)
        elif verdict.code == WITHDRAWN and takes_back(report) and record.is_withdrawn and case and incident:
            cases.withdraw(case_id=case, incident_id=incident, row_id=row.id)
        if verdict.is_worked and record.person_id and record.case_id:
            people.alleged(record.person_id, record.case_id, report)
        named = people.restricted_alike(report) if record.person_id is None else None
        written.append(_written(row, verdict, repeats, record, named, now))
    cases.open_doors()
    people.write(now=now)
    cases.write()
    people.suggest(now=now)
    records.write()
    _write_verdicts(written)
    ended = records.end_held(now=now)
    publish(*cases.told, *people.told, *records.told)
    if in_danger := [row for row, one in zip(rows, written, strict=True) if one["verdict"] == SAFEGUARDING]:
        watch_rows(in_danger)
    return [ended.get(row.id, str(one["verdict"])) for row, one in zip(rows, written, strict=True)]


def seriousness(group: str, properties: Sequence[str]) -> int:
    """How heavy an offence weighs where one case has several: the heaviest gives the case its name."""
    return max([_GROUP_WEIGHTS.get(group, 1), *(_WEIGHTS.get(one, 0) for one in properties)])


def _report(row: FeedRow, came: SourceDefinition, again: SourceDefinition | None) -> feed_row.Report:
    """What the row tells; by another edition than it came under, its cells are carried over field by field."""
    if again is None:
        return feed_row.read_row(row.told, came)
    return feed_row.read_row(carried(row.told, came=came, now=again), reading(came=came, now=again))


def _offences(codes: Iterable[str]) -> dict[str, OffenceFacts]:
    """What the offence table says of these codes; those that it does not know are absent."""
    known = Offence.objects.filter(code__in=list(codes)).values_list("code", "group", "label", "properties")
    return {code: OffenceFacts(group, label, tuple(properties)) for code, group, label, properties in known}


def _incidents_since(day: datetime, people: Iterable[UUID]) -> dict[UUID, int]:
    """By person: their reports since that day, with those of everybody who is known to be one with them."""
    groups = same_as(people)
    everybody = {one for same in groups.values() for one in same}
    counted = Incident.objects.filter(
        case__person__in=everybody, reported_at__gte=day, withdrawn_at__isnull=True
    )
    many = dict(
        counted.values_list("case__person").annotate(many=Count("id")).values_list("case__person", "many")
    )
    return {person: sum(many.get(one, 0) for one in same) for person, same in groups.items()}


def _incident(
    report: feed_row.Report, offence: OffenceFacts, source: SourceDefinition, incidents_12m: int
) -> Report:
    assert report.reported_at is not None  # noqa: S101 (no row without it is worked)
    happened_at = report.occurred_from or report.reported_at
    age = age_on(report.date_of_birth, happened_at.astimezone(source.zone).date())
    if age is None:
        age = report.age
    proposed = propose(
        properties=offence.properties, flags=report.flags, age=age, incidents_12m=incidents_12m
    )
    return Report(
        crime_ref=report.crime_ref,
        occurrence_ref=report.occurrence_ref,
        update_no=report.update_no,
        offence_code=report.offence_code,
        offence_label=offence.label,
        offence_group=offence.group,
        offence_properties=offence.properties,
        flags=report.flags,
        reported_at=report.reported_at,
        occurred_from=report.occurred_from,
        occurred_to=report.occurred_to,
        officer=report.officer,
        summary=report.summary,
        accused=_digests(marks(scheme=source.code, number=report.suspect_nominal, name=report.suspect_name)),
        area="" if report.is_safe_address else district(report.postcode),
        entitlement=proposed.level,
        entitlement_reason=proposed.reason,
    )


def _digests(told: Iterable[str]) -> tuple[str, ...]:
    """Equal for equal marks, and made with a key: nobody is named by it."""
    return tuple(
        sorted(salted_hmac("referrals.accused", mark, algorithm="sha256").hexdigest() for mark in told)
    )


def _written(
    row: FeedRow,
    verdict: Verdict,
    repeats: UUID | None,
    record: Record,
    named: UUID | None,
    now: datetime,
) -> dict[str, object]:
    return {
        "id": row.id,
        "verdict": verdict.code,
        "reason": verdict.reason[:400],
        "warnings": [warning[:200] for warning in verdict.warnings],
        "repeats_row_id": repeats,
        "person_id": record.person_id,
        "case_id": record.case_id,
        "names_person_id": named,
        "judged_at": now,
    }


def _write_verdicts(written: list[dict[str, object]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_VERDICTS, [orjson.dumps(written).decode()])
        if cursor.rowcount != len(written):
            raise RowsTaken(f"{len(written) - cursor.rowcount} of {len(written)} rows had a verdict already.")
