"""Fifty rules against one case in Python, none of which matches: each of the kind that pathways are made of."""

import random
import statistics
import time
from typing import Any

from pathways.facts import FACTS
from pathways.rules import evaluate

RULES, CASES, SEED = 50, 400, 26


def measure() -> None:
    """Prints milliseconds for fifty rules that do not match, of conditions that each read several facts."""
    chance = random.Random(SEED)
    rules = [a_rule(chance, n) for n in range(RULES)]
    cases = [a_case(chance) for _ in range(CASES)]
    took = []
    for case in cases:
        began = time.perf_counter()
        answers = [evaluate(rule, case).value for rule in rules]
        took.append(1000 * (time.perf_counter() - began))
        assert True not in answers
    print(f"{RULES} rules that do not match, one case, in this process without a database")
    print(
        f"  {statistics.median(took):.2f} ms p50, {statistics.quantiles(took, n=20)[-1]:.2f} ms p95, of {CASES}"
    )


def a_rule(chance: random.Random, n: int) -> dict[str, Any]:
    """Three conditions and one of two more; the offence group is one that no case here has."""
    return {
        "all": [
            {"fact": "flags", "contains": chance.choice(list(FACTS["flags"].values or ()))},
            {"fact": "age", "between": [16, 16 + n]},
            {"any": [{"fact": "risk_grade", "is": "high"}, {"fact": "repeat_incidents_12m", "at_least": 3}]},
            {"fact": "offence_group", "in": ["drugs", "weapons"]},
        ]
    }


def a_case(chance: random.Random) -> dict[str, Any]:
    return {
        "flags": chance.sample(list(FACTS["flags"].values or ()), 2),
        "age": chance.randrange(10, 90),
        "risk_grade": chance.choice(["standard", "medium", "high", None]),
        "repeat_incidents_12m": chance.randrange(6),
        "offence_group": chance.choice(["violence", "sexual", "theft"]),
    }
