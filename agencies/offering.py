"""What a service says of itself: where it works, for whom, in which languages, when it is open. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from itertools import takewhile

DAYS: dict[str, str] = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
ACCESS: dict[str, str] = {
    "step_free": "a building without steps",
    "home_visits": "visits at home",
    "sign_language": "British Sign Language",
    "hearing": "a hearing loop, or text in place of speech",
    "large_print": "large print, or information to listen to",
    "easy_read": "easy-read information",
    "by_phone": "all of it by telephone or video",
}
"""What a person may need so that they can use a service, and what a service can do."""

NEEDS: dict[str, str] = {
    "mental_physical_health": "mental and physical health",
    "accommodation": "shelter and accommodation",
    "family": "family, friends and children",
    "education_employment": "education, skills and employment",
    "drugs_alcohol": "drugs and alcohol",
    "finance": "finance and benefits",
    "outlook": "outlook and attitudes",
    "social": "social interactions",
}
"""The eight needs of victims' services: what an assessment finds, and what a service can be asked to meet."""

Hours = Mapping[str, tuple[str, str] | list[str]]
"""By day (a key of DAYS): from and to, as "09:00". A day left out is closed; none at all: hours are not told."""


def works_in(areas: Iterable[str], area: str) -> bool:
    """Whether a service that works in these areas works in that postcode district.

    An area is a district ("NS1") or all districts of a postcode area ("NS"); no areas at all are everywhere.
    """
    listed = [one.upper() for one in areas]
    letters = "".join(takewhile(str.isalpha, area.upper()))
    return not listed or area.upper() in listed or letters in listed


def speaks(languages: Iterable[str], language: str) -> bool:
    """Whether a service whose people speak these (and English) speaks the language."""
    return language.strip().casefold() in {"", "english", *(one.strip().casefold() for one in languages)}


def opens_at(hours: Hours, at: datetime) -> datetime | None:
    """When the service next opens, in the zone of `at`; None where it is open then, or has not told its hours."""
    for ahead in range(8):
        day = at + timedelta(days=ahead)
        told = hours.get(list(DAYS)[day.weekday()])
        if not told:
            continue
        opens, closes = (
            day.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
            for clock in map(time.fromisoformat, told)
        )
        if opens <= at < closes:
            return None
        if at < opens:
            return opens
    return None


def changed_words(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """What differs between two descriptions, each by what it is called: "Places: 12, were no limit." """
    parts = [
        f"{what}: {now or 'none'} (was {before.get(what) or 'none'})"
        for what, now in after.items()
        if now != before.get(what)
    ]
    return ". ".join(parts)


def hours_words(hours: Hours) -> list[str]:
    """The hours day by day, as a reader would say them."""
    return [f"{DAYS[day]} {hours[day][0]} to {hours[day][1]}" for day in DAYS if hours.get(day)]
