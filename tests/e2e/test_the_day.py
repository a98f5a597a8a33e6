"""A practitioner's whole day, in browsers alone: feed, recognition, an unsafe number, contact, needs, consent,
assessment, route, a partner's answer, a conference, closure, what the person says of it and what the police are told.
Once by mouse, once by keyboard alone, once in a browser that runs no script.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.pages import Look, links
from tests.e2e.test_the_whole_road import FEED, shows
from tests.platform.stage import eventually

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FARTHEST = 250
"""Presses of the tab key after which something on a page cannot be come to."""
ALT = 1
"""The modifier of access keys, as the browser's protocol counts them."""
FOCUSED = "one => one === document.activeElement"


@dataclass
class Hand:
    """How somebody works a page: by mouse, or by the keyboard alone. look: what looks at each page that they leave."""

    page: Page
    by_keyboard: bool = False
    look: Look | None = None

    def press(self, what: Locator) -> None:
        """A link or a button, each of which leads to a page."""
        if self.look:
            expect(what).to_be_visible()
            assert self.look(self.page) == []
        if self.by_keyboard:
            self._come_to(what)
        with self.page.expect_event("load"):
            if self.by_keyboard:
                self.page.keyboard.press("Enter")
            else:
                what.click()

    def press_by_its_key(self, what: Locator) -> None:
        """A button with an access key: with one key where somebody works by keyboard."""
        if not self.by_keyboard:
            self.press(what)
            return
        expect(what).to_be_visible()
        key = what.get_attribute("accesskey")
        assert key
        # Playwright's own press leaves out what the key would write, by which Chromium knows an access key.
        pressed = {"key": key, "text": key, "unmodifiedText": key, "modifiers": ALT}
        with self.page.expect_event("load"):
            self.page.context.new_cdp_session(self.page).send(
                "Input.dispatchKeyEvent", {"type": "keyDown", **pressed}
            )

    def tick(self, what: Locator) -> None:
        """A radio or a checkbox."""
        if not self.by_keyboard:
            what.check()
        elif not what.is_checked():
            if what.get_attribute("type") == "radio":
                self._choose(what)
            else:
                self._come_to(what)
                self.page.keyboard.press("Space")
        expect(what).to_be_checked()

    def untick(self, what: Locator) -> None:
        """A checkbox."""
        if self.by_keyboard:
            self._come_to(what)
            self.page.keyboard.press("Space")
        else:
            what.uncheck()
        expect(what).not_to_be_checked()

    def write(self, what: Locator, words: str) -> None:
        if self.by_keyboard:
            self._come_to(what)
            self.page.keyboard.press("Control+A")
            self.page.keyboard.press("Delete")
            self.page.keyboard.type(words)
        else:
            what.fill(words)

    def _come_to(self, what: Locator) -> None:
        expect(what).to_be_visible()
        for _ in range(FARTHEST):
            if what.evaluate(FOCUSED):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{what} cannot be come to by keyboard")

    def _choose(self, what: Locator) -> None:
        """Of radios one is come to by tab, and the others by arrows, which choose as they go."""
        group = what.evaluate("one => [...document.getElementsByName(one.name)].findIndex(x => x === one)")
        name = what.get_attribute("name")
        for _ in range(FARTHEST):
            if self.page.evaluate("name => document.activeElement.name === name", name):
                break
            self.page.keyboard.press("Tab")
        for _ in range(group + 20):
            if what.evaluate(FOCUSED):
                self.page.keyboard.press("Space")
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{what} cannot be chosen by keyboard")


def take_the_feed(hand: Hand) -> None:
    """The file of the day is taken on its page; taken once more, every row of it is known."""
    page = hand.page
    hand.press(page.get_by_role("link", name="Feeds", exact=True))
    page.get_by_label("Feed file").set_input_files(FEED)
    hand.press(page.get_by_role("button", name="Take the file"))
    page.wait_for_url(re.compile(r"/feeds/\d+/"))
    assert shows(page, "Finished", 120), page.inner_text("main")


def know_somebody_again(hand: Hand) -> None:
    """Whether the first pair is one person: linked, and nothing merged."""
    page = hand.page
    page.goto("/people/review/")
    hand.press(page.get_by_role("link", name="Very likely the same"))
    hand.press_by_its_key(page.get_by_role("button", name="The same person").first)
    expect(page.locator(".govuk-notification-banner--success")).to_be_visible()


