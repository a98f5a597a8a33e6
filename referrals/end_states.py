"""What each end of a case wants to have been done first, and to which end what is recorded points. Pure.

A case may end without what is wanted where somebody says why.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Ending:
    """What is recorded of a case, as far as its end asks for it.

    is_reachable: some way may be tried, now or at another hour. may_write: a letter or an e-mail is safe now.
    is_supported: a service took a referral on. has_exit_review: what was assessed at the start was assessed at the end.
    """

    entitlement: str = "standard"
    is_reached: bool = False
    said_no: bool = False
    is_tried_enough: bool = False
    is_reachable: bool = True
    is_written_to: bool = False
    may_write: bool = True
    is_suspended: bool = False
    is_supported: bool = False
    has_exit_review: bool = False


@dataclass(frozen=True)
class Want:
    """One thing that an end state wants, in words, and whether it holds."""

    words: str
    holds: Callable[[Ending], bool]


@dataclass(frozen=True)
class Proposal:
    """The end state that what is recorded points to ("" for none), and why."""

    code: str
    because: str


_SUPPORT = Want(
    "a service took a referral on, or somebody spoke to the person",
    lambda at: at.is_supported or at.is_reached,
)
_EXIT = Want("an exit review with the scales of the start", lambda at: at.has_exit_review)
_TRIED = Want("as many tries as are made, on more than one day", lambda at: at.is_tried_enough)

WANTS: dict[str, tuple[Want, ...]] = {
    "supported_enhanced": (
        Want("enhanced entitlement", lambda at: at.entitlement == "enhanced"),
        _SUPPORT,
        _EXIT,
    ),
    "supported_standard": (_SUPPORT, _EXIT),
    "declined": (Want("a contact attempt in which the person declined", lambda at: at.said_no),),
    "no_response_written": (
        _TRIED,
        Want("a letter, a text or an e-mail that was sent", lambda at: at.is_written_to),
    ),
    "no_response_unsafe": (_TRIED, Want("that writing is not safe", lambda at: not at.may_write)),
    "uncontactable": (
        Want(
            "as many tries as are made, or no way left that may be tried",
            lambda at: at.is_tried_enough or not at.is_reachable,
        ),
    ),
    "out_of_area": (),
    "duplicate": (),
    "excluded_offence": (),
    "suspended_unsafe": (Want("that the case is suspended", lambda at: at.is_suspended),),
    "with_specialist": (),
}


def missing(end_state: str, at: Ending) -> list[str]:
    """What the end state wants and is not there, in words."""
    return [want.words for want in WANTS[end_state] if not want.holds(at)]


def proposed(at: Ending) -> Proposal:
    """Which end what is recorded points to, and why; a person decides."""
    supported = "supported_enhanced" if at.entitlement == "enhanced" else "supported_standard"
    if at.said_no:
        return Proposal("declined", "The person said that they want no support.")
    if at.is_suspended:
        return Proposal("suspended_unsafe", "The case is suspended: no contact is safe.")
    if at.is_supported:
        return Proposal(supported, "A service took a referral on.")
    if not at.is_reachable and not at.is_reached:
        return Proposal("uncontactable", "No way on the record may be tried.")
    if at.is_tried_enough and at.is_written_to:
        return Proposal("no_response_written", "Nobody answered, and information was sent.")
    if at.is_tried_enough and not at.may_write:
        return Proposal("no_response_unsafe", "Nobody answered, and writing is not safe.")
    if at.is_tried_enough:
        return Proposal("", "Nobody answered, and writing is safe: send information first, then record it.")
    return Proposal("", "Nothing that is recorded points to an end yet.")
