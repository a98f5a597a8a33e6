"""Instruments and their editions, for those who read and change them."""

from dataclasses import dataclass
from datetime import date

from access.actor import Actor
from pathways import scope
from pathways.comparison import are_comparable
from pathways.conditions import words_of
from pathways.instrument import PROMPTS
from pathways.models import InstrumentVersion
from pathways.scoring import Instrument, condition_of


@dataclass(frozen=True)
class EditionRow:
    """One edition in the list. current: it is asked today; replaced: it was, until a later one was."""

    edition: InstrumentVersion
    current: bool
    replaced: bool

    @property
    def words(self) -> str:
        if self.edition.status == InstrumentVersion.Status.DRAFT:
            return "Draft"
        if self.replaced:
            return "Replaced"
        return "Asked now" if self.current else "Published"


def edition_rows(*, actor: Actor, on: date) -> list[tuple[str, list[EditionRow]]]:
    """Every instrument by its newest title, each with its editions that the actor may read, newest first. Few."""
    found: dict[str, list[InstrumentVersion]] = {}
    for edition in scope.instruments(actor).order_by("code", "-edition"):
        found.setdefault(edition.code, []).append(edition)
    rows = []
    for editions in found.values():
        begun = [one for one in editions if one.effective_from and one.effective_from <= on]
        current = begun[0].id if begun else None
        replaced = {one.id for one in begun[1:]}
        listed = [EditionRow(one, one.id == current, one.id in replaced) for one in editions]
        rows.append((editions[0].title, listed))
    return sorted(rows, key=lambda row: row[0])


def comparable_editions(*, actor: Actor, edition: InstrumentVersion) -> list[InstrumentVersion]:
    """Editions, of this instrument and others, that ask some of the same: its own newest first. Few."""
    found = [
        one
        for one in scope.instruments(actor).order_by("title", "-edition")
        if are_comparable(edition.definition, {**one.definition, "edition": one.edition})
    ]
    return sorted(found, key=lambda one: one.code != edition.code)


@dataclass(frozen=True)
class ItemLine:
    """One item in words. asked: when, where that is not always."""

    code: str
    label: str
    section: str
    answered: str
    asked: str


def item_lines(definition: Instrument, types: dict[str, str]) -> list[ItemLine]:
    """The items in order. types: what each type is called."""
    labels = {item["code"]: item["label"] for item in definition["items"]}
    homes = {code: part["title"] for part in definition.get("sections", ()) for code in part["items"]}
    return [
        ItemLine(
            code=item["code"],
            label=item["label"],
            section=homes.get(item["code"], ""),
            answered=types.get(item["type"], item["type"].replace("_", " ").capitalize()),
            asked=words_of(item["shown_when"], labels) if "shown_when" in item else "",
        )
        for item in definition["items"]
    ]


def trigger_lines(definition: Instrument, titles: dict[str, str]) -> list[str]:
    """The triggers as sentences, in order."""
    labels = {item["code"]: item["label"] for item in definition["items"]}
    lines = []
    for trigger in definition.get("triggers", ()):
        asks = [
            f"suggests {trigger['suggests'].replace('_', ' ')}" if trigger.get("suggests") else "",
            f"wants {titles.get(trigger['wants'], trigger['wants'])}" if trigger.get("wants") else "",
            PROMPTS.get(trigger.get("prompt", ""), ""),
        ]
        more = ", ".join(filter(None, asks))
        when = words_of(condition_of(trigger), labels)
        lines.append(f"When {when}: {trigger['words']}{f' ({more})' if more else ''}")
    return lines
