"""A pathway as its agencies make it: drafted, rehearsed, objected to, amended, ratified, in force and applied, by three
sign-ins in a browser (a supervisor and a manager of the hub, and a partner's representative)."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pages import faults, too_wide
from tests.e2e.test_the_whole_road import (
    assess,
    record_consent,
    record_contact,
    shows,
    take_a_case,
    upload,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATHWAY = "/pathways/night-support/"


def add_condition(page: Page, fact: str, operator: str, *values: str) -> None:
    """One row at the end of the rule, by the keyboard's own means: choose, press, choose."""
    page.get_by_label("New condition on").last.select_option(label=fact)
    page.get_by_role("button", name="Add the condition").last.click()
    row = page.get_by_role("group", name=fact)
    row.get_by_label("How it is compared").select_option(label=operator)
    for value in values:
        row.get_by_label("Compared with").fill(value)


def write_the_default(page: Page, *, within: str, unit: str) -> None:
    """Where the pathway sends everybody who enters it, answered within so long."""
    page.get_by_role("link", name=re.compile("where nothing fits")).click()
    page.get_by_label("Name of the route").fill("A voice at night")
    page.get_by_label("Goes to").select_option(label="Domestic abuse advocacy, Safe Steps")
    page.get_by_label("To support the victim").check()
    for category in ("Identity", "Contact"):
        page.get_by_label(re.compile(f"^{category}")).first.check()
    page.get_by_label("Consent", exact=True).check()
    page.get_by_label("Answered within").fill(within)
    page.get_by_label("Counted in").select_option(label=unit)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The draft is saved.")).to_be_visible()


def rehearse(page: Page, number: int) -> None:
    page.goto(f"{PATHWAY}{number}/")
    page.get_by_role("link", name="Dry run on past cases").click()
    page.get_by_role("button", name="Rehearse").click()
    assert shows(page, "Dry runs of this version", 60), page.inner_text("main")
    expect(page.get_by_role("button", name="Download the numbers (CSV)")).to_be_visible(timeout=60_000)
    assert faults(page) == []


def propose(page: Page, number: int, reasons: str) -> None:
    page.goto(f"{PATHWAY}{number}/propose/")
    page.get_by_label("Reasons").fill(reasons)
    page.get_by_role("button", name="Propose").click()
    expect(page.get_by_text("Each agency that it binds can answer now.")).to_be_visible()


def answer(page: Page, number: int, words: str, reasons: str = "") -> None:
    page.goto("/pathways/")
    page.get_by_role("link", name=f"Answer for your agency: Night support, version {number}").click()
    page.get_by_label(words).check()
    page.get_by_label("Reasons").fill(reasons)
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_text("Your agency’s answer stands beside the version.")).to_be_visible()


def test_from_a_draft_to_a_case_that_goes_by_it(empty_hub, door):
    dana, ines, carys = (door.open(empty_hub, name) for name in ("dana", "ines", "carys"))

    dana.goto("/pathways/")
    dana.get_by_role("button", name="Begin a new pathway").click()
    dana.get_by_label("Title").fill("Night support")
    dana.get_by_role("button", name="Begin", exact=True).click()
    expect(dana.get_by_text("The pathway needs `default`")).to_be_visible()

    dana.get_by_role("link", name=re.compile("who enters")).click()
    add_condition(dana, "The number of incidents in the last 12 months", "is at least", "none")
    dana.get_by_role("button", name="Save the rule").click()
    expect(dana.get_by_role("link", name="Enter a whole number: none is none.")).to_be_visible()
    dana.get_by_label("Compared with").fill("0")
    dana.get_by_role("button", name="Add a group").last.click()
    dana.get_by_role("button", name=re.compile("Up.*the group")).click()
    dana.get_by_role("button", name=re.compile("Remove.*the group")).click()
    dana.get_by_role("button", name="Read it back").click()
    expect(
        dana.get_by_text("Read back: the number of incidents in the last 12 months is at least 0.")
    ).to_be_visible()
    assert faults(dana) == []
    dana.set_viewport_size({"width": 320, "height": 800})
    assert too_wide(dana) == []
    dana.set_viewport_size({"width": 1280, "height": 900})
    dana.get_by_role("button", name="Save the rule").click()
    expect(dana.get_by_text("The number of incidents in the last 12 months is at least 0.")).to_be_visible()

    write_the_default(dana, within="1", unit="hours")
    expect(dana.get_by_text("It can be proposed as it stands.")).to_be_visible()
    assert faults(dana) == []
    rehearse(dana, 1)
    ines.goto(f"{PATHWAY}1/")
    expect(ines.get_by_role("heading", name="Page not found")).to_be_visible()
    propose(dana, 1, "Nobody answers at night.")

    answer(ines, 1, "We object", "One hour cannot be kept at night.")
    assert shows(dana, "Not agreed", 30), dana.inner_text("main")
    assert faults(dana) == []

    dana.goto(PATHWAY)
    expect(dana.get_by_text("One hour cannot be kept at night.")).to_be_visible()
    dana.get_by_role("button", name="Draft the next version").click()
    write_the_default(dana, within="2", unit="working days")
    expect(dana.locator("#changes")).to_contain_text("it is answered within 2 working days; before, 1 hour.")
    rehearse(dana, 2)
    propose(dana, 2, "Two working days, as Safe Steps asked.")
    answer(ines, 2, "We agree")
    answer(carys, 2, "We agree")
    assert shows(carys, "In force", 30), carys.inner_text("main")
    assert faults(carys) == []

    upload(dana)
    take_a_case(dana)
    record_contact(dana)
    record_consent(dana)
    assess(dana)
    dana.get_by_role("button", name="Finish triage").click()
    assert shows(dana, "Night support, version 2", 60), dana.inner_text("main")
    expect(dana.locator("#referrals").get_by_text("A voice at night: ").first).to_be_visible()
    assert "FAIL" not in empty_hub.manage("check_integrity")
    # What the product itself refuses (404, 422) the browser notes too; its own policy refused nothing.
    assert [said for said in door.refused if not said.startswith("Failed to load resource")] == []
