"""What is known of one person for recognising them, and its parts as they are compared. Pure."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from victims.normalise import folded_words, name_parts, postcode

SHORT = {
    "street": "st", "road": "rd", "avenue": "ave", "av": "ave", "drive": "dr", "close": "cl", "lane": "la", "ln": "la",
    "terrace": "terr", "tce": "terr", "ter": "terr", "gardens": "gdns", "crescent": "cres", "court": "ct",
    "place": "pl", "square": "sq", "circuit": "cct", "apartment": "flat", "apt": "flat", "unit": "flat",
}  # fmt: skip
"""Words that stand in many addresses, as they are mostly cut short."""


@dataclass(frozen=True)
class Address:
    """Where somebody lives or lived: lines as given, and the postcode in its normal form."""

    lines: str = ""
    postcode: str = ""

    @cached_property
    def code(self) -> str:
        """The postcode, also where it was written as the last of the lines."""
        return self.postcode or postcode(" ".join(self.lines.replace(",", " ").split()[-2:]))

    @cached_property
    def words(self) -> tuple[str, ...]:
        return tuple(SHORT.get(word, word) for word in folded_words(self.lines))

    @cached_property
    def house(self) -> str:
        """The number or numbers that stand first, such as 48, or 13 of FLAT 13; empty where there is none."""
        return next((word for word in self.words if word[0].isdigit()), "")

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Every number of the lines: of the house, and of the flat."""
        return frozenset(word for word in self.words if word[0].isdigit())

    @cached_property
    def pieces(self) -> frozenset[str]:
        """Every three neighbouring letters of each word that is no number, so that a slip changes few of them."""
        return frozenset(
            padded[at : at + 3]
            for word in self.words
            if not word[0].isdigit()
            for padded in (f" {word} ",)
            for at in range(max(1, len(padded) - 2))
        )


@dataclass(frozen=True)
class Identity:
    """What is known of one person: names and address lines as given, everything else normalised.

    born: the date of birth as YYYYMMDD; digits that are no date may still be compared. sex: ISO 5218.
    A person has as many telephones, e-mail addresses and addresses as were ever told.
    """

    given_names: str = ""
    surname: str = ""
    born: str = ""
    sex: str = "0"
    phones: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    addresses: frozenset[Address] = frozenset()

    @cached_property
    def given_parts(self) -> tuple[str, ...]:
        return name_parts(self.given_names)

    @cached_property
    def surname_parts(self) -> tuple[str, ...]:
        return name_parts(self.surname)

    @cached_property
    def names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The parts of the given names, and those of the surname."""
        return self.given_parts, self.surname_parts


def born_on(day: date | None) -> str:
    """A date of birth as it is compared; empty where it is not known."""
    return day.isoformat().replace("-", "") if day else ""


def marks(*, scheme: str, number: str = "", name: str = "") -> set[str]:
    """What tells an alleged perpetrator: the sender's number for them, and their name in whatever order."""
    parts = sorted(name_parts(name.replace(",", " ")))
    return ({f"{scheme} {number}"} if number else set()) | ({" ".join(parts)} if len(parts) > 1 else set())