def take_somebody_in_danger(hand: Hand) -> str:
    """Domestic abuse of somebody who has a telephone, and whom nobody has yet: their case's reference."""
    page = hand.page
    page.goto("/triage/?flag=domestic_abuse&assigned=nobody")
    cases = [path for path in links(page) if re.fullmatch(r"/cases/VRH-[\d-]+/", path)]
    for case in cases:
        page.goto(case)
        grown_up = re.search(r"Born\s+\d+ \w+ \d{4}, (1[89]|[2-9]\d)", page.inner_text("main"))
        if grown_up and page.get_by_role("link", name=re.compile("what is safe: Call")).count() == 1:
            hand.press(page.get_by_role("button", name="Assign to me"))
            return case.split("/")[2]
    raise AssertionError("nobody of that kind waits")


def speak_safely(hand: Hand, reference: str) -> None:
    """The number is not safe; later the person says that it is, at any hour, and is spoken to."""
    page = hand.page
    for answer, words in (("Not safe: never use it", "Do not use"), ("Safe", "Safe now")):
        hand.press(page.get_by_role("link", name=re.compile("what is safe: Call")))
        hand.tick(page.get_by_label(answer, exact=True))
        for hour in ("Safe from", "Safe until"):
            hand.write(page.get_by_label(hour, exact=True), "")
        for box in page.locator("main input[type=checkbox]:checked").element_handles():
            hand.untick(page.locator(f"#{box.get_attribute('id')}"))
        hand.press(page.get_by_role("button", name="Record", exact=True))
        call = page.locator("#contact tr", has_text="Call")
        expect(call.get_by_text(words, exact=True)).to_be_visible()
    hand.press(page.locator("#contact").get_by_role("link", name=re.compile("^Call ")))
    hand.press(page.get_by_role("button", name="Spoke to the person"))
    expect(page.get_by_text("The contact attempt is recorded.")).to_be_visible()


def ask(hand: Hand) -> None:
    """What they need, and which agencies may be told."""
    page = hand.page
    hand.press(page.get_by_role("link", name="Ask what they need"))
    hand.tick(page.get_by_role("group", name="Do they need an interpreter?").get_by_label("No"))
    hand.tick(page.get_by_label("A building without steps"))
    hand.press(page.get_by_role("button", name="Record", exact=True))
    expect(page.locator("#access-needs")).to_contain_text("A building without steps")
    hand.press(page.locator("#next").get_by_role("link", name="Record consent"))
    hand.tick(page.get_by_label("By phone"))
    for yes in page.get_by_label("Yes, as chosen below").all():
        hand.tick(yes)
    hand.press(page.get_by_role("button", name="Record", exact=True))
    expect(page.get_by_text("Consent is recorded:")).to_be_visible()


def assess(hand: Hand) -> None:
    """No need, and sixteen risks."""
    page = hand.page
    for link, yes in (("Complete the needs assessment", 0), ("Complete the risk checklist", 16)):
        hand.press(page.locator("#next").get_by_role("link", name=link))
        questions = page.locator("form#assess fieldset:has(input[value=yes])").all()
        for place, question in enumerate(questions):
            hand.tick(question.locator(f"input[value={'yes' if place < yes else 'no'}]"))
        hand.press(page.get_by_role("button", name="Complete", exact=True))
        page.wait_for_url(re.compile(r"/cases/VRH-[\d-]+/$"))


def take_on(hand: Hand, reference: str, service: str) -> None:
    """A partner's practitioner says that the referral is there, and accepts it."""
    page = hand.page
    page.goto("/referrals/")
    row = page.locator("main tr", has_text=reference).filter(has_text=service)
    hand.press(row.get_by_role("link", name=reference, exact=True))
    for verb in ("Say that you have it", "Accept"):
        hand.press(page.get_by_role("button", name=verb))
    expect(page.get_by_text("You have taken the referral on.")).to_be_visible()


def finish(hand: Hand, reference: str) -> None:
    """The partner works on it, and tells what came of the work."""
    page = hand.page
    page.goto("/referrals/?list=work")
    row = page.locator("main tr", has_text=reference)
    hand.press(row.get_by_role("link", name=reference, exact=True))
    hand.press(page.get_by_role("button", name="Start the work"))
    hand.press(page.get_by_role("link", name="Complete with what came of it"))
    hand.tick(page.get_by_role("group", name="Safety").get_by_label("Improved"))
    hand.press(page.locator("main").get_by_role("button"))
    expect(page.locator("main")).to_contain_text("Completed")


