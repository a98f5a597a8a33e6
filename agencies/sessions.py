"""Ending people's sessions: of who leaves, changes role, or asks for it."""

from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session


def end_sessions(practitioner_id: UUID, *, except_key: str | None = None, number: int | None = None) -> int:
    """Sign somebody out everywhere, at once. Returns how many sessions ended.

    except_key: the session that goes on, where somebody ends their own others. number: only this one.
    The database lets it be done by the person, their administrator and the hub's own accounts.
    """
    sessions = UserSession.objects.filter(user_id=practitioner_id)
    if except_key:
        sessions = sessions.exclude(session_key=except_key)
    if number is not None:
        sessions = sessions.filter(id=number)
    keys = list(sessions.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    sessions.delete()
    return len(keys)
