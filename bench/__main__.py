"""Runs the measurements that are named, or all."""

import json
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.feed import write_feed
from tests.platform.stage import ROOT, RUN, Instance, Shown, family, free_port, memory

ROUNDS = 5
ROWS = 2_000
ROUTED = 400
PEOPLE, LOOKUPS = 1_000_000, 300
DECISIONS, SAMPLE = 1_000_000, 10_000
FEW_CASES, MANY_CASES = 10_000, 100_000
USERS, SECONDS = 150, 120


def main() -> int:
    """Measure and print; 2 where a measurement is not known."""
    known: dict[str, Callable[[Instance], None]] = {
        "stack": stack,
        "intake": intake,
        "policies": policies,
        "log": log,
        "pages": pages,
        "recognition": recognition,
        "lookup": lookup,
        "dry_run": dry_run,
        "rules": rules,
        "routing": routing,
        "load": load,
    }
    asked = sys.argv[1:] or list(known)
    if unknown := [name for name in asked if name not in known]:
        print(f"There is no measurement {unknown[0]!r}. Known: {', '.join(known)}.")
        return 2
    for name in asked:
        with an_instance() as instance:
            known[name](instance)
    return 0


@contextmanager
def an_instance() -> Iterator[Instance]:
    """A hub of its own, whose data goes with it."""
    place = ROOT / ".hub"
    place.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=place))
    instance = Instance(folder / "home")
    try:
        yield instance
    finally:
        instance.close()
        shutil.rmtree(folder, ignore_errors=True)


def stack(instance: Instance) -> None:
    """What the running hub costs: its first start, a later one, and the memory of all its processes at rest."""
    print("The running hub (web, worker, beat, PostgreSQL, Valkey; without the demonstration)")
    starts = []
    for _ in range(1 + ROUNDS):
        began = time.monotonic()
        shown = instance.start(free_port())
        starts.append(time.monotonic() - began)
        time.sleep(5)
        pids = instance.look()
        everything = {pid for name in ("supervisor", "keeper") for pid in family(pids[name])}
        used = memory(everything)
        instance.python("-m", "hub.supervisor", "stop", seconds=120)
        shown.ended()
    print(f"  first start  {starts[0]:6.1f} s   (a new database is made)")
    print(f"  later start  {_spread(starts[1:], 's')}")
    print(
        f"  idle memory  {used:6.0f} MB  of {len(everything)} processes together, what they share counted once"
    )


def intake(instance: Instance) -> None:
    """A feed taken and judged with recognition of people and no worker running, beside a COPY of the same rows."""
    print(f"Intake of {ROWS:,} rows with recognition, no worker running, and a plain COPY of the same rows")
    found_hub(instance)
    files = [write_feed(instance.home.parent / f"{n}.csv", rows=ROWS, seed=n) for n in range(ROUNDS)]
    done = instance.python("-m", "bench.intake", *map(str, files), seconds=900)
    if done.returncode:
        raise SystemExit(done.stderr)
    rounds = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    print(f"  intake       {_spread([one['intake'] for one in rounds], 's')}")
    print(f"  COPY         {_spread([one['copy'] for one in rounds], 's')}")
    print(f"  rows/s       {_spread([ROWS / one['intake'] for one in rounds], 'of intake')}")
    print(f"  rows/s       {_spread([ROWS / one['copy'] for one in rounds], 'of COPY')}")
    print(f"  ratio        {_spread([one['intake'] / one['copy'] for one in rounds], 'times a COPY')}")
    print(
        f"  found        {', '.join(str(one['suggested']) for one in rounds)} suggestions of the same person"
    )


def policies(instance: Instance) -> None:
    """The queue and the API's list and changes with the database's policies on and off, turn by turn."""
    print(f"Row-level policies on and off, over a feed of {ROWS:,} rows; milliseconds for one answer")
    found_hub(instance)
    file = write_feed(instance.home.parent / "feed.csv", rows=ROWS, seed=1)
    done = instance.python("-m", "bench.policies", str(file), seconds=1800)
    if done.returncode:
        raise SystemExit(done.stderr)
    told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    for page in dict.fromkeys(one["page"] for one in told):
        for what, words in (("took", "whole answer"), ("in_database", "in the database")):
            on, off = (
                statistics.median(
                    one[what] * 1000 for one in told if one["page"] == page and one["on"] is is_on
                )
                for is_on in (True, False)
            )
            print(f"  {page:14}{words:17}{on:8.2f} on {off:8.2f} off   ratio {on / off:.2f}")


