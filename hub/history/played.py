"""The demonstration's cases, as they stand or played to their end by the product's own verbs, as rows to tell again."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from psycopg import sql

from access.actor import Actor
from access.context import acting_as, acting_as_system
from access.roles import Role
from agencies.models import Agency
from hub.history.lives import Life, Row
from messaging.relay import run_due
from referrals.actions import closing
from referrals.actions import referral as answers
from referrals.actions.prompts import answer_prompt
from referrals.models import Case, Referral
from referrals.workflow import OPEN, MoveRefused

FOLLOWS = {
    "case_id": "referrals_case",
    "person_id": "victims_person",
    "referral_id": "referrals_referral",
    "event_id": "messaging_event",
}
"""Columns without a foreign key, for the floor below their target, and what they name."""
REQUESTS = "rights_"
"""What people ask about their own data is numbered in books of its own."""
NOT_TOLD = (
    "access_change", "access_changevalue", "access_restriction", "access_conflict", "access_personalgrant",
    "access_breakglassreview", "access_sameas", "pathways_challenge", "pathways_savedanswers",
    "referrals_conferenceaction", "referrals_listing", "referrals_minute", "referrals_research",
    "agencies_notification",
    "referrals_feedrow", "referrals_heldstep", "referrals_sentrecord", "referrals_sourcerecord",
    "victims_matchkey", "victims_personlink", "victims_samepersonsuggestion",
)  # fmt: skip


def lives(*, is_ended: bool) -> list[Life]:
    """The demonstration's unrestricted cases as rows: as they stand, or as they would end. Changes nothing."""
    with transaction.atomic():
        if is_ended:
            _play_to_the_end()
        with acting_as_system("demonstration"), connection.cursor() as cursor:
            cursor.execute("SET LOCAL TimeZone TO 'UTC'")
            plan = _plan(cursor)
            cursor.execute(
                "SELECT c.id::text, c.person_id::text FROM referrals_case c JOIN access_grant g ON g.case_id = c.id"
                " AND g.agency_id = access_agency() AND NOT g.restricted AND NOT g.conflicted"
                " WHERE (c.closed_at IS NOT NULL) = %s AND NOT EXISTS (SELECT 1 FROM referrals_case o"
                " WHERE o.person_id = c.person_id AND o.id <> c.id)"
                " AND NOT EXISTS (SELECT 1 FROM access_sameas s WHERE s.person_id = c.person_id)"
                " ORDER BY c.reference LIMIT 200",
                [is_ended],
            )
            found = [_life(cursor, plan, case, person, is_ended) for case, person in cursor.fetchall()]
        transaction.set_rollback(True)
    return found


def _play_to_the_end() -> None:
    """Partners answer what is open, in each of the ways; then every case is closed in a way that fits it."""
    for turn in range(4):
        with acting_as_system("demonstration"):
            waiting = list(
                Referral.objects.filter(status__in=OPEN).order_by("id").values_list("id", "agency_id")
            )
        for number, (waits, agency) in enumerate(waiting):
            partner = Actor(kind="client", id=agency, name="case system", role=Role.CLIENT, agency_id=agency)
            with acting_as(partner):
                _answer(partner, waits, declines=number % 5 == turn)
        run_due()
    with acting_as_system("demonstration"):
        who = Agency.objects.get(kind=Agency.Kind.HUB).practitioners.filter(role=Role.SUPERVISOR).first()
        supervisor = who.as_actor() if who else None
    if supervisor is None:
        return
    with acting_as(supervisor):
        for referral in Referral.objects.filter(status__in=OPEN).order_by("id"):
            answers.recall(
                actor=supervisor, referral_id=referral.id, reason_words="The person asked to wait."
            )
    run_due()
    with acting_as(supervisor):
        for number, case in enumerate(Case.objects.filter(closed_at__isnull=True).order_by("reference")):
            for prompt in case.prompts.filter(kind__in=closing.RISK_PROMPTS, state="open").order_by("id"):
                answer_prompt(
                    actor=supervisor,
                    case_id=case.id,
                    prompt_id=prompt.id,
                    state="done",
                    words="Spoken about on the same day; a plan was agreed.",
                )
            helped = Referral.objects.filter(case=case, status="completed").exists()
            state = _end_state(case, number, is_helped=helped)
            closing.close_case(
                actor=supervisor,
                case_id=case.id,
                end_state=state,
                reason="Ended as agreed.",
                without="It was not recorded.",
            )
    run_due()


