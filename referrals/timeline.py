"""What an event's codes add to its headline on a case's timeline, in words. Pure. Headlines: referrals.topics."""

from collections.abc import Callable, Mapping

from referrals.clock_rules import BREACH_REASONS, PAUSE_REASONS, STOP_REASONS, event_words
from referrals.conference import GROUNDS
from referrals.grounds import LOST, OVERRIDE_REASONS
from referrals.notes import KINDS
from referrals.workflow import CASE_STATUSES, DECLINE_REASONS, END_STATES, PROGRESS, RETURN_REASONS

CHANNELS: dict[str, str] = {"phone": "Phone", "text": "Text", "email": "E-mail", "letter": "Letter"}
RESULTS: dict[str, str] = {
    "spoke": "spoke to the person",
    "no_answer": "no answer",
    "voicemail": "left a safe voicemail",
    "somebody_else": "somebody else answered",
    "not_safe": "not safe to speak",
    "wrong_number": "wrong number",
    "sent": "sent",
    "declined": "does not want support",
}

Data = Mapping[str, object]
Names = Mapping[str, str]


def text_of(topic: str, data: Data, names: Names) -> str:
    """What an event's codes add to its headline, in words; "" for nothing.

    names: what ids and codes in the data stand for (practitioners, agencies, services, instruments), as text.
    """
    families = {
        "referral": _referral,
        "transfer": _referral,
        "split": _referral,
        "handover": _referral,
        "progress": _referral,
        "lead": _referral,
        "conference": _conference,
    }
    tell = _TEXTS.get(topic) or families.get(topic.partition(".")[0])
    return tell(data, names) if tell else ""


def _words(code: object) -> str:
    return str(code or "").replace("_", " ").replace("-", " ")


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}." if words else ""


def _assigned(data: Data, names: Names) -> str:
    before, after = data.get("from_assignee"), data.get("to_assignee")
    to = names.get(str(after), "a colleague") if after else "nobody"
    return _sentence(f"to {to}" + (f", before {names.get(str(before), 'a colleague')}" if before else ""))


def _moved(data: Data, names: Names) -> str:
    before, after = (
        CASE_STATUSES.get(str(data.get(key)), _words(data.get(key))) for key in ("from_status", "to_status")
    )
    return _sentence(f"from “{before.lower()}” to “{after.lower()}”")


def _contact(data: Data, names: Names) -> str:
    channel, result = str(data.get("channel")), str(data.get("result"))
    despite = ", though it was not safe: a supervisor’s decision" if data.get("despite") else ""
    return _sentence(
        f"{CHANNELS.get(channel, _words(channel))}: {RESULTS.get(result, _words(result))}{despite}"
    )


def _call_back(data: Data, names: Names) -> str:
    words = {"try_again": "after a try that reached nobody", "asked": "as agreed"}
    return _sentence(words.get(str(data.get("why")), "" if data.get("safe", True) else "it is not safe now"))


def _safety(data: Data, names: Names) -> str:
    kind = {"mobile": "Mobile", "phone": "Telephone", "email": "E-mail", "letter": "Letters"}
    words = {"safe": "safe", "unsafe": "not safe", "unknown": "not known"}
    return _sentence(f"{kind.get(str(data.get('kind')), '')}: {words.get(str(data.get('safety')), '')}")


def _assessed(data: Data, names: Names) -> str:
    code, grade = str(data.get("instrument") or ""), _words(data.get("grade"))
    return _sentence(names.get(code, _words(code)) + (f": {grade}" if grade else ""))


_PROMPTS = {
    "same_day_risk": "a talk about safety, the same day",
    "children_social_care": "children’s social care to be told",
}
_PROMPT_STATES = {"done": "done", "set_aside": "set aside, with the reason"}


def _prompt(data: Data, names: Names) -> str:
    kind, code = str(data.get("kind")), str(data.get("instrument") or "")
    words = _PROMPTS.get(kind) or f"{names.get(code, _words(code))} is wanted"
    state = _PROMPT_STATES.get(str(data.get("state")), "")
    return _sentence(f"{words}: {state}" if state else words)


