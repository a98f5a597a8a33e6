"""Another way for records to go wrong: so many modifications, field by field, as generators of test data make them.

The weights were trained on the errors of `bench/damage.py`; so what a file tells of itself is tried on others.
"""

import random
from dataclasses import replace

from bench.population import TODAY, TOWNS, Names, Record
from bench.typing_errors import retyped, typed_digits, typed_wrongly

FIELDS = {"given_name": 17, "surname": 17, "date_of_birth": 15, "address": 27, "town": 12, "postcode": 12}
"""Which field, of a hundred modifications."""
MOST_OF_ONE_FIELD = 2


def modified(record: Record, chance: random.Random, many: int) -> Record:
    """The record after so many modifications; what would be a third of one field is not made."""
    names = Names(chance)
    fields = chance.choices(list(FIELDS), list(FIELDS.values()), k=many)
    for field in sorted(set(fields), key=fields.index):
        for _ in range(min(MOST_OF_ONE_FIELD, fields.count(field))):
            record = _one(record, field, chance, names)
    return record


def _one(record: Record, field: str, chance: random.Random, names: Names) -> Record:
    """Left out in one of ten, told wholly otherwise in one of fourteen, else typed wrongly."""
    if field == "town":
        line, comma, town = record.address.rpartition(", ")
        return replace(record, address=f"{line}{comma}{_town(town, chance)}")
    text = getattr(record, field)
    how = chance.random()
    if how < 0.1:
        told = ""
    elif how < 0.17:
        told = _otherwise(record, field, chance, names)
    elif field == "date_of_birth":
        told = typed_digits(text, chance)
    elif field == "postcode":
        told = retyped(text, chance) if text else ""
    else:
        told = typed_wrongly(text, chance, 1)
    return replace(record, **{field: told})


def _town(town: str, chance: random.Random) -> str:
    return chance.choice(TOWNS) if chance.random() < 0.1 else typed_wrongly(town, chance, 1)


def _otherwise(record: Record, field: str, chance: random.Random, names: Names) -> str:
    if field == "given_name":
        return names.given(names.tradition(), chance.choice("12"))
    if field == "surname":
        return names.surname(names.tradition())
    if field == "date_of_birth":
        return (
            f"{chance.randrange(1930, TODAY.year)}{chance.randrange(1, 13):02d}{chance.randrange(1, 29):02d}"
        )
    if field == "postcode":
        return f"NP{chance.randrange(4, 4 + len(TOWNS))} {chance.randrange(1, 10)}AA"
    words = record.address.split()
    chance.shuffle(words)
    return " ".join(words)
