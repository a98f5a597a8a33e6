"""What the repository may hold: locks by hash and without addresses, and no package registry's host."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
# In two halves each, or this file would name them.
REGISTRIES = (
    "pypi" + ".org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "npm" + "js.com",
    "yarn" + "pkg.com",
)


def tracked() -> list[Path]:
    """The text files that git keeps."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [path for name in done.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def test_no_file_names_a_package_registry():
    naming = [
        (str(path.relative_to(ROOT)), host)
        for path in tracked()
        for host in REGISTRIES
        if host.encode() in path.read_bytes()
    ]
    assert naming == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_package_is_pinned_by_hash_and_without_an_address(lock):
    text = lock.read_text()
    assert "://" not in text
    assert not re.search(r"^\s*--(extra-)?(index|find)", text, re.MULTILINE)
    entries = re.findall(r"^\S.*(?:\n    .*)*", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE), re.MULTILINE)
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9._-]+(\[[\w,-]+\])?==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_the_locks_serve_each_python_that_we_say_we_run_on():
    """A lock made for the newest 3.11 alone lacks what an earlier 3.11 needs, such as Debian's."""
    for name in ("base", "dev"):
        assert "python_full_version < '3.11.3'" in (ROOT / "requirements" / f"{name}.lock").read_text()


def test_development_runs_on_the_versions_that_production_has():
    def pins(name: str) -> dict[str, str]:
        found = re.findall(
            r"^([a-z0-9._-]+)==(\S+)", (ROOT / "requirements" / f"{name}.lock").read_text(), re.MULTILINE
        )
        return dict(found)

    assert pins("base").items() <= pins("dev").items()


def test_the_assets_are_pinned_by_hash_and_without_an_address():
    text = (ROOT / "package-lock.json").read_text()
    assert '"resolved"' not in text
    assert text.count('"integrity": "sha512-') >= 2


def test_nothing_that_an_instance_makes_is_kept():
    names = {str(path.relative_to(ROOT)) for path in tracked()}
    assert not [
        name
        for name in names
        if name.startswith((".env", ".hub/", ".venv/", "static/build/")) and name != ".env.example"
    ]


SECRETS = {
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE" + r" KEY",
    "a cloud key": r"\bAKIA[0-9A-Z]{16}\b",
    "a forge's token": r"\bgh[pousr]_[A-Za-z0-9]{36}",
    "a chat token": r"\bxox[abprs]-[0-9A-Za-z-]{10,}",
    "a signed token": r"\beyJ[A-Za-z0-9_-]{16,}\.eyJ",
    "a key for sealed columns": r"(?<![A-Za-z0-9_/+-])(?!A{43}|0{43})[A-Za-z0-9_-]{43}=(?!=)",
    "a password in an address": r"\b(?:postgres(?:ql)?|redis|amqps?|smtp\+tls|https?)://[^\s:/@$\"'{<]+:(?!\$|secret@|password@|PASSWORD@|sesame@|guest@)[^\s@/$\"'{<]+@",
}


@pytest.mark.parametrize("kind", SECRETS)
def test_no_file_holds_what_looks_like_a_secret(kind):
    looks_like = re.compile(SECRETS[kind].encode())
    generated = {".lock", ".json"}
    found = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.suffix not in generated and looks_like.search(path.read_bytes())
    ]
    assert found == [], f"{kind}: take it out, and change it wherever it was used"