def hear_it(hand: Hand, reference: str) -> None:
    """A conference is called and hears the case; its minutes go round."""
    page, soon = hand.page, datetime.now(ZoneInfo("Europe/London")) + timedelta(minutes=20)
    page.goto("/conferences/new/")
    hand.tick(page.get_by_role("radio").first)
    for label, number in (("Day", soon.day), ("Month", soon.month), ("Year", soon.year)):
        hand.write(page.get_by_label(label, exact=True), str(number))
    hand.write(page.get_by_label("Begins at"), f"{soon:%H:%M}")
    hand.write(page.get_by_label("Where?"), "Room 2")
    hand.write(page.get_by_label("Who leads it?"), "DI Price")
    hand.press(page.get_by_role("button", name=re.compile("Call")))
    hand.press(page.get_by_role("button", name="I agree"))
    meeting = page.url
    page.goto(f"/cases/{reference}/conference/")
    hand.tick(page.get_by_role("group", name="Which meeting?").get_by_role("radio").first)
    hand.tick(page.get_by_label("Professional judgement"))
    hand.write(page.get_by_label("Your reasons"), "The person is afraid.")
    hand.press(page.get_by_role("button", name="Put on the list"))
    page.goto(meeting)
    for step in ("Ask agencies what they know", "Open the meeting"):
        hand.press(page.get_by_role("button", name=step))
    for step, said in (("End the meeting", "are to be circulated"), ("Circulate the minutes", "circulated")):
        hand.press(page.get_by_role("button", name=step))
        expect(page.get_by_text(f"Minutes {said}").first).to_be_visible()


def close(hand: Hand, reference: str) -> str:
    """The case ends as supported; the person is given a link by which to say how it was. Its address."""
    page = hand.page
    page.goto(f"/cases/{reference}/")
    hand.press(page.get_by_role("link", name="Close the case"))
    hand.tick(page.get_by_label("Supported (enhanced)"))
    hand.write(page.get_by_label("Why?", exact=True), "Support has ended as agreed.")
    hand.write(page.get_by_label("Why does it end without what is missing?"), "No exit review is wanted.")
    hand.press(page.get_by_role("button", name="Close the case"))
    hand.press(page.get_by_role("link", name="Ask the person how it was"))
    hand.press(page.get_by_role("button", name=re.compile("^Text ")))
    return urlsplit(page.locator("code").inner_text()).path


def say_how_it_was(hand: Hand) -> None:
    """The person answers, once."""
    page = hand.page
    hand.tick(page.get_by_role("group", name="Did we listen to you?").get_by_label("Yes"))
    hand.press(page.get_by_role("button", name="Send"))
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def hear_back(hand: Hand, crime: str) -> None:
    """The police read what came of what they sent, by their own reference."""
    page = hand.page

    def is_told() -> bool:
        page.goto("/sent/")
        hand.write(page.get_by_label("Your reference"), crime)
        hand.press(page.get_by_role("button", name="Find", exact=True).last)
        return "closed: supported" in page.inner_text("main").lower()

    assert eventually(lambda: is_told() or page.wait_for_timeout(400), 30), page.inner_text("main")


@pytest.mark.parametrize("how", ["by mouse", "without scripts", "by keyboard"])
def test_a_whole_day(empty_hub, door, how):
    scripts, by_keyboard = how != "without scripts", how == "by keyboard"
    look = Look() if how == "by mouse" else None

    def hand(name: str) -> Hand:
        return Hand(door.open(empty_hub, name, scripts=scripts), by_keyboard, look)

    priya = hand("priya")
    take_the_feed(priya)
    know_somebody_again(priya)
    reference = take_somebody_in_danger(priya)
    crime = re.search(r"reference (\S+), officer", priya.page.inner_text("#incidents"))[1]
    speak_safely(priya, reference)
    ask(priya)
    assess(priya)
    priya.press(priya.page.get_by_role("button", name="Finish triage"))
    assert shows(priya.page, "With partners", 60), priya.page.inner_text("main")

    helen, sian = hand("helen"), hand("sian")
    take_on(helen, reference, "Domestic abuse advocacy")
    take_on(sian, reference, "MARAC")
    hear_it(hand("dana"), reference)
    finish(sian, reference)
    finish(helen, reference)
    link = close(priya, reference)
    say_how_it_was(Hand(door.visit(empty_hub, link, scripts=scripts), by_keyboard, look))
    hear_back(hand("martin"), crime)
    assert "FAIL" not in empty_hub.manage("check_integrity")
    assert not door.refused, door.refused
