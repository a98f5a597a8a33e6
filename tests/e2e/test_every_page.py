"""Every page, as each role that may open it, by keyboard-reachable links alone: axe finds nothing, and at 320 px
nothing must be scrolled sideways."""

import pytest

from tests.e2e.pages import faults, too_wide, walk

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_every_page_can_be_used_by_everybody(demo_hub, door):
    seen: set[str] = set()
    wrong: list[str] = []
    for who in ("priya", "dana", "carys", "owen", "grace", "helen", "ines"):
        page = door.open(demo_hub, who, width=320, bypass_csp=True)
        for name in walk(page):
            seen.add(name)
            wrong += [f"{who}: {fault}" for fault in [*faults(page), *too_wide(page)]]
    for start in ("/get-help/", "/get-help/sent/", "/cael-cymorth/anfonwyd/"):
        for name in walk(page, start):  # also the Welsh form, which the English one leads to
            seen.add(name)
            wrong += [*faults(page), *too_wide(page)]
    assert wrong == []
    assert len(seen) > 20, sorted(seen)
