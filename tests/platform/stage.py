"""A stage for whole instances: programs started in a HUB_HOME of their own, watched by their numbers."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "BROKER_URL",
    "CACHE_URL",
    "SECRET_KEY",
    "FIELD_KEYS",
    "AUDIT_KEY",
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


RUN = ["-m", "hub.supervisor", "run"]


class Shown:
    """What a running hub shows, line by line as it comes."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def text(self) -> str:
        return "".join(self.lines)

    def until(self, words: str, seconds: float = 90) -> None:
        """Wait until it says so. Fails with all it said where it ends instead."""
        assert eventually(lambda: words in self.text or not self._reader.is_alive(), seconds), self.text
        assert words in self.text, self.text

    def ended(self, seconds: float = 40) -> int:
        """Wait for its end; the exit code."""
        code = self.process.wait(seconds)
        self._reader.join(5)
        return code

    def _read(self) -> None:
        for line in self.process.stdout:
            self.lines.append(line)


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

    def start(self, port: int, *, command: list[str] | None = None, **more: str) -> "Shown":
        """Run the whole hub and read its lines until it says that it is there. Fails where it ends before."""
        shown = Shown(self.begin(*(command or RUN), PORT=str(port), DEMO="no", **more))
        shown.until("Ctrl-C stops it")
        self.look()
        return shown

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

    def end(self) -> None:
        """Kill whatever this test still runs, and wait until what it had started is gone."""
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.communicate()
        self.started.clear()
        assert eventually(lambda: self.left() == [], 30), [command(pid) for pid in self.left()]

    def close(self) -> None:
        """End everything and delete the data."""
        self.end()
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


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def memory(pids: Iterable[int]) -> float:
    """Megabytes that these processes have together, what they share being counted once."""
    told = (Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in pids)
    return (
        sum(int(line.split()[1]) for text in told for line in text.splitlines() if line.startswith("Pss:"))
        / 1024
    )


def family(pid: int) -> set[int]:
    """A process and all that descend from it."""
    parents = {}
    for entry in filter(str.isdecimal, os.listdir("/proc")):
        try:
            parents[int(entry)] = int(Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found
