"""PostgreSQL and Valkey run while anybody is attached, and no longer; nothing that is killed harms them."""

import os
import signal
import stat
import subprocess
from pathlib import Path

import pytest

from hub import embedded
from tests.platform.stage import Instance, alive, eventually

RUN_SQL = """
import os, sys
from hub import embedded
with embedded.attach():
    import psycopg
    with psycopg.connect(os.environ[sys.argv[1]], autocommit=True) as connection:
        for statement in sys.argv[2:]:
            cursor = connection.execute(statement)
            if cursor.description:
                print(*(value for row in cursor for value in row))
"""


pytestmark = pytest.mark.slow


def sql(instance: Instance, *statements: str, role: str = "DATABASE_OWNER_URL") -> str:
    done = instance.python("-c", RUN_SQL, role, *statements)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_they_start_for_a_command_and_are_gone_after_it(instance):
    assert sql(instance, "SELECT current_user") == "hub_owner"
    assert instance.left() == []


def test_what_is_committed_is_there_the_next_time(instance):
    sql(instance, "CREATE TABLE kept (what text)", "INSERT INTO kept VALUES ('this')")
    assert sql(instance, "SELECT what FROM kept") == "this"


def test_they_run_until_the_last_holder_leaves(instance):
    first, second = instance.holder(), instance.holder()
    services = instance.look()
    assert {"keeper", "postgres", "valkey"} <= set(services)
    first.communicate("leave\n")
    assert instance.look() == services
    second.communicate("leave\n")
    assert instance.left() == []


def test_a_killed_holder_counts_as_gone(instance):
    first, second = instance.holder(), instance.holder()
    second.kill()
    second.wait()
    services = instance.look()
    assert services, "one is still attached"
    first.kill()
    first.wait()
    assert eventually(lambda: instance.left() == [])


@pytest.mark.parametrize("victim", ["postgres", "valkey"])
def test_a_killed_service_is_started_again(instance, victim):
    holder = instance.holder()
    before = instance.look()[victim]
    os.kill(before, signal.SIGKILL)
    assert eventually(lambda: instance.look().get(victim) not in (None, before))
    assert eventually(lambda: "1" in sql(instance, "SELECT 1"))
    holder.communicate("leave\n")
    assert instance.left() == []


def test_a_killed_keeper_takes_its_services_with_it_and_a_new_one_starts_them(instance):
    instance.holder()
    before = instance.look()
    os.kill(before["keeper"], signal.SIGKILL)
    assert sql(instance, "SELECT 1") == "1"
    assert eventually(lambda: not any(map(alive, before.values())))


def test_a_note_of_a_process_that_is_now_another_is_no_hindrance(instance, tmp_path):
    """After a power cut PostgreSQL's own note may name a number that any program now has."""
    instance.holder()
    services = instance.look()
    for name in ("keeper", "postgres"):
        os.kill(services[name], signal.SIGKILL)
    assert eventually(lambda: not alive(services["postgres"]))
    folder = instance.home / "services-folder"
    data = Path(folder.read_text().strip()) if folder.exists() else instance.home / "services"
    note = data / "postgres" / "postmaster.pid"
    lines = note.read_text().splitlines()
    with subprocess.Popen(["sleep", "60"]) as stranger:
        note.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        assert sql(instance, "SELECT 1") == "1"
        assert stranger.poll() is None, "whoever has the number now is left alone"
        stranger.kill()


def test_a_deep_folder_is_no_hindrance_to_sockets(tmp_path):
    instance = Instance(tmp_path / ("a-folder-with-a-long-name-" * 4) / ("and-another-" * 8))
    try:
        assert sql(instance, "SELECT 1") == "1"
        assert instance.left() == []
    finally:
        instance.close()


def test_there_is_no_network_port(steady):
    assert sql(steady, "SHOW listen_addresses") == ""
    asked = "import os, redis\nfrom hub import embedded\nwith embedded.attach():\n"
    asked += "    print(redis.Redis.from_url(os.environ['CACHE_URL']).config_get('port'))"
    assert steady.python("-c", asked).stdout.strip() == "{'port': '0'}"


