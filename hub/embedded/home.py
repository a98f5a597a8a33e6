"""HUB_HOME: the one folder where an instance keeps its data, sockets, logs and secrets."""

import base64
import contextlib
import hashlib
import json
import os
import pwd
import secrets
import shutil
import stat
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from hub.embedded.errors import EmbeddedError

PROJECT = Path(__file__).resolve().parent.parent.parent
LONGEST_SOCKET = 100  # the system's limit is 104 to 108 bytes
LONGEST_NAME = len("/.s.PGSQL.5432.lock")
LOG_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True)
class Account:
    """The unprivileged account that the services run as when we are root."""

    name: str
    uid: int
    gid: int


class Home:
    """The folders of one instance. Making one creates `run` and `logs`, private to the account that runs it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.run = path / "run"
        self.logs = path / "logs"
        for folder in (path, self.run, self.logs):
            try:
                folder.mkdir(mode=0o700, parents=folder == path, exist_ok=True)
            except OSError as problem:
                raise EmbeddedError(
                    f"{folder} cannot be made ({problem.strerror}): set HUB_HOME to a folder of your own."
                ) from problem

    @classmethod
    def from_environment(cls) -> "Home":
        """The folder that HUB_HOME names, or .hub in the project."""
        return cls(Path(os.environ.get("HUB_HOME") or PROJECT / ".hub").absolute().resolve())

    @cached_property
    def account(self) -> Account | None:
        """Whom the services run as: None for ourselves, `nobody` when we are root.

        Raises EmbeddedError where that account is missing, or where ours has no name.
        """
        try:
            if os.geteuid() != 0:
                pwd.getpwuid(os.geteuid())
                return None
            entry = pwd.getpwnam("nobody")
        except KeyError:
            raise EmbeddedError(
                "PostgreSQL needs an account with a name that is not root, and there is none here:"
                " run this as an ordinary user, or set DATABASE_URL and BROKER_URL."
            ) from None
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)

    @cached_property
    def data(self) -> Path:
        """Where the services keep their files: in HUB_HOME, or as root in a folder of their account.

        Root's folder has a fixed place by HUB_HOME's own path. One that is left from a HUB_HOME which has
        since been deleted is emptied: its keys went with it.
        """
        if not self.account:
            return self._own(self.path / "services")
        place = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:12]
        folder = Path("/var", "tmp", f"victim-referral-hub-{place}")
        record = self.path / "services-folder"
        if folder.is_dir() and not record.exists():
            self._check_owner(folder, self.account.uid)
            shutil.rmtree(folder)
        record.write_text(f"{folder}\n")
        return self._own(folder)

    @cached_property
    def sockets(self) -> Path:
        """A private folder of the services' account for their sockets."""
        return self._own(self.data / "sockets") if self.account else self.own_sockets

    @cached_property
    def own_sockets(self) -> Path:
        """A private folder of ours for sockets: `run` where its path is short enough, else a temporary one."""
        if len(os.fsencode(self.run)) + LONGEST_NAME <= LONGEST_SOCKET:
            return self.run
        record = self.path / "sockets-folder"
        if record.exists() and (known := Path(record.read_text().strip())).is_dir():
            self._check_owner(known, os.geteuid())
            return known
        made = Path(tempfile.mkdtemp(prefix="hub-"))
        record.write_text(f"{made}\n")
        return made

    @cached_property
    def temporary(self) -> Path:
        """A private, empty folder for the temporary files of the hub's programs, uploaded feeds among them."""
        folder = self.path / "tmp"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        return folder

    @property
    def keeper_socket(self) -> Path:
        """Where the keeper listens."""
        return self.own_sockets / "keeper.sock"

    def log(self, name: str) -> Path:
        """The log file of this name; one that has grown large is put aside first."""
        path = self.logs / f"{name}.log"
        if path.exists() and path.stat().st_size > LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return path

    def secrets(self) -> dict[str, str]:
        """The keys of this instance, made once: SECRET_KEY, FIELD_KEYS (Fernet) and the broker's password."""
        path = self.path / "secrets.json"
        if not path.exists():
            made = {
                "SECRET_KEY": secrets.token_urlsafe(48),
                "FIELD_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
                "broker": secrets.token_hex(16),
            }
            fresh = path.with_suffix(f".{os.getpid()}")
            with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                json.dump(made, file)
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):  # of two that make one at once, the first wins
                os.link(fresh, path)
            fresh.unlink()
        kept: dict[str, str] = json.loads(path.read_text())
        return kept

    def delete_data(self) -> None:
        """Delete everything that an instance made here. What is not ours stays, fetched assets too."""
        for record in ("services-folder", "sockets-folder"):
            path = self.path / record
            if path.exists():
                folder = Path(path.read_text().strip())
                if folder.is_dir():
                    shutil.rmtree(folder)
                path.unlink()
        for name in ("services", "run", "logs", "tmp"):
            shutil.rmtree(self.path / name, ignore_errors=True)
        for path in [self.path / "secrets.json", *self.path.glob("beat-schedule*")]:
            path.unlink(missing_ok=True)

    def _own(self, folder: Path) -> Path:
        """Make the folder, private to the services' account, or check that it is."""
        uid, gid = (self.account.uid, self.account.gid) if self.account else (os.geteuid(), os.getegid())
        if not os.path.lexists(folder):
            folder.mkdir(mode=0o700)
            os.chown(folder, uid, gid)
        self._check_owner(folder, uid)
        return folder

    @staticmethod
    def _check_owner(folder: Path, uid: int) -> None:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or found.st_mode & 0o077:
            raise EmbeddedError(
                f"{folder} is not a private folder of the account that it is for:"
                " remove it, or use another HUB_HOME."
            )
