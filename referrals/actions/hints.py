"""Finding unusual looks in the access log, day by day: own surname, out of hours, volume, others' cases, refusals.

Each rule is one bounded statement over the looks of one day. What is found is kept once, however often the
day is searched. Practitioners' home addresses are not held, so a shared street is not looked for: whoever
knows a victim declares a conflict of interest.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.utils import timezone

from access.batches import insert_rows
from access.context import hub_id
from access.ids import new_id
from access.models import Hint
from access.queries.log import BEGINS, ENDS

DAYS_BACK = 7
"""Each run searches this many past days, so that a night without workers is made up for."""

OPENED = "l.actor_kind = 'practitioner' AND l.action IN ('view', 'export') AND l.at >= %(begins)s AND l.at < %(ends)s"


@dataclass(frozen=True)
class Rule:
    """What is looked for, and a statement that gives actor, name, subject, count and what is usual."""

    rule: Hint.Rule
    sql: str


RULES = (
    Rule(
        Hint.Rule.OWN_SURNAME,
        "SELECT l.actor_kind, l.actor_id, max(l.actor_name), n.person_id, count(DISTINCT l.id), NULL::bigint"
        " FROM access_look l CROSS JOIN unnest(l.subjects) AS s (id) JOIN victims_personname n ON n.person_id = s.id"
        " WHERE OPENED AND n.surname <> ''"
        " AND lower(n.surname) = lower(regexp_replace(l.actor_name, '^.*\\s', ''))"
        " GROUP BY 1, 2, 4",
    ),
    Rule(
        Hint.Rule.OUT_OF_HOURS,
        "SELECT l.actor_kind, l.actor_id, max(l.actor_name), NULL::uuid, count(*), NULL::bigint"
        " FROM access_look l WHERE OPENED AND cardinality(l.subjects) > 0"
        " AND (extract(hour FROM l.at AT TIME ZONE %(zone)s) < %(opens)s"
        " OR extract(hour FROM l.at AT TIME ZONE %(zone)s) >= %(closes)s"
        " OR extract(isodow FROM l.at AT TIME ZONE %(zone)s) > 5)"
        " GROUP BY 1, 2 HAVING count(*) >= 3",
    ),
    Rule(
        Hint.Rule.VOLUME,
        "WITH days AS (SELECT l.actor_kind, l.actor_id, max(l.actor_name) AS name, max(l.role) AS role,"
        " (l.at AT TIME ZONE %(zone)s)::date AS day, count(DISTINCT s.id) AS opened"
        " FROM access_look l CROSS JOIN unnest(l.subjects) AS s (id)"
        " WHERE l.actor_kind = 'practitioner' AND l.action IN ('view', 'export')"
        " AND l.at >= %(begins)s - interval '28 days' AND l.at < %(ends)s GROUP BY 1, 2, 5),"
        " role AS (SELECT role, percentile_disc(0.9) WITHIN GROUP (ORDER BY opened) AS usual FROM days"
        " WHERE day < %(day)s GROUP BY role),"
        " own AS (SELECT actor_id, max(opened) AS usual FROM days WHERE day < %(day)s GROUP BY actor_id)"
        " SELECT d.actor_kind, d.actor_id, d.name, NULL::uuid, d.opened,"
        " greatest(coalesce(own.usual, 0), coalesce(role.usual, 0))"
        " FROM days d LEFT JOIN own USING (actor_id) LEFT JOIN role ON role.role = d.role"
        " WHERE d.day = %(day)s AND d.opened >= 60"
        " AND d.opened > 2 * greatest(coalesce(own.usual, 0), coalesce(role.usual, 0))",
    ),
    Rule(
        Hint.Rule.NEVER_WORKED,
        "SELECT l.actor_kind, l.actor_id, max(l.actor_name), NULL::uuid, count(DISTINCT c.id), NULL::bigint"
        " FROM access_look l CROSS JOIN unnest(l.subjects) AS s (id) JOIN referrals_case c ON c.id = s.id"
        " WHERE OPENED AND l.role = 'practitioner' AND c.assigned_to IS NOT NULL AND c.assigned_to <> l.actor_id"
        " AND NOT EXISTS (SELECT 1 FROM messaging_event e WHERE e.case_id = c.id AND e.actor_id = l.actor_id)"
        " GROUP BY 1, 2 HAVING count(DISTINCT c.id) >= 10",
    ),
    Rule(
        Hint.Rule.REFUSED,
        "SELECT l.actor_kind, l.actor_id, max(l.actor_name), NULL::uuid, count(*), NULL::bigint"
        " FROM access_look l WHERE l.actor_kind IN ('practitioner', 'client') AND l.action = 'denied'"
        " AND l.at >= %(begins)s AND l.at < %(ends)s GROUP BY 1, 2 HAVING count(*) >= 5",
    ),
)


def find_hints(*, today: date | None = None) -> int:
    """Search the past days for unusual looks, as the account that runs the task. Returns how many days."""
    today = today or timezone.localdate()
    for back in range(1, DAYS_BACK + 1):
        find_on(today - timedelta(days=back))
    return DAYS_BACK


def find_on(day: date) -> None:
    """Keep what each rule finds in the looks of one day; what is kept already stays as it is."""
    now = timezone.now()
    zone = ZoneInfo(settings.TIME_ZONE)
    asked: dict[str, Any] = {
        "day": day,
        "begins": datetime.combine(day, time(), zone),
        "ends": datetime.combine(day + timedelta(days=1), time(), zone),
        "zone": settings.TIME_ZONE,
        "opens": BEGINS,
        "closes": ENDS,
    }
    found = []
    for rule in RULES:
        with connection.cursor() as cursor:
            cursor.execute(rule.sql.replace("OPENED", OPENED), asked)
            found += [
                {
                    "id": new_id(),
                    "hub_id": hub_id(),
                    "rule": str(rule.rule),
                    "day": day,
                    "actor_kind": kind,
                    "actor_id": actor,
                    "actor_name": name,
                    "subject": subject,
                    "looks": looks,
                    "usual": usual,
                    "found_at": now,
                }
                for kind, actor, name, subject, looks, usual in cursor.fetchall()
            ]
    insert_rows(Hint, found, rest="ON CONFLICT DO NOTHING")
