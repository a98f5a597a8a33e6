"""The kill storm, on a whole hub of its own.

Feeds are taken, cases triaged, routed, pulled and answered, while worker, web and beat are killed (-9), the
database is stopped at once and the broker is emptied and killed, at random instants. What was acknowledged to
somebody is written down here; after everything is up again it must all be there, once.

Then work is taken from under a worker that dies: another must have done it within ten seconds.
"""

import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import requests

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from tests.platform.stage import OURS, Instance, alive, eventually, family, free_port  # noqa: E402

FEEDS = [ROOT / f"referrals/sources/examples/northshire-2026-11-{day}.csv" for day in ("16", "17")]
PARTNERS = ("safe-steps", "calder-house", "young-voices", "victim-care", "housing-options", "health-board")
FEW = 51  # lines of a feed, its header among them
TAKEN_UP_WITHIN = 10.0
GIVE_UP = 240
TIMED = ("referrals.expire", "agencies.mail_notifications")  # they have their own times, storm or not
NEXT_TRY = timedelta(minutes=6)  # what failed in the storm waits for its next try: five minutes at most


class Ledger:
    """What was acknowledged to somebody, and so must never be lost."""

    def __init__(self) -> None:
        self.runs: dict[int, int] = {}  # number of the run: rows received
        self.triaged: set[UUID] = set()
        self.moves: dict[str, str] = {}  # referral: the state that its agency was told last
        self.pulled: dict[str, list[tuple[int, str, str]]] = {code: [] for code in PARTNERS}
        self.retries: Counter[str] = Counter()
        self.gave_up: list[str] = []

    def give_up(self, how: threading.ExceptHookArgs) -> None:
        """Somebody at work has met what sending again does not mend: nothing is proved."""
        self.gave_up.append(f"{how.exc_type.__name__}: {how.exc_value}")
        traceback.print_exception(how.exc_type, how.exc_value, how.exc_traceback)


