"""The keeper: one small process per HUB_HOME that runs the embedded services while anybody needs them.

Whoever attaches holds a connection to the keeper's socket. The kernel closes it when its process ends,
however it ends, so the keeper always knows who is left; when the last one is gone it stops what it runs
and ends. A service that dies is started again. One lock makes sure that there is one keeper.

Spoken on the socket, a JSON line each way, any number of times:
    {"need": "postgres"}  ->  {"urls": {...}}  or  {"error": "..."}
A holder that leaves shuts its side and waits for the keeper's: if it was the last, all is stopped by then.
"""

import contextlib
import json
import os
import selectors
import signal
import socket
import sys
import time
from datetime import UTC, datetime

from hub.embedded.child import lock, write_pid
from hub.embedded.errors import EmbeddedError
from hub.embedded.home import Home
from hub.embedded.kept import Kept, wake_on_signals
from hub.embedded.postgres import Postgres
from hub.embedded.valkey import Valkey

FIRST_HOLDER_SECONDS = 10.0  # whoever started us connects at once, unless it has been killed


class Keeper:
    """Runs the services of one HUB_HOME."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.services: dict[str, Valkey | Postgres] = {"valkey": Valkey(home), "postgres": Postgres(home)}
        self.kept = {name: Kept(service, say) for name, service in self.services.items()}
        self.holders: dict[socket.socket, bytes] = {}
        self.selector = selectors.DefaultSelector()
        self.told_to_end = False

    def run(self) -> None:
        """Serve until the last holder has gone, or SIGTERM; then stop everything."""
        self.home.keeper_socket.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self.home.keeper_socket))
        listener.listen(64)
        signals = wake_on_signals()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, self._end)
        for source in (listener, signals):
            self.selector.register(source, selectors.EVENT_READ)
        patience: float | None = time.monotonic() + FIRST_HOLDER_SECONDS
        while not self.told_to_end:
            left = []
            for key, _ in self.selector.select(self._seconds_to_next(patience)):
                if key.fileobj is listener:
                    holder = listener.accept()[0]
                    self.selector.register(holder, selectors.EVENT_READ)
                    self.holders[holder] = b""
                    patience = None
                elif key.fileobj is signals:
                    signals.recv(4096)
                elif isinstance(key.fileobj, socket.socket) and not self._hear(key.fileobj):
                    left.append(key.fileobj)
            if not self.holders and (patience is None or time.monotonic() > patience):
                for holder in left:
                    holder.detach()  # who left last hears of it from the kernel, once we have ended
                break
            for holder in left:
                holder.close()
            for kept in self.kept.values():
                kept.revive()
        self.home.keeper_socket.unlink(missing_ok=True)
        listener.close()
        for kept in self.kept.values():
            kept.stop()

    def _hear(self, holder: socket.socket) -> bool:
        """Answer what a holder asks; False once it has left."""
        try:
            said = holder.recv(4096)
        except OSError:
            said = b""
        if not said:
            self.selector.unregister(holder)
            del self.holders[holder]
            return False
        *lines, self.holders[holder] = (self.holders[holder] + said).split(b"\n")
        for line in lines:
            answer = self._answer(json.loads(line)["need"])
            with contextlib.suppress(OSError):  # it may have ended while it waited
                holder.sendall(json.dumps(answer).encode() + b"\n")
        return True

    def _answer(self, need: str) -> dict[str, object]:
        kept = self.kept[need]
        try:
            if not kept.running:
                kept.start()
        except EmbeddedError as problem:
            return {"error": str(problem)}
        except OSError as problem:
            return {"error": f"{kept.program.name} could not be started: {problem}"}
        return {"urls": self.services[need].urls()}

    def _seconds_to_next(self, patience: float | None) -> float | None:
        times = [kept.start_at for kept in self.kept.values() if kept.start_at is not None]
        if patience is not None:
            times.append(patience)
        return max(0.0, min(times) - time.monotonic()) if times else None

    def _end(self, *_: object) -> None:
        self.told_to_end = True


def say(line: str) -> None:
    """A line in the keeper's log."""
    print(datetime.now(UTC).isoformat(" ", "seconds"), line, file=sys.stderr, flush=True)


def main() -> None:
    """Become the keeper of the HUB_HOME in the environment, unless there is one."""
    home = Home.from_environment()
    if lock(home.run / "keeper.lock") is None:
        return
    os.setsid()  # a terminal's Ctrl-C is for those who need us, not for us
    os.chdir("/")
    pid_file = home.run / "keeper.pid"
    write_pid(pid_file, os.getpid())
    try:
        Keeper(home).run()
    finally:
        pid_file.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
