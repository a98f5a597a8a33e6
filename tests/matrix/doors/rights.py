"""The rights of persons over their data, and the logs of what was seen and changed."""

from tests.matrix.doors.door import REASON, Door, of_case

OF_PERSON = {"reference": "{person_reference}"}
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

LOGS: dict[str, Door] = {
    "access_changes": Door(gets=("", "?case={case}", "?person={person}", "?after={cursor}")),
    "access_seen": Door(at={"person_id": "{person}"}),
    "access_seen_csv": Door(at={"person_id": "{person}"}),
    "access_hints": Door(gets=("", "?after={cursor}")),
    "access_hint": Door(at={"hint_id": "{hint}"}, posts=({"answer": "explained", "words": REASON},)),
    "access_fault": Door(at={"fault_id": "{fault}"}, posts=({"words": REASON},)),
    "case_history": of_case(gets=("", "?after={event}")),
}
