"""`make prove`, its short form: every count of it is zero."""

import re
import subprocess
import sys

import pytest

from tests.platform.stage import ROOT

pytestmark = pytest.mark.slow


def test_the_kill_storm_loses_nothing_and_does_nothing_twice():
    done = subprocess.run(
        [sys.executable, "-m", "scripts.prove", "--quick", "--only", "storm", "--seed", "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.stdout, done.stderr
    # How long work waits after a death is judged by `make prove` on a machine that does nothing else.
    broken = [line for line in re.findall(r"^FAIL (.+)$", done.stdout, re.M) if "goes on within" not in line]
    assert broken == [], done.stdout + done.stderr
    counted = dict(re.findall(r"^ok   (.+?): \d+ of (\d+)$", done.stdout, re.M))
    for words in ("Triaged cases routed twice", "Answers of partners lost", "Changes that no pull brought"):
        assert int(counted[words]) > 20, done.stdout
    for what in ("worker killed", "web killed", "database stopped at once", "beat killed", "broker emptied"):
        assert re.search(rf"{what} [1-9]", done.stdout), done.stdout
