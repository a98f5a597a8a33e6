"""The files among what is held about a person: each is looked through, and given with the copy or left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from referrals.models import Document
from rights.models import Request

TABLE = "referrals_document"
FILE = "file"
UNDECIDED = "nobody has decided yet whether it is given"
"""In the place of a file's name until somebody has looked through it: no copy is released with that in it."""


@dataclass(frozen=True)
class FileLine:
    """One file: where it stands in the copy, and what was decided. given_by: "" where nobody gives it."""

    document: Document
    reference: str
    key: str
    given_by: str
    left_out: bool


def key_of(document_id: UUID) -> str:
    """The passage of the copy that a file is."""
    return f"{TABLE}:{document_id}:{FILE}"


def files_of(request: Request) -> list[FileLine]:
    """The files of all cases of the person, the oldest first; what was taken out of sight is not among them."""
    left_out = set(request.withholdings.values_list("item", flat=True))
    given = dict(request.enclosures.values_list("document_id", "looked_by_name"))
    held = Document.objects.filter(case__person=request.person_id).select_related("case").order_by("id")
    return [
        FileLine(
            document=one,
            reference=one.case.reference,
            key=key_of(one.id),
            given_by=given.get(one.id, ""),
            left_out=key_of(one.id) in left_out,
        )
        for one in held
    ]


def names_of_files(request: Request) -> dict[UUID, str]:
    """By document that goes with the copy: the name of its file."""
    return dict(request.enclosures.values_list("document_id", "file_name"))


def undecided_in(copy: Mapping[str, Any]) -> int:
    """Of how many files a copy does not say whether they are given."""
    return sum(
        field["name"] == FILE and field.get("value") == UNDECIDED
        for category in copy["categories"]
        for part in category["parts"]
        for item in part["items"]
        for field in item["fields"]
    )
