"""Makes .venv from the locked requirements, and the pages' assets. Does nothing where both are up to date.

Usage: python scripts/setup.py [--dev] [--bench]   (--dev: also what tests and checks need; --bench: and what the
measurements compare with)

Standard library only: this runs before anything is installed. Every package is checked by its hash.
"""

import argparse
import contextlib
import fcntl
import hashlib
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)


class CannotSetUp(Exception):
    """The message says what to do."""


def main() -> None:
    """Make what is missing, one setup at a time."""
    parser = argparse.ArgumentParser(description="Make .venv and the assets.")
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    parser.add_argument("--bench", action="store_true", help="also what the measurements compare with")
    asked = parser.parse_args()
    check_python()
    with alone():
        make_environment("dev" if asked.dev or asked.bench else "base")
        if asked.bench:
            make_environment("bench")
        make_words()
        make_assets()


def check_python() -> None:
    """Raises CannotSetUp where this Python is too old or cannot make environments."""
    version = ".".join(map(str, sys.version_info[:2]))
    if sys.version_info < OLDEST:
        raise CannotSetUp(
            f"Python 3.11 or newer is needed, and {sys.executable} is {version}. Install one"
            " (on Debian 12 or Ubuntu 24.04: apt-get install python3 python3-venv), or name it: make PYTHON=python3.12"
        )
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        raise CannotSetUp(
            f"{sys.executable} cannot make environments: its venv package is missing."
            f" Install it (as root: apt-get install python{version}-venv), then run this again."
        ) from None


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One at a time: a second `make` waits for the first."""
    folder = os.open(ROOT / "requirements", os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def make_environment(name: str) -> None:
    """Install requirements/NAME.lock into .venv, unless that was done. `dev` holds all that `base` does, and `bench`
    what is added to it."""
    started = time.monotonic()
    wanted = fingerprint(name)
    done = {stamp.read_text() for stamp in VENV.glob(".setup-stamp-*")} if runs() else set()
    if wanted in done or (name == "base" and fingerprint("dev") in done):
        show("Environment", "up to date", started)
        return
    print("  Environment    installing; the first time this takes a minute ...", flush=True)
    if not runs():
        venv.create(VENV, with_pip=True, clear=True)
    if name != "bench":
        for stamp in VENV.glob(".setup-stamp-*"):
            stamp.unlink()
    run(
        [PYTHON, "-m", "pip", "install", "-qq", "--no-input", "--no-cache-dir", "--disable-pip-version-check",
         "--require-hashes", "--prefer-binary", "--requirement", ROOT / "requirements" / f"{name}.lock"],
        "The packages could not be installed. Check the connection to your package index (pip config list)"
        " and run this again.",
    )  # fmt: skip
    (VENV / f".setup-stamp-{name}").write_text(wanted)
    show("Environment", "installed", started)


def make_words() -> None:
    """Compile the pages' words in other languages, where they are out of date."""
    started = time.monotonic()
    said = run([PYTHON, ROOT / "scripts" / "compile_words.py"], "The words could not be compiled.")
    show("Words", "up to date" if "up to date" in said else "compiled", started)


def make_assets() -> None:
    """Build the pages' styles and scripts, where they are out of date."""
    started = time.monotonic()
    said = run([PYTHON, ROOT / "scripts" / "build_assets.py"], "The assets could not be built.")
    show("Assets", "up to date" if "up to date" in said else "built", started)


def runs() -> bool:
    """Whether .venv has a Python that works, with pip, and its programs were made for where it now is."""
    try:
        made_here = str(PYTHON) in (VENV / "bin" / "pip").read_text()
        done = subprocess.run(
            [PYTHON, "-c", "import pip, sys; print(sys.prefix)"], capture_output=True, text=True
        )
    except OSError:
        return False
    return made_here and done.returncode == 0 and Path(done.stdout.strip()).resolve() == VENV.resolve()


def fingerprint(name: str) -> str:
    """What .venv's stamp says once this lock is installed."""
    text = (ROOT / "requirements" / f"{name}.lock").read_bytes()
    return f"{name} {hashlib.sha256(text).hexdigest()}\n"


def run(command: list[str | Path], failed: str) -> str:
    """Run it, its temporary files in .venv; what it printed.

    Raises CannotSetUp with its last lines and the sentence where it fails.
    """
    with tempfile.TemporaryDirectory(prefix="setup-", dir=VENV) as folder:
        done = subprocess.run(
            list(map(str, command)), cwd=ROOT, env=os.environ | {"TMPDIR": folder}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
    if done.returncode:
        raise CannotSetUp("\n".join([*done.stdout.strip().splitlines()[-15:], failed]))
    return done.stdout


def show(name: str, result: str, started: float) -> None:
    """A line of what was done."""
    print(f"  {name:<15}{result:<44} {time.monotonic() - started:5.1f} s", flush=True)


if __name__ == "__main__":
    try:
        main()
    except CannotSetUp as problem:
        sys.exit(f"\n{problem}")
    except PermissionError as problem:
        sys.exit(
            f"\n{problem.filename} cannot be written: run this in a copy of the project that is your own."
        )
    except KeyboardInterrupt:
        sys.exit(130)
