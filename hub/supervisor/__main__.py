"""`python -m hub.supervisor run`, `stop` or `reset`."""

import argparse
import os
import sys

from hub.embedded import EmbeddedError
from hub.embedded.home import Home
from hub.supervisor import stopping
from hub.supervisor.running import CannotRun, Supervisor

DEFAULT_PORT = 8000


def main() -> None:
    """Do what the command line says; every failure is one sentence."""
    parser = argparse.ArgumentParser(prog="hub.supervisor", description="Run a whole hub on this machine.")
    parser.add_argument("command", choices=["run", "stop", "reset"])
    parser.add_argument("--follow-parent", action="store_true", help="end when the calling process ends")
    options = parser.parse_args()
    try:
        home = Home.from_environment()
        if options.command == "stop":
            stopping.stop(home)
        elif options.command == "reset":
            stopping.reset(home, sure=os.environ.get("CONFIRM") == "yes")
        else:
            Supervisor(home, port=port(), follow_parent=options.follow_parent).run()
    except (CannotRun, EmbeddedError, stopping.CannotStop) as problem:
        sys.exit(f"\n{problem}")


def port() -> int:
    """The port that PORT names. Raises CannotRun where it is none."""
    given = os.environ.get("PORT") or str(DEFAULT_PORT)
    if not given.isdecimal() or not 1 <= int(given) <= 65535:
        raise CannotRun(f"PORT={given} is not a port: give a number from 1 to 65535, such as PORT=8001.")
    return int(given)


if __name__ == "__main__":
    main()
