"""Documents of a case: upload, upload a redacted copy, give to a partner, and take that back.

Each verb locks the case, checks, adds and tells; a refusal raises and leaves nothing half done.
"""

import base64
import hashlib
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import Happening, publish
from referrals.actions.notes import NotToBeShared
from referrals.actions.telling import of_share
from referrals.actions.triage import ReasonMissing, TriageRefused, locked_open_case
from referrals.files import type_of
from referrals.models import Case, Document, DocumentContent, DocumentShare
from referrals.notes import KINDS
from referrals.queries.documents import document_of
from referrals.queries.notes import who_may_be_shown
from referrals.scanning import scan


class DocumentNotFound(TriageRefused):
    """The case has no such document, or the actor may not see it: the same answer for both."""


class NotRedacted(TriageRefused):
    """The whole document is only given where somebody says why nothing in it needs to go."""


@transaction.atomic
def upload_document(*, actor: Actor, case_id: UUID, kind: str, title: str, content: bytes) -> Document:
    """Keep a document, sealed. Its type is what its bytes say.

    kind: one of referrals.notes.KINDS. Raises NotAllowed, CaseNotFound, CaseClosed, ReasonMissing,
    referrals.files.FileRefused.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    case = locked_open_case(actor, case_id)
    if kind not in KINDS:
        raise DocumentNotFound("Choose what the document is about.")
    return _keep(case, actor, now, kind=kind, title=title, content=content)


@transaction.atomic
def upload_redacted_copy(*, actor: Actor, case_id: UUID, document_id: UUID, content: bytes) -> Document:
    """Keep a copy of a document in which what a partner must not read was taken out.

    Raises NotAllowed, CaseNotFound, CaseClosed, DocumentNotFound, referrals.files.FileRefused.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    case = locked_open_case(actor, case_id)
    original = found_document(case, document_id)
    if original.redacts_id:
        raise DocumentNotFound("That is a redacted copy already. Redact the document itself again.")
    if hashlib.sha256(content).hexdigest() == original.sha256:
        raise NotRedacted("This is the document itself, with nothing taken out. Choose the redacted file.")
    return _keep(
        case, actor, now, kind=original.kind, title=original.title, content=content, redacts=original
    )


@transaction.atomic
def share_document(
    *, actor: Actor, case_id: UUID, document_id: UUID, agency_id: UUID, nothing_to_redact: str = ""
) -> DocumentShare:
    """Give a redacted copy, or the whole where somebody says why nothing in it needs to go, to an agency.

    Sharing again changes nothing. Raises NotAllowed, CaseNotFound, CaseClosed, DocumentNotFound, NotRedacted,
    NotToBeShared.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    case = locked_open_case(actor, case_id)
    document = found_document(case, document_id)
    words = nothing_to_redact.strip()
    if not document.redacts_id and not words:
        raise NotRedacted(
            "Upload a redacted copy and give that, or say why nothing in this document needs to go."
        )
    if not KINDS[document.kind].may_be_shared:
        raise NotToBeShared("Documents of this kind stay at the hub.")
    if agency_id not in {one.id for one in who_may_be_shown(case, category=document.category)}:
        told = KINDS[document.kind].category.words
        raise NotToBeShared(f"The agency is not told of {told} on this case.")
    live = DocumentShare.objects.filter(document=document, agency_id=agency_id, ended_at__isnull=True).first()
    if live:
        return live
    share = DocumentShare.objects.create(
        case=case,
        document=document,
        category=document.category,
        agency_id=agency_id,
        nothing_to_redact="" if document.redacts_id else words[:400],
        shared_by_name=actor.name,
        shared_at=now,
    )
    publish(of_share("document.shared", share, now))
    return share


@transaction.atomic
def stop_sharing_document(*, actor: Actor, case_id: UUID, share_id: UUID) -> None:
    """The agency is given the document no more. What it has downloaded is in its own records.

    Raises NotAllowed, CaseNotFound, CaseClosed, DocumentNotFound.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    case = locked_open_case(actor, case_id)
    share = case.document_shares.filter(id=share_id, ended_at__isnull=True).first()
    if share is None:
        raise DocumentNotFound("There is no such document with that agency any more.")
    share.ended_at, share.ended_by_name = now, actor.name
    share.save(update_fields=["ended_at", "ended_by_name"])
    publish(of_share("document.unshared", share, now))


def found_document(case: Case, document_id: UUID) -> Document:
    """The document. Raises DocumentNotFound."""
    document = document_of(case, document_id)
    if document is None:
        raise DocumentNotFound("There is no such document on this case.")
    return document


def _keep(
    case: Case,
    actor: Actor,
    at: datetime,
    *,
    kind: str,
    title: str,
    content: bytes,
    redacts: Document | None = None,
) -> Document:
    if not title.strip():
        raise ReasonMissing("Say in a few words what the document is.")
    found = type_of(content)
    scanned_by = scan(content)
    document = Document(
        case=case,
        kind=kind,
        category=str(KINDS[kind].category),
        title=title.strip(),
        media_type=found.media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        scanned_by=scanned_by,
        redacts=redacts,
        uploaded_by=actor.id,
        uploaded_by_name=actor.name,
        uploaded_at=at,
    )
    document.save(force_insert=True)
    DocumentContent(document=document, content=base64.b64encode(content).decode()).save(force_insert=True)
    topic = "document.redacted" if redacts else "document.uploaded"
    data: dict[str, object] = {"document": str(document.id), "kind": kind}
    publish(Happening(topic, at=at, case_id=case.id, data=data))
    return document