def prove(*, quick: bool, seed: int) -> int:
    """Blow, count, print; 1 where a count is not zero. seed: repeats a storm's choices."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))  # so that what was started is ended
    for name in OURS:
        os.environ.pop(name, None)  # whatever hub this was called from is not the one to storm
    folder = Path(tempfile.mkdtemp(prefix="prove-", dir=_kept()))
    stage = Instance(folder / "home")
    try:
        print(f"Seed {seed}. Starting a hub in {folder.relative_to(ROOT)} ...", flush=True)
        port = free_port()
        stage.start(port)
        _manage(stage, "found", "hub/data/northshire.yaml")
        secrets = {code: _manage(stage, "add_api_client", code, "proof") for code in PARTNERS}
        os.environ.update(HUB_ENV="development", HUB_HOME=str(stage.home))
        with ExitStack() as held:
            _attach(held)
            return _prove(stage, port, secrets, quick=quick, chance=random.Random(seed))  # noqa: S311
    finally:
        stage.close()
        shutil.rmtree(folder, ignore_errors=True)


def _kept() -> Path:
    place = ROOT / ".hub"
    place.mkdir(exist_ok=True)
    return place


def _attach(held: ExitStack) -> None:
    """This process acts as practitioners do: through the product's verbs, on the hub's own database."""
    from hub import embedded

    held.enter_context(embedded.attach())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
    os.environ["LOG_LEVEL"] = "ERROR"
    import django

    django.setup()


def _manage(stage: Instance, *words: str) -> str:
    done = stage.python("manage.py", *words, seconds=GIVE_UP)
    if done.returncode:
        raise SystemExit(f"manage.py {words[0]} failed: {done.stderr.strip()[-800:]}")
    return done.stdout


def _prove(stage: Instance, port: int, secrets: dict[str, str], *, quick: bool, chance: random.Random) -> int:
    ledger, storm = Ledger(), Storm(stage, chance)
    threading.excepthook = ledger.give_up
    jobs: list[Callable[[], None]] = [
        lambda: _feed(stage, ledger, [_beginning(stage, FEEDS[0])] if quick else FEEDS * 2),
        lambda: _triage(ledger, storm),
        *(partial(System(port, code, secrets[code], ledger).work, storm) for code in PARTNERS),
    ]
    at_work = [threading.Thread(target=job, daemon=True) for job in jobs]
    began = time.monotonic()
    storm.start()
    for thread in at_work:
        thread.start()
    at_work[0].join()
    storm.fed.set()
    at_work[1].join()
    storm.blow.clear()
    storm.join()
    if not ledger.gave_up:
        _settle(stage, port)
    storm.done.set()
    for thread in at_work[2:]:
        thread.join()
    if ledger.gave_up:
        raise SystemExit("Somebody at work gave up: " + "; ".join(ledger.gave_up))
    print(
        f"The storm blew for {time.monotonic() - began:.0f} s: "
        + ", ".join(f"{what} {times}" for what, times in sorted(storm.struck.items()))
        + f"; {sum(ledger.retries.values())} requests met it and were sent again.",
        flush=True,
    )
    proofs = [*_count(ledger), *_integrity(stage)]
    longest, taken = _taken_up(stage, 2 if quick else 10)
    for words, broken, over in proofs:
        print(f"{'ok  ' if not broken else 'FAIL'} {words}: {broken} of {over}")
    within = longest <= TAKEN_UP_WITHIN
    print(
        f"{'ok  ' if within else 'FAIL'} Work of a worker that died goes on within {TAKEN_UP_WITHIN:.0f} s:"
        f" the longest of {taken} took {longest:.1f} s"
    )
    return 0 if within and not any(broken for _, broken, _ in proofs) else 1


class Storm(threading.Thread):
    """Kills something every now and then, for as long as it blows."""

    def __init__(self, stage: Instance, chance: random.Random) -> None:
        super().__init__(daemon=True)
        self.stage, self.chance = stage, chance
        self.struck: Counter[str] = Counter()
        self.blow, self.fed, self.done = (threading.Event() for _ in range(3))
        self.blow.set()

    def run(self) -> None:
        """Every kind comes once, then at random; the database is given time to come back."""
        blows: list[tuple[str, Callable[[], object]]] = [
            ("worker killed", lambda: self._kill("worker")),
            ("web killed", lambda: self._kill("web")),
            ("database stopped at once", self._stop_database),
            ("beat killed", lambda: self._kill("beat")),
            ("broker emptied", self._empty_broker),
            ("broker killed", lambda: self._kill("valkey")),
        ]
        waiting = list(blows)
        while self.blow.is_set() or waiting:
            time.sleep(self.chance.uniform(1.5, 6))
            words, strike = waiting.pop(0) if waiting else self.chance.choice(blows)
            if strike():
                self.struck[words] += 1

    def _kill(self, name: str) -> bool:
        pid = self.stage.look().get(name)
        return pid is not None and kill(pid)

    def _stop_database(self) -> bool:
        """As `pg_ctl stop -m immediate`: no checkpoint, no goodbye."""
        pid = self.stage.look().get("postgres")
        if pid is None:
            return False
        os.kill(pid, signal.SIGQUIT)
        return True

    def _empty_broker(self) -> bool:
        import redis

        try:
            return bool(redis.Redis.from_url(os.environ["CACHE_URL"]).flushall())
        except redis.RedisError:
            return False


def kill(pid: int) -> bool:
    """The process and all that it has started, at one instant."""
    for one in family(pid):
        try:
            os.kill(one, signal.SIGKILL)
        except ProcessLookupError:
            continue
    return True


def _again(ledger: Ledger, what: str, do: Callable[[], Any]) -> Any:
    """Do it until it is acknowledged, as everybody does who was cut off."""
    from django.db import Error, connections

    until = time.monotonic() + GIVE_UP
    while True:
        try:
            return do()
        except (Error, requests.RequestException, Unavailable) as cut:
            ledger.retries[what] += 1
            connections.close_all()
            if time.monotonic() > until:
                raise TimeoutError(f"{what} was not done in {GIVE_UP} s: {type(cut).__name__}") from cut
            time.sleep(0.25)


class Unavailable(Exception):
    """The hub answered that it cannot now."""


def _feed(stage: Instance, ledger: Ledger, feeds: list[Path]) -> None:
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


def _beginning(stage: Instance, feed: Path) -> Path:
    """A file of the feed's first rows, for a short storm."""
    short = stage.home / feed.name
    with feed.open("rb") as whole:
        short.write_bytes(b"".join(islice(whole, FEW)))
    return short


def _triage(ledger: Ledger, storm: Storm) -> None:
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
        priya, waiting, busy = _again(ledger, "queue", read)
        for case_id in waiting:

            def triage(case_id: UUID = case_id, priya: Any = priya) -> None:
                with acting_as(priya):
                    _triage_one(priya, case_id)

            _again(ledger, "triage", triage)
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

    def work(self, storm: Storm) -> None:
        """Until the hub has settled and nothing new has come since."""
        while True:
            last = storm.done.is_set()
            items = self._call("GET", f"changes/?after={self.cursor}&limit=50")
            for item in items["items"]:
                self.ledger.pulled[self.code].append((item["position"], item["event"], item["topic"]))
                if item["topic"] == "referral.sent":
                    self._answer(item["referral"])
            self.cursor = items["next"]
            if last and not items["items"]:
                return
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

        return _again(self.ledger, "API", call)


def _settle(stage: Instance, port: int) -> None:
    """Until everything runs and nothing that is due is left."""
    from django.db import Error, connections
    from django.utils import timezone

    from access.context import acting_as_system
    from messaging.models import Message

    def quiet() -> bool:
        try:
            requests.get(f"http://127.0.0.1:{port}/health/", timeout=5).raise_for_status()
            with acting_as_system("proof"):
                due = Message.objects.filter(
                    done_at__isnull=True, available_at__lte=timezone.now() + NEXT_TRY
                )
                return not due.exclude(subscriber__in=TIMED).exists()
        except (Error, requests.RequestException):
            connections.close_all()
            return False

    if not eventually(quiet, GIVE_UP):
        raise SystemExit(f"The hub did not come to rest in {GIVE_UP} s: see {stage.home}.")


