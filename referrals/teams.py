"""Which of the teams that offer a service takes a case: what stands in the way of each, and who comes first.

Pure and deterministic. Of the teams that nothing stands in the way of, in this order: one that speaks the person's
language itself; for an urgent route one that is open, or opens first; the one furthest below its contracted share;
the one with the most room; the one that has been sent fewest, so that work is spread. What is equal in all of that
goes by the agency's code, and then the team's id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from agencies.offering import ACCESS, speaks, works_in
from pathways.pathway import SAFEGUARDING_OVERRIDE, Route
from pathways.rules import evaluate, sentence
from referrals.decision import NO_ROOM
from referrals.offer import REFUSED, Offer

# Reasons that the person, by way of a practitioner, can put right: the route waits for them.
WAITS_FOR_A_PERSON = ("consent_not_recorded", "consent_not_covering", "recalled")
# Answers after which another team, or the route's fallback, is tried.
GIVEN_UP = "given_up"
"""How a referral stands that its agency gave back for good, or that was handed over and is with nobody now."""
NOT_TAKEN = {
    "declined": "{who} declined this case.",
    "expired": "{who} did not answer in time.",
    GIVEN_UP: "{who} cannot go on with this case.",
}
Facts = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One team for one route: what it may be told, and the code and words of what stands in its way, if anything."""

    offer: Offer
    as_told: Route
    code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing by which teams are compared: lower comes first. `words` say where this team stands in it."""

    value: float | str
    words: str


def rank(
    route: Route, offers: Sequence[Offer], facts: Facts, status_of: Mapping[str, str]
) -> list[tuple[Candidate, str]]:
    """The teams that offer the route's service, the one to be asked first, each with why it stands where it does.

    status_of: by team, how the case's latest referral to it stands. Where something stands in the way of all of
    them, one that a practitioner can put right comes first, then one that is only full.
    """
    candidates = []
    for offer in offers:
        as_told = on_override(route, offer)
        code, reason = _obstacle(as_told, offer, facts, status_of.get(offer.team_id, "")) or ("", "")
        candidates.append(Candidate(offer, as_told, code, reason))
    measured = {id(one): _measures(one, offers, facts) for one in candidates}
    candidates.sort(key=lambda one: (_hindrance(one.code), *(m.value for m in measured[id(one)])))
    if not candidates:
        return []
    first = candidates[0]
    offered = _offered(facts)
    return [
        (
            one,
            one.reason
            or _standing(measured[id(one)], measured[id(first)]) + (offered if one is first else ""),
        )
        for one in candidates
    ]


def on_override(route: Route, offer: Offer) -> Route:
    """The route as this agency may be told by it: on an approved override where consent stands in the way.

    The override tells no more than it names, and no more than the route would.
    """
    told = tuple(one for one in route.categories if one in offer.override_categories)
    covered = offer.has_consent and not _without(route.categories, offer.consent_categories)
    if route.basis != "consent" or covered or not told:
        return route
    return replace(route, basis=SAFEGUARDING_OVERRIDE, basis_reason=offer.override_words, categories=told)


def _obstacle(route: Route, offer: Offer, facts: Facts, status: str) -> tuple[str, str] | None:
    """What stands in the way of sending the case to this team; None where nothing does."""
    if offer.in_conflict:
        which = f" ({offer.conflict_words})" if offer.conflict_words else ""
        return "conflict_of_interest", f"{offer.agency_name} has a conflict of interest in this case{which}."
    if status == "recalled":
        return "recalled", f"The referral to {offer.who} was recalled: decide whether to send it again."
    if status in NOT_TAKEN:
        return "declined", NOT_TAKEN[status].format(who=offer.who)
    return _may_not_disclose(route, offer) or _does_not_fit(offer, facts) or _cannot_take(offer)


def _may_not_disclose(route: Route, offer: Offer) -> tuple[str, str] | None:
    """Why the law or the agreement stands in the way of telling this agency; None where nothing does."""
    who = offer.agency_name
    if offer.agreement_id is None:
        return "no_agreement", f"No agreement in force with {who}."
    if route.purpose not in offer.agreement_purposes:
        return "purpose_not_covered", f"The agreement with {who} does not cover {_said([route.purpose])}."
    if uncovered := _without(route.categories, offer.agreement_categories):
        return "category_not_covered", f"The agreement with {who} does not cover {_said(uncovered)}."
    if route.basis != "consent":
        return None
    if offer.consent == REFUSED:
        return "consent_refused", f"Consent for {who} was refused or withdrawn."
    if not offer.has_consent:
        return "consent_not_recorded", f"Consent for {who} not recorded."
    if uncovered := _without(route.categories, offer.consent_categories):
        return "consent_not_covering", f"Consent for {who} does not cover {_said(uncovered)}."
    return None


def _does_not_fit(offer: Offer, facts: Facts) -> tuple[str, str] | None:
    """Why the team is not for this person; None where it is, or where that is not known: then it is asked."""
    area, language = facts.get("area"), str(facts.get("language") or "")
    if isinstance(area, str) and not works_in(offer.areas, area):
        return "out_of_area", f"{offer.who} does not work in {area}."
    if offer.criteria and evaluate(offer.criteria, facts).value is False:
        return "criteria_not_met", f"{offer.who} takes a case only where {sentence(offer.criteria)}."
    understood = speaks(offer.languages, language) and bool(language or not facts.get("interpreter"))
    if not understood and not offer.interpreters:
        wanted = language or "the person's language"
        return "language", f"{offer.who} does not speak {wanted} and works without interpreters."
    if missing := _without(_members(facts.get("access_needs")), offer.access):
        words = " or ".join(
            ACCESS.get(one, one) for one in sorted(missing)
        )  # the same whenever it is replayed
        return "accessibility", f"{offer.who} does not offer {words}."
    return None


def _cannot_take(offer: Offer) -> tuple[str, str] | None:
    if not offer.is_open:
        return "closed", f"{offer.who} takes no referrals to this service now."
    if offer.capacity_free is not None and offer.capacity_free <= 0:
        return NO_ROOM, f"{offer.who} has no room in this service now."
    return None


def _hindrance(code: str) -> int:
    if not code:
        return 0
    return 1 if code in WAITS_FOR_A_PERSON else 2 if code == NO_ROOM else 3


def _measures(one: Candidate, offers: Sequence[Offer], facts: Facts) -> list[Measure]:
    """Where the team stands in everything that teams are compared by, the weightiest first."""
    offer, language = one.offer, str(facts.get("language") or "")
    itself = speaks(offer.languages, language)
    urgent = one.as_told.urgent
    return [
        Measure(0 if itself else 1, "" if itself else f"it works with interpreters in {language}"),
        Measure(
            offer.opens_at if urgent else "",
            f"it opens on {offer.opens_at[:16].replace('T', ' at ')}" if offer.opens_at else "it is open now",
        ),
        _share(offer, offers),
        Measure(*_room(offer)),
        Measure(offer.sent, f"it has been sent {offer.sent}"),
        Measure(offer.agency_code, "the order of names decided"),
        Measure(offer.team_id, "the order of names decided"),
    ]


def _share(offer: Offer, offers: Sequence[Offer]) -> Measure:
    """How far the team is above its contracted share, in hundredths of a referral: below is less than nothing."""
    total = sum(one.sent for one in offers)
    words = f"it has had {offer.sent} of {total}"
    if offer.share is None:
        # Beside teams with a share, one without has none; where nobody has, nobody is above or below.
        above = offer.sent * 100 if any(one.share is not None for one in offers) else 0
        return Measure(above, words)
    # Before the first referral the greatest share comes first.
    return Measure(offer.sent * 100 - offer.share * max(total, 1), f"{words} for a share of {offer.share}%")


def _room(offer: Offer) -> tuple[float, str]:
    if offer.capacity_free is None:
        return float("-inf"), "it has no limit of places"
    of = f" of {offer.capacity}" if offer.capacity is not None else ""
    return -offer.capacity_free, f"it has {offer.capacity_free}{of} places free"


def _standing(mine: Sequence[Measure], first: Sequence[Measure]) -> str:
    """Why a team comes first, or after the first: by the first thing in which they differ."""
    if mine is first:
        return _first([measure.words for measure in mine[1:5]])
    own, theirs = next(pair for pair in zip(mine, first, strict=True) if pair[0].value != pair[1].value)
    return f"{_capital(own.words)}; of the team that was chosen, {theirs.words or 'it speaks the language itself'}."


def _first(words: Sequence[str]) -> str:
    opening, share, room, _ = words
    return f"{_capital(room)}; {share}; {opening}."


def _offered(facts: Facts) -> str:
    """That a team which can take the case has all that the person needs; "" where they need nothing."""
    needs = [ACCESS.get(one, one) for one in _members(facts.get("access_needs"))]
    return f" It offers what the person needs: {', '.join(needs)}." if needs else ""


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _members(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, (list, tuple)) else []


def _without(wanted: Sequence[str], covered: Sequence[str]) -> list[str]:
    have = set(covered)
    return [one for one in wanted if one not in have]


def _said(codes: Sequence[str]) -> str:
    return ", ".join(code.replace("_", " ") for code in codes)
