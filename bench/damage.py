"""Records that went wrong in several ways at once, as old systems, scans and hurried hands leave them."""

import random
from collections.abc import Callable
from dataclasses import replace

from bench.population import Record
from bench.typing_errors import retyped, typed_digits, typed_wrongly

LOST = ("given_name", "surname", "date_of_birth", "address", "postcode", "phone", "email")
TYPED = ("given_name", "surname", "date_of_birth", "address", "postcode", "phone")


def damaged(record: Record, chance: random.Random, many: int) -> Record:
    """The record after so many further mishaps; one may undo or repeat another."""
    for _ in range(many):
        mishap = chance.choices(list(MISHAPS), list(MISHAPS.values()))[0]
        record = mishap(record, chance)
    return record


def mistyped(record: Record, chance: random.Random) -> Record:
    """One field typed with one to three errors."""
    field = chance.choice(TYPED)
    text = getattr(record, field)
    if not text:
        return record
    if field in ("date_of_birth", "phone"):
        return replace(record, **{field: typed_digits(text, chance)})
    if field == "postcode":
        return replace(record, postcode=retyped(text, chance))
    return replace(record, **{field: typed_wrongly(text, chance, chance.choices((1, 2, 3), (60, 25, 15))[0])})


def left_out(record: Record, chance: random.Random) -> Record:
    return replace(record, **{chance.choice(LOST): ""})


def names_swapped(record: Record, chance: random.Random) -> Record:
    return replace(record, given_name=record.surname, surname=record.given_name)


def another_day(record: Record, chance: random.Random) -> Record:
    """Day, month or year of birth is another."""
    born = record.date_of_birth
    if len(born) != 8:
        return record
    year = (int(born[:4]) + chance.choice((-10, -5, -2, -1, 1, 2, 5, 10))) % 10_000
    changed = chance.choice(
        (
            f"{year:04d}{born[4:]}",
            f"{born[:4]}{chance.randrange(1, 13):02d}{born[6:]}",
            f"{born[:6]}{chance.randrange(1, 29):02d}",
        )
    )
    return replace(record, date_of_birth=changed)


def house_moved(record: Record, chance: random.Random) -> Record:
    """The number of the house stands last, is another, or is gone."""
    words = record.address.split()
    numbers = [place for place, word in enumerate(words) if word.strip(",").isdigit()]
    if not numbers:
        return record
    place = chance.choice(numbers)
    number = words.pop(place)
    if chance.random() < 0.5:
        words.append(number.strip(","))
    elif chance.random() < 0.5:
        words.insert(place, str(chance.randrange(1, 200)))
    return replace(record, address=" ".join(words))


def postcode_turned(record: Record, chance: random.Random) -> Record:
    """Two neighbouring signs in each other's place."""
    code = record.postcode
    if len(code) < 2:
        return record
    at = chance.randrange(len(code) - 1)
    return replace(record, postcode=code[:at] + code[at + 1] + code[at] + code[at + 2 :])


def wrong_column(record: Record, chance: random.Random) -> Record:
    """The postcode stands in the address, or both names in the column of one."""
    whole = f"{record.given_name} {record.surname}".strip()
    return chance.choice(
        (
            replace(record, address=f"{record.address} {record.postcode}".strip(), postcode=""),
            replace(record, given_name="", surname=whole),
            replace(record, given_name=whole, surname=""),
        )
    )


def address_in_other_order(record: Record, chance: random.Random) -> Record:
    parts = [part.strip() for part in record.address.split(",")]
    chance.shuffle(parts)
    return replace(record, address=", ".join(parts))


def word_lost(record: Record, chance: random.Random) -> Record:
    """Of the address."""
    words = record.address.split()
    if len(words) < 2:
        return record
    words.pop(chance.randrange(len(words)))
    return replace(record, address=" ".join(words))


def cut_short(record: Record, chance: random.Random) -> Record:
    """By a column that holds fewer letters than were typed."""
    field, least = chance.choice((("given_name", 4), ("surname", 4), ("address", 10)))
    text = getattr(record, field)
    return (
        replace(record, **{field: text[: chance.randrange(least, len(text))].strip()})
        if len(text) > least
        else record
    )


def run_together(record: Record, chance: random.Random) -> Record:
    """Two words of the address, or both names in the column of one, without their space."""
    if chance.random() < 0.3:
        return replace(record, given_name="", surname=f"{record.given_name}{record.surname}")
    words = record.address.split()
    if len(words) < 2:
        return record
    at = chance.randrange(len(words) - 1)
    return replace(record, address=" ".join((*words[:at], words[at] + words[at + 1], *words[at + 2 :])))


MISHAPS: dict[Callable[[Record, random.Random], Record], int] = {
    mistyped: 36,
    left_out: 14,
    another_day: 8,
    house_moved: 8,
    word_lost: 7,
    names_swapped: 6,
    postcode_turned: 6,
    address_in_other_order: 6,
    wrong_column: 5,
    cut_short: 3,
    run_together: 1,
}
"""What happens, and how often of a hundred mishaps."""
