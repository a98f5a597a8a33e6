"""The whole road as its users walk it: a file is uploaded, somebody is triaged and assessed in the browser, the
workers route, the partner's system pulls and accepts, and the manager sees it."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pages import faults
from tests.platform.stage import ROOT, eventually

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PARTNERS = {
    "victim-care": "Northshire Victim Care",
    "safe-steps": "Safe Steps",
    "calder-house": "Calder House",
    "young-voices": "Young Voices",
    "housing-options": "Northshire Housing Options",
    "health-board": "Northshire Health Board",
}
FEED = ROOT / "referrals" / "sources" / "examples" / "northshire-2026-11-16.csv"


def shows(page: Page, words: str, seconds: float) -> bool:
    """Whether the page says so in time, loaded again and again as somebody who waits would."""

    def says() -> bool:
        page.wait_for_load_state("networkidle")  # a form may still be on its way
        page.reload()
        return re.search(words, page.inner_text("main")) is not None

    return eventually(lambda: says() or page.wait_for_timeout(400), seconds)


def upload(page: Page) -> str:
    """The feed is taken on its page and watched until every row has its verdict; the run's number."""
    page.get_by_role("link", name="Feeds", exact=True).click()
    page.get_by_label("Feed file").set_input_files(FEED)
    page.get_by_role("button", name="Take the file").click()
    page.wait_for_url(re.compile(r"/feeds/\d+/"))
    assert shows(page, "Finished", 120), page.inner_text("main")
    return re.search(r"/feeds/(\d+)/", page.url)[1]


def take_a_case(page: Page) -> str:
    """The next case that can be reached safely now; others are given back as a practitioner would. Its reference."""
    for _ in range(20):
        page.goto("/triage/")
        page.get_by_role("button", name="Take the next case").click()
        page.wait_for_url(re.compile(r"/cases/VRH-"))
        if page.locator("#contact").get_by_text("Safe now").count():
            return re.search(r"VRH-\d+-\d+", page.url)[0]
    raise AssertionError("nobody can be reached safely now")


def record_contact(page: Page) -> None:
    page.locator("#contact").get_by_role(
        "link", name=re.compile("^(Call|Text|E-mail|Write to) ")
    ).first.click()
    page.get_by_role("button", name="Spoke to the person").click()
    expect(page.get_by_text("The contact attempt is recorded.")).to_be_visible()


def record_consent(page: Page) -> None:
    page.locator("#next").get_by_role("link", name="Record consent").click()
    page.get_by_label("By phone").check()
    for yes in page.get_by_label("Yes, as chosen below").all():
        yes.check()
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_text("Consent is recorded:")).to_be_visible()


def assess(page: Page) -> None:
    """Every instrument that is asked for: one need, and of the risks the first four."""
    for link in ("Complete the needs assessment", "Complete the risk checklist"):
        step = page.locator("#next").get_by_role("link", name=link)
        if not step.count():
            continue
        with page.expect_event("load"):
            step.click()
        for place, question in enumerate(page.locator("form#assess fieldset:has(input[value=yes])").all()):
            yes = place < 4 if "risk" in link else place == 0
            question.locator(f"input[value={'yes' if yes else 'no'}]").check()
        for severe in page.locator("input[name=N1_severity][value='2']").all():
            severe.check()
        page.get_by_role("button", name="Complete", exact=True).click()
        page.wait_for_url(re.compile(r"/cases/VRH-[\d-]+/$"))


def test_from_the_file_to_the_managers_dashboard(empty_hub, door):
    priya = door.open(empty_hub, "priya")
    run = upload(priya)
    assert faults(priya) == []
    verdicts = priya.locator("table", has_text="Verdict").first.inner_text()
    assert re.search(r"Opened or joined a case\s+94", verdicts), verdicts

    reference = take_a_case(priya)
    record_contact(priya)
    record_consent(priya)
    assess(priya)
    priya.get_by_role("button", name="Finish triage").click()
    expect(priya.get_by_text("The case is being routed.")).to_be_visible()
    assert shows(priya, "With partners", 30), priya.inner_text("main")
    referrals = priya.locator("#referrals")
    referrals.get_by_text(re.compile("^Decided")).click()
    expect(referrals.get_by_text("Matched", exact=True)).to_be_visible()
    expect(referrals.get_by_text("Pathways looked at, and who agreed to them")).to_be_visible()
    told = referrals.inner_text()
    agency, name = next((code, name) for code, name in PARTNERS.items() if name in told)

    partner = empty_hub.partner(agency)
    changes = partner.get("changes/?after=0")["items"]
    assert [change["topic"] for change in changes] == ["referral.sent"]
    referral = changes[0]["referral"]
    read = partner.get(f"referrals/{referral}/")
    assert read["case_reference"] == reference
    assert read["why"]
    for verb in ("receive", "accept"):
        key = str(uuid4())
        answers = [partner.post(f"referrals/{referral}/{verb}/", **{"Idempotency-Key": key}) for _ in "12"]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[0].json() == answers[1].json()
    outsider = empty_hub.partner("age-well")
    assert outsider.session.get(f"{outsider.api}referrals/{referral}/", timeout=20).status_code == 404

    priya.reload()
    expect(priya.locator("#referrals").get_by_text("Accepted", exact=True)).to_be_visible()

    carys = door.open(empty_hub, "carys")
    carys.get_by_role("link", name="Dashboard", exact=True).first.click()
    assert shows(carys, rf"{name}\s+1\s+1", 30), carys.inner_text("main")

    assert "FAIL" not in empty_hub.manage("check_integrity")
    assert empty_hub.manage("feed_report", run, "--json").count('"verdict"') == 118
    assert not door.refused, door.refused
