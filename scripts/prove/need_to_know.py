"""Need-to-know, proved by the tests of tests/matrix in a database of their own; their counts are gathered here.

Each test notes what it counted (the fixture `tally`): in words, how many were wrong, and of how many.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NOTE = "note: "
QUICK = (
    "test_the_database_alone.py",
    "test_the_database_holds.py::test_a_view_that_forgot_every_check_is_stopped_by_the_database",
    "test_pooled_connections.py",
    "test_mutants.py",
    "test_the_log.py",
)


def prove(*, quick: bool) -> int:
    """Walk, count, print; 1 where a count is not zero or a test failed. quick: what needs no long walk."""
    chosen = [f"tests/matrix/{name}" for name in QUICK] if quick else ["tests/matrix"]
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "tally"
        told.touch()
        ours = ("DATABASE_URL", "DATABASE_OWNER_URL", "BROKER_URL", "CACHE_URL", "HUB_EMBEDDED", "HUB_HOME")
        clean = {name: value for name, value in os.environ.items() if name not in ours}
        width = {} if quick else {"PROOF": "thorough"}
        command = [sys.executable, "-m", "pytest", "-n", "0", "--no-header", "-q", *chosen]
        done = subprocess.run(
            command, cwd=ROOT, env=clean | width | {"PROOF_TALLY": str(told)}, capture_output=True, text=True
        )
        counted: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for line in told.read_text().splitlines():
            words, broken, over = json.loads(line)
            counted[words][0] += broken
            counted[words][1] += over
    for words, (broken, over) in counted.items():
        verdict = "note" if is_note(words) else "FAIL" if broken else "ok  "
        print(f"{verdict} {words.removeprefix(NOTE)}: {broken} of {over}")
    wrong = any(broken for words, (broken, _) in counted.items() if not is_note(words))
    if done.returncode:
        print(done.stdout[-4000:], done.stderr[-2000:], sep="\n")
        print("FAIL A proof of need-to-know failed: see above.")
    return 1 if done.returncode or not counted or wrong else 0


def is_note(words: str) -> bool:
    """Whether the count is told without being a promise."""
    return words.startswith(NOTE)
