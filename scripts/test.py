"""Runs every test, after fetching what some of them need besides Python packages.

Usage: python scripts/test.py [pytest's arguments]

A Chromium for the pages, a RabbitMQ for the broker by its other name and docker-compose for the description
of a deployment: with apt-get where we may (root, Debian or Ubuntu). Elsewhere the tests that need them are
left out, and a line says which and how to get them. With CI=true nothing is left out: what is missing is
an error.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# program: (where else it may be, Debian's package, what is left out without it, pytest's choice)
NEEDS = {
    "chromium": (("chromium-browser", "google-chrome"), "chromium", "the browser's tests", "not browser"),
    "rabbitmq-server": (("/usr/sbin/rabbitmq-server",), "rabbitmq-server", "the tests with RabbitMQ", ""),
    "docker-compose": ((), "docker-compose", "the test of docker-compose.yml", ""),
}


def main() -> int:
    """Fetch, then test; pytest's exit code."""
    lacking = missing()
    if lacking and os.geteuid() == 0 and shutil.which("apt-get"):
        install([NEEDS[name][1] for name in lacking])
        lacking = missing()
    choices = []
    for name in lacking:
        _, package, left_out, choice = NEEDS[name]
        print(
            f"{name} is not here, so {left_out} are left out. To have them: apt-get install {package} (as root)."
        )
        if choice:
            choices.append(choice)
    if lacking and os.environ.get("CI") == "true":
        print("CI leaves nothing out.")
        return 1
    # By file: the tests of some files share a running hub and follow each other. In the order of tests/conftest.py:
    # the longest files first.
    chosen = ["-m", " and ".join(choices)] if choices and "-m" not in sys.argv else []
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-n",
            "2",
            "--dist=loadfile",
            "--no-loadscope-reorder",
            *chosen,
            *sys.argv[1:],
        ],
        cwd=ROOT,
    ).returncode


def missing() -> list[str]:
    """The programs that are not here."""
    return [
        name
        for name, (others, *_) in NEEDS.items()
        if not any(shutil.which(path) for path in (name, *others))
    ]


def install(packages: list[str]) -> None:
    """Install Debian's packages, without starting any service that they bring (RUNLEVEL=1 forbids it)."""
    print(f"Installing {' and '.join(packages)} with apt-get ...", flush=True)
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for command in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(["apt-get", *command], env=quiet, capture_output=True, text=True)
        if done.returncode:
            print("\n".join(done.stderr.strip().splitlines()[-5:]))


if __name__ == "__main__":
    sys.exit(main())
