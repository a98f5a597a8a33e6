"""Whether what is installed is what was locked, fits together, and may be used; and what is known against it.

Offline, as `make check` runs it: the locks, `pip check`, licences. `make audit` asks for known weaknesses too,
which change by the day, of the service that pip-audit uses; it says so and fails where that cannot be reached.
"""

import re
import subprocess
import sys
import tempfile
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Ours is no distribution of theirs: these may all be used and passed on with a service.
LICENCES = re.compile(
    r"\b(MIT|BSD|Apache|ISC|PSF|Python|LGPL|MPL|Mozilla|PostgreSQL|Public Domain|Unlicense|0BSD|HPND|Zlib|CC0|Expat)",
    re.IGNORECASE,
)
TOOLS = {"pip", "setuptools", "wheel"}


def locked(name: str) -> dict[str, str]:
    """Package to version, as a lock file pins it."""
    text = (ROOT / "requirements" / f"{name}.lock").read_text()
    return dict(re.findall(r"^([a-z0-9._-]+)(?:\[[\w,-]+\])?==([^\s;\\]+)", text, re.MULTILINE))


def unlocked() -> list[str]:
    """What is installed and is not what the lock of development says."""
    pins = {_plain(name): version for name, version in locked("dev").items()}
    return [
        f"{one.name} {one.version} is installed; locked is {pins.get(_plain(one.name), 'none')}"
        for one in distributions()
        if _plain(one.name) not in TOOLS and pins.get(_plain(one.name)) != one.version
    ]


def unlicensed() -> list[str]:
    """Packages of production whose licence is not on our list."""
    wanted = {_plain(name) for name in locked("base")}
    found = []
    for one in distributions():
        told = [one.metadata.get("License-Expression") or "", one.metadata.get("License") or ""]
        told += [word for word in one.metadata.get_all("Classifier") or [] if word.startswith("License ::")]
        if _plain(one.name) in wanted and not LICENCES.search(" ".join(told)):
            found.append(f"{one.name} {one.version}: {' '.join(told).strip()[:80] or 'names no licence'}")
    return found


def weaknesses() -> int:
    """Ask pip-audit, in an environment of its own, of everything that production installs."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        tool = Path(folder, "bin")
        fetched = subprocess.run([tool / "pip", "install", "--quiet", "pip-audit"], check=False)
        if fetched.returncode:
            print("pip-audit cannot be fetched: this needs the network. Nothing is known of weaknesses.")
            return 2
        lock = ROOT / "requirements" / "base.lock"
        return subprocess.run(
            [tool / "pip-audit", "--require-hashes", "--disable-pip", "-r", lock], check=False
        ).returncode


def main() -> int:
    """Print what is wrong; 0 where nothing is."""
    wrong = [*unlocked(), *unlicensed()]
    print("\n".join(wrong) or "What is installed is what is locked, under licences of our list.")
    fits = subprocess.run([sys.executable, "-m", "pip", "check"], check=False).returncode
    known = 0 if "--offline" in sys.argv else weaknesses()
    return 1 if wrong or fits else known


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main())
