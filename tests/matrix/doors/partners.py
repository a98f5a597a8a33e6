"""What partners and those who refer find: their referrals, by page and by API."""

from tests.matrix.doors.door import OF_REFERRAL, PRACTITIONER, REASON, SYSTEM, Door, of_referral
from tests.matrix.policy import (
    AGREED,
    EXISTENCE,
    NOTES,
    REFERRAL,
)

OUTCOME = {"outcomes": [{"domain": "safety", "result": "improved"}]}

PARTNERS: dict[str, Door] = {
    "referral_document": Door(
        at=OF_REFERRAL | {"document_id": "{document}"}, shows=(NOTES,), to=PRACTITIONER
    ),
    "referral_dispute": of_referral({"stance": "stands", "words": REASON}),
    "referral_split": of_referral({"needs": "finance", "to": "ask", "why": REASON}),
    "referral_messages": of_referral(
        {"text": REASON, "about": "identity"}, {"text": REASON, "about": "identity", "asks": "on"}
    ),
    "referral_challenge": of_referral({"words": REASON}),
    "partner_queue": Door(
        gets=("?list=answer", "?list=work&sort=service", "?list=ended", "?list=work&before={cursor}")
    ),
    "referral_give": Door(posts=({"referral": "{referral}", "to": "{practitioner}"},)),
    "referral": of_referral(shows=(EXISTENCE, *AGREED), to=PRACTITIONER),
    "referral_receive": of_referral(),
    "referral_accept": of_referral(),
    "referral_start": of_referral(),
    "referral_decline": of_referral({"reason_code": "no_capacity"}),
    "referral_return": of_referral({"reason_code": "more_wanted", "reason_words": REASON}),
    "referral_progress": of_referral(
        {"step": "first_contact", "on_day": "1", "on_month": "1", "on_year": "2099"}
    ),
    "referral_acknowledge": of_referral(),
    "referral_transfer": of_referral({"to": "ask", "why": REASON}),
    "referral_complete": of_referral({"safety": "improved", "notes": REASON}),
    "referral_conflict": of_referral({"why": "knows", "words": REASON}),
    "referral_confirm": of_referral({"answer": "deleted"}),
    "api_dispute": of_referral({"stance": "stands", "details": REASON}),
    # The world's conference has ended.
    "api_conference_questions": Door(gets=("", "?waiting=true"), to=SYSTEM),
    "api_conference_answer": Door(at={"research_id": "{research}"}, posts=({"known": "false"},), to=SYSTEM),
    "api_document": Door(at=OF_REFERRAL | {"document_id": "{document}"}, shows=(NOTES,), to=SYSTEM),
    "api_messages": of_referral({"details": REASON}),
    "api_ask": of_referral({"details": REASON}),
    "api_dry_run": Door(at={"code": "{pathway}", "number": "1"}),
    "api_intake": Door(posts=({"source": "northshire-police", "records": [{"surname": "Sent"}]},)),
    "api_capacity": Door(posts=({"service": "{service}", "capacity": 9, "open": True},)),
    "api_sent": Door(gets=("", "?after={cursor}")),
    "api_intake_run": Door(at={"number": "{run}"}),
    "api_changes": Door(gets=("", "?after=0&limit=500"), shows=(REFERRAL,), to=SYSTEM),
    "api_referrals": Door(gets=("", "?before={referral}"), shows=(REFERRAL, EXISTENCE), to=SYSTEM),
    "api_referral": of_referral(shows=(EXISTENCE, REFERRAL, *AGREED), to=SYSTEM),
    "api_actions": of_referral(),
    "api_receive": of_referral(),
    "api_accept": of_referral(headers={"Idempotency-Key": "one"}),
    "api_decline": of_referral({"reason": "no_capacity"}),
    "api_return": of_referral({"details": REASON}),
    "api_transfer": of_referral({"service": "{service}", "details": REASON}),
    "api_progress": of_referral({"step": "waiting", "on": "2099-01-01"}),
    "api_acknowledge": of_referral(),
    "api_split": of_referral({"needs": ["finance"], "details": REASON}),
    "api_ask-transfer": of_referral({"details": REASON}),
    "api_start": of_referral(),
    "api_complete": of_referral(OUTCOME),
    "api_confirm": of_referral({"answer": "deleted"}),
    "api_notices": Door(gets=("", "?list=done")),
    "api_notice_confirm": Door(at={"notice_id": "{notice}"}, posts=({},)),
}

OF_POLICE: dict[str, Door] = {
    "sent": Door(
        gets=("", "?after={cursor}", "?reference={reference}"), posts=({"reference": "{reference}"},)
    ),
    "sent_export": Door(),
    "sent_returned": Door(gets=("", "?after={cursor}")),
    "sent_returned_export": Door(),
}
OF_WHO_REFERS: dict[str, Door] = {
    # Who refers somebody that is known here learns nothing of it.
    "new_referral": Door(
        posts=({}, {"token": "{case}", "consent": "unasked", "given_names": "{surname}", "kind": "other"})
    ),
}
