"""Subject access: passages are marked as withheld, the copy is looked at, and released as it was seen."""

import json
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from rights.actions.requests import STILL_OPEN, RightsRefused, decided, locked_request, tell
from rights.grounds import EXEMPTIONS
from rights.models import Enclosure, Release, Request, Withholding
from rights.queries.copy import copy_of, passages, without_keys
from rights.queries.files import files_of, undecided_in


class CopyChanged(RightsRefused):
    """What is held has changed since the preview was looked at."""


@transaction.atomic
def withhold(*, actor: Actor, request_id: UUID, item: str, exemption: str, reason: str) -> Withholding:
    """Leave one passage out of the copy, on a ground and with a reason, both on record.

    item: a key of rights.queries.copy.passages. Raises NotAllowed, RightsRefused.
    """
    actor.require(Capability.PREPARE_RIGHTS)
    now = timezone.now()
    request = locked_request(actor, request_id, states=STILL_OPEN, kind=Request.Kind.ACCESS)
    if exemption not in EXEMPTIONS:
        raise RightsRefused("Choose the ground from the list.")
    if not reason.strip():
        raise RightsRefused("Say why this passage is left out.")
    if item not in dict(passages(copy_of(request, now=now))):
        raise RightsRefused("That passage is not in the copy any more: look at the preview again.")
    marked = Withholding.objects.create(
        request=request,
        person_id=request.person_id,
        item=item,
        exemption=exemption,
        reason=reason.strip(),
        marked_by=actor.id,
        marked_by_name=actor.name,
        marked_at=now,
    )
    tell(request, "rights.withheld", at=now, exemption=exemption)
    return marked


@transaction.atomic
def enclose(*, actor: Actor, request_id: UUID, document_id: UUID) -> Enclosure:
    """Give a file with the copy: the actor has looked through all of it, and nothing in it is about anybody else.

    No program can take others out of a file. One that is about others too is left out on a ground (withhold), and a
    redacted copy of it, uploaded on the case, is given in its place. Again it changes nothing.
    Raises NotAllowed, RightsRefused.
    """
    actor.require(Capability.PREPARE_RIGHTS)
    now = timezone.now()
    request = locked_request(actor, request_id, states=STILL_OPEN, kind=Request.Kind.ACCESS)
    line = next((one for one in files_of(request) if one.document.id == document_id), None)
    if line is None:
        raise RightsRefused("There is no such file any more: look at the preview again.")
    if line.left_out:
        raise RightsRefused("That file was left out on a ground. It stays out of this copy.")
    made, _ = Enclosure.objects.get_or_create(
        request=request,
        document_id=document_id,
        defaults={
            "person_id": request.person_id,
            "file_name": line.document.file_name,
            "looked_by": actor.id,
            "looked_by_name": actor.name,
            "looked_at": now,
        },
    )
    return made


@transaction.atomic
def release(*, actor: Actor, request_id: UUID, seen: str) -> Release:
    """Release the copy for the person, exactly as it was previewed; on record as an export.

    seen: the fingerprint of the preview that the actor looked at. Raises NotAllowed, RightsRefused, CopyChanged.
    """
    actor.require(Capability.DECIDE_RIGHTS)
    now = timezone.now()
    request = locked_request(actor, request_id, states=STILL_OPEN, kind=Request.Kind.ACCESS)
    document = without_keys(copy_of(request, now=now))
    if document["cut_off"]:
        raise RightsRefused("More is held than one copy takes: tell the operator, and say so to the person.")
    if many := undecided_in(document):
        raise RightsRefused(
            f"Look through each file first, and give it or leave it out. Nobody has decided about {many} yet."
        )
    if fingerprint(document) != seen:
        raise CopyChanged("Something was added or changed since you looked: read the preview again.")
    made = Release.objects.create(
        request=request,
        person_id=request.person_id,
        document=document,
        sha256=seen,
        released_by=actor.id,
        released_by_name=actor.name,
        released_at=now,
    )
    decided(request, actor, Request.State.DONE, at=now)
    record_look(action=Look.Action.EXPORT, door="rights_release", subjects=[request.person_id])
    tell(request, "rights.released", at=now)
    return made


def fingerprint(document: dict[str, object]) -> str:
    """What two looks at one copy have in common: its content, without when it was made and who looked meanwhile."""
    content = {key: value for key, value in document.items() if key not in ("made_at", "seen_by")}
    return sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