def _count(ledger: Ledger) -> list[tuple[str, int, int]]:
    """What was acknowledged against what is there: in words, how many are lost or doubled, and of how many."""
    from access.context import acting_as_system
    from messaging.models import Event, FeedEntry
    from referrals.models import FeedRow, FeedRun, Referral, RoutingDecision

    with acting_as_system("proof"):
        rows_lost = 0
        for number, received in ledger.runs.items():
            run = FeedRun.objects.filter(number=number).first()
            judged = FeedRow.objects.filter(run=run).exclude(verdict="").count() if run else 0
            rows_lost += received - judged
        asked = {
            str(one): 0 for one in Event.objects.filter(topic="case.triaged").values_list("id", flat=True)
        }
        for event in RoutingDecision.objects.values_list("asked_by", flat=True):
            if event in asked:
                asked[event] += 1
        triaged = set(Event.objects.filter(topic="case.triaged").values_list("case_id", flat=True))
        routes = Counter(Referral.objects.values_list("case_id", "service_id"))
        states = {str(one): status for one, status in Referral.objects.values_list("id", "status")}
        entries = dict.fromkeys(PARTNERS, 0)
        for code in FeedEntry.objects.filter(event__topic__startswith="referral.").values_list(
            "agency_id", flat=True
        ):
            entries[_codes()[code]] += 1
    pulled = [item for items in ledger.pulled.values() for item in items]
    gaps = sum(
        [position for position, _, _ in items] != list(range(1, len(items) + 1))
        for items in ledger.pulled.values()
    )
    return [
        ("Rows of acknowledged feeds without their verdict", rows_lost, sum(ledger.runs.values())),
        ("Finished triages lost", len(ledger.triaged - triaged), len(ledger.triaged)),
        ("Triaged cases not routed", sum(not times for times in asked.values()), len(asked)),
        ("Triaged cases routed twice", sum(times > 1 for times in asked.values()), len(asked)),
        ("Cases sent twice to one service", sum(times > 1 for times in routes.values()), len(routes)),
        (
            "Answers of partners lost",
            sum(states.get(one) != status for one, status in ledger.moves.items()),
            len(ledger.moves),
        ),
        ("Changes that no pull brought", sum(entries.values()) - len(pulled), sum(entries.values())),
        ("Changes pulled twice", len(pulled) - len({event for _, event, _ in pulled}), len(pulled)),
        ("Partners' feeds with a gap", gaps, len(PARTNERS)),
    ]


def _codes() -> dict[UUID, str]:
    from agencies.models import Agency

    return dict(Agency.objects.values_list("id", "code"))


def _integrity(stage: Instance) -> list[tuple[str, int, int]]:
    """The product's own invariants on what is left."""
    done = stage.python("manage.py", "check_integrity", "--json", seconds=GIVE_UP)
    checks = json.loads(done.stdout)["checks"]
    return [(f"Exceptions to: {one['says'].lower()}", len(one["broken"]), one["looked_at"]) for one in checks]


def _taken_up(stage: Instance, times: int) -> tuple[float, int]:
    """Kill the worker while it is in the middle of a message; the longest wait until another has done it.

    The message is caught in the middle by a lock that it must wait for.
    """
    from django.utils import timezone

    from access.context import acting_as_system
    from messaging.events import schedule
    from messaging.models import Message
    from referrals.models import Case

    longest = 0.0
    for _ in range(times):
        key = str(uuid4())
        with acting_as_system("proof"):
            case = Case.objects.earliest("id")
        held, free = threading.Event(), threading.Event()

        def hold(case: Any = case, held: Any = held, free: Any = free) -> None:
            from django.db import connections

            with acting_as_system("proof"):
                Case.objects.select_for_update().get(id=case.id)
                held.set()
                free.wait(30)
            connections.close_all()

        holder = threading.Thread(target=hold)
        holder.start()
        held.wait(10)
        with acting_as_system("proof"):
            schedule("referrals.follow_consent", key=key, payload={"case": str(case.id)}, at=timezone.now())
        message = Message.objects.filter(key=key)
        if not eventually(lambda m=message: m.filter(leased_until__isnull=False).exists(), 20):
            free.set()
            raise SystemExit("No worker took the message.")
        time.sleep(0.2)
        worker = stage.look()["worker"]
        kill(worker)
        died = timezone.now()
        free.set()
        holder.join()
        if not eventually(lambda m=message: m.filter(done_at__isnull=False).exists(), 60):
            return float("inf"), times
        longest = max(longest, (message.get().done_at - died).total_seconds())
        eventually(lambda w=worker: stage.look().get("worker") not in (None, w) and not alive(w), 30)
    return longest, times
