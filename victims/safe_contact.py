"""Whether somebody may be reached this way at this moment: the one rule that every call, message, letter and
reminder asks. Pure.

Hours are those of the clock on the person's wall, in London. In an hour that happens twice, or not at all, nobody
knows which was meant: such an hour opens nothing. Hours of certain days hold on no bank holiday: nobody is then
where they are on that weekday.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
EVERY_DAY = frozenset(range(7))
WEEKDAYS = frozenset(range(5))
LOOK_AHEAD = timedelta(days=60)
_FOR_EVER = timedelta(days=50)
STAYS_TRUE = timedelta(days=90)
"""For how long what somebody said of their number is taken as it was said, before it should be asked again."""
NO_MOMENT = "No hour of the coming two months is safe."

Span = tuple[datetime, datetime]
IsHoliday = Callable[[date], bool]


@dataclass(frozen=True)
class Answer:
    """Whether a way may be used, and in words why or how.

    until: when a yes ends; None where time alone does not end it. again: the next safe moment after a no that
    will pass by itself; None where somebody must do something first.
    """

    safe: bool
    words: str
    until: datetime | None = None
    again: datetime | None = None


@dataclass(frozen=True)
class Window:
    """Hours of certain days (0 is Monday) at which somebody may be reached. ends: None for midnight."""

    begins: time = time(0)
    ends: time | None = None
    days: frozenset[int] = EVERY_DAY


@dataclass(frozen=True)
class Held:
    """What one record says of one number or address.

    safety: safe, unsafe or unknown. rules: as read_notes and record_safety make them. is_joint: somebody else lives
    there.
    """

    safety: str
    rules: Mapping[str, object] = field(default_factory=dict)
    is_joint: bool = False


def may_contact(
    now: datetime,
    channel: str,
    held: Sequence[Held],
    *,
    is_careful: bool,
    is_holiday: IsHoliday,
    is_suspended: bool = False,
    within: Sequence[Window] = (),
) -> Answer:
    """Whether somebody may be reached by this channel (phone, text, email, letter): yes until, or no and why and when.

    held: what is recorded of the one number or address, by everybody known to be the one person: what forbids most
    counts, and only hours that all of them allow are open. is_careful: domestic abuse, stalking, honour-based abuse,
    for which unknown is unsafe. is_suspended: contact with the person is stopped altogether. within: the hub's own
    hours, where a moment for its next try is looked for.
    """
    if is_suspended:
        return Answer(False, "All contact is stopped: the case is suspended as unsafe.")
    if not held:
        return Answer(False, "There is nothing on the record for that way of contact.")
    ranked = sorted(held, key=lambda one: _RANK.get(one.safety, 1))
    never = next((words for one in ranked if (words := _never(one, channel, is_careful))), "")
    if never:
        return Answer(False, never)
    limits = [windows for one in held if (windows := windows_of(one.rules, channel))]
    if within:
        limits.append(tuple(within))
    is_known = all(one.safety == "safe" for one in held)
    known = "Known to be safe." if is_known else "Nothing says that it is unsafe."
    words = f"{known} {_how(held, channel)}".strip()
    if not limits:
        return Answer(True, words)
    found = _first_open(now.astimezone(UTC), limits, is_holiday)
    if found is None:
        return Answer(False, NO_MOMENT)
    begins, ends = found
    if begins > now:
        return Answer(False, hours_in_words(limits), again=begins)
    return Answer(True, words, until=ends if ends - now < _FOR_EVER else None)


def is_stale(verified_at: datetime | None, *, now: datetime) -> bool:
    """Whether what was said of a way should be asked again."""
    return verified_at is None or now - verified_at > STAYS_TRUE


def windows_of(rules: Mapping[str, object], channel: str) -> tuple[Window, ...]:
    """The hours that the rules keep a telephone to; none: any hour. A letter or an e-mail waits until it is read."""
    if channel not in ("phone", "text"):
        return ()
    windows = rules.get("windows")
    if isinstance(windows, list):
        return tuple(_read(window) for window in windows)
    hours = rules.get("hours")
    days = WEEKDAYS if rules.get("weekdays") else EVERY_DAY
    if isinstance(hours, list):
        return (Window(time.fromisoformat(hours[0]), time.fromisoformat(hours[1]), days),)
    return (Window(days=days),) if rules.get("weekdays") else ()


def as_rule(window: Window) -> dict[str, object]:
    """The window as rules keep it."""
    return {
        "days": sorted(window.days),
        "from": window.begins.strftime("%H:%M"),
        "to": window.ends.strftime("%H:%M") if window.ends else "",
    }


def hours_in_words(limits: Sequence[Sequence[Window]]) -> str:
    """When only, as a sentence; the hub's own hours are told as hours like any other."""
    told = [" or ".join(_in_words(window) for window in windows) for windows in limits]
    return f"Only {', and only '.join(told)}."