def _answer(partner: Actor, referral: Any, *, declines: bool) -> None:
    status = Referral.objects.values_list("status", flat=True).get(id=referral)
    try:
        if declines and status in ("sent", "received"):
            answers.decline(actor=partner, referral_id=referral, reason_code="no_capacity")
            return
        if status == "sent":
            answers.receive(actor=partner, referral_id=referral)
        if status in ("sent", "received"):
            answers.accept(actor=partner, referral_id=referral)
        answers.start(actor=partner, referral_id=referral)
        outcomes = [{"domain": "safety", "result": "improved"}, {"domain": "coping", "result": "improved"}]
        answers.complete(actor=partner, referral_id=referral, outcomes=outcomes)
    except MoveRefused:
        return  # already begun: the next turn finishes it


def _end_state(case: Case, number: int, *, is_helped: bool) -> str:
    if is_helped:
        return "supported_enhanced" if case.entitlement == "enhanced" else "supported_standard"
    if case.status == "suspended":
        return "suspended_unsafe"
    return ("declined", "uncontactable", "no_response_written", "with_specialist")[number % 4]


Plan = list[tuple[str, list[str], list[tuple[str, str]]]]
"""Table, its columns, and which of them name a row of which table before it."""


def _plan(cursor: Any) -> Plan:
    """Every table whose rows hang on a case or a person, each after those that it names."""
    cursor.execute(
        "SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_class c"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND NOT c.relispartition"
        " GROUP BY 1 ORDER BY 1"
    )
    columns = {
        table: list(names)
        for table, names in cursor.fetchall()
        if table not in NOT_TOLD and not table.startswith(REQUESTS)
    }
    cursor.execute(
        "SELECT conrelid::regclass::text, a.attname::text, confrelid::regclass::text FROM pg_constraint"
        " JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = conkey[1]"
        " WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
    )
    links: dict[str, dict[str, str]] = defaultdict(dict)
    for table, names in columns.items():
        links[table] = {name: target for name, target in FOLLOWS.items() if name in names}
    for table, column, target in cursor.fetchall():
        links[table][column] = target
    plan: Plan = [(table, columns.pop(table), []) for table in ("victims_person", "referrals_case")]
    while found := [
        (
            table,
            names,
            [
                (column, target)
                for column, target in links[table].items()
                if target in {one for one, *_ in plan}
            ],
        )
        for table, names in columns.items()
        if any(target in {one for one, *_ in plan} for target in links[table].values())
    ]:
        # Those first that wait for no other table which hangs on a case.
        waiting = {table for table, *_ in found}
        ready = [one for one in found if not waiting & (set(links[one[0]].values()) - {one[0]})] or found
        plan += ready
        for table, *_ in ready:
            del columns[table]
    return plan


def _life(cursor: Any, plan: Plan, case: str, person: str, is_ended: bool) -> Life:
    rows: dict[str, list[Row]] = {}
    ids: dict[str, list[str]] = {"referrals_case": [case], "victims_person": [person]}
    for table, columns, links in plan:
        if table in ids:
            where = sql.SQL("id = {}").format(sql.Literal(ids[table][0]))
        else:
            named = [(column, ids[target]) for column, target in links if ids.get(target)]
            if not named:
                continue
            where = sql.SQL(" OR ").join(
                sql.SQL("{} = ANY ({}::uuid[])").format(sql.Identifier(column), sql.Literal(wanted))
                for column, wanted in named
            )
        if found := _as_text(cursor, table, columns, where):
            rows[table] = found
            ids[table] = [row["id"] for row in found if "id" in row]
    mine = [one for each in ids.values() for one in each]
    what_is_due = sql.SQL(
        "done_at IS NULL AND EXISTS (SELECT 1 FROM jsonb_each_text(payload) AS told (name, id)"
        " WHERE told.id = ANY ({}::text[]))"
    ).format(sql.Literal(mine))
    if not is_ended and (
        due := _as_text(cursor, "messaging_message", _columns(cursor, "messaging_message"), what_is_due)
    ):
        rows["messaging_message"] = due
    opened = rows["referrals_case"][0]["opened_at"]
    return Life(rows, began=datetime.fromisoformat(opened), is_stretched=is_ended)


def _columns(cursor: Any, table: str) -> list[str]:
    cursor.execute(
        "SELECT attname::text FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " ORDER BY attnum",
        [table],
    )
    return [row[0] for row in cursor.fetchall()]


def _as_text(cursor: Any, table: str, columns: list[str], where: sql.Composable) -> list[Row]:
    statement = sql.SQL("COPY (SELECT {} FROM {} WHERE {} ORDER BY id) TO STDOUT").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(table), where
    )
    with cursor.copy(statement.as_string(cursor.connection.connection)) as copy:
        text = b"".join(bytes(part) for part in copy).decode()
    return [dict(zip(columns, line.split("\t"), strict=True)) for line in text.split("\n") if line]
