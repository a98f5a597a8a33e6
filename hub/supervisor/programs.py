"""The programs of a running hub, web, worker and beat: how each is started, and when it is well."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from hub.embedded.child import die_with_parent, end, write_pid
from hub.embedded.home import PROJECT, Home

GUARD = Path(__file__).with_name("guard.py")
GUNICORN = PROJECT / "deploy" / "gunicorn.conf.py"
STOP_SECONDS = 15


class Guard:
    """The guard process (see hub.supervisor.guard), started again if it dies. `lock` is handed to it."""

    def __init__(self, lock: int) -> None:
        self._lock = lock
        self._groups: set[int] = set()
        self._start()

    def watch(self, group: int) -> None:
        """End this process group should we be killed."""
        self._groups.add(group)
        self._tell(f"+{group}\n")

    def forget(self, group: int) -> None:
        """This process group has ended."""
        self._groups.discard(group)
        self._tell(f"-{group}\n")

    def revive(self) -> None:
        """Start it again if it died."""
        if self._process.poll() is not None:
            os.close(self._pipe)
            self._start()

    def leave(self) -> None:
        """Let it end; it ends what is left."""
        os.close(self._pipe)
        self._process.wait()

    def _start(self) -> None:
        reader, self._pipe = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(GUARD)],
            stdin=reader,
            start_new_session=True,
            pass_fds=(self._lock,),
        )
        os.close(reader)
        for group in self._groups:
            self._tell(f"+{group}\n")

    def _tell(self, line: str) -> None:
        with contextlib.suppress(BrokenPipeError):  # it died: `revive` tells its successor
            os.write(self._pipe, line.encode())


class Program:
    """One program of the hub, in a process group of its own, its output in a log."""

    def __init__(self, home: Home, guard: Guard, name: str, command: list[str]) -> None:
        self.home = home
        self.guard = guard
        self.name = name
        self.command = command
        self.process: subprocess.Popen[bytes] | None = None
        self.sign = home.run / f"{name.lower()}.ready"  # the program touches it once it works

    def start(self) -> None:
        """Start it. Raises OSError."""
        self.sign.unlink(missing_ok=True)
        with self.home.log(self.name.lower()).open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=PROJECT,
                env=os.environ | {"READY_FILE": str(self.sign), "TMPDIR": str(self.home.temporary)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        self.guard.watch(self.process.pid)
        write_pid(self._pid_file, self.process.pid)

    def stop(self) -> None:
        """Ask it to end what it is at, then end it."""
        if self.process:
            end(self.process, (signal.SIGTERM, STOP_SECONDS))
            self.guard.forget(self.process.pid)
            self.process = None
        for path in (self._pid_file, self.sign):
            path.unlink(missing_ok=True)

    @property
    def _pid_file(self) -> Path:
        return self.home.run / f"{self.name.lower()}.pid"


def web(home: Home, guard: Guard, port: int) -> tuple[Program, Callable[[], bool]]:
    """The web server, and whether it answers."""
    command = [
        sys.executable, "-m", "gunicorn", "hub.wsgi", f"--config={GUNICORN}", f"--bind=127.0.0.1:{port}",
        f"--worker-tmp-dir={home.temporary}", "--graceful-timeout=10",
    ]  # fmt: skip
    return Program(home, guard, "Web", command), lambda: answers(port)


def worker(home: Home, guard: Guard) -> tuple[Program, Callable[[], bool]]:
    """The Celery worker, and whether it takes work."""
    command = [
        sys.executable, "-m", "celery", "-A", "hub", "worker", "--pool=threads", "--concurrency=4",
        "--without-gossip", "--without-mingle", "--loglevel=INFO",
    ]  # fmt: skip
    program = Program(home, guard, "Worker", command)
    return program, program.sign.exists


def beat(home: Home, guard: Guard) -> tuple[Program, Callable[[], bool]]:
    """Celery's clock, and whether it ticks."""
    command = [sys.executable, "-m", "celery", "-A", "hub", "beat", "--pidfile=", "--loglevel=INFO"]
    program = Program(home, guard, "Beat", command)
    return program, program.sign.exists


def answers(port: int) -> bool:
    """Whether /health/ of this port says 200."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(f"GET /health/ HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            return connection.recv(64).split(b" ")[1:2] == [b"200"]
    except OSError:
        return False