def test_what_is_promised_durable_is(steady):
    assert sql(steady, "SHOW fsync", "SHOW synchronous_commit", "SHOW full_page_writes").split() == ["on"] * 3


def test_the_application_owns_nothing_and_steps_over_nothing(steady):
    rights = (
        "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    )
    assert sql(steady, rights, role="DATABASE_URL") == "False False False False"
    refused = steady.python("-c", RUN_SQL, "DATABASE_URL", "CREATE TABLE mine (a int)")
    assert "permission denied" in refused.stderr


def test_the_owner_may_have_the_extensions_that_we_use(steady):
    names = ["pg_trgm", "btree_gist", "unaccent", "fuzzystrmatch"]
    sql(steady, *(f"CREATE EXTENSION IF NOT EXISTS {name}" for name in names))


def test_keys_are_kept_and_private(steady):
    show = "import os\nfrom hub import embedded\nwith embedded.attach():\n"
    show += "    print(os.environ['SECRET_KEY'], os.environ['FIELD_KEYS'])"
    first = steady.python("-c", show).stdout
    assert first == steady.python("-c", show).stdout
    assert len(first) > 80
    assert stat.S_IMODE((steady.home / "secrets.json").stat().st_mode) == 0o600


def test_nothing_outside_is_opened_or_made(fresh, tmp_path):
    def outside() -> dict[Path, tuple[int, int]]:
        parents = [*tmp_path.parents, tmp_path, Path("/var/tmp"), embedded.PROJECT, *embedded.PROJECT.parents]
        return {path: (path.stat().st_mode, path.stat().st_uid) for path in parents}

    before, accounts = outside(), Path("/etc/passwd").read_bytes()
    sql(fresh, "SELECT 1")
    assert outside() == before
    assert Path("/etc/passwd").read_bytes() == accounts


def test_resetting_deletes_the_data_and_nothing_else(fresh):
    assets = fresh.home / "assets"
    assets.mkdir(parents=True)
    sql(fresh, "CREATE TABLE gone (a int)")
    folder = fresh.home / "services-folder"
    data = Path(folder.read_text().strip()) if folder.exists() else fresh.home / "services"
    assert data.is_dir()
    assert fresh.python("-m", "hub.supervisor", "reset", CONFIRM="yes").returncode == 0
    assert not data.exists()
    assert [path.name for path in fresh.home.iterdir()] == ["assets"]
    assert sql(fresh, "SELECT to_regclass('gone') IS NULL") == "True"


def test_nothing_starts_where_the_environment_names_services(fresh):
    named = {"DATABASE_URL": "postgresql://elsewhere/hub", "BROKER_URL": "amqp://elsewhere"}
    shown = "import os\nfrom hub import embedded\nwith embedded.attach(): print(os.environ['DATABASE_URL'])"
    assert fresh.python("-c", shown, **named).stdout.strip() == named["DATABASE_URL"]
    assert not fresh.home.exists()


def test_only_what_is_not_named_starts(fresh):
    shown = "import os\nfrom hub import embedded\nwith embedded.attach(): print(os.environ['BROKER_URL'])"
    done = fresh.python("-c", shown, DATABASE_URL="postgresql://elsewhere/hub")
    assert done.stdout.startswith("redis+socket://")
    assert not (fresh.home / "logs" / "postgres.log").exists()


def test_production_does_not_run_on_them(monkeypatch):
    monkeypatch.setenv("HUB_ENV", "production")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("BROKER_URL", "amqp://elsewhere")
    with pytest.raises(embedded.NotForProduction, match="set DATABASE_URL"), embedded.attach():
        pass


def test_a_command_says_in_a_sentence_what_hinders_it(fresh):
    fresh.home.write_text("not a folder")
    done = fresh.python("manage.py", "check")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "set HUB_HOME to a folder of your own" in done.stderr
    fresh.home.unlink()
