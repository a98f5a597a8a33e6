"""The policy as a data protection officer reads it: who may see what of which case. No code of the product in it.

Two tables and one function. `RELATIONS` says how agencies stand to each case of the world; `READERS` who asks.
The database, the doors and everything between are held against `may_see`; docs/security/matrix.md prints it.
"""

from dataclasses import dataclass, field

IDENTITY, CONTACT, SAFE_ADDRESS = "identity", "contact", "safe_address"
INCIDENT, ASSESSMENT, HEALTH, NOTES = "incident", "assessment", "health", "notes"
HUB, SENT, EXISTENCE, REFERRAL = "hub", "sent", "existence", "referral"
CONTENT = (IDENTITY, CONTACT, SAFE_ADDRESS, INCIDENT, ASSESSMENT, HEALTH, NOTES)
OF_PERSON = (IDENTITY, CONTACT, SAFE_ADDRESS)
AGREED = (IDENTITY, CONTACT, INCIDENT, ASSESSMENT, NOTES)
"""What the agreement in force lets the hub tell: never a safe address, never health."""

POLICE = "northshire-police"
SAFE_STEPS, VICTIM_CARE, THE_HUB = "safe-steps", "victim-care", "northshire-hub"


@dataclass(frozen=True)
class Reader:
    """Somebody who asks: a person of the cast, a partner's system, or nobody who has signed in."""

    name: str
    role: str
    agency: str = ""

    @property
    def words(self) -> str:
        return f"{self.name} ({self.role.replace('_', ' ')})" if self.agency else self.name


READERS = (
    Reader("priya", "practitioner", THE_HUB),
    Reader("liam", "practitioner", THE_HUB),
    Reader("dana", "supervisor", THE_HUB),
    Reader("carys", "manager", THE_HUB),
    Reader("owen", "hub_administrator", THE_HUB),
    Reader("grace", "auditor", THE_HUB),
    Reader("helen", "partner_practitioner", SAFE_STEPS),
    Reader("ines", "agency_administrator", SAFE_STEPS),
    Reader("system:safe-steps", "client", SAFE_STEPS),
    Reader("ruth", "partner_practitioner", VICTIM_CARE),
    Reader("system:victim-care", "client", VICTIM_CARE),
    Reader("martin", "police_liaison", POLICE),
    Reader("anonymous", "visitor"),
)

READS_THE_HUBS_CASES = ("practitioner", "supervisor", "manager")
READS_ITS_AGENCYS_REFERRALS = ("partner_practitioner", "client")
READS_THE_LOG = ("supervisor", "auditor")
"""The log names records by references and ids, and never says what is in them."""


@dataclass(frozen=True)
class Relation:
    """How agencies stand to one case.

    tells: agency to the data categories that an open referral shows it now.
    referred: agencies that were ever sent it; they keep knowing that there was a referral, and how it ended.
    same_person_as: another relation's case with the same person, whose person it therefore shares.
    let_in: of a restricted record, the hub's people by name who hold a personal grant; None: not restricted.
    kept_out: by name or by agency, whoever is in a conflict of interest.
    asked: agencies that a case conference asked what they know, and that see the case by that.
    heard: whether it is on the list of a case conference, whoever was asked.
    closed: whether nothing is to be done on it any more.
    """

    words: str
    tells: dict[str, tuple[str, ...]] = field(default_factory=dict)
    referred: tuple[str, ...] = ()
    same_person_as: str = ""
    let_in: tuple[str, ...] | None = None
    kept_out: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    heard: bool = False
    closed: bool = False


