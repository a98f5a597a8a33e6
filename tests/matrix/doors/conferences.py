"""Case conferences, from the list to the minutes."""

from tests.matrix.doors.door import PRACTITIONER, REASON, Door, of_case
from tests.matrix.policy import (
    AGREED,
    ASSESSMENT,
    EXISTENCE,
    IDENTITY,
    NOTES,
)

OF_CONFERENCE = {"conference_id": "{conference}"}

CONFERENCES: dict[str, Door] = {
    "case_conference": of_case({"conference": "{conference}", "ground": "judgement", "words": REASON}),
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
