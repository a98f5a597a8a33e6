"""Identifiers of rows: UUID version 7, made here and not by the database.

They sort by time, so that new rows go to the end of an index, and they are known before the row
exists: a grant is written before what it opens, and an INSERT needs no RETURNING past a policy.
"""

from collections.abc import Iterable
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A new identifier, ordered by the time it was made."""
    return uuid7()


def ids_in(texts: Iterable[str]) -> list[UUID]:
    """The identifiers that somebody sent, in their order; what is none is left out."""
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
