"""The description of a real deployment agrees with the code, with itself, and with those who read it."""

import ast
import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
HUBS = {"web", "worker", "beat", "migrate"}
DEVELOPMENT_ONLY = {"HUB_EMBEDDED", "PORT"}


def environment_of_settings() -> set[str]:
    """The names that hub/settings.py asks the environment for."""
    tree = ast.parse((ROOT / "hub" / "settings.py").read_text())
    return {
        call.args[0].value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and re.fullmatch(r"[A-Z_]+", str(call.args[0].value))
        and (ast.unparse(call.func) == "required" or ast.unparse(call.func).startswith("env."))
    }


@pytest.fixture
def filled_in(tmp_path: Path) -> Path:
    """.env.example with every gap filled, as an operator would."""
    text = (ROOT / ".env.example").read_text()
    path = tmp_path / "env"
    path.write_text(re.sub(r"^([A-Z_]+)=$", r"\1=a1", text, flags=re.MULTILINE))
    return path


def compose(*arguments: str) -> subprocess.CompletedProcess[str]:
    if not shutil.which("docker-compose"):
        pytest.skip("docker-compose is not here: apt-get install docker-compose")
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    return subprocess.run(
        ["docker-compose", *arguments], cwd=ROOT, env=kept, capture_output=True, text=True, check=False
    )


def test_compose_takes_it_with_what_the_example_asks_for(filled_in):
    done = compose("--env-file", str(filled_in), "config")
    assert done.returncode == 0, done.stderr
    assert "WARN" not in done.stderr
    found = yaml.safe_load(done.stdout)["services"]
    assert set(found) == HUBS | {"proxy", "pooler", "database", "broker"}
    assert found["web"]["deploy"]["replicas"] == found["worker"]["deploy"]["replicas"] == 2


def test_compose_takes_rabbitmq_over_it(filled_in):
    files = ("-f", "docker-compose.yml", "-f", "deploy/rabbitmq.yml")
    done = compose("--env-file", str(filled_in), *files, "config")
    assert done.returncode == 0, done.stderr
    found = yaml.safe_load(done.stdout)["services"]
    assert all(
        found[name]["environment"]["BROKER_URL"].startswith("amqp://") for name in ("web", "worker", "beat")
    )


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "AUDIT_KEY", "HUB_APP_PASSWORD", "HUB_OWNER_PASSWORD", "HUB_HOST", "EMAIL_URL"]
)
def test_compose_refuses_a_gap_and_names_it(filled_in, name):
    filled_in.write_text(re.sub(rf"^{name}=.*$", f"{name}=", filled_in.read_text(), flags=re.MULTILINE))
    done = compose("--env-file", str(filled_in), "config", "-q")
    assert done.returncode != 0
    assert f"Set {name} in .env" in done.stderr


def test_the_example_names_what_compose_asks_for_and_nothing_else():
    text = "".join((ROOT / name).read_text() for name in ("docker-compose.yml", "deploy/rabbitmq.yml"))
    asked = set(re.findall(r"\$\{([A-Z_]+):\?", text))
    known = set(re.findall(r"\$\{([A-Z_]+)", text))
    offered = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert asked <= offered <= known


def test_the_example_holds_no_secret():
    secret = re.compile(r"^(\w*(PASSWORD|KEY|KEYS)|EMAIL_URL)=(.*)$", re.MULTILINE)
    found = secret.findall((ROOT / ".env.example").read_text())
    assert found
    assert {value for *_, value in found} == {""}


def test_only_the_migrations_know_the_owner():
    knows = {
        name for name, service in SERVICES.items() if "DATABASE_OWNER_URL" in service.get("environment", {})
    }
    assert knows == {"migrate"}


def test_what_the_containers_are_given_the_settings_ask_for():
    read_elsewhere = {"WEB_WORKERS", "WEB_THREADS"}  # by deploy/gunicorn.conf.py
    given = {name for service in HUBS for name in SERVICES[service]["environment"]}
    assert given - read_elsewhere <= environment_of_settings()


def test_the_parts_call_each_other_by_their_names():
    web = SERVICES["web"]["environment"]
    assert "@pooler:6432/" in web["DATABASE_URL"]
    assert "@broker:6379/" in web["BROKER_URL"]
    assert "dynamic a web 8000" in (ROOT / "deploy" / "Caddyfile").read_text()
    pooler = configparser.ConfigParser()
    pooler.read_string((ROOT / "deploy" / "pooler" / "pgbouncer.ini").read_text())
    assert pooler["pgbouncer"]["listen_port"] == "6432"
    assert pooler["pgbouncer"]["pool_mode"] == "transaction"
    assert "host=database" in pooler["databases"]["hub"]


