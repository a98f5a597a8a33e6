"""Who leads the joint work on a case: for the hub by name, for an agency only whether it is its own referral."""

from django.db.models import QuerySet

from referrals.models import Case, Lead, Referral
from referrals.workflow import OPEN

YOU, ANOTHER = "you", "another"


def live_referrals(case: Case) -> QuerySet[Referral]:
    """Those by which an agency works on the case now, or is asked to, the oldest first."""
    sent = [status for status in OPEN if status != "draft"]
    return Referral.objects.filter(case=case, status__in=sent).order_by("id")


def lead_told(referral: Referral) -> str:
    """For its agency: whether it leads (YOU), another service does (ANOTHER), or nobody (""). Never which one."""
    led = Lead.objects.filter(case_id=referral.case_id, ended_at=None).values_list("referral_id", flat=True)
    by = led.first()
    return "" if by is None else YOU if by == referral.id else ANOTHER
