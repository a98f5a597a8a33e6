"""Compiles locale/*/LC_MESSAGES/django.po to the .mo beside it, which is what Django reads.

Usage: .venv/bin/python scripts/compile_words.py. Needs no gettext on the machine. Quick when nothing changed.
"""

from pathlib import Path

import polib

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def main() -> None:
    """Compile what is out of date, and say so in a line."""
    stale = [path for path in sorted(LOCALE.glob("*/LC_MESSAGES/django.po")) if is_stale(path)]
    for path in stale:
        fresh = path.with_suffix(".mo.new")
        polib.pofile(str(path)).save_as_mofile(str(fresh))
        fresh.replace(path.with_suffix(".mo"))  # a process that starts meanwhile reads the old or the new
    print("Words compiled." if stale else "Words are up to date.")


def is_stale(path: Path) -> bool:
    """Whether the .mo is missing or older than its .po."""
    made = path.with_suffix(".mo")
    return not made.is_file() or made.stat().st_mtime < path.stat().st_mtime


if __name__ == "__main__":
    main()