def _note(data: Data, names: Names) -> str:
    kind = KINDS.get(str(data.get("kind")))
    people = data.get("people")
    named = (
        ", ".join(names.get(str(one), "a colleague") for one in people) if isinstance(people, list) else ""
    )
    return _sentence(named or (kind.words if kind else names.get(str(data.get("agency")), "")))


_CONFIRMED = {"correct": "has corrected its record", "document": "has destroyed the document"}


def _confirmed(data: Data, names: Names) -> str:
    """Which agency did as it was told, and what that was."""
    done = _CONFIRMED.get(str(data.get("kind")), "")
    return _sentence(f"{names.get(str(data.get('agency')), '')} {done}".strip()) if done else ""


_TASK_STATES = {"done": "done", "not_possible": "not possible", "stopped": "no longer needed"}


def _task(data: Data, names: Names) -> str:
    """The task by its title, where the reader is shown it, and whose it is or what became of it."""
    title = names.get(str(data.get("task")), "")
    to, before = (
        names.get(str(data.get(f"{side}_owner") or data.get(f"{side}_team")), "") for side in ("to", "from")
    )
    state = _TASK_STATES.get(str(data.get("state")), "")
    parts = (f"to {to}" if to else "", f"before {before}" if before else "", state)
    words = ", ".join(part for part in parts if part)
    return _sentence(f"{title}: {words}" if title and words else title or words)


def _consent(data: Data, names: Names) -> str:
    agency = names.get(str(data.get("agency")), _words(data.get("agency")))
    return _sentence(f"{agency}: {_words(data.get('answer'))}")


def _override(data: Data, names: Names) -> str:
    agency = names.get(str(data.get("agency")), "")
    return f"{_sentence(agency)} {_sentence(OVERRIDE_REASONS.get(str(data.get('reason')), ''))}".strip()


def _routed(data: Data, names: Names) -> str:
    referrals, held = _number(data.get("referrals")), _number(data.get("held"))
    made = f"{referrals} referral{'' if referrals == 1 else 's'} made"
    return _sentence(made + (f", {held} held back" if held else ""))


def _number(value: object) -> int:
    return len(value) if isinstance(value, list) else value if isinstance(value, int) else 0


def _referral(data: Data, names: Names) -> str:
    whom = [names.get(str(data.get(key)), "") for key in ("service", "agency")]
    if data.get("from_team"):
        whom += [f"from {names.get(str(data['from_team']), '')} to {names.get(str(data.get('team')), '')}"]
    code = str(data.get("reason_code") or "")
    step = PROGRESS[str(data["step"])][0] if data.get("step") in PROGRESS else ""
    reasons = {**DECLINE_REASONS, **RETURN_REASONS, **LOST}
    count = _number(data.get("needs"))
    needs = f"{count} need{'' if count == 1 else 's'}" if count else ""
    parts = (", ".join(filter(None, whom)), needs, step, reasons.get(code, _words(code)))
    return " ".join(_sentence(part) for part in parts if part)


def _opened(data: Data, names: Names) -> str:
    level = _words(data.get("entitlement"))
    return _sentence(f"{level} entitlement proposed") if level else ""


def _entitlement(data: Data, names: Names) -> str:
    if data.get("from") == data.get("to"):
        return _sentence(f"another reason for {_words(data.get('to'))}")
    return _sentence(f"from {_words(data.get('from'))} to {_words(data.get('to'))}")


