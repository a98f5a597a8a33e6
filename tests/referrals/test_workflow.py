"""The lives of referrals and cases: the tables are sound, and a refusal says what can be done instead."""

from collections import Counter

import pytest

from access.roles import CAPABILITIES, Capability, Role
from referrals import workflow
from referrals.workflow import (
    CASE_STATUSES,
    CASE_TRANSITIONS,
    DECLINE_REASONS,
    END_STATES,
    FHIR_TASK_STATUS,
    FINAL,
    HUB,
    OPEN,
    OPEN_CASE,
    PARTNER,
    STATUS_WORDS,
    SYSTEM,
    TRANSITIONS,
    MoveRefused,
    case_move,
    case_verbs_for,
    move,
    next_case_status,
    next_status,
    verbs_for,
)

# HL7 FHIR R4, value set task-status.
FHIR = {"draft", "requested", "received", "accepted", "rejected", "ready", "cancelled", "in-progress", "on-hold",
        "failed", "completed", "entered-in-error"}  # fmt: skip

TABLES = [
    pytest.param(TRANSITIONS, STATUS_WORDS, "draft", FINAL, id="referral"),
    pytest.param(CASE_TRANSITIONS, CASE_STATUSES, "new", ("closed",), id="case"),
]


@pytest.mark.parametrize(("table", "statuses", "first", "final"), TABLES)
def test_every_status_can_be_reached(table, statuses, first, final):
    reached = {first}
    for _ in statuses:
        reached |= {one.to for one in table if one.from_ in reached}
    assert reached == set(statuses)


@pytest.mark.parametrize(("table", "statuses", "first", "final"), TABLES)
def test_only_a_closed_case_is_opened_again_and_every_other_status_leads_to_an_end(
    table, statuses, first, final
):
    assert {(one.verb, one.from_) for one in table if one.from_ in final} <= {("reopen", "closed")}
    ends = set(final)
    for _ in statuses:
        ends |= {one.from_ for one in table if one.to in ends}
    assert ends == set(statuses)


@pytest.mark.parametrize(("table", "statuses", "first", "final"), TABLES)
def test_a_verb_leads_from_one_status_to_one_other(table, statuses, first, final):
    assert Counter((one.verb, one.from_) for one in table).most_common(1)[0][1] == 1
    # A question and its answer change whose turn it is, a transfer which team has it, and nothing else.
    assert {one.verb for one in table if one.from_ == one.to} <= {"ask", "inform", "transfer"}
    assert {one.to for one in table} | {one.from_ for one in table} <= set(statuses)


@pytest.mark.parametrize("table", [TRANSITIONS, CASE_TRANSITIONS])
def test_every_move_belongs_to_a_side_that_has_somebody_who_may_make_it(table):
    sides = {
        HUB: [Role.PRACTITIONER],
        PARTNER: [Role.PARTNER_PRACTITIONER, Role.CLIENT],
        SYSTEM: [Role.SYSTEM],
    }
    for one in table:
        assert all(Capability(one.capability) in CAPABILITIES[role] for role in sides[one.side]), one


def test_open_and_final_are_all_there_is():
    assert set(OPEN) | set(FINAL) == set(STATUS_WORDS)
    assert not set(OPEN) & set(FINAL)
    assert set(OPEN_CASE) | {"closed"} == set(CASE_STATUSES)


def test_a_referral_s_good_road():
    status = "draft"
    for verb in ("send", "receive", "accept", "start", "complete"):
        status = next_status(verb, status)
    assert status == "completed"


def test_a_partner_may_answer_at_once_what_it_was_sent():
    assert verbs_for("sent", PARTNER) == ("receive", "accept", "decline", "return_to_hub", "ask", "transfer")
    assert verbs_for("received", PARTNER) == ("accept", "decline", "return_to_hub", "ask", "transfer")
    assert verbs_for("accepted", PARTNER) == ("return_to_hub", "start", "complete", "transfer")
    assert verbs_for("in_progress", PARTNER) == ("return_to_hub", "complete", "transfer")
    assert all(verbs_for(status, PARTNER) == () for status in (*FINAL, "draft"))


def test_the_hub_recalls_what_is_open_and_the_system_expires_what_is_unanswered():
    assert {status for status in STATUS_WORDS if "recall" in verbs_for(status, HUB)} == set(OPEN)
    assert {status for status in STATUS_WORDS if "expire" in verbs_for(status, SYSTEM)} == {
        "sent",
        "received",
    }


def test_saying_no_needs_a_reason():
    wanted = {"decline", "return_to_hub", "recall", "hand_over", "transfer"}
    assert {one.verb for one in TRANSITIONS if one.needs_reason} == wanted
    assert {one.verb for one in CASE_TRANSITIONS if one.needs_reason} == {"suspend", "close", "reopen"}


def test_a_refusal_says_what_is_and_what_can_be_done():
    with pytest.raises(MoveRefused) as refused:
        move("start", "sent")
    said = str(refused.value)
    assert "cannot be started" in said
    assert "it is now “sent”" in said
    assert "only from accepted" in said
    assert "accept, decline" in said
    with pytest.raises(MoveRefused, match="at its end"):
        move("accept", "declined")
    with pytest.raises(MoveRefused, match="'dance'"):
        move("dance", "sent")
    with pytest.raises(MoveRefused, match="cannot be accepted"):
        move("accept", "a status that nobody knows")


def test_every_verb_has_words_for_its_refusal():
    for one in TRANSITIONS:
        with pytest.raises(MoveRefused):
            move(one.verb, one.to if one.to in FINAL else "declined")
    for one in CASE_TRANSITIONS:
        with pytest.raises(MoveRefused):
            case_move(one.verb, "new" if one.verb == "reopen" else "closed")


def test_a_case_s_road_and_its_way_back():
    status = "new"
    for verb, then in (("start_triage", "triaging"), ("finish_triage", "triaged"), ("route", "routed"),
                       ("want_decision", "triaged"), ("route", "routed"), ("retriage", "triaging"),
                       ("suspend", "suspended"), ("resume", "triaging"), ("close", "closed")):  # fmt: skip
        status = next_case_status(verb, status)
        assert status == then
    assert case_verbs_for("new", HUB) == ("start_triage", "finish_triage", "suspend", "close")
    assert case_verbs_for("closed", HUB) == ("reopen",)
    assert next_case_status("reopen", "closed") == "triaging"
    assert {status for status in CASE_STATUSES if "close" in case_verbs_for(status, HUB)} == set(OPEN_CASE)


def test_a_case_is_not_routed_before_it_is_triaged():
    with pytest.raises(MoveRefused, match="only from ready to route"):
        next_case_status("route", "triaging")


def test_partners_know_each_status_by_its_fhir_name():
    assert set(FHIR_TASK_STATUS) == set(STATUS_WORDS)
    assert set(FHIR_TASK_STATUS.values()) <= FHIR


def test_reasons_and_end_states_fit_their_columns_and_have_words():
    for codes in (DECLINE_REASONS, END_STATES, STATUS_WORDS, CASE_STATUSES):
        assert all(code.isidentifier() and len(code) <= 20 and words for code, words in codes.items())
    assert len(END_STATES) == 11
    assert workflow.UNANSWERED == ("sent", "received")
