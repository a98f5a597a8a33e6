"""One address of the product: what is sent there and what must be shown there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.matrix.policy import READS_THE_HUBS_CASES

Form = Mapping[str, Any]


@dataclass(frozen=True)
class Door:
    """How one address is tried.

    at: its parameters. gets: queries to read it with. posts: forms (or JSON bodies, under /api/) to send there.
    shows: kinds of things that it must show to whoever may see them, so that an empty page does not pass;
    to: the roles that it is for.
    headers: sent with every request.
    conference: whether it leads to cases that a conference asks about, and to no others.
    to_do: whether it shows what is to be done, of which a closed case has nothing.
    """

    at: Mapping[str, str] = field(default_factory=dict)
    gets: tuple[str, ...] = ("",)
    posts: tuple[Form, ...] = ({},)
    shows: tuple[str, ...] = ()
    to: tuple[str, ...] = READS_THE_HUBS_CASES
    headers: Mapping[str, str] = field(default_factory=dict)
    conference: bool = False
    to_do: bool = False


REASON = "Because it is so."
PRACTITIONER, SYSTEM = ("partner_practitioner",), ("client",)
OF_CASE = {"reference": "{reference}"}
OF_REFERRAL = {"referral_id": "{referral}"}
PAGED = ("", "?after={cursor}", "?before={cursor}")


def of_case(*posts: Form, at: Mapping[str, str] | None = None, **given: Any) -> Door:
    return Door(at=at or OF_CASE, posts=posts or ({},), **given)


def of_referral(*posts: Form, **given: Any) -> Door:
    return Door(at=OF_REFERRAL, posts=posts or ({},), **given)
