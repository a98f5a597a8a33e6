"""What a partner's system is told of a correction or an erasure, field by field."""

from typing import Any

from rights.models import Notice


def notice_for_partner(notice: Notice) -> dict[str, Any]:
    """One notice; what was wrong and what is right only until the agency has confirmed."""
    told = notice.correction if notice.confirmed_at is None else None
    return {
        "id": notice.id,
        "kind": notice.kind,
        "referral": notice.referral_id,
        "case_reference": notice.case_reference,
        "category": notice.category,
        "field": told.field if told else "",
        "before": told.before if told else "",
        "after": told.after if told else "",
        "file": notice.file_name,
        "told_at": notice.told_at,
        "confirmed_at": notice.confirmed_at,
    }
