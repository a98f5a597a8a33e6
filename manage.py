#!/usr/bin/env python
"""Runs a command of the hub, on the services that the environment names or on embedded ones."""

import os
import sys

from hub import embedded

ENOUGH = 141
"""How a shell says that a program ended because nobody reads its output."""


def main() -> None:
    """Attach the embedded services where they are wanted, then hand over to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
    try:
        with embedded.attach():
            from django.core.management import execute_from_command_line

            execute_from_command_line(sys.argv)
    except embedded.EmbeddedError as problem:
        sys.exit(str(problem))
    except BrokenPipeError:  # who reads the output has enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ENOUGH)


if __name__ == "__main__":
    main()
