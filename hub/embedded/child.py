"""Child processes that do not outlive their parent."""

import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

PR_SET_PDEATHSIG = 1


def die_with_parent(by: signal.Signals) -> Callable[[], None] | None:
    """What a child does before its program: ask Linux for a signal once its parent is gone.

    None elsewhere, where the guard of the supervisor and the keeper's own end have to do.
    """
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, by)

    return ask


def is_running(pid: int, words: str) -> bool:
    """Whether this process exists and its command line holds these words (a number may be given anew)."""
    if sys.platform.startswith("linux"):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return False
    else:
        shown = subprocess.run(
            ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        command = shown.stdout
    return words in command  # a zombie's is empty


def wait_until(true: Callable[[], bool], *, seconds: float, every: float = 0.01) -> bool:
    """Ask again and again until it is true, or answer False after so many seconds."""
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(every)
    return True


def end(process: subprocess.Popen[bytes], *signals: tuple[signal.Signals, float]) -> None:
    """Send each signal in turn and give it its seconds; then kill the whole group and whatever is left."""
    for by, seconds in signals:
        if process.poll() is not None:
            break
        process.send_signal(by)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
    kill_group(process.pid)
    process.wait()


def kill_group(pid: int) -> None:
    """Kill what is left of the process group that this process leads or led."""
    with contextlib.suppress(ProcessLookupError, PermissionError):  # nothing is left
        os.killpg(pid, signal.SIGKILL)


def write_pid(path: Path, pid: int) -> None:
    """Record a process number whole or not at all."""
    fresh = path.with_suffix(".new")
    fresh.write_text(f"{pid}\n")
    fresh.replace(path)


def read_pid(path: Path) -> int | None:
    """The recorded process number, if there is one."""
    try:
        return int(path.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


def lock(path: Path) -> int | None:
    """Take this file's lock until the descriptor is closed or all who have it end; None where it is taken."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