_RANK = {"unsafe": 0, "unknown": 1, "safe": 2}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _never(held: Held, channel: str, is_careful: bool) -> str:
    """Why this record forbids the channel at any hour; "" where it does not."""
    rules = held.rules
    if rules.get("wrong_number") and channel in ("phone", "text"):
        return "A wrong number: somebody else has it."
    if held.safety == "unsafe":
        return "Marked as not safe."
    if "unread" in rules:
        return "Read the sender’s note and record what is safe before using this."
    through = rules.get("through")
    if isinstance(through, Mapping) and channel in ("phone", "text"):
        return f"Call {through['who']} on {through['number']} instead."
    if rules.get("email_only") and channel != "email":
        return "By e-mail only."
    if rules.get("text_only") and channel == "phone":
        return "By text only."
    if rules.get("no_texts") and channel == "text":
        return "Call, and never text."
    if channel == "letter" and held.is_joint and (is_careful or held.safety != "safe"):
        return "Somebody else lives there: no letters to a joint household."
    if is_careful and held.safety != "safe":
        return "Not known to be safe, and for this offence unknown is unsafe."
    return ""


def _how(held: Sequence[Held], channel: str) -> str:
    """What to keep to while using it, as a sentence."""
    if channel != "phone":
        return ""
    ways = [words for rule, words in _HOW if any(one.rules.get(rule) for one in held)]
    return f"{', '.join(ways).capitalize()}." if ways else ""


_HOW = (
    ("text_first", "text first"),
    ("no_voicemail", "leave no voicemail"),
    ("withhold_number", "withhold our number"),
)


def _first_open(now: datetime, limits: Sequence[Sequence[Window]], is_holiday: IsHoliday) -> Span | None:
    """The first span open at or after now in which every limit is open; touching spans are one."""
    found: Span | None = None
    for begins, ends in _spans(now, limits, is_holiday):
        if found and begins > found[1]:
            return found
        if ends > now:
            found = (found[0] if found else begins, ends)
    return found


def _spans(now: datetime, limits: Sequence[Sequence[Window]], is_holiday: IsHoliday) -> Iterator[Span]:
    """Open spans in order, day by day, from yesterday on: a day's last hour may run into the next."""
    day = now.astimezone(LONDON).date() - timedelta(days=1)
    last = day + LOOK_AHEAD
    while day <= last:
        is_off = is_holiday(day)
        spans: list[Span] = [(_at(day, time(0), max), _at(day + timedelta(days=1), time(0), min))]
        for windows in limits:
            opened = [_span(day, one) for one in windows if _holds(one, day, is_off)]
            spans = [(max(a, c), min(b, d)) for a, b in spans for c, d in opened if max(a, c) < min(b, d)]
        yield from _merged(spans)
        day += timedelta(days=1)


def _holds(window: Window, day: date, is_off: bool) -> bool:
    return day.weekday() in window.days and not (is_off and window.days != EVERY_DAY)


def _span(day: date, window: Window) -> Span:
    ends = _at(day, window.ends, min) if window.ends else _at(day + timedelta(days=1), time(0), min)
    return _at(day, window.begins, max), ends


def _at(day: date, hour: time, which: Callable[..., datetime]) -> datetime:
    """That hour of the wall clock: of the two that it may be as the clocks change, the one that opens less."""
    local = datetime.combine(day, hour, LONDON)
    return which(local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))


def _merged(spans: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for begins, ends in sorted(spans):
        if merged and begins <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(ends, merged[-1][1]))
        else:
            merged.append((begins, ends))
    return merged


def _read(window: object) -> Window:
    if not isinstance(window, Mapping):
        raise TypeError("A window of safe hours is an object with days, from and to.")
    ends = str(window["to"])
    return Window(
        time.fromisoformat(str(window["from"])),
        time.fromisoformat(ends) if ends else None,
        frozenset(window["days"]),
    )


def _in_words(window: Window) -> str:
    days = ""
    if window.days == WEEKDAYS:
        days = "on weekdays"
    elif window.days != EVERY_DAY:
        days = "on " + " and ".join(f"{_DAYS[day]}s" for day in sorted(window.days))
    hours = ""
    if window.begins != time(0) or window.ends:
        ends = window.ends.strftime("%H:%M") if window.ends else "midnight"
        hours = f"between {window.begins:%H:%M} and {ends}"
    return " ".join(filter(None, (days, hours)))
