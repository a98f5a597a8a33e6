"""A document that agencies were given by mistake: each is told to destroy it, and says that it has by its notice."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from messaging.events import Happening, publish
from referrals.models import DocumentShare, DocumentWithdrawal, Referral
from rights.models import Notice


@transaction.atomic
def recall_document(*, withdrawal_id: UUID) -> list[Notice]:
    """Tell every agency that was ever given the document: what it downloaded is in its own records.

    Told by the referral that it has on the case, or else by the case, where a conference showed it. Again it changes
    nothing.
    """
    now = timezone.now()
    withdrawal = DocumentWithdrawal.objects.select_related("case").get(id=withdrawal_id)
    case, document_id = withdrawal.case, withdrawal.document_id
    given = DocumentShare.objects.filter(document_id=document_id).values_list("agency_id", flat=True)
    told = Notice.objects.filter(document_id=document_id, told_at__gte=withdrawal.withdrawn_at)
    agencies = sorted(set(given) - set(told.values_list("agency_id", flat=True)))
    sent = Referral.objects.filter(case=case, agency__in=agencies).exclude(status="draft").order_by("id")
    newest = dict(sent.values_list("agency_id", "id"))
    notices = [
        Notice(
            kind=Notice.Kind.DOCUMENT,
            person_id=case.person_id,
            referral_id=newest.get(agency),
            case_id=None if agency in newest else case.id,
            agency_id=agency,
            category=withdrawal.category,
            case_reference=case.reference,
            document_id=document_id,
            file_name=withdrawal.file_name,
            told_at=now,
        )
        for agency in agencies
    ]
    Notice.objects.bulk_create(notices)
    publish(
        *(
            Happening(
                "document.recalled",
                at=now,
                case_id=case.id,
                referral_id=notice.referral_id,
                data={
                    "notice": str(notice.id),
                    "agency": str(notice.agency_id),
                    "document": str(document_id),
                    "reason_code": withdrawal.why,
                },
                audience=[notice.agency_id],
            )
            for notice in notices
        )
    )
    return notices
