"""Every address of the product, with what is sent there and what must be shown there. A new one needs an entry.

Addresses, queries, forms and bodies are templates: `{reference}`, `{case}`, `{referral}` ... are filled from each
case of the world in turn, so that every parameter that looks like an id is tried with everybody's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.matrix.policy import (
    AGREED,
    ASSESSMENT,
    CONTACT,
    EXISTENCE,
    HEALTH,
    HUB,
    IDENTITY,
    INCIDENT,
    NOTES,
    READS_THE_HUBS_CASES,
    REFERRAL,
    SAFE_ADDRESS,
    SAFE_STEPS,
    SENT,
)

Form = Mapping[str, Any]


@dataclass(frozen=True)
class Door:
    """How one address is tried.

    at: its parameters. gets: queries to read it with. posts: forms (or JSON bodies, under /api/) to send there.
    shows: kinds of things that it must show to whoever may see them, so that an empty page does not pass;
    to: the roles that it is for.
    headers: sent with every request.
    conference: whether it leads to cases that a conference asks about, and to no others.
    """

    at: Mapping[str, str] = field(default_factory=dict)
    gets: tuple[str, ...] = ("",)
    posts: tuple[Form, ...] = ({},)
    shows: tuple[str, ...] = ()
    to: tuple[str, ...] = READS_THE_HUBS_CASES
    headers: Mapping[str, str] = field(default_factory=dict)
    conference: bool = False


REASON = "Because it is so."
PRACTITIONER, SYSTEM = ("partner_practitioner",), ("client",)
OF_CASE = {"reference": "{reference}"}
OF_REFERRAL = {"referral_id": "{referral}"}
OF_PERSON = {"reference": "{person_reference}"}
OF_AGREEMENT = Door(at={"code": "{agreement}"}, posts=({"reason": "Over.", "words": "Over."},))
OF_VERSION = Door(
    at={"code": "{pathway}", "number": "1"}, posts=({"reasons": "Over.", "position": "agreed", "days": "1"},)
)
OF_DRY_RUN = {"code": "{pathway}", "number": "1", "run_id": "{dry_run}"}
OF_PRACTITIONER = Door(at={"practitioner_id": "{practitioner}"})
OF_INSTRUMENT = Door(at={"code": "risk-24"}, posts=({"act": "up R02", "title": REASON},))
PAGED = ("", "?after={cursor}", "?before={cursor}")
SEARCHED: tuple[Form, ...] = (
    {"search": "{surname}", "stage": "decision"},
    {"search": "{surname}", "stage": "partner"},
    {"search": "{reference}", "stage": "partner"},
    {"search": "{postcode}", "stage": "partner"},
)
OUTCOME = {"outcomes": [{"domain": "safety", "result": "improved"}]}


def _case(*posts: Form, at: Mapping[str, str] | None = None, **given: Any) -> Door:
    return Door(at=at or OF_CASE, posts=posts or ({},), **given)


def _referral(*posts: Form, **given: Any) -> Door:
    return Door(at=OF_REFERRAL, posts=posts or ({},), **given)


WORK: dict[str, Door] = {
    "home": Door(),
    "keys": Door(),
    "tour": Door(posts=({"step": "2"}, {"step": "end"})),
    "access_log": Door(
        gets=("", "?subject={case}", "?subject={referral}", "?actor={person}", "?after={cursor}"),
        posts=({"reference": "{reference}"}, {"reference": "{person_reference}"}, {"who": "{surname}"}),
    ),
    "feeds": Door(gets=("", "?after=9")),
    "quarantine": Door(
        gets=PAGED,
        shows=(SENT,),
        posts=({"row": "{held}", "answer": "resubmit"}, {"row": "{held}", "answer": "return"}),
    ),
    "held_row": Door(
        at={"row_id": "{held}"},
        posts=(
            {"answer": "return", "return-words": "Ask the officer."},
            {"answer": "correct", "correct-told_by": "The officer.", "correct-cell_officer": "PC 1"},
        ),
        shows=(SENT,),
    ),
    "safeguarding_queue": Door(gets=PAGED),
    "quarantine_export": Door(shows=(SENT,)),
    "feed_sources": Door(),
    "feed_source_new": Door(
        posts=({"act": "publish", "code": "over", "reason": "Over."}, {"act": "preview"})
    ),
    "feed_source": Door(at={"code": "northshire-police"}),
    "feed_source_change": Door(
        at={"code": "northshire-police"}, posts=({"act": "publish", "seen": "1", "reason": "Over."},)
    ),
    "feed_source_export": Door(at={"code": "northshire-police", "number": "1"}),
    "feed_run": Door(at={"number": "{run}"}, shows=(SENT,)),
    "feed_run_progress": Door(at={"number": "{run}"}),
    "feed_run_export": Door(at={"number": "{run}"}, shows=(SENT,)),
    # It shows what a POST asks for: that it does is tests/referrals/test_find.py's, for a sample sends no form.
    "find": Door(
        posts=(
            {"text": "{surname}"},
            {"text": "{reference}"},
            {"text": "{postcode}"},
            {"text": "{person_reference}"},
        ),
        to=(*READS_THE_HUBS_CASES, "partner_practitioner"),
    ),
    "triage": Door(
        gets=("?stage=decision", "?stage=partner", "?stage=partner&after={cursor}", "?area={area}"),
        posts=SEARCHED,
    ),
    "triage_new": Door(gets=("", "?since={case}")),
    "triage_claim": Door(posts=({"case": "{case}"},)),
    "filter_save": Door(posts=({"name": "Mine", "here": "?due=overdue"},)),
    "filter_open_with": Door(at={"filter_id": "{case}"}),
    "filter_forget": Door(at={"filter_id": "{case}"}),
    "triage_bulk": Door(posts=({"case": "{case}", "act": "hold"},)),
    "triage_next": Door(),
    "my_cases": Door(gets=("", "?after={cursor}")),
    "case": _case(shows=(EXISTENCE, IDENTITY, CONTACT, INCIDENT, ASSESSMENT, NOTES)),
    "diary": Door(
        gets=("", "?whose=team", "?whose=all", "?whose=all&after={cursor}"),
        shows=(IDENTITY, CONTACT),
        to=("practitioner", "supervisor"),
    ),
    "diary_address": Door(posts=({"act": "make"}, {"act": "end"})),
    "case_call_back": _case({"way": "phone:{method}", "day": "2099-12-01", "hour": "10:00"}),
    "case_call_back_end": _case(),
    "case_contact": _case({"way": "phone:{method}", "result": "no_answer", "notes": "Rang."}),
    "case_finish": _case({"no_contact_reason": REASON}),
    "case_claim": _case(),
    "case_release": _case(),
    "case_assign": _case({"to": "{practitioner}", "seen": ""}, {"to": "", "seen": "{practitioner}"}),
    "case_entitlement": _case({"level": "enhanced", "reason": REASON}),
    "case_retriage": _case(),
    "case_letters": _case({"safety": "unsafe", "household": "unknown"}),
    "case_safety": _case({"safety": "unsafe"}, at=OF_CASE | {"method": "{method}"}),
    "case_safe_address": _case(
        {"lines": "1 New Street", "postcode": "NS1 1AA", "reason": REASON}, shows=(EXISTENCE, SAFE_ADDRESS)
    ),
    "case_accused": _case({"employer": "none"}, at=OF_CASE | {"accused_id": "{accused}"}),
    "case_access_needs": _case({"language": "Welsh", "interpreter": "no", "needs": "step_free"}),
    "case_suspend": _case({"reason": REASON}),
    "case_hold": _case({"reason": REASON, "day_day": "1", "day_month": "1", "day_year": "2030"}),
    "case_off_hold": _case(),
    "case_resume": _case(),
    "case_close": _case({"end_state": "declined", "reason": REASON, "without": REASON}),
    "case_say": _case({"way": "text:{method}"}),
    "case_reopen": _case({"reason": REASON}),
    "case_assess": _case(
        {"seen": "{assessment}", "rationale": REASON}, at=OF_CASE | {"instrument": "risk-24"}
    ),
    "case_timeline": _case(
        gets=("", "?after={event}", "?kind=note&who=hub&first=2026-01-01"), shows=(EXISTENCE,)
    ),
    "case_document": _case(at=OF_CASE | {"document_id": "{document}"}, shows=(EXISTENCE, NOTES)),
    "case_document_new": _case({"title": REASON, "kind": "general"}),
    "case_document_file": _case(at=OF_CASE | {"document_id": "{document}"}, shows=(NOTES,)),
    "case_document_give": _case(
        {"agency": "{agency_id}", "document": "{document}", "nothing_to_redact": REASON},
        at=OF_CASE | {"document_id": "{document}"},
    ),
    "case_document_stop": _case(at=OF_CASE | {"document_id": "{document}", "share_id": "{note}"}),
    "case_document_take_out": _case(
        {"why": "wrong_case", "words": REASON}, at=OF_CASE | {"document_id": "{document}"}
    ),
    "case_document_put_back": _case(at=OF_CASE | {"withdrawal_id": "{note}"}),
    "referral_document": Door(
        at=OF_REFERRAL | {"document_id": "{document}"}, shows=(NOTES,), to=PRACTITIONER
    ),
    "case_notes": _case(gets=("", "?kind=health", "?after={note}"), shows=(EXISTENCE, NOTES, HEALTH, HUB)),
    "case_note": _case(
        {"kind": "general", "text": REASON, "seen": "1"},
        at=OF_CASE | {"note": "{note}"},
        shows=(EXISTENCE, NOTES),
    ),
    "case_note_new": _case({"kind": "health", "text": REASON}),
    "case_note_share": _case(
        {"agency": "{agency_id}", "answer": "show"},
        {"agency": "{agency_id}", "answer": "stop"},
        at=OF_CASE | {"note": "{note}"},
    ),
    "my_tasks": Door(
        gets=("?list=mine", "?list=team", "?list=given"), shows=(HUB,), to=("practitioner", "supervisor")
    ),
    "case_task": _case(
        {"state": "not_possible", "words": REASON},
        {"title": REASON, "owner": "person:{practitioner}", "due_on": "2026-12-01", "seen": "1"},
        at=OF_CASE | {"task_id": "{task}"},
        shows=(EXISTENCE, HUB),
    ),
    "case_task_new": _case({"title": REASON, "owner": "person:{practitioner}", "due_on": "2026-12-01"}),
    "case_task_done": _case(at=OF_CASE | {"task_id": "{task}"}),
    "case_clocks": _case({"event": "section_47"}),
    "case_clock": _case(
        {"reason": "awaiting_consent", "because": "overlooked"},
        at=OF_CASE | {"clock_id": "{clock}", "act": "pause"},
    ),
    "clock_list": Door(gets=("?show=overdue", "?show=unexplained&rule=referral", "?after={cursor}")),
    "clock_rules": Door(),
    "clock_rule_change": Door(
        at={"code": "referral"},
        posts=({"act": "publish", "edition": "over", "terms": "length: {{}}", "reason": "Over."},),
    ),
    "case_prompt": _case({"words": REASON}, at=OF_CASE | {"prompt_id": "{prompt}"}),
    "case_access": _case(),
    "case_restrict": _case({"reason": "staff", "words": REASON, "owner_id": "{owner}"}),
    "case_lift": _case({"words": REASON}),
    "case_let_in": _case({"to": "{practitioner}", "reason": REASON}),
    "case_let_out": _case(at=OF_CASE | {"grant_id": "{grant}"}),
    "case_conflict": _case({"who": "me", "why": "knows", "words": REASON}),
    "case_conflict_end": _case({"words": REASON}, at=OF_CASE | {"conflict_id": "{conflict}"}),
    "break_glass": Door(
        posts=(
            {"reference": "{reference}", "reason": "She rang and is in danger now."},
            {"reference": "{person_reference}", "reason": "She rang and is in danger now."},
        )
    ),
    "restricted_records": Door(),
    "access_reviews": Door(),
    "access_review": Door(
        at={"review_id": "{review}"}, posts=({"outcome": "justified", "words": "She was in danger."},)
    ),
    "case_assessment": _case(
        at=OF_CASE | {"assessment_id": "{assessment}"}, shows=(EXISTENCE, IDENTITY, ASSESSMENT)
    ),
    "case_assessment_compare": _case(
        at=OF_CASE | {"assessment_id": "{assessment}"},
        gets=("", "?with=risk-27.1"),
        shows=(EXISTENCE, IDENTITY),
    ),
    "case_consent": _case(
        {
            "how": "by phone",
            "answer_safe-steps": "withdrawn",
            "told_safe-steps": "identity",
            "seen": "{event}",
        }
    ),
    "override_ask": _case(
        {"agency": SAFE_STEPS, "categories": "identity", "reason_code": "vital_interests", "words": REASON}
    ),
    "override_decide": _case(
        {"answer": "approve", "words": REASON}, at=OF_CASE | {"override_id": "{override}"}
    ),
    "review_pairs": Door(
        gets=("?list=likely", "?list=likely&order=oldest", "?list=likely&after={cursor}", "?list=unsure", ""),
    ),
    "deduplications": Door(),
    "deduplication_progress": Door(),
    "deduplicate": Door(),
    "notifications": Door(gets=("", "?show=all")),
    "notification": Door(at={"notification_id": "{notification}"}),
    "notifications_read": Door(),
    "notification_choices": Door(gets=("",), posts=({"case_assigned": "digest"},)),
    "on_call": Door(posts=({"practitioner": "{owner}"},)),
    "on_call_take_back": Door(at={"turn_id": "{turn}"}),
    "weights": Door(gets=("", "?against=twin")),
    "weights_progress": Door(),
    "estimate_weights": Door(),
    "decide_weights": Door(at={"weights_id": "{weights}"}, posts=({"answer": "accept", "reason": REASON},)),
    "review_pair": Door(
        at={"suggestion": "{suggestion}"}, posts=({"answer": "unsure"}, {"answer": "different"})
    ),
    "case_link": _case(
        {"answer": "different", "words": REASON},
        at=OF_CASE | {"link_id": "{link}"},
        shows=(EXISTENCE, IDENTITY),
    ),
    "case_suggestion": _case({"answer": "same"}, at=OF_CASE | {"suggestion": "{suggestion}"}),
    "case_dispute": _case(
        {"words": REASON}, {"resolution": "upheld", "words": REASON}, at=OF_CASE | OF_REFERRAL
    ),
    "referral_dispute": _referral({"stance": "stands", "words": REASON}),
    "api_dispute": _referral({"stance": "stands", "details": REASON}),
    "case_handover": _case({"first": REASON, "about": "identity"}, at=OF_CASE | OF_REFERRAL),
    "case_split": _case({"to": "stays", "needs": "finance", "words": REASON}, at=OF_CASE | OF_REFERRAL),
    "referral_split": _referral({"needs": "finance", "to": "ask", "why": REASON}),
    "case_needs": _case({"needs": "finance", "why": REASON}, at=OF_CASE | OF_REFERRAL),
    "case_hand_over": _case({"to": "stays", "words": REASON}, at=OF_CASE | OF_REFERRAL),
    "case_lead": _case({"to": "nobody"}, {"to": "{referral}"}),
    "case_messages": _case({"text": REASON, "about": "identity"}, at=OF_CASE | OF_REFERRAL),
    "referral_messages": _referral(
        {"text": REASON, "about": "identity"}, {"text": REASON, "about": "identity", "asks": "on"}
    ),
    # The world's conference has ended.
    "api_conference_questions": Door(gets=("", "?waiting=true"), to=SYSTEM),
    "api_conference_answer": Door(at={"research_id": "{research}"}, posts=({"known": "false"},), to=SYSTEM),
    "api_document": Door(at=OF_REFERRAL | {"document_id": "{document}"}, shows=(NOTES,), to=SYSTEM),
    "api_messages": _referral({"details": REASON}),
    "api_ask": _referral({"details": REASON}),
    "case_challenge": _case({"words": REASON}),
    "referral_challenge": _referral({"words": REASON}),
    "case_reroute": _case({"versions": ""}),
    "case_route": _case({"again": "idva"}),
    "case_recall": _case({"reason_words": REASON}, at=OF_CASE | OF_REFERRAL),
    "partner_responses": Door(
        gets=("?list=decide", "?list=waiting", "?list=answered", "?list=answered&after={cursor}")
    ),
    "partner_queue": Door(
        gets=("?list=answer", "?list=work&sort=service", "?list=ended", "?list=work&before={cursor}")
    ),
    "referral_give": Door(posts=({"referral": "{referral}", "to": "{practitioner}"},)),
    "referral": _referral(shows=(EXISTENCE, *AGREED), to=PRACTITIONER),
    "referral_receive": _referral(),
    "referral_accept": _referral(),
    "referral_start": _referral(),
    "referral_decline": _referral({"reason_code": "no_capacity"}),
    "referral_return": _referral({"reason_code": "more_wanted", "reason_words": REASON}),
    "referral_progress": _referral(
        {"step": "first_contact", "on_day": "1", "on_month": "1", "on_year": "2099"}
    ),
    "referral_acknowledge": _referral(),
    "referral_transfer": _referral({"to": "ask", "why": REASON}),
    "referral_complete": _referral({"safety": "improved", "notes": REASON}),
    "referral_conflict": _referral({"why": "knows", "words": REASON}),
    "referral_confirm": _referral({"answer": "deleted"}),
    "dashboard": Door(),
    "dashboard_partners_csv": Door(),
    "agencies": Door(),
    "agency_add": Door(posts=({"name": "New", "kind": "partner"},)),
    "agency": Door(at={"code": "{agency}"}),
    "team_add": Door(at={"code": "{agency}"}, posts=({"name": "New team"},)),
    "practitioner": Door(at={"practitioner_id": "{practitioner}"}, posts=({"role": "practitioner"},)),
    "practitioner_deactivate": OF_PRACTITIONER,
    "practitioner_reactivate": OF_PRACTITIONER,
    "practitioner_sign_out": OF_PRACTITIONER,
    "practitioner_unlock": OF_PRACTITIONER,
    "practitioner_reset_second_factor": OF_PRACTITIONER,
    "invite": Door(
        at={"code": "{agency}"}, posts=({"name": "New", "email": "new@new.example", "role": "practitioner"},)
    ),
    "invitation_send_again": Door(at={"invitation_id": "{invitation}"}),
    "invitation_withdraw": Door(at={"invitation_id": "{invitation}"}),
    "client_revoke": Door(at={"client_id": "{client}"}),
    "sign_on_set": Door(at={"code": "{agency}"}),
    "services": Door(),
    "service_places": Door(at={"service_id": "{service}"}, posts=({"is_open": "yes", "capacity": "9"},)),
    "service_describe": Door(at={"service_id": "{service}"}, posts=({"interpreters": "yes"},)),
    "service_add": Door(posts=({"team": "{service}", "code": "new", "name": "New"},)),
    "service_shares": Door(at={"code": "hate-crime"}),
    "service_history": Door(at={"service_id": "{service}"}),
    "pathway_service": Door(at={"service_id": "{service}"}, posts=({"reason": REASON, "understood": "on"},)),
    "agreements": Door(),
    "agreement_draft": Door(posts=({"name": "New", "categories": "identity", "purposes": "victim_support"},)),
    "agreement": OF_AGREEMENT,
    "agreement_edit": OF_AGREEMENT,
    "agreement_offer": OF_AGREEMENT,
    "agreement_sign": OF_AGREEMENT,
    "agreement_withdraw": OF_AGREEMENT,
    "agreement_end": OF_AGREEMENT,
    "agreement_renew": OF_AGREEMENT,
    "instruments": Door(),
    "instrument_new": Door(posts=({"code": "tea-leaves", "title": REASON},)),
    "instrument": Door(at={"code": "risk-24", "edition": "1"}),
    "instrument_preview": Door(at={"code": "risk-24", "edition": "1"}),
    "instrument_draft": OF_INSTRUMENT,
    "instrument_arrange": OF_INSTRUMENT,
    "instrument_words": OF_INSTRUMENT,
    "instrument_item": Door(at={"code": "risk-24", "item": "new"}),
    "instrument_section": Door(
        at={"code": "risk-24", "place": "1"}, posts=({"was": REASON, "title": REASON},)
    ),
    "instrument_scoring": OF_INSTRUMENT,
    "instrument_trigger": OF_INSTRUMENT,
    "instrument_publish": OF_INSTRUMENT,
    "instrument_discard": OF_INSTRUMENT,
    "pathways": Door(),
    "pathway_book": Door(at={"code": "{pathway}"}),
    "pathway": OF_VERSION,
    "pathway_challenge": Door(at={"challenge_id": "{challenge}"}, posts=({"words": REASON},)),
    "pathway_new": Door(posts=({"title": "{surname}"},)),
    "pathway_terms": Door(at={"code": "{pathway}"}, posts=({"threshold": "majority"},)),
    "pathway_draft": Door(at={"code": "{pathway}"}),
    "pathway_edit": OF_VERSION,
    "pathway_edit_title": OF_VERSION,
    "pathway_edit_assessment": OF_VERSION,
    "pathway_edit_arrange": OF_VERSION,
    "pathway_edit_route": Door(at={"code": "{pathway}", "number": "1", "place": "default"}),
    "pathway_edit_rule": Door(at={"code": "{pathway}", "number": "1", "place": "entry"}),
    "pathway_import": OF_VERSION,
    "pathway_export": OF_VERSION,
    "pathway_compare": Door(at={"code": "{pathway}", "number": "1", "other": "1"}),
    "pathway_propose": OF_VERSION,
    "pathway_emergency": OF_VERSION,
    "pathway_answer": OF_VERSION,
    "pathway_withdraw": OF_VERSION,
    "pathway_retire": OF_VERSION,
    "pathway_discard": OF_VERSION,
    "pathway_dry_runs": Door(
        at={"code": "{pathway}", "number": "1"},
        posts=({"since": "2026-01-01", "until": "2026-01-31"},),
    ),
    "pathway_dry_run": Door(at=OF_DRY_RUN),
    "pathway_dry_run_csv": Door(at=OF_DRY_RUN),
    "pathway_dry_run_cases": Door(at=OF_DRY_RUN),
    "pathway_dry_run_cases_csv": Door(at=OF_DRY_RUN),
    "api_dry_run": Door(at={"code": "{pathway}", "number": "1"}),
    "api_intake": Door(posts=({"source": "northshire-police", "records": [{"surname": "Sent"}]},)),
    "api_capacity": Door(posts=({"service": "{service}", "capacity": 9, "open": True},)),
    "api_sent": Door(gets=("", "?after={cursor}")),
    "api_intake_run": Door(at={"number": "{run}"}),
    "api_changes": Door(gets=("", "?after=0&limit=500"), shows=(REFERRAL,), to=SYSTEM),
    "api_referrals": Door(gets=("", "?before={referral}"), shows=(REFERRAL, EXISTENCE), to=SYSTEM),
    "api_referral": _referral(shows=(EXISTENCE, REFERRAL, *AGREED), to=SYSTEM),
    "api_actions": _referral(),
    "api_receive": _referral(),
    "api_accept": _referral(headers={"Idempotency-Key": "one"}),
    "api_decline": _referral({"reason": "no_capacity"}),
    "api_return": _referral({"details": REASON}),
    "api_transfer": _referral({"service": "{service}", "details": REASON}),
    "api_progress": _referral({"step": "waiting", "on": "2099-01-01"}),
    "api_acknowledge": _referral(),
    "api_split": _referral({"needs": ["finance"], "details": REASON}),
    "api_ask-transfer": _referral({"details": REASON}),
    "api_start": _referral(),
    "api_complete": _referral(OUTCOME),
    "api_confirm": _referral({"answer": "deleted"}),
    "api_notices": Door(gets=("", "?list=done")),
    "api_notice_confirm": Door(at={"notice_id": "{notice}"}, posts=({},)),
}

OF_REQUEST = {"request_id": "{request}"}
OF_INFORMATION = {"request_id": "{information}"}
RIGHTS: dict[str, Door] = {
    "rights_requests": Door(),
    "rights_person": Door(at=OF_PERSON),
    "rights_ask": Door(at=OF_PERSON, posts=({"kind": "access", "asked_by": "The person", "words": REASON},)),
    "rights_hold": Door(at=OF_PERSON, posts=({"reason": REASON},)),
    "rights_information_record": Door(at=OF_PERSON, posts=({"words": REASON},)),
    "rights_lift": Door(at={"hold_id": "{hold}"}, posts=({"reason": REASON},)),
    "rights_request": Door(at=OF_REQUEST),
    "rights_extend": Door(at=OF_REQUEST, posts=({"months": "1", "reason": REASON},)),
    "rights_refuse": Door(at=OF_REQUEST, posts=({"reason": REASON},)),
    "rights_correct": Door(at=OF_REQUEST, posts=({"reason": REASON},)),
    "rights_finish": Door(at=OF_REQUEST),
    "rights_prepare": Door(at=OF_REQUEST),
    "rights_decide": Door(at=OF_REQUEST, posts=({"reason": REASON},)),
    "rights_preview": Door(at=OF_REQUEST),
    "rights_withhold": Door(at=OF_REQUEST, posts=({"reason": REASON},)),
    "rights_release": Door(at=OF_REQUEST),
    "rights_copy_json": Door(at=OF_REQUEST),
    "rights_copy_files": Door(at=OF_REQUEST),
    "rights_copy_enclose": Door(at=OF_REQUEST | {"document_id": "{document}"}, posts=({},)),
    "rights_copy_print": Door(at=OF_REQUEST),
    "rights_retention": Door(),
    "rights_review": Door(at={"review_id": "{retention}"}),
    "rights_certificates": Door(),
    "rights_certificate": Door(at={"number": "1"}),
    "rights_information": Door(),
    "rights_information_csv": Door(),
    "rights_information_request": Door(at=OF_INFORMATION),
    "rights_information_tests": Door(at=OF_INFORMATION),
    "rights_information_decide": Door(at=OF_INFORMATION, posts=({"decision": "refuse", "reason": REASON},)),
    "rights_information_disclose": Door(at=OF_INFORMATION, posts=({"words": REASON},)),
    "rights_notices": Door(),
    "rights_notice_confirm": Door(at={"notice_id": "{notice}"}, posts=({"answer": "done"},)),
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
LOGS: dict[str, Door] = {
    "access_changes": Door(gets=("", "?case={case}", "?person={person}", "?after={cursor}")),
    "access_seen": Door(at={"person_id": "{person}"}),
    "access_seen_csv": Door(at={"person_id": "{person}"}),
    "access_hints": Door(gets=("", "?after={cursor}")),
    "access_hint": Door(at={"hint_id": "{hint}"}, posts=({"answer": "explained", "words": REASON},)),
    "access_fault": Door(at={"fault_id": "{fault}"}, posts=({"words": REASON},)),
    "case_history": _case(gets=("", "?after={event}")),
}
OF_CONFERENCE = {"conference_id": "{conference}"}
CONFERENCES: dict[str, Door] = {
    "case_conference": _case({"conference": "{conference}", "ground": "judgement", "words": REASON}),
    "conferences": Door(),
    "conference_new": Door(posts=({"kind": "marac", "place": "Room 1"},)),
    "conference_flags": Door(gets=("", "?month=2027-11")),
    "conference_actions": Door(gets=("", "?list=answered"), shows=(NOTES,), to=PRACTITIONER, conference=True),
    "conference_action": Door(
        at={"action_id": "{action}"},
        posts=({"status": "done", "words": REASON},),
        shows=(NOTES,),
        to=PRACTITIONER,
        conference=True,
    ),
    "conference_case": Door(
        at={"listing_id": "{listing}"},
        posts=(
            {"act": "answer", "known": "not_known"},
            {"act": "passage", "part": "risks", "words": REASON},
            {"act": "off", "words": REASON},
        ),
        shows=(EXISTENCE, *AGREED),
        to=PRACTITIONER,
        conference=True,
    ),
    "conference": Door(at=OF_CONFERENCE, shows=(EXISTENCE, IDENTITY), to=PRACTITIONER, conference=True),
    "conference_confirm": Door(at=OF_CONFERENCE),
    "conference_act": Door(at=OF_CONFERENCE, posts=({"act": "ask"}, {"act": "circulate"}, {"act": "cancel"})),
    "conference_attendance": Door(
        at=OF_CONFERENCE, posts=({"name": "New", "agency_name": "New"}, {"attendance": "{case}"})
    ),
    "conference_pack": Door(at=OF_CONFERENCE),
    "conference_minutes": Door(
        at=OF_CONFERENCE,
        gets=("", "?for=safe-steps", "?for=adviser"),
        shows=(EXISTENCE, IDENTITY, ASSESSMENT, NOTES),
        to=PRACTITIONER,
        conference=True,
    ),
}
WORK |= CONFERENCES | RIGHTS | OF_POLICE | OF_WHO_REFERS | LOGS

# Addresses that know of no case: asked once by each reader, and searched like the others.
WITHOUT_CASES = {
    "health": "says that the web process lives",
    "token": "gives a system its token",
    "api_schema": "the contract of the API",
    "diary_calendar": "a diary for a calendar: the address is the secret",
    "say": "a person says how they were helped: the link is the secret",
    "say_welsh": "as above, in Welsh",
    "get_help": "a victim asks for help",
    "get_help_welsh": "as above, in Welsh",
    "get_help_sent": "says that it came in",
    "get_help_sent_welsh": "as above, in Welsh",
}
ACCOUNTS = "accounts/"
"""How the addresses of signing in begin: they know of who signs in, and of no case."""


def knows_no_case(name: str, address: str) -> bool:
    return name in WITHOUT_CASES or address.startswith(ACCOUNTS)
