"""Roles and what each may do: one enum of roles, one of capabilities, one table between them.

A door asks for a capability by name; nothing else in the product compares roles.
"""

from enum import StrEnum


class Role(StrEnum):
    """What a person, client or system account is here to do. Stored on the practitioner."""

    PRACTITIONER = "practitioner"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    PARTNER_PRACTITIONER = "partner_practitioner"
    AGENCY_ADMINISTRATOR = "agency_administrator"
    POLICE_LIAISON = "police_liaison"
    HUB_ADMINISTRATOR = "hub_administrator"
    AUDITOR = "auditor"
    CLIENT = "client"
    SYSTEM = "system"
    VISITOR = "visitor"
    SIGNING_IN = "signing_in"

    @property
    def words(self) -> str:
        return ROLE_WORDS[self]


ROLE_WORDS = {
    Role.PRACTITIONER: "hub practitioner",
    Role.SUPERVISOR: "hub supervisor",
    Role.MANAGER: "hub manager",
    Role.PARTNER_PRACTITIONER: "partner practitioner",
    Role.AGENCY_ADMINISTRATOR: "agency administrator",
    Role.POLICE_LIAISON: "police liaison",
    Role.HUB_ADMINISTRATOR: "hub administrator",
    Role.AUDITOR: "auditor",
    Role.CLIENT: "partner system",
    Role.SYSTEM: "the hub's own system",
    Role.VISITOR: "nobody signed in",
    Role.SIGNING_IN: "somebody signing in",
}


def role_words(code: str) -> str:
    """A recorded role in words; one that the product has no more, as it was recorded."""
    return Role(code).words if code in {str(role) for role in Role} else code


STAFF_ROLES = tuple(
    role for role in Role if role not in (Role.CLIENT, Role.SYSTEM, Role.VISITOR, Role.SIGNING_IN)
)

# Whoever has one of these roles must have a second factor (an authenticator app or a passkey) before
# anything else, where SECOND_FACTOR=required. Everybody: each role reads cases, or decides who may.
NEEDS_SECOND_FACTOR = frozenset(STAFF_ROLES)


class Capability(StrEnum):
    """One thing that somebody may be allowed to do, named as a verb would say it."""

    REFER = "refer"
    IMPORT_FEED = "import_feed"
    SEND_FEED = "send_feed"
    SEE_FEEDS = "see_feeds"
    KEEP_SOURCES = "keep_sources"
    SEE_CASES = "see_cases"
    TRIAGE = "triage"
    ASSIGN_CASE = "assign_case"
    RECORD_CONSENT = "record_consent"
    ASSESS = "assess"
    LOWER_JUDGEMENT = "lower_judgement"
    EDIT_INSTRUMENTS = "edit_instruments"
    RAISE_PROMPT = "raise_prompt"
    WATCH_CLOCKS = "watch_clocks"
    KEEP_CLOCKS = "keep_clocks"
    ROUTE = "route"
    RECALL_REFERRAL = "recall_referral"
    CLOSE_CASE = "close_case"
    CONTACT_DESPITE = "contact_despite"
    SEE_REFERRALS = "see_referrals"
    ANSWER_REFERRAL = "answer_referral"
    WRITE_MESSAGE = "write_message"
    PULL_CHANGES = "pull_changes"
    SEE_DASHBOARD = "see_dashboard"
    SEE_ACCESS_LOG = "see_access_log"
    SEE_PATHWAYS = "see_pathways"
    DRAFT_PATHWAY = "draft_pathway"
    PUT_PATHWAY_IN_FORCE = "put_pathway_in_force"
    ANSWER_PROPOSAL = "answer_proposal"
    KEEP_PATHWAYS = "keep_pathways"
    QUESTION_PATHWAY = "question_pathway"
    REHEARSE_PATHWAY = "rehearse_pathway"
    SEE_SENT = "see_sent"
    SEE_REFERRED = "see_referred"
    SET_CAPACITY = "set_capacity"
    ASK_OVERRIDE = "ask_override"
    APPROVE_OVERRIDE = "approve_override"
    DECLARE_CONFLICT = "declare_conflict"
    BREAK_GLASS = "break_glass"
    RESTRICT = "restrict"
    REVIEW_ACCESS = "review_access"
    ANSWER_HINTS = "answer_hints"
    ADMINISTER_AGENCY = "administer_agency"
    ADMINISTER_HUB = "administer_hub"
    DEDUPLICATE = "deduplicate"
    KEEP_WEIGHTS = "keep_weights"
    SEE_RIGHTS = "see_rights"
    PREPARE_RIGHTS = "prepare_rights"
    DECIDE_RIGHTS = "decide_rights"
    PLACE_LEGAL_HOLD = "place_legal_hold"
    REVIEW_RETENTION = "review_retention"
    SEE_CERTIFICATES = "see_certificates"
    EXPORT_REGISTERS = "export_registers"
    ERASE = "erase"
    SEE_CONFERENCES = "see_conferences"
    LIST_FOR_CONFERENCE = "list_for_conference"
    RUN_CONFERENCE = "run_conference"
    ANSWER_RESEARCH = "answer_research"
    NOTIFY = "notify"
    KEEP_ROTA = "keep_rota"


