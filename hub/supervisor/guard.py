"""The guard: ends the supervisor's programs when the supervisor is gone, however it went.

Run as a script of its own, with nothing imported that it can do without. The supervisor holds the other
end of its standard input and tells it the process groups that run, a line each: +123 or -123. At the end
of the input the groups that are left are ended, then killed. It also holds the supervisor's lock, so that
a new supervisor waits until the guard of the last one is done.
"""

import contextlib
import os
import signal
import sys
import time

PATIENCE = 8.0


def main() -> None:
    """Listen until the supervisor is gone; then end what it left."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        if line[0] == "+":
            groups.add(group)
        else:
            groups.discard(group)
    send(groups, signal.SIGTERM)
    until = time.monotonic() + PATIENCE
    while groups and time.monotonic() < until:
        time.sleep(0.05)
        send(groups, 0)
    send(groups, signal.SIGKILL)


def send(groups: set[int], what: int) -> None:
    """Send a signal to each group, and forget those that are no more."""
    for group in list(groups):
        try:
            os.killpg(group, what)
        except ProcessLookupError:
            groups.discard(group)
        except PermissionError:  # macOS, for a group of which only a zombie is left
            groups.discard(group)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
