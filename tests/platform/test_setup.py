"""`make setup`: an exact instruction for what is missing, and nothing done twice."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def setup() -> ModuleType:
    found = importlib.util.spec_from_file_location("hub_setup", ROOT / "scripts" / "setup.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def make(*arguments: str, folder: Path = ROOT, **more: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        ["make", *arguments], cwd=folder, env=kept | more, capture_output=True, text=True, check=False
    )


def test_a_python_without_venv_gets_the_package_to_install(tmp_path):
    (tmp_path / "ensurepip.py").write_text("raise ImportError('Debian packs it by itself')\n")
    done = make("setup", f"PYTHON={sys.executable}", PYTHONPATH=str(tmp_path))
    version = ".".join(map(str, sys.version_info[:2]))
    assert done.returncode != 0
    assert f"apt-get install python{version}-venv" in done.stderr


def test_an_old_python_is_told_which_is_needed(setup, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 10, 4, "final", 0))
    with pytest.raises(setup.CannotSetUp, match=r"Python 3\.11 or newer is needed, and .+ is 3\.10"):
        setup.check_python()


@pytest.fixture
def copy(setup, tmp_path, monkeypatch) -> ModuleType:
    """Setup of a project elsewhere, whose packages are none, so that it needs no network."""
    root = tmp_path / "a project"
    (root / "requirements").mkdir(parents=True)
    for name in ("base", "dev"):
        (root / "requirements" / f"{name}.lock").write_text("")
    monkeypatch.setattr(setup, "ROOT", root)
    monkeypatch.setattr(setup, "VENV", root / ".venv")
    monkeypatch.setattr(setup, "PYTHON", root / ".venv" / "bin" / "python")
    return setup


@pytest.mark.slow
def test_the_environment_is_made_once_and_again_when_the_lock_changes(copy, capsys):
    copy.make_environment("base")
    assert "installed" in capsys.readouterr().out
    copy.make_environment("base")
    assert "up to date" in capsys.readouterr().out
    (copy.ROOT / "requirements" / "base.lock").write_text("# changed\n")
    copy.make_environment("base")
    assert "installed" in capsys.readouterr().out
    assert not list(copy.VENV.glob("setup-*")), "temporary files are gone"


@pytest.mark.slow
def test_an_environment_that_was_moved_is_made_anew(copy, capsys, monkeypatch):
    copy.make_environment("base")
    moved = copy.ROOT.with_name("moved")
    shutil.move(copy.ROOT, moved)
    monkeypatch.setattr(copy, "ROOT", moved)
    monkeypatch.setattr(copy, "VENV", moved / ".venv")
    monkeypatch.setattr(copy, "PYTHON", moved / ".venv" / "bin" / "python")
    capsys.readouterr()
    copy.make_environment("base")
    assert "installed" in capsys.readouterr().out
    assert copy.runs()


def test_help_lists_the_doors():
    said = make("help").stdout
    for door in ("setup", "run", "stop", "reset", "test", "check", "bench", "prove"):
        assert f"make {door} " in said


def test_make_finds_a_python_that_is_new_enough(tmp_path):
    """One called python3 that is too old is passed over for one that is not."""
    for name in ("python3.13", "python3.12"):
        (tmp_path / name).write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "python3.11").symlink_to(sys.executable)
    shown = make("-n", "setup", PATH=f"{tmp_path}:/usr/bin:/bin")
    assert shown.stdout.startswith("python3.11 scripts/setup.py")
