"""`make run`: everything in order, whatever dies starts again, and nothing is left however it ends."""

import os
import re
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from tests.platform.stage import Instance, Shown, alive, command, eventually, family, free_port, memory

pytestmark = pytest.mark.slow


PROGRAMS = {"keeper", "postgres", "valkey", "supervisor", "web", "worker", "beat"}


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[tuple[Instance, Shown]]:
    """A whole hub that runs through the tests that put up with each other."""
    made = Instance(tmp_path_factory.mktemp("running") / "home")
    yield made, made.start(port)
    made.close()


def status(port: int, path: str = "/health/") -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def test_everything_starts_in_order_with_a_line_for_each_step(running, port):
    instance, shown = running
    steps = re.findall(r"^  (\w+) +(.+?) +([\d.]+) s$", shown.text, re.MULTILINE)
    assert [name for name, _, _ in steps] == [
        "PostgreSQL", "Valkey", "Migrations", "Roles", "Web", "Worker", "Beat",
    ]  # fmt: skip
    assert f"The hub is at http://127.0.0.1:{port} after" in shown.text
    assert set(instance.look()) == PROGRAMS
    assert status(port) == status(port, "/accounts/login/") == 200


def test_an_empty_hub_says_how_it_is_founded(running):
    instance, shown = running
    commands = re.findall(r"manage\.py (\w+) (\S+)", shown.text)
    assert [name for name, _ in commands] == ["found", "set_password"]
    assert "11 practitioners" in instance.python("manage.py", "found", commands[0][1]).stdout
    shown_sign_ins = instance.python("manage.py", "sign_ins").stdout
    assert re.search(rf"{commands[1][1]} +\(no password yet\)", shown_sign_ins), shown_sign_ins


def test_it_takes_less_memory_than_a_browser_tab_or_two(running):
    instance, _ = running
    pids = instance.look()
    everything = {pid for name in ("supervisor", "keeper") for pid in family(pids[name])}
    assert {pids["web"], pids["worker"], pids["beat"], pids["postgres"], pids["valkey"]} <= everything
    assert memory(everything) < 700


def test_the_web_opens_no_other_socket_and_listens_on_this_machine_alone(running, port):
    instance, _ = running
    pids = family(instance.look()["supervisor"]) | family(instance.look()["keeper"])
    inodes = set()
    for pid in pids:
        for descriptor in os.listdir(f"/proc/{pid}/fd"):
            try:
                inodes.add(os.readlink(f"/proc/{pid}/fd/{descriptor}"))
            except OSError:
                continue
    listening = set()
    for table in ("tcp", "tcp6"):
        with open(f"/proc/net/{table}") as lines:
            for line in list(lines)[1:]:
                fields = line.split()
                if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                    listening.add(fields[1])
    assert listening == {f"0100007F:{port:04X}"}


def test_a_second_run_of_the_same_home_is_refused_with_what_to_do(running, port):
    instance, _ = running
    done = instance.python("-m", "hub.supervisor", "run", PORT=str(free_port()))
    assert done.returncode == 1
    assert f"This hub runs already, at http://127.0.0.1:{port} from {instance.home}." in done.stderr
    assert re.search(r"make run HUB_HOME=folder PORT=\d+", done.stderr)
    assert status(port) == 200


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_a_killed_program_is_started_again_and_that_is_said(running, port, name):
    instance, shown = running
    before = instance.look()[name]
    os.kill(before, signal.SIGKILL)
    shown.until(f"{name.title()} ended (-9) and is started again.")
    assert eventually(lambda: instance.look().get(name) not in (None, before))
    assert eventually(
        (instance.home / "run" / f"{name}.ready").exists if name != "web" else lambda: status(port) == 200, 30
    )


def test_a_killed_database_comes_back_under_the_running_hub(running, port):
    instance, _ = running
    before = instance.look()["postgres"]
    os.kill(before, signal.SIGKILL)
    assert eventually(lambda: instance.look().get("postgres") not in (None, before), 20)
    assert eventually(lambda: status(port) == 200, 30)


