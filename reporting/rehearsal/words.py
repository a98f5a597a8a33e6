"""A dry run's numbers for readers: rows of tables and pictures, and the lines of a file. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pathways.facts import FACTS
from reporting.rehearsal.question import GROUPS
from reporting.rehearsal.waits import wait_words

NOBODY = "nobody"
Result = Mapping[str, Any]
Cell = int | str
COLUMNS = (
    "part", "group", "value", "from", "to", "rule before", "rule after", "service", "cases", "elsewhere",
    "before", "after", "leave", "come", "wait before, hours", "wait after, hours",
)  # fmt: skip


@dataclass(frozen=True)
class ServiceRow:
    """One service before and after. difference: in words, empty where a number behind it is hidden."""

    name: str
    before: Cell
    after: Cell
    difference: str
    left: Cell
    came: Cell
    a_week: str
    wait_before: str
    wait_after: str


@dataclass(frozen=True)
class Report:
    """A dry run as a page shows it. names: of each service and its agency, by the service's code."""

    result: Result
    names: Mapping[str, tuple[str, str]]
    days: int

    @property
    def share(self) -> str:
        """Of all cases, how many go elsewhere."""
        cases, elsewhere = self.result["cases"], self.result["elsewhere"]
        if not isinstance(cases, int) or not isinstance(elsewhere, int) or not cases:
            return ""
        return f"about {100 * elsewhere / cases:.0f}%"

    def changes(self) -> list[dict[str, Any]]:
        """From whom to whom, the most cases first, and the rules that decide it."""
        return [
            {
                "from": self._listed(one["lost"]),
                "to": self._listed(one["gained"]),
                "before": ", ".join(one["rules_lost"]),
                "after": ", ".join(one["rules_gained"]),
                "cases": one["cases"],
            }
            for one in self.result["changes"]
        ]

    def services(self) -> list[ServiceRow]:
        return [
            ServiceRow(
                name=self._name(one["service"]),
                before=one["before"],
                after=one["after"],
                difference=_difference(one["before"], one["after"]),
                left=one["left"],
                came=one["came"],
                a_week=self._a_week(one["after"]),
                wait_before=wait_words(one["wait_before"]),
                wait_after=wait_words(one["wait_after"]),
            )
            for one in self.result["services"]
        ]

    def caseload(self) -> list[dict[str, Any]]:
        """The picture of caseloads: two bars a service. A hidden number has no bar."""
        return [
            {
                "label": f"{when} {self.names.get(one['service'], [one['service']])[0]}",
                "value": _bar(one[which]),
            }
            for one in self.result["services"]
            for when, which in (("Now:", "before"), ("Then:", "after"))
        ]

    def groups(self) -> list[tuple[str, list[dict[str, Any]], bool]]:
        """Each way of telling people apart, with its values: cases, how many go elsewhere, and where they go.

        The last of each says whether it is told of any value where they go.
        """
        found = []
        for group, title in GROUPS.items():
            rows = [
                {
                    "value": group_words(group, one["value"]),
                    "cases": one["cases"],
                    "elsewhere": one["elsewhere"],
                    "share": _percent(one["elsewhere"], one["cases"]),
                    "wait_before": _hours(one["wait_before"]),
                    "wait_after": _hours(one["wait_after"]),
                    "services": [
                        {
                            "name": self._name(its["service"]),
                            "before": its["before"],
                            "after": its["after"],
                        }
                        for its in one["services"]
                    ],
                }
                for one in self.result["groups"]
                if one["group"] == group
            ]
            if rows:
                found.append((title, rows, any(row["services"] for row in rows)))
        return found

    def touched(self) -> list[dict[str, Any]]:
        """The picture of whom the change touches: of each group, who goes elsewhere and who does not."""
        return [
            {
                "label": group_words(one["group"], one["value"]),
                "values": [
                    _bar(one["elsewhere"]),
                    None
                    if _bar(one["elsewhere"]) is None or _bar(one["cases"]) is None
                    else one["cases"] - one["elsewhere"],
                ],
            }
            for one in self.result["groups"]
            if one["group"] != "area"
        ]

    def lines(self) -> Iterable[dict[str, Any]]:
        """Every number as the lines of a file, by the names of COLUMNS."""
        yield {"part": "all", "cases": self.result["cases"], "elsewhere": self.result["elsewhere"]}
        for one in self.changes():
            yield {
                "part": "change", "from": one["from"], "to": one["to"], "rule before": one["before"],
                "rule after": one["after"], "cases": one["cases"],
            }  # fmt: skip
        yield {"part": "other changes", "cases": self.result["other_changes"]}
        for one in self.result["services"]:
            yield {
                "part": "service", "service": self._name(one["service"]), "before": one["before"],
                "after": one["after"], "leave": one["left"], "come": one["came"],
                "wait before, hours": one["wait_before"], "wait after, hours": one["wait_after"],
            }  # fmt: skip
        for one in self.result["groups"]:
            of = {"group": GROUPS[one["group"]], "value": group_words(one["group"], one["value"])}
            yield {
                **of, "part": "group", "cases": one["cases"], "elsewhere": one["elsewhere"],
                "wait before, hours": one["wait_before"], "wait after, hours": one["wait_after"],
            }  # fmt: skip
            for its in one["services"]:
                yield {
                    **of, "part": "service of group", "service": self._name(its["service"]),
                    "before": its["before"], "after": its["after"],
                }  # fmt: skip

    def _name(self, code: str) -> str:
        return ", ".join(self.names.get(code, (code,)))

    def _listed(self, codes: Iterable[str]) -> str:
        return ", ".join(map(self._name, codes)) or NOBODY

    def _a_week(self, cases: Cell) -> str:
        return f"{cases * 7 / self.days:.1f}".removesuffix(".0") if isinstance(cases, int) else ""


def group_words(group: str, value: str) -> str:
    """A group's value as a reader would say it."""
    words = FACTS[group].value_words(value) if group in FACTS else value
    return words if group == "area" and words[:1].isupper() else words[:1].upper() + words[1:]


def _difference(before: Cell, after: Cell) -> str:
    if not isinstance(before, int) or not isinstance(after, int):
        return ""
    return "as now" if before == after else f"{after - before:+d}".replace("-", "−")


def _percent(part: Cell, whole: Cell) -> str:
    if not isinstance(part, int) or not isinstance(whole, int) or not whole:
        return ""
    return f"{min(100, 100 * part / whole):.0f}%"


def _hours(hours: int | None) -> str:
    return "" if hours is None else f"{hours} h"


def _bar(cell: Cell) -> int | None:
    return cell if isinstance(cell, int) else None
