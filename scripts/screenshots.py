"""Makes the pictures of docs/practitioners/day from the running product: `make screenshots`, beside a `make run`.

Everybody on them is invented: they are of the demonstration, and nothing else is signed in to. Needs Chromium.
"""

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "practitioners" / "day" / "images"
PASSWORD = "northshire-demo-only"
WIDTH, HEIGHT = 1000, 640
PRIYA, DANA = "priya.nair@northshire.example", "dana.ahmed@northshire.example"
HELEN, INES = "helen.marsh@safesteps.example", "ines.costa@safesteps.example"


@dataclass(frozen=True)
class Picture:
    """One picture: its file, who is signed in, and how they come to what it shows."""

    name: str
    who: str
    go: Callable[[Page], None]
    shows: str = "main"
    """The part of the page that must be in it, at its top."""


def at(address: str) -> Callable[[Page], None]:
    return lambda page: page.goto(address) and None


def first_case(list_of: str, then: str = "") -> Callable[[Page], None]:
    """The first case of a list, and from there the link of these words."""

    def go(page: Page) -> None:
        page.goto(list_of)
        page.goto(page.locator("main a[href^='/cases/VRH-']").first.get_attribute("href") or "")
        if then:
            page.goto(page.get_by_role("link", name=then).first.get_attribute("href") or "")

    return go


def conference(then: str = "") -> Callable[[Page], None]:
    """The next meeting, and from there the link of these words."""

    def go(page: Page) -> None:
        page.goto("/conferences/")
        page.goto(page.locator("main th a[href^='/conferences/']").first.get_attribute("href") or "")
        if then:
            page.goto(page.get_by_role("link", name=then).first.get_attribute("href") or "")

    return go


def first_that_shows(list_of: str, cases: str, words: str, then: str = "") -> Callable[[Page], None]:
    """The first of a list whose page has such words, at it or at its link of these words; else the first."""

    def go(page: Page) -> None:
        page.goto(list_of)
        links = page.locator(f"main table a[href^='{cases}']").all()
        places = list(dict.fromkeys((link.get_attribute("href") or "").split("#")[0] for link in links))
        for place in (*places, places[0]):
            page.goto(place)
            onward = page.get_by_role("link", name=then).first if then else None
            if onward is not None and onward.count():
                page.goto(onward.get_attribute("href") or "")
            if page.locator("main").get_by_text(words).count():
                return

    return go


def what_the_person_sees(page: Page) -> None:
    """The form behind a link of a closed case whose person may be texted now."""
    page.goto("/responses/?list=answered")
    links = page.locator("main table a[href^='/cases/VRH-']").all()
    cases = dict.fromkeys((link.get_attribute("href") or "").split("#")[0] for link in links)
    for case in cases:
        page.goto(f"{case}say/")
        text = page.get_by_role("button", name="Text")
        if text.count():
            text.first.click()
            page.goto(page.locator("code.hub-code").inner_text())
            return
    raise SystemExit("Nobody of a closed case may be texted now: make this picture by day.")


PICTURES = (
    Picture("today", PRIYA, at("/")),
    Picture("notifications", PRIYA, at("/notifications/?show=all")),
    Picture("tasks", PRIYA, at("/tasks/")),
    Picture("feeds", PRIYA, at("/feeds/")),
    Picture("held", PRIYA, at("/feeds/quarantine/")),
    Picture("queue", PRIYA, at("/triage/")),
    Picture("case", PRIYA, first_case("/triage/?assigned=me")),
    Picture("contact", PRIYA, first_case("/triage/?assigned=me"), shows="#contact"),
    Picture("needs", PRIYA, first_case("/triage/?assigned=me", "Ask what they need")),
    Picture("consent", PRIYA, first_case("/triage/?assigned=me", "Record consent")),
    Picture("assess", PRIYA, first_case("/triage/?assigned=me", "Complete the needs assessment")),
    Picture("routed", PRIYA, first_case("/triage/?stage=partner"), shows="#referrals"),
    Picture("partner", HELEN, first_that_shows("/referrals/", "/referrals/", "Know this first")),
    Picture("referred", HELEN, at("/sent/")),
    Picture("conference", DANA, conference()),
    Picture("pack", DANA, conference("Chair’s pack, to print")),
    Picture("actions", DANA, at("/conferences/actions/")),
    Picture(
        "closing",
        PRIYA,
        first_that_shows("/responses/?list=answered", "/cases/VRH-", "Proposed:", "Close the case"),
    ),
    Picture("say", PRIYA, what_the_person_sees),
    Picture("pathways", INES, at("/pathways/")),
    Picture("dashboard", DANA, at("/dashboard/")),
)


def signed_in(browser: Browser, base: str, who: str) -> Page:
    page = browser.new_context(base_url=base, viewport={"width": WIDTH, "height": HEIGHT}).new_page()
    page.goto("/")
    page.get_by_label("Email").fill(who)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/accounts/login" not in url)
    return page


def main(base: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        pages: dict[str, Page] = {}
        for picture in PICTURES:
            page = pages.get(picture.who) or signed_in(browser, base, picture.who)
            pages[picture.who] = page
            picture.go(page)
            page.wait_for_load_state("networkidle")
            page.locator(picture.shows).first.evaluate("part => part.scrollIntoView({block: 'start'})")
            page.screenshot(path=FOLDER / f"{picture.name}.png")
            print(f"{picture.name}.png  {page.title()}")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else f"http://127.0.0.1:{os.environ.get('PORT') or 8000}")
