"""Programs that are started again when they die."""

import signal
import socket
import subprocess
import time
from collections.abc import Callable
from typing import Protocol

from hub.embedded.child import kill_group
from hub.embedded.errors import EmbeddedError

SHORTEST_WAIT, LONGEST_WAIT = 0.1, 10.0
STEADY_SECONDS = 60.0  # a program that ran so long starts again at once


class Program(Protocol):
    """What can be kept running."""

    name: str
    process: subprocess.Popen[bytes] | None

    def start(self) -> None:
        """Start it. Raises EmbeddedError or OSError."""

    def stop(self) -> None:
        """Stop it, in its own way, and wait until it has ended."""


class Kept:
    """A program, and when to start it again if it died. `say` gets a sentence for each such event."""

    def __init__(self, program: Program, say: Callable[[str], None]) -> None:
        self.program = program
        self.say = say
        self.running = False
        self.started_at = 0.0
        self.start_at: float | None = None
        self.wait = SHORTEST_WAIT

    def start(self) -> None:
        """Start the program. Raises EmbeddedError or OSError."""
        self.program.start()
        self.running, self.start_at, self.started_at = True, None, time.monotonic()

    def stop(self) -> None:
        """Stop the program for good."""
        self.running, self.start_at = False, None
        self.program.stop()

    def revive(self) -> None:
        """Note that the program died, or start it again where its wait is over."""
        now, process = time.monotonic(), self.program.process
        if self.running and process and process.poll() is not None:
            kill_group(process.pid)  # what it had started goes too, and with it what it had taken
            self.running = False
            if now - self.started_at > STEADY_SECONDS:
                self.wait = SHORTEST_WAIT
            self.start_at = now + self.wait
            self.say(f"{self.program.name} ended ({process.returncode}) and is started again.")
        if self.start_at is not None and now >= self.start_at:
            self.wait = min(self.wait * 2, LONGEST_WAIT)
            try:
                self.start()
            except (EmbeddedError, OSError) as problem:
                self.say(str(problem))
                self.start_at = time.monotonic() + self.wait


def wake_on_signals() -> socket.socket:
    """A socket that turns readable whenever this process gets a signal, an ended child's included."""
    reader, writer = socket.socketpair()
    for end in (reader, writer):
        end.setblocking(False)
    signal.set_wakeup_fd(writer.detach(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    return reader
