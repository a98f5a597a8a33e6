"""The tests' own hub: an embedded PostgreSQL and broker, a founded template database, a fixed cast.

`hub` (the usual fixture): one transaction a test, rolled back; the application's role, under policies.
`committed_hub`: for tests with threads, browsers or workers: real commits, put back as it was after.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
os.environ.setdefault("HUB_ENV", "test")
os.environ.setdefault("HUB_HOME", str(ROOT / ".hub" / "test"))
os.environ.setdefault("LOG_LEVEL", "WARNING")
os.environ.setdefault("TOKENS_A_MINUTE", "100000")  # all tests come from one address
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright runs its own event loop in the test's thread


def pytest_configure(config: pytest.Config) -> None:
    """Attach the embedded services before Django reads its settings; workers share the first process's."""
    if "DATABASE_URL" not in os.environ:
        from hub import embedded

        attached = embedded.attach()
        attached.__enter__()
        config.add_cleanup(lambda: attached.__exit__(None, None, None))
        from tests import migrated

        migrated.suit_tests()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
    import django

    django.setup()
    from django.conf import settings
    from hypothesis import settings as how_to_try

    how_to_try.register_profile("hub", deadline=None)  # no test asserts a time
    how_to_try.load_profile("hub")
    # A password or a client's secret is checked a thousand times here: what makes that slow for a thief is left out.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if worker := os.environ.get("PYTEST_XDIST_WORKER", ""):
        # A cache of each worker's own: what one test empties is not what another counts in.
        cache = settings.CACHES["default"]
        cache["LOCATION"] = re.sub(r"db=\d+$", f"db={2 + int(worker.removeprefix('gw'))}", cache["LOCATION"])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Folders and in them files with the most slow tests first, so that no worker is left with a long one when the
    other has finished, and what a folder's tests share is made once.
    """
    slow = Counter()
    for item in items:
        if item.get_closest_marker("slow"):
            slow.update((item.path, item.path.parent))
    items.sort(key=lambda item: (-slow[item.path.parent], item.path.parent, -slow[item.path], item.path))


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    return worker + os.environ.get("PYTEST_DB_SUFFIX", "")


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker, worker_id: str) -> Iterator[None]:
    """A fresh database for this test process: migrated by the owner, founded through the product's own door."""
    from django.conf import settings
    from django.db import connections

    from tests import migrated

    name = f"hub_test_{worker_id}"
    with django_db_blocker.unblock():
        migrated.copy_to(name)
        for alias in ("default", "owner"):
            settings.DATABASES[alias]["NAME"] = connections[alias].settings_dict["NAME"] = name
        found_northshire()
        connections.close_all()
        migrated.copy(f"{name}_founded", name)
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        migrated.drop(name)
        migrated.drop(f"{name}_founded")


def found_northshire(*, pathways: Sequence[str] = ("tests/founded/northshire.yaml",)) -> None:
    """The invented hub, its people with the demonstration's password, and one API client an agency that pulls.

    With one pathway in place of the seven that it is founded with, so that a test of one rule has no other beside it;
    what the seven do together is tested with `seven_pathways`.
    """
    import yaml

    from hub.founding import found_from
    from tests.cast import give_passwords_and_clients

    plan = yaml.safe_load((ROOT / "hub" / "data" / "northshire.yaml").read_text())
    plan["pathways"]["files"] = list(pathways or plan["pathways"]["files"])
    found_from(plan)
    give_passwords_and_clients()


@pytest.fixture
def hub(db) -> None:
    """A founded hub in one transaction that is rolled back after the test."""


@pytest.fixture
def committed_hub(django_db_setup, django_db_blocker, worker_id: str) -> Iterator[None]:
    """A founded hub with real commits, for tests with browsers, threads and workers; afterwards as it was founded."""
    from django.db import connections

    from tests import cast, migrated

    secrets = dict(cast.SECRETS)
    with django_db_blocker.unblock():
        yield
        connections.close_all()
        cast.SECRETS.update(secrets)  # of the clients that were founded, whoever a test founded after
        migrated.copy(f"hub_test_{worker_id}", f"hub_test_{worker_id}_founded")


@pytest.fixture
def seven_pathways(committed_hub) -> None:
    """The hub with the pathways that it is founded with, all seven in force."""
    empty_the_hub()
    found_northshire(pathways=())


def empty_the_hub() -> None:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename NOT IN ('django_migrations', 'django_content_type')"
            " AND tablename NOT LIKE 'access_look_%'"
        )
        tables = cursor.fetchone()[0]
        cursor.execute(f"TRUNCATE {tables} CASCADE")


@pytest.fixture
def cast():
    """The people of the tests: see tests.cast.Cast."""
    from tests.cast import Cast

    return Cast()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """Debian's Chromium instead of one of Playwright's own, kept from asking the outside for anything."""
    import shutil

    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    arguments = ("no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
                 "disable-component-update", "disable-sync")  # fmt: skip
    return {**browser_type_launch_args, "executable_path": found, "args": [f"--{name}" for name in arguments]}
