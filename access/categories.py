"""Data categories, which agreements, consents and grants speak: what of a case is shown, and which table holds what.

What masks (access.sight) and what copies (rights/data/fields.yaml) ask here; a test holds it against the policies.
"""

from enum import StrEnum


class Category(StrEnum):
    IDENTITY = "identity"
    CONTACT = "contact"
    SAFE_ADDRESS = "safe_address"
    INCIDENT = "incident"
    ASSESSMENT = "assessment"
    HEALTH = "health"
    NOTES = "notes"

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")


ALL_CATEGORIES = tuple(str(category) for category in Category)

_TABLES: dict[Category, tuple[str, ...]] = {
    Category.IDENTITY: (
        "referrals_dispute",
        "victims_person",
        "victims_personname",
        "victims_identifier",
        "victims_matchkey",
        "victims_samepersonsuggestion",
        "victims_personlink",
        "victims_consent",
        "pathways_challenge",
        "referrals_case",
        "referrals_clock",
        "referrals_clockpause",
        "referrals_messagemark",
        "referrals_referral",
        "referrals_lead",
        "referrals_recallreason",
        "referrals_transfer",
        "referrals_split",
        "referrals_override",
        "referrals_listing",
        "referrals_research",
        "access_grant",
        "access_sameas",
        "messaging_event",
        "rights_request",
        "rights_withholding",
        "rights_release",
        "rights_enclosure",
        "rights_correction",
        "rights_notice",
        "rights_legalhold",
        "rights_retentionreview",
        "rights_certificate",
        "rights_informationrequest",
        "access_restriction",
        "access_personalgrant",
        "access_conflict",
        "access_breakglassreview",
        "access_change",
        "access_changevalue",
        "access_hint",
        "agencies_notification",
    ),
    Category.CONTACT: (
        "victims_contactmethod",
        "victims_address",
        "victims_accessneeds",
    ),
    Category.SAFE_ADDRESS: ("victims_safeaddress",),
    Category.INCIDENT: (
        "victims_relationship",
        "referrals_incident",
        "referrals_development",
        "referrals_feedrow",
        "referrals_heldstep",
        "referrals_sourcerecord",
        "referrals_sentrecord",
        "referrals_feedback",
    ),
    Category.ASSESSMENT: (
        "pathways_assessment",
        "referrals_routingdecision",
        "referrals_waiting",
        "reporting_movedcase",
    ),
    Category.HEALTH: (
        "pathways_healthanswers",
        "referrals_prompt",
        "pathways_savedanswers",
        "referrals_askedneed",
    ),
    Category.NOTES: (
        "referrals_document",
        "referrals_documentcontent",
        "referrals_documentshare",
        "referrals_documentwithdrawal",
        "referrals_casenote",
        "referrals_noteshare",
        "referrals_casetask",
        "referrals_callback",
        "referrals_contactattempt",
        "referrals_outcome",
        "referrals_referralmessage",
        "referrals_handovernote",
        "referrals_minute",
        "referrals_conferenceaction",
        "referrals_say",
    ),
}
CATEGORY_OF = {table: category for category, tables in _TABLES.items() for table in tables}
"""By table with something about a person: the data category of what its columns say."""
