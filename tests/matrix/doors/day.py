"""Where people of the hub begin and spend their day: home, queues, feeds, diaries, and what they look over."""

from tests.matrix.doors.door import PAGED, REASON, Door, Form
from tests.matrix.policy import (
    CONTACT,
    HUB,
    IDENTITY,
    READS_THE_HUBS_CASES,
    SENT,
)

SEARCHED: tuple[Form, ...] = (
    {"search": "{surname}", "stage": "decision"},
    {"search": "{surname}", "stage": "partner"},
    {"search": "{reference}", "stage": "partner"},
    {"search": "{postcode}", "stage": "partner"},
)

DAY: dict[str, Door] = {
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
    "diary": Door(
        gets=("", "?whose=team", "?whose=all", "?whose=all&after={cursor}"),
        shows=(IDENTITY, CONTACT),
        to=("practitioner", "supervisor"),
    ),
    "diary_address": Door(posts=({"act": "make"}, {"act": "end"})),
    "my_tasks": Door(
        gets=("?list=mine", "?list=team", "?list=given"),
        shows=(HUB,),
        to=("practitioner", "supervisor"),
        to_do=True,
    ),
    "clock_list": Door(gets=("?show=overdue", "?show=unexplained&rule=referral", "?after={cursor}")),
    "clock_rules": Door(),
    "clock_rule_change": Door(
        at={"code": "referral"},
        posts=({"act": "publish", "edition": "over", "terms": "length: {{}}", "reason": "Over."},),
    ),
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
    "partner_responses": Door(
        gets=("?list=decide", "?list=waiting", "?list=answered", "?list=answered&after={cursor}")
    ),
    "dashboard": Door(),
    "dashboard_partners_csv": Door(),
}