def log(instance: Instance) -> None:
    """The database's time for the queue and a case, with the record of looks and without, in turn."""
    print("Database time of a page with and without the record of looks, commit included")
    found_hub(instance)
    feed = write_feed(instance.home.parent / "feed.csv", rows=ROWS // 4, seed=1)
    done = instance.python("-m", "bench.log", str(feed), seconds=900)
    if done.returncode:
        raise SystemExit(done.stderr)
    for one in (json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")):
        recorded, bare = statistics.median(one["with"]), statistics.median(one["without"])
        print(f"  {one['page']:<12} {_spread(one['with'], 'ms with')}")
        print(f"  {'':<12} {_spread(one['without'], 'ms without')}")
        print(f"  {'ratio':<12} {recorded / bare:8.3f}   (target: under 1.100)")


def pages(instance: Instance) -> None:
    """The pages of a working day over a small and over a large history (BENCH_CASES), side by side."""
    many = int(os.environ.get("BENCH_CASES", MANY_CASES))
    print(
        f"Pages over {FEW_CASES:,} and over {many:,} cases of five years; milliseconds of the server, median"
    )
    found: dict[int, dict[str, dict[str, float]]] = {}
    for cases in (FEW_CASES, many):
        with an_instance() as one:
            done = one.python("-m", "bench.pages", str(cases), seconds=6 * 3600)
        if done.returncode:
            raise SystemExit(done.stderr)
        told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        print(f"  {cases:>9,} cases loaded in {told[0]['loaded']:.0f} s")
        found[cases] = {line["page"]: line for line in told[1:]}
    for page, small in found[FEW_CASES].items():
        large = found[many][page]
        print(
            f"  {page:22}{small['took']:8.1f} ms {large['took']:8.1f} ms   ratio {large['took'] / small['took']:5.2f}"
            f"   database {small['in_database']:7.1f} {large['in_database']:7.1f}"
            f"   queries {small['queries']:.0f} {large['queries']:.0f}"
        )


def recognition(instance: Instance) -> None:
    """Recognition on the records that others are measured by, beside Splink and recordlinkage."""
    from bench.recognition import measure

    measure(instance)


def lookup(instance: Instance) -> None:
    """One person looked up among all that are held, by recognition and by a bare trigram index over their names."""
    many = int(os.environ.get("BENCH_PEOPLE", PEOPLE))
    print(f"One person looked up among {many:,} (BENCH_PEOPLE changes it), and a bare indexed trigram query")
    found_hub(instance)
    feeds = [write_feed(instance.home.parent / f"{n}.csv", rows=ROWS, seed=n) for n in range(2)]
    done = instance.python("-m", "bench.lookup", str(many), str(LOOKUPS), *map(str, feeds), seconds=7200)
    if done.returncode:
        raise SystemExit(done.stderr)
    told = json.loads(done.stdout.splitlines()[-1])
    print(f"  filled       {told['filled']:8.0f} s")
    middles = {}
    for name, times in told["times"].items():
        middles[name] = statistics.median(times)
        late = statistics.quantiles(times, n=20)[-1]
        print(f"  {name:<12} {middles[name]:8.2f} ms p50, {late:.2f} ms p95, of {len(times)}")
    print(f"  ratio        {middles['recognition'] / middles['trigrams']:8.2f} times the bare query (of p50)")
    slower = told["import_after"] / told["import_before"]
    print(
        f"  import       {told['import_after']:8.1f} s for {ROWS:,} rows, {slower:.2f} times that among nobody"
    )
    print(f"  recognised   {told['found']} of {told['lookups']}, {told['first']} of them as the likeliest")


def dry_run(instance: Instance) -> None:
    """A changed rule over all kept decisions, beside a bare scan of the same columns and beside Python."""
    many = int(os.environ.get("BENCH_DECISIONS", DECISIONS))
    print(f"Dry run of a changed rule over {many:,} kept decisions (BENCH_DECISIONS changes it)")
    found_hub(instance)
    done = instance.python("-m", "bench.dry_run", str(many), str(SAMPLE), seconds=3600)
    if done.returncode:
        raise SystemExit(done.stderr)
    told = json.loads(done.stdout.splitlines()[-1])
    rounds, scaled = told["rounds"], told["cases"] / told["sample"]
    ratios = [ours / bare for ours, bare in zip(rounds["dry run"], rounds["bare scan"], strict=True)]
    print(f"  in the database  {_spread(rounds['dry run'], 's')}")
    print(f"  bare scan        {_spread(rounds['bare scan'], 's')}   of the same columns, as the same role")
    print(f"  ratio            {_spread(ratios, 'times the bare scan')}")
    print(f"  with all it tells{told['verb']:9.2f} s   waits, small cells and keeping it: what a worker does")
    print(
        f"  Python           {(told['read'] + told['rules']) * scaled:8.0f} s   reading and evaluating every rule;"
        f" of a sample of {told['sample']:,}, scaled"
    )
    print(
        f"  the same answer  {told['same']}, case by case, of the sample: {told['different']} ways to go;"
        f" {told['cases']:,} cases counted, about {told['elsewhere']:,} elsewhere"
    )
    print(f"  facts            {told['facts_bytes']:8.0f} bytes a decision, filled in {told['filled']:.0f} s")


def rules(instance: Instance) -> None:
    """Fifty rules against one case, none of which matches."""
    from bench.rules import measure

    measure()


def routing(instance: Instance) -> None:
    """Routing decisions through Celery with all that they look at, beside tasks that do nothing on the same broker."""
    many = int(os.environ.get("BENCH_ROUTED", ROUTED))
    print(
        f"{many:,} routing decisions (BENCH_ROUTED changes it) by four threads, and as many tasks of nothing"
    )
    found_hub(instance)
    done = instance.python("-m", "bench.routing", str(many), seconds=2400)
    if done.returncode:
        raise SystemExit(done.stderr)
    told = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("{")))
    print(f"  decisions    {told['decisions']:8.1f} a second, {told['referrals']} referrals sent by them")
    print(
        f"  followed     {told['followed']:8.1f} a second, with all that follows from them: lists, people told, feeds"
    )
    print(f"  nothing      {told['nothing']:8.1f} a second")
    print(f"  ratio        {told['nothing'] / told['decisions']:8.1f} tasks that do nothing for one decision")


