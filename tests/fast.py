"""Which tests are fast, for `make check` (pytest -p tests.fast): decided by what a test is, so no list has to be kept.

Rules      each test that needs no database: the rules, their properties, the words and the templates.
Guards     each test marked `guard`: it walks every table, every address or every door, so a change of any room may
           break it.
Rooms      of every file of tests through the doors the first one, which tells the file's main story.

Of these, none marked `slow` or `browser`. All others wait for `make test`.
"""

import pytest
from hypothesis import settings

FEW_EXAMPLES = 30
"""Of each property that does not say itself how many it wants; `make test` tries a hundred."""


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    settings.register_profile("fast", parent=settings.get_profile("hub"), max_examples=FEW_EXAMPLES)
    settings.load_profile("fast")


def needs_a_database(item: pytest.Item) -> bool:
    return "django_db_setup" in item.fixturenames or bool(item.get_closest_marker("django_db"))


def is_fast(item: pytest.Item, files_begun: set[str]) -> bool:
    """Whether `make check` runs this test.

    Args:
        files_begun: the files of which a test through the doors was met before; the test's own is added.
    """
    if item.get_closest_marker("slow") or item.get_closest_marker("browser"):
        return False
    if not needs_a_database(item) or item.get_closest_marker("guard"):
        return True
    is_first = str(item.path) not in files_begun
    files_begun.add(str(item.path))
    return is_first


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is not fast."""
    begun: set[str] = set()
    fast = [item for item in items if is_fast(item, begun)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(fast)])
    items[:] = fast
