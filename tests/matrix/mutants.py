"""Policies and their functions with one condition taken out: each must be noticed by what the probes find.

A mutant is a statement that weakens, made by the database's owner, and the one that puts it back.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connections

FUNCTIONS = ("access_may_see_case", "access_may_see_person", "access_reads_cases", "access_may_pass")


@dataclass(frozen=True)
class Mutant:
    """One weakening: of which table (empty: of all), in words, and how it is made and undone."""

    table: str
    words: str
    make: str
    undo: str

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the policy is left, or a condition of a function that all policies ask is gone."""
        return not self.table or self.words.endswith("reads true")


def rows(statement: str, *values: object) -> list[tuple[str, ...]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def of_reading() -> Iterator[Mutant]:
    """Every policy for reading: gone altogether, and without each of its conditions."""
    for table, policy, condition in rows(
        "SELECT tablename, policyname, qual FROM pg_policies WHERE schemaname = 'public' AND cmd = 'SELECT' ORDER BY 1"
    ):
        for weaker in dict.fromkeys(("true", *without_one(condition))):
            yield Mutant(
                table,
                f"{policy} reads {weaker}",
                f'ALTER POLICY "{policy}" ON "{table}" USING ({weaker})',
                f'ALTER POLICY "{policy}" ON "{table}" USING ({condition})',
            )


CONDITION = re.compile(r"\bAND\s+(\([^()]*(?:\([^()]*\)[^()]*)*\)|[^()\n;]*(?:\([^()]*\))?[^()\n;]*)")


def of_functions() -> Iterator[Mutant]:
    """Every further condition of the functions that policies ask."""
    for name, whole in rows(
        "SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        " AND proname = ANY (%s) ORDER BY 1",
        list(FUNCTIONS),
    ):
        for place in CONDITION.finditer(whole):
            weaker = f"{whole[: place.start()]}AND true {whole[place.end() :]}"
            yield Mutant("", f"{name} without {' '.join(place[1].split())}", weaker, whole)


def without_one(condition: str) -> Iterator[str]:
    """The condition with each part of each AND taken as true, one at a time.

    condition: as pg_policies prints it, with every operation in brackets of its own.
    """
    for start, end in brackets(condition):
        inside = condition[start + 1 : end]
        parts = split_at_and(inside)
        if len(parts) > 1:
            for place in range(len(parts)):
                kept = " AND ".join("true" if place == one else part for one, part in enumerate(parts))
                yield condition[: start + 1] + kept + condition[end:]


def brackets(text: str) -> Iterator[tuple[int, int]]:
    opened = []
    for place, letter in enumerate(text):
        if letter == "(":
            opened.append(place)
        elif letter == ")" and opened:
            yield opened.pop(), place


def split_at_and(text: str) -> list[str]:
    """The text's parts between its outermost ANDs."""
    parts, depth, begun = [], 0, 0
    for found in re.finditer(r"[()]|\sAND\s", text):
        if found[0] in "()":
            depth += 1 if found[0] == "(" else -1
        elif depth == 0:
            parts.append(text[begun : found.start()])
            begun = found.end()
    return [*parts, text[begun:]]
