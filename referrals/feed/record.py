"""One record of a sender, and the words on it in whatever order they come: which counts, and what it comes to. Pure.

A word is one row about the record, with an update number. The newest word counts; of two under one number a
withdrawal, else the one that came later. Whatever the order in which words come, the record ends alike: worked by its
newest word that can be worked, held by a newer one that cannot, taken back as far as its sender took it back.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from referrals.feed.row import Report
from referrals.feed.source import SourceDefinition
from referrals.feed.verdicts import (
    DUPLICATE,
    NOT_A_VICTIM,
    QUARANTINE,
    SAFEGUARDING,
    UPDATE,
    WITHDRAWN,
    WORKABLE,
    OffenceFacts,
    Verdict,
    own_verdict,
)


@dataclass(frozen=True)
class Held:
    """What is held of one record of a sender: its newest word, and how far it was worked, taken back and held back.

    worked_no: of the newest word that opened or changed an incident. withdrawn_no: the update up to which the sender
    took the record back. held_no: of the word that went to quarantine. None where there was no such word.
    is_later: the newest word came after the row that is judged, which was held back meanwhile.
    """

    update_no: int
    content_hash: str
    worked_no: int | None = None
    withdrawn_no: int | None = None
    held_no: int | None = None
    is_later: bool = False

    @property
    def is_withdrawn(self) -> bool:
        """Whether its sender has taken it back: all that was worked of it, and nothing came since."""
        return self.withdrawn_no is not None and (
            self.worked_no is None or self.worked_no <= self.withdrawn_no
        )


def judge(
    report: Report,
    *,
    content_hash: str,
    source: SourceDefinition,
    offences: Mapping[str, OffenceFacts],
    held: Held | None,
    now: datetime,
    accepted: Collection[str] = (),
) -> Verdict:
    """The verdict of one row. `held` is None where nothing is known of its record so far.

    accepted: reasons for which a practitioner has decided that it is not held back.
    """
    same = held is not None and not held.is_later and report.update_no == held.update_no
    if held is not None and same and content_hash == held.content_hash:
        return Verdict(DUPLICATE, "The same was sent before; nothing is changed.")
    if takes_back(report):
        return _withdrawal(report, held)
    own = own_verdict(report, source, offences, now, accepted)
    if held is None or own.code == NOT_A_VICTIM:
        return own
    if report.update_no < held.update_no or held.is_later:
        return _earlier_word(report, own, held)
    if held.withdrawn_no is not None and report.update_no <= held.withdrawn_no:
        return _taken_back(held)
    if own.code != WORKABLE or held.worked_no is None:
        return own
    if not same:
        return replace(own, code=UPDATE, reason=f"Update {report.update_no} of a report that is held.")
    # The later word counts: a number or a warning about safety that is new must not be lost.
    uncounted = "The sender changed this report without raising its update number."
    return replace(
        own,
        code=UPDATE,
        reason="Other content for a report that is held.",
        warnings=(uncounted, *own.warnings),
    )


def takes_back(report: Report) -> bool:
    """Whether the row takes its record back. What is said of a suspect or a witness takes no victim's report back."""
    return report.is_withdrawn and (report.is_victim or not report.role)


def number_of(report: Report, held: Held | None) -> int:
    """The update that the row is; a withdrawal without a number takes back all that was sent so far."""
    if takes_back(report) and not report.has_update_no and held is not None:
        return held.update_no
    return report.update_no


def after(held: Held | None, report: Report, *, content_hash: str, verdict: Verdict) -> Held:
    """What is held once the row has its verdict."""
    number = number_of(report, held)
    if held is None:
        held = Held(number, content_hash)
    elif verdict.code in (DUPLICATE, NOT_A_VICTIM) or (verdict.code == WITHDRAWN and not takes_back(report)):
        return replace(held, is_later=False)  # it changes nothing of what counts
    if number >= held.update_no and not held.is_later:
        held = replace(held, update_no=number, content_hash=content_hash)
    held = replace(held, is_later=False)
    if verdict.code == WITHDRAWN:
        return replace(held, withdrawn_no=max(number, held.withdrawn_no or 0))
    if verdict.is_worked:
        return replace(held, worked_no=number)
    return replace(held, held_no=number) if verdict.code.startswith(QUARANTINE) else held


def _withdrawal(report: Report, held: Held | None) -> Verdict:
    if held is None:
        return Verdict(WITHDRAWN, "The sender takes back a report that has not come: it will not be worked.")
    number = number_of(report, held)
    if held.withdrawn_no is not None and number <= held.withdrawn_no:
        return Verdict(DUPLICATE, "The sender took this report back before; nothing is changed.")
    if held.worked_no is not None and number < held.worked_no:
        return Verdict(
            WITHDRAWN,
            f"The sender takes back update {number}; update {held.worked_no} came since and stands.",
        )
    if held.worked_no is not None:
        return Verdict(WITHDRAWN, "The sender takes this report back: decide what becomes of its case.")
    return Verdict(WITHDRAWN, "The sender takes this report back before it was worked.")


def _taken_back(held: Held) -> Verdict:
    return Verdict(
        WITHDRAWN,
        f"The sender has taken this record back, up to update {held.withdrawn_no}. A higher update brings it back.",
    )


def _earlier_word(report: Report, own: Verdict, held: Held) -> Verdict:
    """Of a word that comes after a newer one. It counts only while nothing as new can be worked."""
    number = report.update_no
    if held.withdrawn_no is not None and number <= held.withdrawn_no and held.is_withdrawn:
        return _taken_back(held)
    if own.code != WORKABLE or (held.worked_no is not None and held.worked_no >= number):
        if held.is_later:
            return Verdict(DUPLICATE, "A later word on this record was sent since: that one counts.")
        return Verdict(
            DUPLICATE,
            f"Update {held.update_no} of this record was taken already; update {number} is older.",
        )
    return replace(
        own,
        code=WORKABLE if held.worked_no is None else UPDATE,
        reason=f"Update {number} counts until update {held.update_no}, which is not worked, can be.",
    )


def ends_as(held: Held, *, held_no: int, held_verdict: str, verdict: Verdict) -> str:
    """The verdict from now on of the record's row in quarantine; "" where what came after is nothing to it.

    held: the record after the row with this `verdict`; held_no, held_verdict: of the row in quarantine. A child in
    danger leaves its queue by a person alone: the same verdict says that the row is told of it, and stays.
    """
    if verdict.code == WITHDRAWN and held.withdrawn_no is not None and held_no <= held.withdrawn_no:
        return held_verdict if held_verdict == SAFEGUARDING else WITHDRAWN
    is_newer = verdict.code.startswith(QUARANTINE) or (
        verdict.is_worked and held.worked_no is not None and held.worked_no >= held_no
    )
    return DUPLICATE if is_newer and held_verdict != SAFEGUARDING else ""
