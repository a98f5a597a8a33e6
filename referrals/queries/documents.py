"""Documents of one case, what is in one, and what a partner was given."""

import base64
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from access.sight import Sight
from referrals.files import TYPES, FileType
from referrals.models import Case, Document, DocumentContent, DocumentShare, DocumentWithdrawal

MOST = 200


@dataclass(frozen=True)
class DocumentLine:
    """A document with its redacted copies, the newest first."""

    document: Document
    copies: list[Document]

    @property
    def type(self) -> FileType:
        return TYPES[self.document.media_type]


def documents_of(case: Case, sight: Sight) -> list[DocumentLine]:
    """The case's documents that the reader is shown, the newest first; at most two hundred."""
    categories = [str(one) for one in sight.categories]
    rows = list(Document.objects.filter(case=case, category__in=categories).order_by("-id")[:MOST])
    copies: dict[UUID, list[Document]] = defaultdict(list)
    for row in rows:
        if row.redacts_id:
            copies[row.redacts_id].append(row)
    return [DocumentLine(row, copies[row.id]) for row in rows if not row.redacts_id]


def document_of(case: Case, document_id: UUID) -> Document | None:
    """One document of the case; None where there is none, or it is not shown."""
    return Document.objects.filter(case=case, id=document_id).first()


def copies_of(document: Document) -> list[Document]:
    """Its redacted copies, the newest first."""
    return list(Document.objects.filter(redacts=document).order_by("-id")[:MOST])


def content_of(document: Document) -> bytes:
    """What is in it, opened."""
    return base64.b64decode(DocumentContent.objects.get(document=document).content)


def shares_of_document(document: Document) -> list[DocumentShare]:
    """Who was given the document or a redacted copy of it, those that still are first."""
    found = DocumentShare.objects.filter(document__in=[document, *copies_of(document)])
    rows = found.select_related("agency", "document")
    return sorted(rows, key=lambda one: (one.ended_at is not None, one.agency.name))


def withdrawals_of(case: Case, sight: Sight) -> list[DocumentWithdrawal]:
    """The case's documents that stand taken out of sight, the newest first; nothing of what is in them."""
    found = case.withdrawals.filter(
        ended_at__isnull=True, category__in=[str(one) for one in sight.categories]
    )
    return list(found.order_by("-withdrawn_at", "-id")[:MOST])


def documents_shown(*, case_id: UUID, categories: Iterable[str]) -> list[Document]:
    """For a partner: the documents that it was given, of those categories, the newest first."""
    found = Document.objects.filter(case=case_id, category__in=list(categories))
    return list(found.order_by("-id")[:MOST])
