"""A PostgreSQL and a Valkey of our own for development, tests and the demonstration; never for production.

`attach()` gives them to this process. A small keeper process runs them for as long as anybody is attached
(see hub.embedded.keeper); where DATABASE_URL and BROKER_URL are set, nothing happens at all.

Standard library only, and no Django: this runs before settings are read.
"""

import contextlib
import json
import os
import socket
import sys
import time
from collections.abc import Iterator

from hub.embedded.child import lock
from hub.embedded.errors import EmbeddedError, NotForProduction, ServiceFailed
from hub.embedded.home import PROJECT, Home

__all__ = ["Attachment", "EmbeddedError", "NotForProduction", "ServiceFailed", "attach", "held", "needed"]

NEEDED_WHERE_UNSET = {"DATABASE_URL": "postgres", "BROKER_URL": "valkey"}
KEEPER_SECONDS = 60.0  # an earlier keeper may be stopping its services


class Attachment:
    """A hold on the embedded services of one HUB_HOME. While one is held, they run."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._needs: list[str] = []
        self._keeper: int | None = None
        self._connection = self._connect()

    def need(self, service: str) -> None:
        """Have `postgres` or `valkey` running, and put its addresses in the environment.

        Raises ServiceFailed with what went wrong.
        """
        try:
            self._connection.sendall(json.dumps({"need": service}).encode() + b"\n")
            with self._connection.makefile("rb") as answers:
                line = answers.readline()
        except OSError:
            line = b""
        if not line:
            raise ServiceFailed(f"The keeper of the embedded services ended: see {self.home.log('keeper')}.")
        answer = json.loads(line)
        if "error" in answer:
            raise ServiceFailed(answer["error"])
        os.environ.update(answer["urls"])
        self._needs.append(service)

    def holds(self) -> bool:
        """Whether the keeper still lives: it ends last of all, unless it is killed."""
        try:
            return bool(self._connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except BlockingIOError:
            return True
        except OSError:
            return False

    def renew(self) -> None:
        """Have everything running again after the keeper was killed. Raises ServiceFailed."""
        self.leave()
        self._connection = self._connect()
        needs, self._needs = self._needs, []
        for service in needs:
            self.need(service)

    def leave(self) -> None:
        """Let go. Whoever lets go last waits until the services are stopped."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_WR)
            while self._connection.recv(4096):
                pass
        self._connection.close()
        if self._keeper is not None:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self._keeper, os.WNOHANG)
            self._keeper = None

    def _connect(self) -> socket.socket:
        """Connect to the keeper, starting one where there is none."""
        until = time.monotonic() + KEEPER_SECONDS
        while time.monotonic() < until:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(str(self.home.keeper_socket))
            except OSError:
                connection.close()
            else:
                return connection
            self._start_keeper()
            time.sleep(0.01)
        raise self._not_started()

    def _not_started(self) -> ServiceFailed:
        return ServiceFailed(
            f"The keeper of the embedded services does not start: see {self.home.log('keeper')}."
        )

    def _start_keeper(self) -> None:
        """Start a keeper, unless ours is starting or an earlier one still holds the lock.

        Raises ServiceFailed where ours ends with an error: it would only do so again.
        """
        if self._keeper is not None:
            ended, status = os.waitpid(self._keeper, os.WNOHANG)
            if not ended:
                return
            self._keeper = None
            if status:
                raise self._not_started()
        taken = lock(self.home.run / "keeper.lock")
        if taken is None:
            return
        os.close(taken)
        log = os.open(self.home.log("keeper"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            self._keeper = os.posix_spawn(
                sys.executable,
                [sys.executable, "-m", "hub.embedded.keeper"],
                os.environ | {"HUB_HOME": str(self.home.path), "PYTHONPATH": str(PROJECT)},
                file_actions=[
                    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                    (os.POSIX_SPAWN_DUP2, log, 1),
                    (os.POSIX_SPAWN_DUP2, log, 2),
                ],
            )
        finally:
            os.close(log)


def needed() -> list[str]:
    """The embedded services that this process wants: those whose address the environment does not give.

    Raises NotForProduction where HUB_ENV is production and one is wanted.
    """
    given = {name.removesuffix("_FILE") for name, value in os.environ.items() if value}
    unset = [name for name in NEEDED_WHERE_UNSET if name not in given]
    if unset and os.environ.get("HUB_ENV") == "production":
        raise NotForProduction(
            f"HUB_ENV=production does not run on embedded services: set {' and '.join(unset)} (see docs/operators)."
        )
    return [NEEDED_WHERE_UNSET[name] for name in unset]


@contextlib.contextmanager
def attach() -> Iterator[None]:
    """Give this process the embedded services it has no address for, through its environment, while it runs.

    Raises NotForProduction or ServiceFailed, each with a sentence for people.
    """
    services = needed()
    if not services:
        yield
        return
    with held(Home.from_environment()) as attachment:
        for service in services:
            attachment.need(service)
        yield


@contextlib.contextmanager
def held(home: Home) -> Iterator[Attachment]:
    """Hold on to the embedded services; what is needed of them is asked for by name.

    They set DATABASE_URL and DATABASE_OWNER_URL, BROKER_URL and CACHE_URL; where SECRET_KEY and FIELD_KEYS
    are unset they are set, to random keys kept in HUB_HOME. The environment is as before at the end.
    """
    attachment = Attachment(home)
    before = dict(os.environ)
    try:
        kept = home.secrets()
        for name in ("SECRET_KEY", "FIELD_KEYS"):
            os.environ[name] = os.environ.get(name) or kept[name]
        os.environ.update(HUB_HOME=str(home.path), HUB_EMBEDDED="1")
        yield attachment
    finally:
        os.environ.clear()
        os.environ.update(before)
        attachment.leave()