def load(instance: Instance) -> None:
    """Many people at work over HTTP while feeds are imported, beside one of them alone."""
    from bench.load import Door, at_work, roles

    users = int(os.environ.get("BENCH_USERS", USERS))
    seconds = int(os.environ.get("BENCH_SECONDS", SECONDS))
    print(
        f"{users} people at work for {seconds} s (BENCH_USERS, BENCH_SECONDS) while feeds of {ROWS:,} rows come in,"
        " and each kind of them alone before; milliseconds of whole answers over HTTP"
    )
    for words in (["manage.py", "migrate", "--database=owner", "-v0"], ["manage.py", "demo"]):
        prepared(instance, *words)
    first = write_feed(instance.home.parent / "before.csv", rows=ROWS, seed=0)
    prepared(instance, "manage.py", "import_feed", str(first), "--source=northshire-police", "--wait")
    password = prepared(instance, "-m", "bench.load", str(users)).split()[-1]
    port = free_port()
    shown = Shown(instance.begin(*RUN, PORT=str(port), DEMO="no"))
    shown.until("Ctrl-C stops it", 600)
    door, kinds = Door(f"http://127.0.0.1:{port}", password), roles(users)
    try:
        alone: list[tuple[str, float, str]] = []
        for kind in dict.fromkeys(kinds):
            alone += at_work(door, [(kinds.index(kind), kind)], max(20, seconds / 4)).answers
        with feeds_coming_in(instance) as taken:
            together = at_work(door, list(enumerate(kinds)), seconds).answers
    finally:
        instance.python("-m", "hub.supervisor", "stop", seconds=120)
        shown.ended()
    wrong = [f"{page}: {why}" for page, _, why in alone + together if why]
    for page in sorted({page for page, _, _ in together}):
        one, all_ = ([took for name, took, _ in told if name == page] for told in (alone, together))
        print(f"  {page:16}{_late(one)} alone {_late(all_)} together, of {len(one)} and {len(all_)}")
    one, all_ = ([took for _, took, _ in told] for told in (alone, together))
    late = [statistics.quantiles(times, n=20)[-1] for times in (one, all_)]
    print(f"  every page      {_late(one)} alone {_late(all_)} together, of {len(one)} and {len(all_)}")
    print(f"  ratio of p95    {late[1] / late[0]:8.2f}")
    print(f"  feeds           {taken[0]:8} taken whole meanwhile")
    print(f"  errors          {len(wrong):8} of {len(one) + len(all_)}   {', '.join(sorted(set(wrong)))}")


@contextmanager
def feeds_coming_in(instance: Instance) -> Iterator[list[int]]:
    """One feed after the other; yields how many were taken, as it stands."""
    failed: list[SystemExit] = []
    taken, over = [0], threading.Event()

    def take() -> None:
        while not over.is_set() and not failed:
            file = write_feed(instance.home.parent / "next.csv", rows=ROWS, seed=100 + taken[0])
            try:
                prepared(
                    instance, "manage.py", "import_feed", str(file), "--source=northshire-police", "--wait"
                )
            except SystemExit as end:
                failed.append(end)
            else:
                taken[0] += 1

    taking = threading.Thread(target=take)
    taking.start()
    try:
        yield taken
    finally:
        over.set()
        taking.join()
    if failed:
        raise failed[0]


def prepared(instance: Instance, *words: str) -> str:
    """Runs Python to its end in the instance; what it said."""
    done = instance.python(*words, seconds=3600)
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


def _late(times: list[float]) -> str:
    if len(times) < 2:
        return f"{times[0] if times else 0:8.0f} p50 {'':>8}    "
    return f"{statistics.median(times):8.0f} p50 {statistics.quantiles(times, n=20)[-1]:8.0f} p95"


def found_hub(instance: Instance) -> None:
    """A database with the invented hub in it."""
    for words in (["migrate", "--database=owner", "-v0"], ["found", "hub/data/northshire.yaml"]):
        done = instance.python("manage.py", *words, seconds=300)
        if done.returncode:
            raise SystemExit(done.stderr)


def _spread(figures: list[float], unit: str) -> str:
    return (
        f"{statistics.median(figures):8.2f} {unit}   (median of {len(figures)};"
        f" {min(figures):.2f} to {max(figures):.2f})"
    )


if __name__ == "__main__":
    sys.exit(main())
