"""A dry run over kept decisions in bulk: beside a bare scan of the same columns, and beside Python.

Usage: python -m bench.dry_run DECISIONS SAMPLE       (in an instance of its own: see bench.__main__)

A year of decisions, evenly: of ten, one is of a case that was decided before. A few cases are restricted. What the
hub keeps of offers and plans is left empty: in a table of real decisions it is out of the row, and no dry run reads it.
"""

import copy
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from datetime import time as clock
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from hub import embedded

SEED, ROUNDS = 26, 5
DIFFERENT = 50_000
SAMPLED, FIRST, LAST = date(2025, 6, 2), date(2025, 6, 3), date(2026, 6, 1)
AGAIN, RESTRICTED = 10, 500
"""One decision of so many is of the case before it; one case of so many is restricted."""
BARE = "SELECT count(facts), count(case_id), count(decided_at), count(id) FROM referrals_routingdecision"
# The sample comes first, on a day of its own, one decision a second; the others are spread over the year.
FILL = (
    "CREATE FUNCTION pg_temp.numbered(zero text, i int) RETURNS uuid LANGUAGE sql IMMUTABLE"
    " RETURN (zero || lpad(to_hex(i), 12, '0'))::uuid",
    "INSERT INTO referrals_routingdecision (id, hub_id, case_id, versions, asked_by, facts, offers, tried, decision,"
    " decided_at, decided_by, follows_id) SELECT pg_temp.numbered(%(zero)s, i), %(hub)s,"
    " pg_temp.numbered(%(zero)s, i - is_again::int), '{}', 'bench:' || i, facts, '[]', '{}', '{}',"
    " CASE WHEN i < %(sample)s THEN %(sampled)s + i * interval '1 second'"
    " ELSE %(first)s + %(days)s * interval '1 day' * (i::float / %(many)s) END, 'bench',"
    " CASE WHEN is_again THEN pg_temp.numbered(%(zero)s, i - 1) END"
    " FROM (SELECT i, i %% %(again)s = %(again)s - 1 AS is_again FROM generate_series(0, %(many)s - 1) AS i) AS each"
    " JOIN sheets ON n = i %% %(sheets)s ORDER BY i",
    "INSERT INTO access_grant (id, hub_id, agency_id, case_id, person_id, categories, granted_at, because,"
    " restricted, conflicted) SELECT id, hub_id, hub_id, case_id, id, '{identity}', decided_at, 'hub',"
    " split_part(asked_by, ':', 2)::int %% %(restricted)s = 0 AND decided_at >= %(first)s, false"
    " FROM referrals_routingdecision WHERE follows_id IS NULL",
)


def main(many: int, sample: int) -> None:
    import django

    django.setup()
    from django.db import connection

    from access.context import acting_as_system
    from agencies.models import Practitioner
    from reporting.queries import dry_runs as queries

    began = time.perf_counter()
    size = fill(many, sample)
    told: dict[str, Any] = {"filled": time.perf_counter() - began, "decisions": many, "facts_bytes": size}
    supervisor = _supervisor(Practitioner)
    run = asked(supervisor, FIRST, LAST)
    rounds: dict[str, list[float]] = {"dry run": [], "bare scan": []}
    for turn in range(ROUNDS + 1):
        with acting_as_system("bench"):
            took, cases = timed(lambda: queries.tallies(run).all.cases)
        with acting_as_system("bench"), connection.cursor() as cursor:
            bare, _ = timed(lambda: (cursor.execute(BARE), cursor.fetchall()))
        if turn:  # the first round warms
            rounds["dry run"].append(took)
            rounds["bare scan"].append(bare)
    told |= {"rounds": rounds, "cases": cases}
    told["verb"], told["elsewhere"] = whole(supervisor, FIRST, LAST)
    told |= in_python(asked(supervisor, SAMPLED, SAMPLED))
    print(json.dumps(told), flush=True)


def asked(actor: Any, since: date, until: date) -> Any:
    """A dry run that is asked for and not worked out."""
    from access.context import acting_as
    from pathways.models import PathwayVersion
    from reporting.actions.dry_runs import rehearse

    with acting_as(actor):
        draft = PathwayVersion.objects.get(status="draft")
        return rehearse(actor=actor, version_id=draft.id, since=since, until=until)


def whole(actor: Any, since: date, until: date) -> tuple[float, Any]:
    """Seconds of all that a worker does for a dry run, and how many it tells go elsewhere. Nothing of it is kept."""
    from django.db import transaction

    from access.context import acting_as_system
    from pathways.models import DryRun
    from reporting.actions.dry_runs import work_out

    run = asked(actor, since, until)
    began = time.perf_counter()
    with acting_as_system("bench") as system:
        work_out(actor=system, dry_run_id=run.id)
        took = time.perf_counter() - began
        elsewhere = DryRun.objects.get(id=run.id).result["elsewhere"]
        transaction.set_rollback(True)  # the list of cases would name cases, of which only grants were filled
    return took, elsewhere


