"""The working days by which this hub counts."""

from django.conf import settings

from referrals.clocks import Calendar, calendar_for


def hub_calendar() -> Calendar:
    """The calendar of the part of the United Kingdom that the hub is set up for. Raises UnknownDivision."""
    return calendar_for(settings.CALENDAR_NATION)
