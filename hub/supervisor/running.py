"""What `make run` does once environment and assets are there, step by step.

1. PostgreSQL and Valkey, where the environment names no others.
2. Migrations, as the owner; then a check that the application's role owns nothing.
3. Web, worker and beat, each until it is well.
4. The demonstration, where the database is empty. It comes last because it is made by the real road:
   it needs the web's API and the worker's routing, so both must be up.
5. The address, and a sign-in for each role.

From then on whatever dies is started again, until Ctrl-C, SIGTERM, or the end of the calling `make`.
Then it stops in the opposite order. If this process is killed, its guard ends the programs and the keeper
of the embedded services ends those.
"""

import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack

from hub import embedded
from hub.embedded.child import die_with_parent, end, is_running, lock, read_pid, write_pid
from hub.embedded.home import PROJECT, Home
from hub.embedded.kept import Kept, wake_on_signals
from hub.supervisor.programs import Guard, beat, web, worker
from hub.supervisor.progress import Step, say, show, step

START_SECONDS = 60
EARLIER_SECONDS = 20
PULSE = 1.0
NOBODY = """\
  Nobody can sign in yet. In another terminal, found a hub and give its people passwords:
    .venv/bin/python manage.py found hub/data/northshire.yaml
    .venv/bin/python manage.py set_password owen.pugh@northshire.example
"""


class CannotRun(Exception):
    """The hub cannot be started. The message says what to do."""


class Stopped(Exception):
    """Somebody asked us to stop."""


