"""What kinds of notes there are, whose eyes each is for, and whom a note's words mention. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from access.categories import Category

_AT = re.compile(r"(?<![\w.@])@(?=\w)")
_FIRST_WORD = re.compile(r"\w[\w’'-]*")


@dataclass(frozen=True)
class Kind:
    """One kind of note: the data category that shows it, and whether a partner may ever be shown one."""

    words: str
    category: Category
    may_be_shared: bool = True
    hint: str = ""

    @property
    def choice(self) -> str:
        """As a form offers it."""
        return f"{self.words}: {self.hint[:1].lower()}{self.hint[1:]}" if self.hint else self.words


KINDS: dict[str, Kind] = {
    "general": Kind("General", Category.NOTES),
    "health": Kind("Health", Category.HEALTH, hint="Body or mind, medicine, pregnancy, disability."),
    "safeguarding": Kind(
        "Safeguarding", Category.ASSESSMENT, hint="Danger to somebody, and what it rests on."
    ),
    "legal": Kind(
        "Legal", Category.NOTES, may_be_shared=False, hint="Advice and proceedings. Never shown to a partner."
    ),
    "sensitive": Kind(
        "Sensitive",
        Category.NOTES,
        may_be_shared=False,
        hint="What must stay at the hub. Never shown to a partner.",
    ),
}
SHARED = tuple(code for code, kind in KINDS.items() if kind.may_be_shared)


def mentioned(text: str, people: Mapping[UUID, str]) -> tuple[set[UUID], list[str]]:
    """Who is mentioned as @Name Surname, and the words after an @ that are nobody of these people.

    The longest name that fits counts, in any case of letters; the @ of an e-mail address is none.
    """
    found: set[UUID] = set()
    nobody: list[str] = []
    names = sorted(people.items(), key=lambda one: -len(one[1]))
    for at in _AT.finditer(text):
        rest = text[at.end() :]
        one = next((person for person, name in names if _begins_with(rest, name)), None)
        if one:
            found.add(one)
        elif word := _FIRST_WORD.match(rest):
            nobody.append(word[0])
    return found, nobody


def _begins_with(rest: str, name: str) -> bool:
    after = rest[len(name) : len(name) + 1]
    return rest[: len(name)].casefold() == name.casefold() and not (after.isalnum() or after == "_")
