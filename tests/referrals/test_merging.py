"""Two people record the same thing: the second sees both beside each other and chooses; nothing typed is lost."""

import pytest

from access.context import acting_as_system
from tests.factories import a_case
from victims.models import AccessNeeds, Address, ContactMethod, SafeAddress

SEEN = {"seen", "was"}


def opened(browser, place: str) -> dict[str, str]:
    form = browser.get(place).context["form"]
    return {name: form[name].value() or "" for name in SEEN}


def newest(model, case):
    with acting_as_system("tests"):
        return model.objects.filter(person=case.person_id).order_by("-recorded_at", "-id").first()


def entitlement(case):
    with acting_as_system("tests"):
        case.refresh_from_db()
    return {"level": case.entitlement, "reason": case.entitlement_reason}


def safety(case):
    held = newest(ContactMethod, case)
    return {
        "safety": held.safety,
        "rules": sorted(held.rules),
        "code_word": (held.care or {}).get("code_word"),
    }


def letters(case):
    held = newest(Address, case)
    return {"safety": held.letters, "household": held.household}


PAGES = {
    "entitlement": (
        {"level": "enhanced", "reason": "Targeted again."},
        {"level": "standard", "reason": "It was a mistake."},
        entitlement,
    ),
    "safety": (
        {"safety": "unsafe", "rules": ["no_voicemail"], "code_word": "Robin"},
        {"safety": "safe", "rules": ["withhold_number", "text_first"], "code_word": "Wren"},
        safety,
    ),
    "safety/letters": (
        {"safety": "unsafe", "household": "joint"},
        {"safety": "safe", "household": "alone"},
        letters,
    ),
    "safe-address": (
        {"lines": "Refuge A", "postcode": "NS1 4AB"},
        {"lines": "Refuge B", "postcode": "NS1 4AD"},
        lambda case: newest(SafeAddress, case).place,
    ),
    "needs": (
        {"language": "Polish", "interpreter": "yes", "needs": ["step_free"]},
        {"language": "Welsh", "interpreter": "no", "needs": ["sign_language"]},
        lambda case: {"needs": newest(AccessNeeds, case).needs},
    ),
}


def test_whoever_is_first_to_say_whether_a_number_is_safe_is_not_taken_for_the_second(hub, cast):
    case = a_case()
    with acting_as_system("tests"):
        ContactMethod.objects.filter(person=case.person_id).update(verified_at=None)
    browser = cast.browser("priya")
    place = f"/cases/{case.reference}/safety/{newest(ContactMethod, case).id}/"
    sent = browser.post(place, opened(browser, place) | {"safety": "unsafe"})
    assert sent.status_code == 302
    assert newest(ContactMethod, case).safety == "unsafe"


@pytest.mark.parametrize("page", PAGES)
def test_whoever_is_second_sees_both_and_chooses(hub, cast, page):
    theirs, mine, stands = PAGES[page]
    case = a_case(entitlement="standard" if page != "entitlement" else "enhanced")
    priyas, dana = cast.browser("priya"), cast.browser("dana")
    place = f"/cases/{case.reference}/{page}/"
    if page == "safety":
        place = f"/cases/{case.reference}/safety/{newest(ContactMethod, case).id}/"
    seen = opened(priyas, place)
    if (
        page == "entitlement"
    ):  # whoever comes first makes it standard, and then enhanced again with another reason
        dana.post(place, mine)
    assert dana.post(place, theirs).status_code == 302
    before = stands(case)
    asked = priyas.post(place, mine | seen)
    assert asked.status_code == 409
    assert stands(case) == before
    assert "Nothing that you typed is lost" in asked.content.decode()
    differing = {line.name for line in asked.context["lines"]}
    assert differing == set(mine)
    sent = {}
    for name, value in asked.context["sent"]:
        sent.setdefault(name, []).append(value)
    chosen = sent | {"seen": asked.context["seen"]}
    left = priyas.post(place, chosen | {f"take_{name}": "theirs" for name in differing})
    assert left.status_code == 302
    assert stands(case) == before
    assert priyas.post(place, chosen | {f"take_{name}": "mine" for name in differing}).status_code == 302
    wanted = {name: sorted(value) if isinstance(value, list) else value for name, value in mine.items()}
    assert stands(case) == {name: wanted[name] for name in before}


def test_two_who_chose_the_same_entitlement_for_other_reasons_are_brought_together(hub, cast):
    case = a_case(entitlement="standard")
    place = f"/cases/{case.reference}/entitlement/"
    priyas = cast.browser("priya")
    seen = opened(priyas, place)
    cast.browser("dana").post(place, {"level": "enhanced", "reason": "Targeted again."})
    asked = priyas.post(place, seen | {"level": "enhanced", "reason": "She is afraid."})
    assert asked.status_code == 409
    assert [(line.name, line.theirs, line.mine) for line in asked.context["lines"]] == [
        ("reason", "Targeted again.", "She is afraid.")
    ]
    assert entitlement(case)["reason"] == "Targeted again."
    chosen = dict(asked.context["sent"]) | {"seen": asked.context["seen"], "take_reason": "mine"}
    assert priyas.post(place, chosen).status_code == 302
    assert entitlement(case) == {"level": "enhanced", "reason": "She is afraid."}
    assert "Another reason for enhanced" in priyas.get(f"/cases/{case.reference}/timeline/").content.decode()
