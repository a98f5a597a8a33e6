"""What an agency was told to correct or erase."""

from datetime import datetime

from access.actor import Actor
from referrals.queries.keyset import Page, SortKey, one_page
from rights import scope
from rights.models import Notice

PAGE = 25
TABS = {"waiting": "To do", "done": "Done"}


def notice_list(*, actor: Actor, chosen: str, after: str = "", before: str = "") -> Page[Notice]:
    """One page of the agency's notices: those to be done, the oldest first, or those done, the newest first."""
    waiting = chosen == "waiting"
    page = one_page(
        [scope.notices(actor).filter(confirmed_at__isnull=waiting)],
        key=SortKey("told_at", datetime.fromisoformat),
        descending=not waiting,
        size=PAGE,
        after=after,
        before=before,
    )
    return page.page(
        page.among(Notice.objects.select_related("correction", "referral__service").in_bulk(page.ids))
    )