class Supervisor:
    """Runs one hub. `follow_parent` ends it with the process that started it."""

    def __init__(self, home: Home, *, port: int, follow_parent: bool = False) -> None:
        self.home = home
        self.port = port
        self.address = f"http://127.0.0.1:{port}"
        self.parent = os.getppid() if follow_parent else None
        self.kept: list[Kept] = []
        self.selector = selectors.DefaultSelector()
        self.told_to_stop = 0
        self.attachment: embedded.Attachment | None = None
        self.guard: Guard | None = None

    def run(self) -> None:
        """Start everything, keep it running, stop everything.

        Raises CannotRun or EmbeddedError where a step fails; what was started is stopped before.
        """
        started = time.monotonic()
        taken = self._take_lock()
        pid_file = self.home.run / "supervisor.pid"
        with ExitStack() as at_the_end:
            at_the_end.callback(os.close, taken)
            write_pid(pid_file, os.getpid())
            at_the_end.callback(pid_file.unlink, missing_ok=True)
            check_port(self.port)
            (self.home.run / "address").write_text(f"{self.address}\n")
            self._hear_signals()
            try:
                self._services(at_the_end)
                self._database()
                self.guard = Guard(taken)
                at_the_end.callback(self.guard.leave)
                at_the_end.callback(self._stop_programs)
                self._programs(self.guard)
                if os.environ.get("DEMO") != "no":
                    self._command("Demonstration", "demo", "--if-empty", f"--web={self.address}", aloud=True)
                self._welcome(time.monotonic() - started)
                while True:
                    self.pulse(PULSE)
            except Stopped:
                show("\nStopping.")
                started = time.monotonic()
        if self.told_to_stop:
            show(f"Stopped in {time.monotonic() - started:.1f} s. The data is kept in {self.home.path}.")

    def pulse(self, seconds: float) -> None:
        """Wait a little, and see to whatever happened. Raises Stopped."""
        for key, _ in self.selector.select(seconds):
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.recv(4096)
        if self.told_to_stop or (self.parent and os.getppid() != self.parent):
            self.told_to_stop += 1
            raise Stopped
        if self.attachment and not self.attachment.holds():
            say("The keeper of PostgreSQL and Valkey ended and is started again.")
            self.attachment.renew()
        if self.guard:
            self.guard.revive()
        for kept in self.kept:
            kept.revive()

    def until(self, true: Callable[[], bool], what: str, *, seconds: float = START_SECONDS) -> None:
        """Wait until it is true. Raises CannotRun after so many seconds."""
        patience = time.monotonic() + seconds
        while not true():
            if time.monotonic() > patience:
                raise CannotRun(f"{what} in {seconds:.0f} s: see the logs in {self.home.logs}.")
            self.pulse(0.05)

    def _take_lock(self) -> int:
        """The lock that says that this HUB_HOME is run. Raises CannotRun where somebody else has it."""
        path = self.home.run / "supervisor.lock"
        taken = lock(path)
        earlier = read_pid(self.home.run / "supervisor.pid")
        if taken is None and (earlier is None or not is_running(earlier, "hub.supervisor")):
            say("An earlier run was killed; waiting until what it left has ended.")
            patience = time.monotonic() + EARLIER_SECONDS
            while (taken := lock(path)) is None and time.monotonic() < patience:
                time.sleep(0.1)
        if taken is None:
            address = (self.home.run / "address").read_text().strip()
            raise CannotRun(
                f"This hub runs already, at {address} from {self.home.path}. Stop it with `make stop`,"
                f" or run another beside it: make run HUB_HOME=folder PORT={free_port(self.port + 1)}"
            )
        return taken

    def _services(self, at_the_end: ExitStack) -> None:
        needed = embedded.needed()
        if needed:
            self.attachment = at_the_end.enter_context(embedded.held(self.home))
        known = {"postgres": ("PostgreSQL", "DATABASE_URL"), "valkey": ("Valkey", "BROKER_URL")}
        for service, (name, variable) in known.items():
            with step(name) as shown:
                if self.attachment and service in needed:
                    self.attachment.need(service)
                    shown.result = "embedded"
                else:
                    shown.result = f"elsewhere, as {variable} says"

    def _database(self) -> None:
        self._command("Migrations", "migrate", "--database=owner", "--no-input")
        with step("Roles") as shown:
            done = subprocess.run(
                [sys.executable, "-m", "hub.supervisor.roles"],
                cwd=PROJECT,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise CannotRun(done.stderr.strip().splitlines()[-1])
            shown.result = "the application owns nothing"

    def _programs(self, guard: Guard) -> None:
        started = time.monotonic()
        programs = [web(self.home, guard, self.port), worker(self.home, guard), beat(self.home, guard)]
        for program, _ in programs:
            kept = Kept(program, say)
            kept.start()
            self.kept.append(kept)
        for program, is_well in programs:
            with step(program.name, since=started) as shown:
                self.until(is_well, f"{program.name} was not well")
                shown.result = self.address if program.name == "Web" else "ready"

    def _command(self, name: str, *arguments: str, aloud: bool = False) -> str:
        """Run a command of manage.py as a step, seeing to everything meanwhile; what it printed.

        Raises CannotRun with its last line where it fails. `aloud` shows its lines as they come.
        """
        log = self.home.log(arguments[0])
        with step(name) as shown, log.open("ab") as out:
            start = out.tell()
            process = subprocess.Popen(
                [sys.executable, "manage.py", *arguments],
                cwd=PROJECT,
                # Invented people get no mail: it would stand among the lines shown here.
                env={"EMAIL_URL": "dummymail://"} | os.environ | {"TMPDIR": str(self.home.temporary)},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
            with log.open() as said:
                said.seek(start)
                try:
                    while process.poll() is None:
                        self.pulse(0.1)
                        if aloud:
                            tell_new(said.read(), shown)
                finally:
                    end(process, (signal.SIGTERM, 5))
                if aloud:
                    tell_new(said.read(), shown)
                said.seek(start)
                text = said.read()
            if process.returncode:
                last = (text.strip().splitlines() or ["It said nothing."])[-1]
                raise CannotRun(f"{name} failed: {last} (see {log})")
        return text

    def _welcome(self, seconds: float) -> None:
        done = subprocess.run(
            [sys.executable, "manage.py", "sign_ins"],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )
        show(f"\nThe hub is at {self.address} after {seconds:.1f} s. Ctrl-C stops it.\n")
        show(done.stdout or NOBODY)

    def _stop_programs(self) -> None:
        for kept in reversed(self.kept):
            kept.stop()

    def _hear_signals(self) -> None:
        self.selector.register(wake_on_signals(), selectors.EVENT_READ)
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self._stop)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup means it
            signal.signal(signal.SIGHUP, self._stop)

    def _stop(self, *_: object) -> None:
        self.told_to_stop += 1


def tell_new(text: str, shown: Step) -> None:
    """Show what a command has just printed."""
    for line in text.splitlines():
        if line.strip():
            shown.tell(line)


def is_free(port: int) -> bool:
    """Whether we could listen on this port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(first: int) -> int:
    """The first free port from here on."""
    return next((port for port in range(first, min(first + 100, 65536)) if is_free(port)), first)


def check_port(port: int) -> None:
    """Raises CannotRun where the port is taken."""
    if not is_free(port):
        raise CannotRun(
            f"Port {port} is taken by another program. Use a free one: make run PORT={free_port(port + 1)}"
        )