def in_python(run: Any) -> dict[str, Any]:
    """The same dry run of the sample by Python: what it takes to read and to decide, and whether both agree."""
    from access.context import acting_as_system
    from pathways.rules import evaluate
    from referrals.models import RoutingDecision
    from referrals.routing import choose
    from reporting.queries import dry_runs as queries

    day = {"decided_at__gte": _at(run.since), "decided_at__lt": _at(run.until + timedelta(days=1))}
    with acting_as_system("bench"):
        before, after = queries.books(run)
        in_sql = queries.counted_of(run)
        began = time.perf_counter()
        decisions = RoutingDecision.objects.filter(**day).order_by("decided_at")
        kept = list(dict(decisions.values_list("case_id", "facts")).values())  # the newest of each case
        read = time.perf_counter() - began

    def services(book: Sequence[Any], facts: Mapping[str, Any]) -> frozenset[str]:
        return frozenset(
            one.plan.service for one in choose(book, facts, [], {}).held if not one.plan.fallback_for
        )

    began = time.perf_counter()
    for facts in kept:
        for book in (before, after):
            for pathway in book:
                for rule in (pathway.entry, *(route.when for route in pathway.routes)):
                    evaluate(rule, facts)
    rules_alone = time.perf_counter() - began
    decided = Counter((services(before, facts), services(after, facts)) for facts in kept)
    told: Counter[Any] = Counter()
    for one in in_sql:
        if not one.group:
            key = tuple(frozenset(route.service for route in routes) for routes in (one.before, one.after))
            told[key] += one.cases
    return {"sample": len(kept), "read": read, "rules": rules_alone, "same": told == decided,
            "different": len(decided)}  # fmt: skip


def fill(many: int, sample: int) -> float:
    """Decisions with the facts of invented cases, and a draft with a changed rule. Returns a fact sheet's mean size."""
    from django.conf import settings

    from access.context import acting_as_system
    from pathways.models import PathwayVersion

    with acting_as_system("bench"):
        one = PathwayVersion.objects.get(code="domestic-abuse-high")
        definition = copy.deepcopy(one.definition) | {"number": one.number + 1}
        high = definition["entry"]["all"][-1]["any"]
        high.append({"fact": "answer:risk-24.R15", "is": True})
        high.append({"fact": "repeat_incidents_12m", "at_least": 2})
        PathwayVersion.objects.create(code=one.code, number=one.number + 1, title=one.title, definition=definition,
                                      status="draft", binds=one.binds)  # fmt: skip
    chance = random.Random(SEED)
    sheets = [json.dumps(a_case(chance)) for _ in range(min(DIFFERENT, many))]
    # By the database's own superuser, past policies and foreign keys: nothing else loads millions.
    with psycopg.connect(
        make_conninfo(os.environ["DATABASE_OWNER_URL"], user="postgres"), autocommit=True
    ) as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute("CREATE UNLOGGED TABLE sheets (n int, facts jsonb)")
        with owner.cursor().copy("COPY sheets FROM STDIN") as copying:
            for n, sheet in enumerate(sheets):
                copying.write_row((n, sheet))
        numbers = {
            "hub": settings.HUB_ID, "many": many, "sample": sample, "sheets": len(sheets), "again": AGAIN,
            "restricted": RESTRICTED, "sampled": _at(SAMPLED), "first": _at(FIRST),
            "days": (LAST - FIRST).days + 1, "zero": "00000000-0000-7000-8000-",
        }  # fmt: skip
        for statement in FILL:
            owner.execute(statement, numbers)
        owner.execute("VACUUM ANALYZE referrals_routingdecision, access_grant")
    return sum(map(len, sheets)) / len(sheets)


def a_case(chance: random.Random) -> dict[str, Any]:
    """The facts of an invented case, as many of them as a real one has."""
    from pathways.facts import EVENTS, FACTS, clean

    def one_of(name: str) -> str:
        return chance.choice(list(FACTS[name].values or ()))

    abused = chance.random() < 0.3
    facts: dict[str, Any] = {
        "offence_group": one_of("offence_group"),
        "offence_code": f"{chance.randrange(1, 200):03}/{chance.randrange(1, 60):02}",
        "offence_properties": chance.sample(
            ["stalking", "burglary", "weapon", "dwelling"], chance.randrange(3)
        ),
        "flags": ["domestic_abuse"]
        if abused
        else chance.sample(list(FACTS["flags"].values or ()), chance.randrange(2)),
        "entitlement": one_of("entitlement"),
        "age": chance.choice([None, *range(8, 95)]),
        "needs": chance.sample(list(FACTS["needs"].values or ()), chance.randrange(4)),
        "needs_severity": chance.randrange(4),
        "area": f"NS{chance.randrange(1, 40)}",
        "language": chance.choice([None, None, "Welsh", "Polish"]),
        "repeat_incidents_12m": chance.choice([1, 1, 1, 2, 2, 3, 4]),
        "repeat_same_perpetrator_12m": chance.randrange(3),
        "safe_channels": chance.sample(["mobile", "email", "letter"], chance.randrange(3)),
        "consents": chance.sample(["victim-care", "safe-steps", "calder-house"], chance.randrange(4)),
        "services_involved": [],
        "reported_to_police": True,
    }
    if abused:
        said = {f"answer:risk-24.R{n:02}": chance.choice([True, False, None]) for n in range(1, 25)}
        score = sum(answer is True for answer in said.values())
        grade = "high" if score >= 14 else chance.choice(["standard", "medium"])
        facts |= said | {
            "risk_grade": grade,
            "risk_score": score,
            "score:risk-24": score,
            "grade:risk-24": grade,
        }
    for event in EVENTS:
        hours = chance.randrange(5000)
        facts |= {f"hours_since:{event}": hours, f"days_since:{event}": hours // 24}
    return dict(clean(facts))


def timed(what: Any) -> tuple[float, Any]:
    began = time.perf_counter()
    answer = what()
    return time.perf_counter() - began, answer


def _supervisor(practitioners: Any) -> Any:
    from access.context import acting_as_system

    with acting_as_system("bench"):
        return practitioners.objects.select_related("agency").get(role="supervisor").as_actor()


def _at(day: date) -> datetime:
    from django.utils import timezone

    return timezone.make_aware(datetime.combine(day, clock()))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
    with embedded.attach():
        main(int(sys.argv[1]), int(sys.argv[2]))
