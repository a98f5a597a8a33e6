"""An assessment in a real browser while the connection goes and comes: nothing typed is lost or left behind."""

import pytest
from playwright.sync_api import Browser, expect

from access.context import acting_as_system
from pathways.models import Assessment, SavedAnswers
from tests.cast import PASSWORD, PEOPLE
from tests.factories import a_case
from tests.hub.served import served

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PATIENCE = 20_000


def test_what_is_typed_while_the_connection_is_gone_is_sent_when_it_is_back(committed_hub, browser: Browser):
    case = a_case(status="triaging")
    with served() as address:
        context = browser.new_context(base_url=address)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto("/")
        page.get_by_label("Email").fill(PEOPLE["priya"])
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("heading", name="Today")).to_be_visible()
        place = f"/cases/{case.reference}/assess/young-24/"
        page.goto(place)
        status = page.locator("#so-far [role=status]")
        expect(page.locator("[data-item=Y26]")).to_be_hidden()
        page.locator("input[name=Y25][value=care]").check()
        expect(status).to_contain_text("Saved", timeout=PATIENCE)
        expect(page.locator("[data-item=Y26]")).to_be_visible()

        context.set_offline(True)
        page.locator("textarea[name=Y26]").fill("Northshire, the leaving care team")
        expect(status).to_contain_text("there is no connection", timeout=PATIENCE)
        page.get_by_role("button", name="Complete", exact=True).click()
        expect(page.locator("textarea[name=Y26]")).to_have_value("Northshire, the leaving care team")
        assert page.url.endswith(place), "the page stays where it is"

        context.set_offline(False)
        expect(status).to_contain_text("Saved", timeout=PATIENCE)
        stored = page.evaluate("JSON.stringify([localStorage, sessionStorage])")
        assert "leaving care" not in stored, "the next user of this computer finds nothing"
        with acting_as_system("tests"):
            kept = SavedAnswers.objects.get(case_id=case.id).typed
        assert (kept["Y25"], kept["Y26"]) == ("care", "Northshire, the leaving care team")

        for number in range(1, 25):
            page.locator(f"input[name=Y{number:02}][value=no]").check()
        page.get_by_role("button", name="Complete", exact=True).click()
        page.wait_for_url(f"**/cases/{case.reference}/")
        expect(page.get_by_text("completed, standard.")).to_be_visible()
        with acting_as_system("tests"):
            assert Assessment.objects.get(case_id=case.id).answers["Y26"].startswith("Northshire")
            assert not SavedAnswers.objects.exists()
        context.close()
