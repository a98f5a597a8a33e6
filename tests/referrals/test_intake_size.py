"""A year's file is taken in the memory of a day's."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connections

from access.context import acting_as_system
from referrals.models import FeedRow, FeedRun
from tests.referrals.feeds import ROOT, a_row, as_csv

ROWS = 200_000
MOST = 30  # megabytes more than a file of one row

TAKE = """
import sys, django
django.setup()
from django.core.management import call_command
call_command("import_feed", sys.argv[1], source="northshire-police", json=True)
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def a_file(path: Path, rows: int) -> Path:
    """Rows of as many people, each as wide as a real one."""
    line = as_csv([a_row(CRIME_REF="CRIME", NOMINAL_REF="NOMINAL", MO_SUMMARY="He said. " * 20)])
    header, _, row = line.decode("cp1252").partition("\r\n")
    with path.open("w", encoding="cp1252", newline="") as stream:
        stream.write(header + "\r\n")
        for number in range(rows):
            stream.write(row.replace("CRIME", f"31/{number:07d}/26").replace("NOMINAL", f"N{number}"))
    return path


def megabytes_to_take(path: Path) -> float:
    """The most memory that a process which takes the file has ever held."""
    name = connections["default"].settings_dict["NAME"]
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    done = subprocess.run(
        [sys.executable, "-c", TAKE, str(path)],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": address, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout.split()[-1]) / 1024


@pytest.mark.slow
def test_two_hundred_thousand_rows_take_no_more_memory_than_one(committed_hub, tmp_path):
    small = megabytes_to_take(a_file(tmp_path / "small.csv", 1))
    large = megabytes_to_take(a_file(tmp_path / "large.csv", ROWS))
    with acting_as_system("tests"):
        assert FeedRow.objects.filter(run=FeedRun.objects.order_by("-number").first()).count() == ROWS
    assert large - small < MOST, f"{small:.0f} MB for a row, {large:.0f} MB for {ROWS:,}"
