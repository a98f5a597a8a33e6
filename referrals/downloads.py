"""A document as it leaves the hub: always an attachment (hub.headers adds a policy that runs nothing)."""

from django.http import HttpResponse

from referrals.files import TYPES
from referrals.models import Document
from referrals.queries.documents import content_of


def attachment(document: Document) -> HttpResponse:
    """What is in the document, under a name that tells nothing."""
    answer = HttpResponse(content_of(document), content_type=TYPES[document.media_type].media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{document.file_name}"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
