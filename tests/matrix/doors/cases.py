"""The pages of one case, and what is done there."""

from tests.matrix.doors.door import OF_CASE, OF_REFERRAL, REASON, Door, of_case
from tests.matrix.policy import (
    ASSESSMENT,
    CONTACT,
    EXISTENCE,
    HEALTH,
    HUB,
    IDENTITY,
    INCIDENT,
    NOTES,
    SAFE_ADDRESS,
    SAFE_STEPS,
)

CASES: dict[str, Door] = {
    "case": of_case(shows=(EXISTENCE, IDENTITY, CONTACT, INCIDENT, ASSESSMENT, NOTES)),
    "case_call_back": of_case({"way": "phone:{method}", "day": "2099-12-01", "hour": "10:00"}),
    "case_call_back_end": of_case(),
    "case_contact": of_case({"way": "phone:{method}", "result": "no_answer", "notes": "Rang."}),
    "case_finish": of_case({"no_contact_reason": REASON}),
    "case_claim": of_case(),
    "case_release": of_case(),
    "case_assign": of_case({"to": "{practitioner}", "seen": ""}, {"to": "", "seen": "{practitioner}"}),
    "case_entitlement": of_case({"level": "enhanced", "reason": REASON}),
    "case_retriage": of_case(),
    "case_letters": of_case({"safety": "unsafe", "household": "unknown"}),
    "case_safety": of_case({"safety": "unsafe"}, at=OF_CASE | {"method": "{method}"}),
    "case_safe_address": of_case(
        {"lines": "1 New Street", "postcode": "NS1 1AA", "reason": REASON}, shows=(EXISTENCE, SAFE_ADDRESS)
    ),
    "case_accused": of_case({"employer": "none"}, at=OF_CASE | {"accused_id": "{accused}"}),
    "case_access_needs": of_case({"language": "Welsh", "interpreter": "no", "needs": "step_free"}),
    "case_suspend": of_case({"reason": REASON}),
    "case_hold": of_case({"reason": REASON, "day_day": "1", "day_month": "1", "day_year": "2030"}),
    "case_off_hold": of_case(),
    "case_resume": of_case(),
    "case_close": of_case({"end_state": "declined", "reason": REASON, "without": REASON}),
    "case_say": of_case({"way": "text:{method}"}),
    "case_reopen": of_case({"reason": REASON}),
    "case_assess": of_case(
        {"seen": "{assessment}", "rationale": REASON}, at=OF_CASE | {"instrument": "risk-24"}
    ),
    "case_timeline": of_case(
        gets=("", "?after={event}", "?kind=note&who=hub&first=2026-01-01"), shows=(EXISTENCE,)
    ),
    "case_document": of_case(at=OF_CASE | {"document_id": "{document}"}, shows=(EXISTENCE, NOTES)),
    "case_document_new": of_case({"title": REASON, "kind": "general"}),
    "case_document_file": of_case(at=OF_CASE | {"document_id": "{document}"}, shows=(NOTES,)),
    "case_document_give": of_case(
        {"agency": "{agency_id}", "document": "{document}", "nothing_to_redact": REASON},
        at=OF_CASE | {"document_id": "{document}"},
    ),
    "case_document_stop": of_case(at=OF_CASE | {"document_id": "{document}", "share_id": "{note}"}),
    "case_document_take_out": of_case(
        {"why": "wrong_case", "words": REASON}, at=OF_CASE | {"document_id": "{document}"}
    ),
    "case_document_put_back": of_case(at=OF_CASE | {"withdrawal_id": "{note}"}),
    "case_notes": of_case(gets=("", "?kind=health", "?after={note}"), shows=(EXISTENCE, NOTES, HEALTH, HUB)),
    "case_note": of_case(
        {"kind": "general", "text": REASON, "seen": "1"},
        at=OF_CASE | {"note": "{note}"},
        shows=(EXISTENCE, NOTES),
    ),
    "case_note_new": of_case({"kind": "health", "text": REASON}),
    "case_note_share": of_case(
        {"agency": "{agency_id}", "answer": "show"},
        {"agency": "{agency_id}", "answer": "stop"},
        at=OF_CASE | {"note": "{note}"},
    ),
    "case_task": of_case(
        {"state": "not_possible", "words": REASON},
        {"title": REASON, "owner": "person:{practitioner}", "due_on": "2026-12-01", "seen": "1"},
        at=OF_CASE | {"task_id": "{task}"},
        shows=(EXISTENCE, HUB),
    ),
    "case_task_new": of_case({"title": REASON, "owner": "person:{practitioner}", "due_on": "2026-12-01"}),
    "case_task_done": of_case(at=OF_CASE | {"task_id": "{task}"}),
    "case_clocks": of_case({"event": "section_47"}),
    "case_clock": of_case(
        {"reason": "awaiting_consent", "because": "overlooked"},
        at=OF_CASE | {"clock_id": "{clock}", "act": "pause"},
    ),
    "case_prompt": of_case({"words": REASON}, at=OF_CASE | {"prompt_id": "{prompt}"}),
    "case_access": of_case(),
    "case_restrict": of_case({"reason": "staff", "words": REASON, "owner_id": "{owner}"}),
    "case_lift": of_case({"words": REASON}),
    "case_let_in": of_case({"to": "{practitioner}", "reason": REASON}),
    "case_let_out": of_case(at=OF_CASE | {"grant_id": "{grant}"}),
    "case_conflict": of_case({"who": "me", "why": "knows", "words": REASON}),
    "case_conflict_end": of_case({"words": REASON}, at=OF_CASE | {"conflict_id": "{conflict}"}),
    "case_assessment": of_case(
        at=OF_CASE | {"assessment_id": "{assessment}"}, shows=(EXISTENCE, IDENTITY, ASSESSMENT)
    ),
    "case_assessment_compare": of_case(
        at=OF_CASE | {"assessment_id": "{assessment}"},
        gets=("", "?with=risk-27.1"),
        shows=(EXISTENCE, IDENTITY),
    ),
    "case_consent": of_case(
        {
            "how": "by phone",
            "answer_safe-steps": "withdrawn",
            "told_safe-steps": "identity",
            "seen": "{event}",
        }
    ),
    "override_ask": of_case(
        {"agency": SAFE_STEPS, "categories": "identity", "reason_code": "vital_interests", "words": REASON}
    ),
    "override_decide": of_case(
        {"answer": "approve", "words": REASON}, at=OF_CASE | {"override_id": "{override}"}
    ),
    "case_link": of_case(
        {"answer": "different", "words": REASON},
        at=OF_CASE | {"link_id": "{link}"},
        shows=(EXISTENCE, IDENTITY),
    ),
    "case_suggestion": of_case({"answer": "same"}, at=OF_CASE | {"suggestion": "{suggestion}"}),
    "case_dispute": of_case(
        {"words": REASON}, {"resolution": "upheld", "words": REASON}, at=OF_CASE | OF_REFERRAL
    ),
    "case_handover": of_case({"first": REASON, "about": "identity"}, at=OF_CASE | OF_REFERRAL),
    "case_split": of_case({"to": "stays", "needs": "finance", "words": REASON}, at=OF_CASE | OF_REFERRAL),
    "case_needs": of_case({"needs": "finance", "why": REASON}, at=OF_CASE | OF_REFERRAL),
    "case_hand_over": of_case({"to": "stays", "words": REASON}, at=OF_CASE | OF_REFERRAL),
    "case_lead": of_case({"to": "nobody"}, {"to": "{referral}"}),
    "case_messages": of_case({"text": REASON, "about": "identity"}, at=OF_CASE | OF_REFERRAL),
    "case_challenge": of_case({"words": REASON}),
    "case_reroute": of_case({"versions": ""}),
    "case_route": of_case({"again": "idva"}),
    "case_recall": of_case({"reason_words": REASON}, at=OF_CASE | OF_REFERRAL),
}
