"""A stage for whole instances: programs started in a HUB_HOME of their own, watched by their numbers."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "BROKER_URL",
    "CACHE_URL",
    "SECRET_KEY",
    "FIELD_KEYS",
    "HUB_EMBEDDED",
)

HOLD = """
import os, sys
from hub import embedded
with embedded.attach():
    print("attached", flush=True)
    sys.stdin.readline()
print("left", flush=True)
"""


class Instance:
    """One HUB_HOME, and what runs in it."""

    def __init__(self, home: Path, root: Path = ROOT) -> None:
        self.home = home
        self.root = root
        self.seen: set[int] = set()
        self.started: list[subprocess.Popen[str]] = []

    def environment(self, **more: str) -> dict[str, str]:
        """This process's environment without the services that the tests themselves use."""
        kept = {name: value for name, value in os.environ.items() if name not in OURS}
        return (
            kept | {"HUB_ENV": "development", "HUB_HOME": str(self.home), "PYTHONPATH": str(self.root)} | more
        )

    def python(self, *arguments: str, seconds: float = 60, **more: str) -> subprocess.CompletedProcess[str]:
        """Run Python to its end in this instance."""
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def begin(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """Start Python in this instance and go on."""
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=self.root,
            env=self.environment(**more),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(process)
        return process

    def holder(self) -> subprocess.Popen[str]:
        """A process that is attached until it is told a line."""
        process = self.begin("-c", HOLD)
        assert process.stdout.readline() == "attached\n"
        self.look()
        return process

    def pid(self, name: str) -> int | None:
        """The recorded number of this program."""
        try:
            return int((self.home / "run" / f"{name}.pid").read_text())
        except (OSError, ValueError):
            return None

    def look(self) -> dict[str, int]:
        """The programs that run now, by name; they are remembered."""
        names = ("keeper", "postgres", "valkey", "supervisor", "web", "worker", "beat")
        found = {name: pid for name in names if (pid := self.pid(name)) and alive(pid)}
        self.seen |= set(found.values())
        return found

    def left(self) -> list[int]:
        """Processes of this instance that still run: those seen, and whatever names its folders."""
        folder = self.home / "services-folder"
        words = [str(self.home), *([folder.read_text().strip()] if folder.exists() else [])]
        named = [
            pid
            for pid in map(int, filter(str.isdecimal, os.listdir("/proc")))
            if any(w in command(pid) for w in words)
        ]
        return sorted({pid for pid in [*self.seen, *named] if alive(pid)})

    def close(self) -> None:
        """End everything and delete the data."""
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.communicate()
        self.python("-m", "hub.supervisor", "reset", CONFIRM="yes", seconds=120)


def command(pid: int) -> str:
    """The command line of a process; empty for a zombie or none."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def alive(pid: int) -> bool:
    """Whether it runs (a zombie does not)."""
    return command(pid) != ""


def eventually(true: Callable[[], object], seconds: float = 10.0) -> bool:
    """Whether it becomes true in time."""
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