def test_a_killed_keeper_is_replaced_under_the_running_hub(running, port):
    instance, shown = running
    before = instance.look()["keeper"]
    os.kill(before, signal.SIGKILL)
    shown.until("The keeper of PostgreSQL and Valkey ended and is started again.", 20)
    assert eventually(lambda: instance.look().get("keeper") not in (None, before), 20)
    assert eventually(lambda: status(port) == 200, 30)


def test_ctrl_c_leaves_nothing(running):
    instance, shown = running
    instance.look()
    shown.process.send_signal(signal.SIGINT)
    assert shown.ended() == 0
    assert f"The data is kept in {instance.home}." in shown.text
    assert instance.left() == []


def test_a_killed_supervisor_hinders_no_later_run_which_keeps_its_data(running, port):
    instance, _ = running
    killed = instance.start(port)
    assert "owen.pugh@northshire.example" in killed.text, "founded in the first run"
    programs = {name: pid for name, pid in instance.look().items() if name in ("web", "worker", "beat")}
    os.kill(instance.look()["supervisor"], signal.SIGKILL)
    killed.ended()
    instance.start(port)  # at once: it waits until what the killed one left has ended
    assert not [name for name, pid in programs.items() if alive(pid)]
    assert status(port) == 200


def test_stop_from_another_terminal_leaves_nothing(running):
    instance, _ = running
    done = instance.python("-m", "hub.supervisor", "stop")
    assert done.stdout == "Stopped.\n"
    assert instance.left() == []
    assert instance.python("-m", "hub.supervisor", "stop").stdout == f"Nothing runs from {instance.home}.\n"


def test_a_killed_make_leaves_nothing(running, port):
    instance, _ = running
    run = "[sys.executable, '-m', 'hub.supervisor', 'run', '--follow-parent']"
    instance.start(port, command=["-c", f"import subprocess, sys; subprocess.run({run})"])
    instance.started[-1].kill()
    assert eventually(lambda: instance.left() == [], 15), [command(pid) for pid in instance.left()]


def test_a_taken_port_names_a_free_one(fresh):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        done = fresh.python("-m", "hub.supervisor", "run", PORT=str(taken), DEMO="no")
    assert done.returncode == 1
    found = re.search(
        rf"Port {taken} is taken by another program. Use a free one: make run PORT=(\d+)", done.stderr
    )
    assert found
    assert int(found[1]) > taken
    assert fresh.left() == []
    assert not (fresh.home / "services").exists()


@pytest.mark.parametrize("given", ["eighty", "0", "65536"])
def test_a_port_that_is_none_is_named(fresh, given):
    done = fresh.python("-m", "hub.supervisor", "run", PORT=given)
    assert done.stderr.strip() == (
        f"PORT={given} is not a port: give a number from 1 to 65535, such as PORT=8001."
    )


def test_resetting_asks_and_takes_silence_for_no(fresh):
    fresh.python("manage.py", "check")
    done = fresh.python("-m", "hub.supervisor", "reset")
    assert done.returncode == 1
    assert "make reset CONFIRM=yes" in done.stderr
    assert (fresh.home / "secrets.json").exists()


def test_a_step_that_fails_is_named_and_what_was_started_is_stopped(fresh):
    done = fresh.python(
        "-m",
        "hub.supervisor",
        "run",
        PORT=str(free_port()),
        DEMO="no",
        ALLOWED_HOSTS="",
        HUB_ID="no uuid",
        seconds=90,
    )
    assert done.returncode == 1
    assert re.search(r"Migrations failed: .+ \(see .+migrate\.log\)", done.stderr)
    assert fresh.left() == []


def test_nothing_is_left_running_that_was_seen(running):
    """Last of the file: of all the processes that these tests saw, none is alive."""
    instance, _ = running
    assert instance.seen
    assert not [pid for pid in instance.seen if alive(pid)]
