"""The rules of time as data: the events that start and end clocks, why one stands still or was missed, and whether an
edition can be used. Pure. How time is counted is in referrals.clocks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from referrals.clocks import Length, NotALength, read_ladder, read_rule


class RuleWrong(Exception):
    """The edition cannot be used: `problems` says what is wrong, each as a sentence."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Event:
    """Something that starts or ends clocks.

    by_hand: a practitioner records it; else the product sees it. begins: a clock starts by it, so that without an hour
    the earliest of its day counts; of an answer the latest does. details: of what kind it was, where that is asked.
    """

    words: str
    by_hand: bool = True
    begins: bool = False
    details: Mapping[str, str] | None = None


EVENTS: dict[str, Event] = {
    "reported": Event("Reported to the police or the hub", by_hand=False),
    "opened": Event("Case opened", by_hand=False),
    "contact_attempted": Event("Contact attempted", by_hand=False),
    "referral_sent": Event("Referral sent", by_hand=False),
    "referral_answered": Event("Partner answered", by_hand=False),
    "received": Event("Row received", by_hand=False),
    "referred_on": Event("Row referred on", by_hand=False),
    "prompt_raised": Event("Prompt raised", by_hand=False),
    "prompt_answered": Event("Prompt answered", by_hand=False),
    "assessed": Event("Assessment completed", by_hand=False),
    "rights_given": Event("Information about rights and restorative justice given"),
    "key_development": Event(
        "Key development in the investigation",
        begins=True,
        details={
            "arrest": "Arrest",
            "bail": "Bail set or changed",
            "no_further_action": "No further action",
            "charge": "Charge",
        },
    ),
    "development_told": Event("Person told of the key development"),
    "court_heard": Event(
        "Court news received from witness care", begins=True, details={"date": "Date", "outcome": "Outcome"}
    ),
    "court_told": Event("Person told of the court news"),
    "disclosure_asked": Event("Disclosure scheme: request made", begins=True),
    "disclosure_decided": Event("Disclosure scheme: decided, and the person told"),
    "social_care_referred": Event("Children’s social care: referral made", begins=True),
    "social_care_decided": Event("Children’s social care: decision received"),
    "section_47": Event("Children’s social care: section 47 enquiry began", begins=True),
    "child_seen": Event("Children’s social care: child seen"),
    "conference_held": Event("Case conference held elsewhere", begins=True),
    "minutes_circulated": Event("Minutes of that case conference circulated"),
}

PAUSE_REASONS: dict[str, str] = {
    "awaiting_consent": "Waiting for the person’s consent",
    "awaiting_information": "Waiting for information",
}
STOP_REASONS: dict[str, str] = {
    "in_error": "It was started by mistake",
    "done_elsewhere": "Another agency has done it",
    "not_wanted": "The person does not want it",
    "not_safe": "It is not safe to do now",
}
BREACH_REASONS: dict[str, str] = {
    "report_late": "The report reached us late",
    "could_not_reach": "The person could not be reached",
    "not_safe": "It was not safe to act in time",
    "waited_for_partner": "We waited for a partner",
    "waited_for_police": "We waited for the police or a court",
    "too_few_people": "Too few people on duty",
    "overlooked": "It was overlooked",
    "system_fault": "A system did not work",
}


def to_record() -> dict[str, str]:
    """The events that a practitioner records, code to words; one with details is offered once for each."""
    offered: dict[str, str] = {}
    for code, event in EVENTS.items():
        if not event.by_hand:
            continue
        if event.details:
            offered |= {f"{code}:{one}": f"{event.words}: {words}" for one, words in event.details.items()}
        else:
            offered[code] = event.words
    return offered


def event_words(code: str, detail: str = "") -> str:
    """An event in words, with its detail; one that the product has no more, by its code."""
    event = EVENTS.get(code)
    if event is None:
        return code.replace("_", " ").capitalize()
    return f"{event.words}: {(event.details or {}).get(detail, detail)}" if detail else event.words


def check_rule(edition: Mapping[str, Any]) -> None:
    """Whether an edition can be used. Raises RuleWrong, with everything that is wrong with it."""
    problems = []
    for event in (edition.get("starts"), edition.get("ends")):
        if event not in EVENTS:
            problems.append(f"{event!r} is no event that the product knows.")
    if not isinstance(edition.get("effective_from"), date):
        problems.append("Say from which day it is in effect.")
    for name in ("code", "edition", "words", "source"):
        if not str(edition.get(name) or "").strip():
            problems.append(f"It has no {name}.")
    if edition.get("counts_from", "happened") not in ("happened", "known"):
        problems.append("It counts from when something happened, or from when it was known.")
    for reason in edition.get("pauses", ()):
        if reason not in PAUSE_REASONS:
            problems.append(f"{reason!r} is no reason to pause.")
    try:
        for entitlement in edition["length"]:
            if entitlement not in ("standard", "enhanced", "high_risk"):
                problems.append(f"{entitlement!r} is no entitlement.")
            else:
                Length.read(edition["length"][entitlement], edition.get("due_by", "end_of_day"))
        read_ladder(edition.get("ladder", ()))
    except NotALength as wrong:
        problems.append(str(wrong))
    if problems:
        raise RuleWrong(problems)


def lines(edition: Mapping[str, Any]) -> list[tuple[str, str]]:
    """An edition in words: what each part of it says."""
    lengths = {
        words: read_rule({**edition, "length": {"standard": edition["length"][code]}}, entitlement="standard")
        for code, words in (("standard", "Standard"), ("enhanced", "Enhanced"), ("high_risk", "High risk"))
        if code in edition["length"]
    }
    told = [(words, _length(rule.length)) for words, rule in lengths.items()]
    counted = " (from when the hub heard of it)" if edition.get("counts_from") == "known" else ""
    pauses = [PAUSE_REASONS.get(one, one) for one in edition.get("pauses", ())]
    return [
        ("Starts", event_words(edition["starts"]) + counted),
        ("Ends", event_words(edition["ends"])),
        *(told or [("Length", "None: there is no such clock from that day on")]),
        ("May pause", "; ".join(pauses) or "Never"),
        ("Told", "; ".join(_rung(step) for step in edition.get("ladder", ())) or "Nobody"),
    ]


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What an edition changes of another, a sentence each; empty where nothing."""
    before, after = dict(lines(old)), dict(lines(new))
    keys: Iterable[str] = dict.fromkeys((*before, *after))
    return [
        f"{key}: {after.get(key, 'nothing')} instead of {before.get(key, 'nothing')}."
        for key in keys
        if before.get(key) != after.get(key)
    ]


def _length(length: Length) -> str:
    at = ", at the same time of day" if length.due_by == "same_time" and "hours" not in length.unit else ""
    return f"{length.words}{at}"


def _rung(step: Mapping[str, Any]) -> str:
    when = "before" if "before" in step else "after"
    length = Length.read(step[when])
    words = "on the day that it is due" if not length.number else f"{length.words} {when} it is due"
    return f"{step['tell']}, {words}"
