"""The days by which this hub counts: which are worked, and when each begins."""

from datetime import date, datetime, time

from django.conf import settings
from django.utils import timezone

from referrals.clocks import Calendar, calendar_for


def hub_calendar() -> Calendar:
    """The calendar of the part of the United Kingdom that the hub is set up for. Raises UnknownDivision."""
    return calendar_for(settings.CALENDAR_NATION)


def midnight(day: date) -> datetime:
    """When the day begins, in the hub's own time."""
    return timezone.make_aware(datetime.combine(day, time.min))
