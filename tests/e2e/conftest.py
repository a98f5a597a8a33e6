"""A whole hub for tests that walk the road as its users do: started as `make run` starts it, in a folder of its own."""

import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page

from tests import migrated
from tests.platform.stage import ROOT, Instance, eventually

PASSWORD = "a password of the tests only"
DEMO_PASSWORD = "northshire-demo-only"
PEOPLE = {
    "priya": "priya.nair@northshire.example",
    "dana": "dana.ahmed@northshire.example",
    "carys": "carys.evans@northshire.example",
    "owen": "owen.pugh@northshire.example",
    "grace": "grace.holt@northshire.example",
    "helen": "helen.marsh@safesteps.example",
    "ines": "ines.costa@safesteps.example",
    "martin": "martin.ford@northshire-police.example",
    "sian": "sian.rowe@northshire-police.example",
}


class Stack:
    """A running hub with web, worker and beat: with the demonstration, or founded and otherwise empty."""

    def __init__(self, home: Path, *, demo: bool) -> None:
        self.instance = Instance(home)
        self.demo = demo
        self.password = DEMO_PASSWORD if demo else PASSWORD
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.said: list[str] = []
        self.have_passwords: set[str] = set()

    def start(self) -> None:
        """Start it and wait until it is well; found an empty one as docs/operators says."""
        migrated.fill(self.instance)
        wanted = "yes" if self.demo else "no"
        process = self.instance.begin("-m", "hub.supervisor", "run", PORT=str(self.port), DEMO=wanted)
        threading.Thread(target=lambda: self.said.extend(process.stdout), daemon=True).start()
        ready = eventually(lambda: process.poll() is not None or "Ctrl-C" in "".join(self.said), 240)
        assert ready, "".join(self.said)
        assert process.poll() is None, "".join(self.said)
        if not self.demo:
            self.manage("found", "hub/data/northshire.yaml")

    def let_in(self, name: str) -> None:
        """Give this person of a founded hub a password, once."""
        if not self.demo and name not in self.have_passwords:
            self.manage("set_password", PEOPLE[name], say=f"{PASSWORD}\n")
            self.have_passwords.add(name)

    def manage(self, *arguments: str, say: str = "") -> str:
        """Run a command of manage.py against the running hub; what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.instance.environment(),
            input=say,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def partner(self, agency: str) -> "Partner":
        """A case system of this agency, with a client that the hub's administrator has just made."""
        return Partner(self.address, self.manage("add_api_client", agency, "case system"))


class Partner:
    """What docs/partners tells a partner's developer to do, with plain HTTP."""

    def __init__(self, address: str, made: str) -> None:
        found = dict(re.findall(r"^(client_id|client_secret)=(\S+)$", made, re.M))
        answer = requests.post(
            f"{address}/oauth/token/",
            data={"grant_type": "client_credentials"},
            auth=(found["client_id"], found["client_secret"]),
            timeout=20,
        )
        assert answer.status_code == 200, answer.text
        self.api = f"{address}/api/v1/"
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def get(self, path: str) -> dict:
        answer = self.session.get(self.api + path, timeout=20)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: dict | None = None, **headers: str) -> requests.Response:
        return self.session.post(self.api + path, json=body or {}, headers=headers, timeout=20)


def running(home: Path, *, demo: bool) -> Iterator[Stack]:
    stack = Stack(home, demo=demo)
    try:
        stack.start()
        yield stack
    finally:
        stack.instance.close()


@pytest.fixture(scope="module")
def empty_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running hub that has been founded and where nothing has happened yet."""
    yield from running(tmp_path_factory.mktemp("hub"), demo=False)


@pytest.fixture(scope="module")
def demo_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running hub with the demonstration, as `make run` makes it."""
    yield from running(tmp_path_factory.mktemp("hub"), demo=True)


class Door:
    """Lets people in, each in a browser of their own."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.contexts: list[BrowserContext] = []
        self.refused: list[str] = []

    def open(self, stack: Stack, name: str, *, width: int = 1280, scripts: bool = True) -> Page:
        """A page of a browser in which this person has signed in. What the page's policy refuses is kept.

        scripts: whether the browser runs any.
        """
        stack.let_in(name)
        page = self.visit(stack, "/", width=width, scripts=scripts)
        page.get_by_label("Email").fill(PEOPLE[name])
        page.get_by_label("Password", exact=True).fill(stack.password)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(lambda url: "/accounts/login" not in url)
        return page

    def visit(self, stack: Stack, path: str, *, width: int = 1280, scripts: bool = True) -> Page:
        """The page of that address in a browser of its own, in which nobody has signed in."""
        context = self.browser.new_context(
            base_url=stack.address,
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
        )
        context.set_default_timeout(15_000)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: self.refused.append(said.text) if said.type == "error" else None)
        page.goto(path)
        return page


@pytest.fixture
def door(browser: Browser) -> Iterator[Door]:
    one = Door(browser)
    yield one
    for context in one.contexts:
        context.close()