def test_operators_can_read_what_each_variable_is_for():
    told = set(re.findall(r"`([A-Z][A-Z_]+)`", (ROOT / "docs" / "operators" / "README.md").read_text()))
    assert environment_of_settings() - DEVELOPMENT_ONLY <= told


def test_the_image_gets_every_folder_that_runs_and_nothing_private():
    lines = (ROOT / ".dockerignore").read_text().split()
    taken = {line[1:] for line in lines if line.startswith("!")}
    folders = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()} - {"tests", "bench"}
    assert folders | {"templates", "static/src", "manage.py", "requirements/base.lock"} <= taken
    assert all((ROOT / name).exists() for name in taken)
    assert not any(name.startswith((".env", ".git", ".hub", "tests")) for name in taken)


@pytest.mark.parametrize("path", ["Dockerfile", "deploy/pooler/Dockerfile"])
def test_the_linter_has_nothing_to_say(path):
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run(
        [hadolint, "--no-color", path], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_checks_what_it_installs_and_runs_as_nobody_special():
    text = (ROOT / "Dockerfile").read_text()
    assert text.count("pip install") == text.count("--require-hashes") == 1
    last = text.rpartition("\nFROM ")[2]
    assert re.search(r"^USER [1-9]\d+$", last, re.MULTILINE)
    assert not re.search(r"^(ARG|ENV) .*(PASSWORD|SECRET|KEY)", text, re.MULTILINE)


def production(*command: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run Python as the image does, with nothing in the environment but what is given."""
    given = {
        "PATH": os.environ["PATH"],
        "HUB_ENV": "production",
        "DJANGO_SETTINGS_MODULE": "hub.settings",
    } | more
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=given, capture_output=True, text=True, check=False
    )


COMPLETE = {
    "SECRET_KEY": "".join(chr(33 + number) for number in range(60)),
    "AUDIT_KEY": "y" * 60,
    "FIELD_KEYS": "A" * 43 + "=",
    "DATABASE_URL": "postgresql:///none",
    "BROKER_URL": "amqp://none",
    "EMAIL_URL": "smtp+tls://hub:sesame@mail.example.org:587",
}


@pytest.mark.slow
def test_production_starts_on_nothing_that_is_missing():
    for name in COMPLETE:
        rest = {other: value for other, value in COMPLETE.items() if other != name}
        done = production("manage.py", "check", **rest)
        assert done.returncode != 0
        assert name in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("FIELD_KEYS", "not a key"),
        ("FIELD_KEYS", "A" * 43 + "=,x"),
        ("HUB_ENV", "prod"),
    ],
)
def test_production_refuses_what_is_no_key_and_does_not_repeat_it(name, value):
    done = production("manage.py", "check", **(COMPLETE | {name: value}))
    assert done.returncode != 0
    assert name in done.stderr
    if name == "FIELD_KEYS":
        assert value not in done.stderr


@pytest.mark.slow
def test_production_asks_everybody_for_a_second_factor_and_keeps_cookies_to_its_own_name():
    done = production("manage.py", "check", **COMPLETE, SECOND_FACTOR="offered")
    assert done.returncode != 0
    assert "SECOND_FACTOR=required" in done.stderr
    asked = "import hub.settings as s; print(s.SECOND_FACTOR, s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.HUB_ADDRESS)"
    told = production("-c", asked, **COMPLETE, ALLOWED_HOSTS="hub.example.org,127.0.0.1").stdout
    assert told == "required __Host-session __Host-csrf https://hub.example.org\n"


@pytest.mark.slow
def test_the_deployment_check_finds_nothing_and_shows_no_secret():
    done = production("manage.py", "check", "--deploy", "--fail-level=INFO", **COMPLETE)
    assert (done.returncode, done.stdout.strip()) == (0, "System check identified no issues (0 silenced)."), (
        done.stdout + done.stderr
    )
    for secret in (COMPLETE["SECRET_KEY"], COMPLETE["FIELD_KEYS"], "sesame"):
        assert secret not in done.stdout + done.stderr


@pytest.mark.slow
def test_secrets_may_stand_in_files_instead(tmp_path):
    given = {}
    for name, value in COMPLETE.items():
        path = tmp_path / name.lower()
        path.write_text(f"{value}\n")
        given[f"{name}_FILE"] = str(path)
    asked = "import hub.settings as s; print([s.SECRET_KEY, s.FIELD_KEYS, s.DATABASES['default']['NAME']])"
    done = production("-c", asked, **given)
    assert done.stdout.strip() == str([COMPLETE["SECRET_KEY"], [COMPLETE["FIELD_KEYS"]], "none"]), done.stderr
    assert production("manage.py", "check", **given).returncode == 0
