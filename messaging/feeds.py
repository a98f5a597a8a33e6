"""An agency's feed of changes: ordered, gap-free, read with a cursor."""

from uuid import UUID

from django.db import connection

from messaging.models import FeedEntry

# Entries of one agency get their positions under that agency's lock. Events of one referral are
# made by transactions that follow each other, so the order of their ids is the order in which they
# happened; an entry that commits late simply gets a later position, and no reader has passed it.
_SEQUENCE = """
WITH waiting AS (
    SELECT id, row_number() OVER (ORDER BY event_id) AS step
    FROM messaging_feedentry WHERE agency_id = %(agency)s AND position IS NULL
)
UPDATE messaging_feedentry entry
SET position = waiting.step
    + coalesce((SELECT max(position) FROM messaging_feedentry WHERE agency_id = %(agency)s), 0)
FROM waiting WHERE entry.id = waiting.id
"""


def changes_after(*, agency_id: UUID, cursor: int, limit: int) -> list[FeedEntry]:
    """The next entries of the agency's feed after position `cursor`, oldest first, with their events.

    Gives waiting entries their position first, in the reader's transaction. At most `limit`.
    """
    with connection.cursor() as db:
        db.execute("SELECT pg_advisory_xact_lock(hashtextextended('feed:' || %s, 0))", [str(agency_id)])
        db.execute(_SEQUENCE, {"agency": agency_id})
    return list(
        FeedEntry.objects.filter(agency_id=agency_id, position__gt=cursor)
        .select_related("event")
        .order_by("position")[:limit]
    )