RELATIONS: dict[str, Relation] = {
    "new": Relation("new, nobody was told"),
    "own": Relation("carried by Priya, nobody was told"),
    "sent": Relation("sent to Safe Steps", {SAFE_STEPS: AGREED}, (SAFE_STEPS,)),
    "accepted": Relation("accepted by Safe Steps", {SAFE_STEPS: AGREED}, (SAFE_STEPS,)),
    "started": Relation("worked on by Safe Steps", {SAFE_STEPS: AGREED}, (SAFE_STEPS,)),
    "narrow": Relation(
        "accepted by Safe Steps, told who and how to reach them alone",
        {SAFE_STEPS: (IDENTITY, CONTACT)},
        (SAFE_STEPS,),
    ),
    "declined": Relation("declined by Safe Steps", referred=(SAFE_STEPS,)),
    "returned": Relation("returned by Safe Steps for more information", referred=(SAFE_STEPS,)),
    "completed": Relation("completed by Safe Steps", referred=(SAFE_STEPS,)),
    "recalled": Relation("recalled from Safe Steps", referred=(SAFE_STEPS,)),
    "expired": Relation("not answered by Safe Steps in time", referred=(SAFE_STEPS,)),
    "withdrawn": Relation("recalled as the person withdrew consent", referred=(SAFE_STEPS,)),
    "others": Relation("accepted by Victim Care", {VICTIM_CARE: AGREED}, (VICTIM_CARE,)),
    "both": Relation(
        "accepted by Safe Steps, declined by Victim Care",
        {SAFE_STEPS: AGREED},
        (SAFE_STEPS, VICTIM_CARE),
    ),
    "closed": Relation("closed after Safe Steps had completed its work", referred=(SAFE_STEPS,), closed=True),
    "again": Relation(
        "a new case, nobody was told, of the person of the case that Safe Steps had completed",
        same_person_as="closed",
    ),
    "heard": Relation(
        "heard by a case conference, which asked Safe Steps",
        {SAFE_STEPS: AGREED},
        asked=(SAFE_STEPS,),
        heard=True,
    ),
    "restricted": Relation(
        "restricted, Dana its owner; accepted by Safe Steps before; heard by a case conference",
        {SAFE_STEPS: AGREED},
        (SAFE_STEPS,),
        let_in=("dana",),
        heard=True,
    ),
    "given": Relation("restricted, Liam let in by its owner Dana", let_in=("dana", "liam")),
    "broken": Relation(
        "restricted, opened by Priya by break-glass within three hours", let_in=("dana", "priya")
    ),
    "let out": Relation("restricted, Liam let in and out again", let_in=("dana",)),
    "mended": Relation(
        "restricted, opened by Priya by break-glass more than three hours ago", let_in=("dana",)
    ),
    "settled": Relation("Liam was in conflict until it was ended, Calder House still is"),
    "lifted": Relation("was restricted until the restriction was lifted"),
    "conflict": Relation(
        "Priya is in conflict; accepted by Safe Steps",
        {SAFE_STEPS: AGREED},
        (SAFE_STEPS,),
        kept_out=("priya",),
    ),
    "partner's": Relation(
        "Helen of Safe Steps is in conflict; accepted by Safe Steps",
        {SAFE_STEPS: AGREED},
        (SAFE_STEPS,),
        kept_out=("helen",),
    ),
    "agency's": Relation(
        "Safe Steps is in conflict, after it had accepted; heard by a case conference",
        referred=(SAFE_STEPS,),
        kept_out=(SAFE_STEPS,),
        heard=True,
    ),
}


def may_see(reader: Reader, relation: Relation, kind: str) -> bool:
    """Whether the reader may be shown this kind of thing of a case in that relation.

    kind: a data category; "hub", what only the hub's people may know; "sent", a row as the police had sent it;
    "existence", that there is such a case,
    by its reference; "referral", that there is or was a referral of it or a conference asked about it, by bare ids.
    """
    if reader.name in relation.kept_out or reader.agency in relation.kept_out:
        return kind == REFERRAL  # they know of their own conflict, and were told of the recall: bare ids
    if reader.role in READS_THE_LOG and kind in (EXISTENCE, REFERRAL):
        return True
    if reader.agency == THE_HUB:
        is_shut_out = relation.let_in is not None and reader.name not in relation.let_in
        return reader.role in READS_THE_HUBS_CASES and not is_shut_out
    if reader.role == "police_liaison":
        return kind == SENT
    if reader.role not in READS_ITS_AGENCYS_REFERRALS:
        return False
    if kind == REFERRAL:
        return reader.agency in (*relation.referred, *relation.asked)
    told = relation.tells.get(reader.agency, ())
    return bool(told) if kind == EXISTENCE else kind in told


def opens_by_break_glass(reader: Reader, relation: Relation) -> bool:
    """Whether the reader may open the restricted record for three hours, with a reason and under review."""
    is_restricted = relation.let_in is not None and reader.name not in relation.kept_out
    return is_restricted and reader.agency == THE_HUB and reader.role in ("practitioner", "supervisor")
