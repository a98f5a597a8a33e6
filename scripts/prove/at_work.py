"""Who works while the storm blows: a sender, those who triage, and the systems of partners."""

import json
import time
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import requests

from scripts.prove.blows import Storm
from scripts.prove.ledger import GIVE_UP, PARTNERS, Ledger, Unavailable, again
from tests.platform.stage import Instance

FEW = 51  # lines of a feed, its header among them


def send(stage: Instance, ledger: Ledger, feeds: list[Path]) -> None:
    """Each file, also one that came before: a run is acknowledged when the command has said its number."""
    for feed in feeds:
        while True:
            done = stage.python(
                "manage.py",
                "import_feed",
                str(feed),
                "--source",
                "northshire-police",
                "--json",
                seconds=GIVE_UP,
            )
            if done.returncode == 0:
                told = json.loads(done.stdout)
                ledger.runs[told["run"]] = told["received"]
                break
            ledger.retries["import"] += 1
            time.sleep(0.5)


def beginning(stage: Instance, feed: Path) -> Path:
    """A file of the feed's first rows, for a short storm."""
    short = stage.home / feed.name
    with feed.open("rb") as whole:
        short.write_bytes(b"".join(islice(whole, FEW)))
    return short


def triage_all(ledger: Ledger, storm: Storm) -> None:
    """Takes each new case through contact, consent, needs and risk to the end of triage, one transaction each."""
    from access.context import acting_as, acting_as_system
    from agencies.models import Practitioner
    from referrals.models import Case, FeedRun

    def read() -> tuple[Any, list[UUID], bool]:
        with acting_as_system("proof"):
            priya = Practitioner.objects.select_related("agency").get(email__startswith="priya").as_actor()
            waiting = list(Case.objects.filter(status__in=("new", "triaging")).values_list("id", flat=True))
            busy = FeedRun.objects.exclude(status=FeedRun.Status.FINISHED).exists()
        return priya, waiting, busy

    while True:
        priya, waiting, busy = again(ledger, "queue", read)
        for case_id in waiting:

            def triage(case_id: UUID = case_id, priya: Any = priya) -> None:
                with acting_as(priya):
                    _triage_one(priya, case_id)

            again(ledger, "triage", triage)
            ledger.triaged.add(case_id)
        if storm.fed.is_set() and not waiting and not busy:
            return
        time.sleep(0.3)


def _triage_one(priya: Any, case_id: UUID) -> None:
    from access.categories import ALL_CATEGORIES
    from agencies.models import Agency
    from pathways.models import InstrumentVersion
    from referrals.actions.assess import assess_case
    from referrals.actions.consent import AgencyAnswer, record_consents
    from referrals.actions.triage import finish_triage
    from referrals.models import Case

    case = Case.objects.get(id=case_id)
    if case.status not in ("new", "triaging"):
        return  # the answer was cut off, the deed was not
    agencies = Agency.objects.filter(code__in=PARTNERS)
    answers = [AgencyAnswer(one.id, "given", tuple(ALL_CATEGORIES)) for one in agencies]
    record_consents(actor=priya, case_id=case_id, answers=answers, how="by phone")
    for code, yes in (("needs-8", {"need": "yes", "severity": 2}), ("risk-24", "yes")):
        items = InstrumentVersion.objects.filter(code=code).latest("edition").definition["items"]
        no: Any = {"need": "no"} if code == "needs-8" else "no"
        chosen = {
            item["code"]: yes if place % 3 == case_id.int % 3 else no for place, item in enumerate(items)
        }
        assess_case(actor=priya, case_id=case_id, instrument_code=code, answers=chosen)
    finish_triage(actor=priya, case_id=case_id, no_contact_reason="In the proof nobody is rung up.")


class System:
    """A partner's case system: pulls by its cursor and answers with keys, each until it is acknowledged."""

    def __init__(self, port: int, code: str, secret: str, ledger: Ledger) -> None:
        self.base, self.code, self.ledger = f"http://127.0.0.1:{port}", code, ledger
        self.auth = dict(line.split("=", 1) for line in secret.split() if "=" in line)
        self.token, self.cursor = "", 0
        self.answering = False
        self.pulls = 0  # that came to their end

    def work(self, storm: Storm) -> None:
        """Until the hub has come to rest."""
        while not storm.done.is_set():
            items = self._call("GET", f"changes/?after={self.cursor}&limit=50")
            self.answering = bool(items["items"])
            for item in items["items"]:
                self.ledger.pulled[self.code].append((item["position"], item["event"], item["topic"]))
                if item["topic"] == "referral.sent":
                    self._answer(item["referral"])
            self.cursor = items["next"]
            self.answering = False
            self.pulls += 1
            time.sleep(0.2)

    def _answer(self, referral: str) -> None:
        self._call("GET", f"referrals/{referral}/")
        for verb in ("receive", *(("decline",) if UUID(referral).int % 4 == 0 else ("accept", "start"))):
            body = {"reason": "no_capacity"} if verb == "decline" else {}
            told = self._call("POST", f"referrals/{referral}/{verb}/", body, key=str(uuid4()))
            self.ledger.moves[referral] = told["status"]

    def _call(self, method: str, path: str, body: Any = None, key: str = "") -> dict[str, Any]:
        def call() -> dict[str, Any]:
            if not self.token:
                who = (self.auth["client_id"], self.auth["client_secret"])
                grant = {"grant_type": "client_credentials"}
                given = requests.post(f"{self.base}/oauth/token/", data=grant, auth=who, timeout=20)
                if given.status_code != 200:
                    raise Unavailable
                self.token = given.json()["access_token"]
            headers = {"Authorization": f"Bearer {self.token}"} | ({"Idempotency-Key": key} if key else {})
            answer = requests.request(
                method, f"{self.base}/api/v1/{path}", json=body, headers=headers, timeout=20
            )
            if answer.status_code == 401:
                self.token = ""
            if answer.status_code >= 500 or answer.status_code == 401:
                raise Unavailable
            if answer.status_code != 200:
                raise AssertionError(
                    f"{method} {path} was answered {answer.status_code}: {answer.text[:300]}"
                )
            return answer.json()

        return again(self.ledger, "API", call)
