"""The kill storm, on a whole hub of its own.

Feeds are taken, cases triaged, routed, pulled and answered, while worker, web and beat are killed (-9), the
database is stopped at once and the broker is emptied and killed, at random instants. What was acknowledged to
somebody is written down here; after everything is up again it must all be there, once.

Then work is taken from under a worker that dies: another must have done it within ten seconds.
"""

import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from scripts.prove.at_work import System, beginning, send, triage_all
from scripts.prove.blows import Storm
from scripts.prove.counting import count, integrity, settle
from scripts.prove.ledger import GIVE_UP, PARTNERS, Ledger
from scripts.prove.taken_up import taken_up
from tests.platform.stage import OURS, ROOT, Instance, free_port

FEEDS = [ROOT / f"referrals/sources/examples/northshire-2026-11-{day}.csv" for day in ("16", "17")]
TAKEN_UP_WITHIN = 10.0


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
    systems = [System(port, code, secrets[code], ledger) for code in PARTNERS]
    jobs: list[Callable[[], None]] = [
        lambda: send(stage, ledger, [beginning(stage, FEEDS[0])] if quick else FEEDS * 2),
        lambda: triage_all(ledger, storm),
        *(partial(one.work, storm) for one in systems),
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
        settle(stage, port, ledger, systems)
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
    proofs = [*count(ledger), *integrity(stage)]
    longest, taken = taken_up(stage, 2 if quick else 10)
    for words, broken, over in proofs:
        print(f"{'ok  ' if not broken else 'FAIL'} {words}: {broken} of {over}")
    within = longest <= TAKEN_UP_WITHIN
    print(
        f"{'ok  ' if within else 'FAIL'} Work of a worker that died goes on within {TAKEN_UP_WITHIN:.0f} s:"
        f" the longest of {taken} took {longest:.1f} s"
    )
    return 0 if within and not any(broken for _, broken, _ in proofs) else 1
