"""The record of looks over the whole world: each read has its line, and whatever the owner changes is found."""

import pytest
from django.db import connections, transaction

from access.context import acting_as_system
from access.models import Look
from hub.integrity import check_all
from tests.matrix.doors import WORK
from tests.matrix.policy import READERS
from tests.matrix.walk import Keys, probes, shown
from tests.matrix.walk import _read as read

READ_AS = ("priya", "helen", "system:safe-steps")
TAMPERED = 12
LAST = "SELECT id FROM access_look ORDER BY at DESC, id DESC LIMIT %s"
ACTS = {
    "edited": "UPDATE access_look SET door = door || 'x' WHERE id = %s",
    "deleted": "DELETE FROM access_look WHERE id = %s",
}


@pytest.mark.slow
def test_every_read_has_its_line_in_the_log(world, tally):
    reads, missing, keys = 0, [], Keys()
    for reader in (one for one in READERS if one.name in READ_AS):
        for door, entry in WORK.items():
            if not entry.shows or reader.role not in entry.to:
                continue
            for target in (world.targets["new"], world.targets["accepted"], world.targets["narrow"]):
                for probe in (one for one in probes(door, target, world.shared) if one.method == "GET"):
                    with transaction.atomic():
                        answer = read(keys.client(reader).get(probe.path))
                        with acting_as_system("proof"):
                            look = Look.objects.order_by("-at", "-id").first()
                        transaction.set_rollback(True)
                    if answer.status != 200 or not shown(world, [answer]):
                        continue
                    reads += 1
                    if look is None or look.door != door:
                        missing.append(f"{probe.words} as {reader.name}")
    tally("Reads without their line in the log", len(missing), reads)
    assert missing == []
    assert reads > 10


def faults() -> list[str]:
    return next(one.broken for one in check_all() if one.name == "looks_chained")


@pytest.mark.slow
def test_whatever_the_owner_does_to_a_line_is_found(world, tally):
    keys = Keys()
    for _ in range(2):
        keys.client(READERS[0]).get("/triage/")
    assert faults() == []
    tried = found = 0
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE access_look NO FORCE ROW LEVEL SECURITY")
        cursor.execute(LAST, [TAMPERED])
        lines = [line for (line,) in cursor.fetchall()]
        cursor.execute("CREATE TABLE kept AS SELECT * FROM access_look")
        for line in lines:
            for act in ACTS.values():
                cursor.execute(act, [line])
                tried += 1
                found += bool(faults())
                cursor.execute("DELETE FROM access_look WHERE id = %s", [line])
                cursor.execute("INSERT INTO access_look SELECT * FROM kept WHERE id = %s", [line])
        cursor.execute("DROP TABLE kept")
        cursor.execute("ALTER TABLE access_look FORCE ROW LEVEL SECURITY")
    assert faults() == [], "all of it was put back"
    tally("Lines of the log that were tampered with and not found", tried - found, tried)
    assert found == tried > 0
