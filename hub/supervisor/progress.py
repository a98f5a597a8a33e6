"""What `make run` shows: a line for each step, with its time."""

import contextlib
import time
from collections.abc import Iterator

WIDTH = 15


class Step:
    """A step under way. `result` is what its line says in the end."""

    def __init__(self) -> None:
        self.result = "ready"
        self.broken = False

    def tell(self, line: str) -> None:
        """Say more about the step, on a line of its own."""
        if not self.broken:
            show()
            self.broken = True
        show(f"    {line}")


@contextlib.contextmanager
def step(name: str, since: float | None = None) -> Iterator[Step]:
    """Show the step and, once it is done, its result and seconds (from `since`, if it began before)."""
    started = since or time.monotonic()
    show(f"  {name:<{WIDTH}}", end="")
    shown = Step()
    try:
        yield shown
    except BaseException:
        show()
        raise
    again = f"  {'':<{WIDTH}}" if shown.broken else ""
    show(f"{again}{shown.result:<44} {time.monotonic() - started:5.1f} s")


def say(line: str) -> None:
    """A line between steps."""
    show(f"  {line}")


def show(text: str = "", end: str = "\n") -> None:
    """Print, as long as there is anybody to read: a closed terminal must not stop the hub halfway."""
    with contextlib.suppress(OSError):
        print(text, end=end, flush=True)