_PRACTICE = frozenset(
    {
        Capability.REFER,
        Capability.SEE_CASES,
        Capability.TRIAGE,
        Capability.RECORD_CONSENT,
        Capability.ASSESS,
        Capability.ROUTE,
        Capability.RECALL_REFERRAL,
        Capability.WRITE_MESSAGE,
        Capability.CLOSE_CASE,
        Capability.SEE_FEEDS,
        Capability.IMPORT_FEED,
        Capability.SEE_PATHWAYS,
        Capability.QUESTION_PATHWAY,
        Capability.ASK_OVERRIDE,
        Capability.DECLARE_CONFLICT,
        Capability.BREAK_GLASS,
        Capability.SEE_RIGHTS,
        Capability.PREPARE_RIGHTS,
        Capability.SEE_CONFERENCES,
        Capability.LIST_FOR_CONFERENCE,
        Capability.RUN_CONFERENCE,
    }
)
# A second person decides what another prepared: see rights.actions.
_RIGHTS_DECISIONS = frozenset(
    {
        Capability.SEE_RIGHTS,
        Capability.DECIDE_RIGHTS,
        Capability.PLACE_LEGAL_HOLD,
        Capability.REVIEW_RETENTION,
        Capability.SEE_CERTIFICATES,
    }
)
_PARTNER = frozenset(
    {
        Capability.REFER,
        Capability.SEE_REFERRED,
        Capability.SEE_REFERRALS,
        Capability.ANSWER_REFERRAL,
        Capability.WRITE_MESSAGE,
        Capability.SET_CAPACITY,
        Capability.SEE_PATHWAYS,
        Capability.QUESTION_PATHWAY,
        Capability.DECLARE_CONFLICT,
        Capability.SEE_CONFERENCES,
        Capability.ANSWER_RESEARCH,
    }
)

CAPABILITIES: dict[Role, frozenset[Capability]] = {
    Role.PRACTITIONER: _PRACTICE,
    Role.SUPERVISOR: _PRACTICE
    | _RIGHTS_DECISIONS
    | {
        Capability.ASSIGN_CASE,
        Capability.CONTACT_DESPITE,
        Capability.LOWER_JUDGEMENT,
        Capability.EDIT_INSTRUMENTS,
        Capability.SEE_DASHBOARD,
        Capability.SEE_ACCESS_LOG,
        Capability.APPROVE_OVERRIDE,
        Capability.RESTRICT,
        Capability.REVIEW_ACCESS,
        Capability.DEDUPLICATE,
        Capability.KEEP_WEIGHTS,
        Capability.KEEP_ROTA,
        Capability.DRAFT_PATHWAY,
        Capability.PUT_PATHWAY_IN_FORCE,
        Capability.REHEARSE_PATHWAY,
    },
    Role.MANAGER: _RIGHTS_DECISIONS
    | frozenset(
        {
            Capability.EXPORT_REGISTERS,
            Capability.KEEP_ROTA,
            Capability.EDIT_INSTRUMENTS,
            Capability.SEE_DASHBOARD,
            Capability.SEE_CASES,
            Capability.SEE_FEEDS,
            Capability.KEEP_SOURCES,
            Capability.KEEP_CLOCKS,
            Capability.ASSIGN_CASE,
            Capability.SEE_PATHWAYS,
            Capability.DRAFT_PATHWAY,
            Capability.QUESTION_PATHWAY,
            Capability.ANSWER_PROPOSAL,
            Capability.REHEARSE_PATHWAY,
            Capability.DECLARE_CONFLICT,
            Capability.SEE_CONFERENCES,
        }
    ),
    Role.PARTNER_PRACTITIONER: _PARTNER,
    # Whoever signs for an agency also says how it stands to a pathway.
    Role.AGENCY_ADMINISTRATOR: frozenset(
        {
            Capability.ADMINISTER_AGENCY,
            Capability.SET_CAPACITY,
            Capability.SEE_PATHWAYS,
            Capability.ANSWER_PROPOSAL,
        }
    ),
    Role.POLICE_LIAISON: frozenset(
        {Capability.REFER, Capability.SEE_SENT, Capability.SEE_PATHWAYS, Capability.ANSWER_PROPOSAL}
    ),
    Role.HUB_ADMINISTRATOR: frozenset(
        {
            Capability.ADMINISTER_HUB,
            Capability.ADMINISTER_AGENCY,
            Capability.SET_CAPACITY,
            Capability.SEE_CERTIFICATES,
            Capability.SEE_FEEDS,
            Capability.KEEP_SOURCES,
            Capability.IMPORT_FEED,
            Capability.SEE_PATHWAYS,
        }
    ),
    Role.AUDITOR: frozenset(
        {
            Capability.SEE_ACCESS_LOG,
            Capability.ANSWER_HINTS,
            Capability.REVIEW_ACCESS,
            Capability.SEE_CERTIFICATES,
            Capability.EXPORT_REGISTERS,
        }
    ),
    Role.CLIENT: frozenset(
        {
            Capability.SEE_REFERRALS,
            Capability.ANSWER_REFERRAL,
            Capability.WRITE_MESSAGE,
            Capability.PULL_CHANGES,
            Capability.SET_CAPACITY,
            Capability.SEND_FEED,
            Capability.SEE_SENT,
            Capability.SEE_PATHWAYS,
            Capability.SEE_CONFERENCES,
            Capability.ANSWER_RESEARCH,
        }
    ),
    Role.VISITOR: frozenset(),
    Role.SIGNING_IN: frozenset(),
    Role.SYSTEM: frozenset(
        {
            Capability.REFER,
            Capability.IMPORT_FEED,
            Capability.ROUTE,
            Capability.RAISE_PROMPT,
            Capability.WATCH_CLOCKS,
            Capability.RECALL_REFERRAL,
            Capability.CLOSE_CASE,
            Capability.DEDUPLICATE,
            Capability.KEEP_PATHWAYS,
            Capability.REHEARSE_PATHWAY,
            Capability.ERASE,
            Capability.LIST_FOR_CONFERENCE,
            Capability.NOTIFY,
        }
    ),
}
