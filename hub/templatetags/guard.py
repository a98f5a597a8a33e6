"""What every page of a restricted record says, whichever page it is. A builtin library, used by templates/base.html."""

from typing import Any

from django import template
from django.utils import timezone

from access.context import actor_or_none
from referrals.models import Case
from referrals.queries.restricted import broken_glass, is_restricted

register = template.Library()


@register.inclusion_tag("components/guard.html")
def record_guard(case: object) -> dict[str, Any]:
    """`{% record_guard case %}`: that the case's record is restricted, and until when one has it open by break-glass.

    Nothing where there is no case, or a partner reads it: partners see what they were sent.
    """
    actor = actor_or_none()
    if not isinstance(case, Case) or actor is None or not actor.hub or not is_restricted(case_id=case.id):
        return {}
    glass = broken_glass(actor=actor, person_id=case.person_id, now=timezone.now())
    return {"restricted": True, "glass": glass}