_WANTED = {
    "held": "The pathway holds back a referral until somebody decides.",
    "nothing_left": "The pathway names nobody else.",
    "returned": "A partner asks for more.",
    "cannot_go_on": "A partner cannot go on.",
    "transfer_asked": "A partner asks to hand its referral over.",
    "split_asked": "A partner asks to give some needs to another team.",
    "needs_back": "The part of a split ended undone, and nobody is left to take it back.",
    "recalled": "A referral was recalled.",
    "all_finished": "Every partner has finished.",
    "consent_runs_out": "A consent that a partner works by runs out soon.",
    "override_asked": "A second person must decide whether an agency is told without consent.",
    "override_refused": "An agency is not to be told without consent.",
    "report_withdrawn": "The sender has taken a report back.",
    "link_undone": "Two records are no longer linked: look through what was recorded meanwhile.",
    "somebody_else": "Somebody else answered: contact is stopped until somebody decides how it is safe.",
    "not_reached": "The person was not reached in as many tries as are made.",
    "risk_changed": "The risk is another than when the case was routed.",
}


def _decision_wanted(data: Data, names: Names) -> str:
    code = str(data.get("code"))
    return _WANTED.get(code) or _sentence(_words(code))


def _closed(data: Data, names: Names) -> str:
    return _sentence(END_STATES.get(str(data.get("end_state")), ""))


def _reopened(data: Data, names: Names) -> str:
    return _sentence(f"it had ended as “{END_STATES.get(str(data.get('end_state')), '').lower()}”")


def _development(data: Data, names: Names) -> str:
    return _sentence(event_words(str(data.get("event")), str(data.get("detail") or "")))


_REASONS = {**PAUSE_REASONS, **STOP_REASONS, **BREACH_REASONS}


def _clock(data: Data, names: Names) -> str:
    code = str(data.get("rule"))
    words = [names.get(code, _words(code))]
    if reason := str(data.get("reason") or ""):
        words.append(_REASONS.get(reason, _words(reason)))
    if data.get("tell"):
        words.append(f"told: {data['tell']}")
    return " ".join(_sentence(one) for one in words)


def _suggestion(data: Data, names: Names) -> str:
    words = {
        "confirmed": "The same person.",
        "rejected": "Different people.",
        "different": "Different people.",
        "unsure": "Not sure: to be asked again.",
    }
    return words.get(str(data.get("answer")), "")


_ACTIONS = {"done": "done", "not_possible": "not possible"}


def _conference(data: Data, names: Names) -> str:
    agency, ground = names.get(str(data.get("agency")), ""), GROUNDS.get(str(data.get("ground")), "")
    status = _ACTIONS.get(str(data.get("status")), "")
    known = "" if "known" not in data else "known to it" if data["known"] else "nobody known to it"
    return _sentence(": ".join(filter(None, (agency or ground, status or known))))


_TEXTS: dict[str, Callable[[Data, Names], str]] = {
    "case.opened": _opened,
    "case.assigned": _assigned,
    "case.moved": _moved,
    "case.entitlement_changed": _entitlement,
    "case.contact_attempted": _contact,
    "case.call_back_planned": _call_back,
    "case.call_back_due": _call_back,
    "case.safety_recorded": _safety,
    "case.assessed": _assessed,
    "record.confirmed": _confirmed,
    "document.recalled": _note,
    "document.uploaded": _note,
    "document.redacted": _note,
    "document.shared": _note,
    "document.unshared": _note,
    "note.written": _note,
    "note.corrected": _note,
    "note.mentioned": _note,
    "note.shared": _note,
    "note.unshared": _note,
    "case.task_given": _task,
    "case.task_changed": _task,
    "case.task_ended": _task,
    "case.prompt_raised": _prompt,
    "case.prompt_answered": _prompt,
    "case.prompt_overdue": _prompt,
    "case.consent_recorded": _consent,
    "case.override_asked": _override,
    "case.override_approved": _override,
    "case.override_refused": _override,
    "case.routed": _routed,
    "case.decision_wanted": _decision_wanted,
    "case.closed": _closed,
    "case.reopened": _reopened,
    "case.development_recorded": _development,
    **{
        f"clock.{one}": _clock
        for one in ("warned", "missed", "escalated", "paused", "resumed", "stopped", "explained")
    },
    "message.sent": _referral,
    "person.suggestion_decided": _suggestion,
    "person.parted": _suggestion,
}
