"""People at work in a running hub, over HTTP: they sign in at its door, read, think and write; alone, and all at once.

Usage: python -m bench.load USERS    (makes that many people, in an instance of its own: see bench.__main__)
"""

import random
import re
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import requests

from bench.feed import GIVEN, SURNAMES
from hub import embedded

SHARES = {"practitioner": 0.7, "partner": 0.22, "manager": 0.08}
THINKS = (4.0, 16.0)
"""Seconds between two pages, evenly spread."""
PATIENCE = 60
CASE, REFERRAL = re.compile(r'href="(/cases/VRH[^"/]+/)"'), re.compile(r'href="(/referrals/[0-9a-f-]{36}/)"')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def roles(many: int) -> list[str]:
    """The role of each of so many people: every kind is there from three on."""
    partners = max(1, round(many * SHARES["partner"]))
    managers = max(1, round(many * SHARES["manager"]))
    return ["practitioner"] * (many - partners - managers) + ["partner"] * partners + ["manager"] * managers


def email(number: int) -> str:
    return f"load{number}@northshire.example"


def make_people(many: int) -> str:
    """People of the hub and of a partner who can sign in. Returns their password: that of the demonstration."""
    import django

    django.setup()
    from access.context import acting_as_system
    from agencies.models import Practitioner
    from hub.demonstration.day import PASSWORD

    like = {"practitioner": "priya.nair", "manager": "carys.evans", "partner": "helen.marsh"}
    with acting_as_system("bench"):
        for number, role in enumerate(roles(many)):
            model = Practitioner.objects.get(email__startswith=f"{like[role]}@")
            one = Practitioner(
                email=email(number),
                name=f"Load {number}",
                agency=model.agency,
                role=model.role,
                password=model.password,
            )
            one.save()
            one.teams.set(model.teams.all())
    return PASSWORD


class Door(NamedTuple):
    """Where the hub is, and what opens it to everybody here."""

    base: str
    password: str


@dataclass
class Heard:
    """Each answer: which page, milliseconds, and what was wrong with it, if anything."""

    answers: list[tuple[str, float, str]] = field(default_factory=list)


class User(threading.Thread):
    """One person at work from signing in to the end."""

    def __init__(self, door: Door, number: int, role: str, heard: Heard, until: Callable[[], float]) -> None:
        super().__init__(daemon=True)
        self.base, self.password = door
        self.number, self.role, self.heard, self.until = number, role, heard, until
        self.chance = random.Random(number)
        self.session = requests.Session()
        self.is_in = threading.Event()

    def run(self) -> None:
        try:
            form = self.get("sign-in form", "/accounts/login/")
            self.post("sign in", "/accounts/login/", form, login=email(self.number), password=self.password)
        finally:
            self.is_in.set()
        work = {"practitioner": self.practitioner, "partner": self.partner, "manager": self.manager}[
            self.role
        ]
        while True:
            self.think()
            if time.monotonic() > self.until():
                return
            work()

    def practitioner(self) -> None:
        """Looks for what is next, opens a case, and now and then finds somebody or writes a note."""
        act = self.chance.random()
        if act < 0.15:
            form = self.get("find", "/find/")
            self.think()
            name = f"{self.chance.choice(GIVEN.split())} {self.chance.choice(SURNAMES.split())}"
            self.post("find, a name", "/find/", form, text=name)
            return
        queue = self.get("queue", "/triage/") if act < 0.8 else self.get("my cases", "/cases/")
        cases = CASE.findall(queue)
        if not cases:
            return
        self.think()
        one = self.chance.choice(cases)
        self.get("case", one)
        if act < 0.3:
            self.think()
            form = self.get("note form", f"{one}notes/new/")
            self.think()
            self.post(
                "write a note",
                f"{one}notes/new/",
                form,
                kind="general",
                text="Tried to reach them; no answer.",
            )

    def partner(self) -> None:
        referrals = REFERRAL.findall(self.get("partner's queue", "/referrals/"))
        if referrals:
            self.think()
            self.get("referral", self.chance.choice(referrals))

    def manager(self) -> None:
        self.get("dashboard", "/dashboard/")
        self.think()
        self.get("feeds", "/feeds/")

    def think(self) -> None:
        time.sleep(self.chance.uniform(*THINKS))

    def get(self, page: str, path: str) -> str:
        return self._ask(page, lambda: self.session.get(f"{self.base}{path}", timeout=PATIENCE), path)

    def post(self, page: str, path: str, form: str, **told: str) -> str:
        token = TOKEN.search(form)
        data = {**told, "csrfmiddlewaretoken": token[1] if token else ""}
        headers = {"Referer": f"{self.base}{path}"}
        url = f"{self.base}{path}"
        return self._ask(
            page, lambda: self.session.post(url, data=data, headers=headers, timeout=PATIENCE), path
        )

    def _ask(self, page: str, ask: Callable[[], requests.Response], path: str) -> str:
        began = time.perf_counter()
        text = why = ""
        try:
            answer = ask()
            text = answer.text
            if answer.status_code != 200:
                why = str(answer.status_code)
            elif "/accounts/login/" in answer.url and page != "sign-in form":
                why = "not signed in"
            elif page == "write a note" and answer.url.endswith(path):
                why = "not written"
        except requests.RequestException as error:
            why = type(error).__name__
        self.heard.answers.append((page, (time.perf_counter() - began) * 1000, why))
        return text


def at_work(door: Door, numbered: list[tuple[int, str]], seconds: float) -> Heard:
    """All of them sign in one after the other; then they work side by side for so many seconds."""
    signing, working, ends = Heard(), Heard(), [float("inf")]
    users = [User(door, number, role, signing, lambda: ends[0]) for number, role in numbered]
    for user in users:
        user.start()
        user.is_in.wait()
    for user in users:
        user.heard = working
    ends[0] = time.monotonic() + seconds
    for user in users:
        user.join()
    working.answers += [one for one in signing.answers if one[2]]
    return working


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
    with embedded.attach():
        print(make_people(int(sys.argv[1])))
