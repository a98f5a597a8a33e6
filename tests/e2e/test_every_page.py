"""Every page, as each role that may open it: axe finds nothing, narrow or wide; nothing must be scrolled sideways."""

import pytest

from tests.e2e.conftest import PEOPLE
from tests.e2e.pages import Look, addresses, opened, walk

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_every_page_can_be_used_by_everybody(demo_hub, door):
    look = Look()
    wrong: list[str] = []
    for who in PEOPLE:
        page = door.open(demo_hub, who, width=320)
        for name in walk(page, known=look.names):
            wrong += [f"{who}: {fault}" for fault in look(page, name)]
        for name, path in addresses().items():  # where no link leads, or none from where this reader stands
            if name not in look.names and opened(page, path):
                wrong += [f"{who}: {fault}" for fault in look(page, name)]
    for start in ("/get-help/", "/get-help/sent/", "/cael-cymorth/anfonwyd/"):
        for name in walk(page, start):  # also the Welsh form, which the English one leads to
            wrong += look(page, name)
    assert wrong == []
    assert len(look.names) > 100, sorted(look.names)
