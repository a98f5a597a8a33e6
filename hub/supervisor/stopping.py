"""`make stop` and `make reset`."""

import os
import signal
import sys

from hub.embedded.child import is_running, lock, read_pid, wait_until
from hub.embedded.home import Home

SECONDS = 60
WORDS = {"supervisor": "hub.supervisor", "keeper": "hub.embedded.keeper"}  # in their command lines


class CannotStop(Exception):
    """What runs does not end, or may not be deleted. The message says what to do."""


def stop(home: Home) -> None:
    """Stop what `make run` started for this HUB_HOME, and say so."""
    if end(home, "supervisor"):
        print("Stopped.")
    else:
        print(f"Nothing runs from {home.path}.")
    if is_taken(home, "keeper"):
        print("PostgreSQL and Valkey go on for a command that is attached to them, and end with it.")


def reset(home: Home, *, sure: bool) -> None:
    """Stop this HUB_HOME's hub and delete its data, if whoever is at the terminal says so or is `sure`."""
    if (home.path / "secrets.json").exists() and not sure:
        if not sys.stdin.isatty():
            raise CannotStop(
                "Nothing was deleted: there is nobody to ask. To be sure: make reset CONFIRM=yes"
            )
        answer = input(f"Delete the database, keys and logs in {home.path}? Type yes: ")
        if answer.strip().lower() != "yes":
            raise CannotStop("Nothing was deleted.")
    end(home, "supervisor")
    end(home, "keeper")
    home.delete_data()
    print(f"Deleted the data in {home.path}.")


def is_taken(home: Home, name: str) -> bool:
    """Whether the process of this name runs: it, or its guard, holds the lock."""
    taken = lock(home.run / f"{name}.lock")
    if taken is None:
        return True
    os.close(taken)
    return False


def is_gone(home: Home, name: str, pid: int | None) -> bool:
    """Whether nobody holds the lock of this name, and who held it, letting go a moment before its end, is gone."""
    return not is_taken(home, name) and (pid is None or not is_running(pid, WORDS[name]))


def end(home: Home, name: str) -> bool:
    """End the process of this name and wait for it. False where there is none. Raises CannotStop."""
    if not is_taken(home, name):
        return False
    pid = read_pid(home.run / f"{name}.pid")
    if pid is not None and is_running(pid, WORDS[name]):
        try:
            os.kill(pid, signal.SIGTERM)
        except ProcessLookupError:
            pass  # it was killed; its guard is ending the rest
        except PermissionError:
            raise CannotStop(f"Process {pid} belongs to somebody else: stop it as that user.") from None
    if not wait_until(lambda: is_gone(home, name, pid), seconds=SECONDS, every=0.05):
        raise CannotStop(f"Process {pid} has not ended in {SECONDS} s: see the logs in {home.logs}.")
    return True
