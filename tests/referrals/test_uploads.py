"""What is uploaded is a feed or nothing: judged by its content, kept nowhere, and its name is only a word."""

import stat
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from referrals.pages import feeds
from tests.referrals.feeds import a_row, as_csv

GOOD = as_csv([a_row()])
ZIP = b"PK\x03\x04\x14\x00\x00\x00\x08\x00" + b"\x00" * 200


def upload(browser, content: bytes, name: str = "feed.csv", kind: str = "text/csv"):
    file = SimpleUploadedFile("x", content, kind)
    file._name = name  # as a client sends it: SimpleUploadedFile itself would take the folders away
    return browser.post("/feeds/", {"source": "northshire-police", "file": file, "encoding": ""})


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (ZIP, "feed.csv"),
        (b"\x1f\x8b\x08" + b"\x00" * 100, "feed.csv"),
        (b"\x7fELF\x02\x01\x01" + b"\x00" * 100, "feed.csv"),
        (b"%PDF-1.7\n" + GOOD, "feed.csv"),
        (b"<html><script>alert(1)</script>\n" + GOOD, "feed.csv"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "feed.csv"),
        (GOOD + ZIP, "feed.csv"),
        (b"\x89PNG\r\n\x1a\n" + GOOD, "feed.csv"),
    ],
    ids=[
        "zip",
        "gzip bomb",
        "program",
        "PDF and feed",
        "page and feed",
        "SVG",
        "feed and zip",
        "picture and feed",
    ],
)
def test_what_is_no_feed_is_refused_whatever_it_is_called(hub, cast, content, name):
    answer = upload(cast.browser("priya"), content, name)
    assert answer.status_code == 422
    assert "Nothing was taken" in answer.content.decode()


def test_a_feed_is_a_feed_whatever_it_is_called(hub, cast):
    assert upload(cast.browser("priya"), GOOD, "feed.exe", "application/x-msdownload").status_code == 302


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/cron.d/feed.csv",
        "/etc/passwd",
        "..\\..\\windows\\feed.csv",
        "<img src=x onerror=alert(1)>.csv",
    ],
)
def test_a_name_is_a_word_and_never_a_place(hub, cast, name):
    browser = cast.browser("priya")
    assert upload(browser, GOOD, name).status_code == 302
    page = browser.get("/feeds/").content.decode()
    assert "<img src=x" not in page
    assert "../.." not in page


def test_the_file_is_in_quarantine_while_it_is_read_and_gone_afterwards(
    hub, cast, tmp_path, settings, monkeypatch
):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    seen: list[Path] = []

    def watched(*, path: Path, **told):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.parent == tmp_path
        assert "secret-name" not in path.name
        seen.append(path)
        return taken(path=path, **told)

    taken = feeds.take_feed
    monkeypatch.setattr(feeds, "take_feed", watched)
    browser = cast.browser("priya")
    assert upload(browser, GOOD, "secret-name.csv").status_code == 302
    assert upload(browser, ZIP, "secret-name.csv").status_code == 422
    assert len(seen) == 2
    assert list(tmp_path.iterdir()) == [], "neither what was taken nor what was refused is kept"
    roots = [settings.STATIC_ROOT, *settings.STATICFILES_DIRS]
    assert not any(path.is_relative_to(root) for path in seen for root in roots)
    assert not getattr(settings, "MEDIA_URL", "").strip("/"), "nothing that is uploaded has an address"


@pytest.mark.parametrize("encoding", ["bz2", "zlib", "rot13", "hex", "uu"])
def test_no_encoding_unpacks_anything(hub, tmp_path, encoding):
    path = tmp_path / "feed.csv"
    path.write_bytes(GOOD)
    with pytest.raises(CommandError, match="is not known"):
        call_command("import_feed", str(path), source="northshire-police", encoding=encoding)
