"""What may be uploaded to a case, decided by a file's own bytes and never by its name. Pure."""

import zipfile
from dataclasses import dataclass
from io import BytesIO

LARGEST = 5 * 1024 * 1024
MOST_PARTS = 2_000
"""Of a word processor's file, which is an archive: nothing of it is unpacked, its list of contents is read."""


class FileRefused(Exception):
    """The file is not taken. The message says why, and what to do instead."""


@dataclass(frozen=True)
class FileType:
    """One type that is taken. is_picture: a page may show it as a picture, in which nothing runs."""

    media_type: str
    ending: str
    words: str
    is_picture: bool = False


PDF = FileType("application/pdf", "pdf", "PDF")
PNG = FileType("image/png", "png", "picture (PNG)", is_picture=True)
JPEG = FileType("image/jpeg", "jpg", "picture (JPEG)", is_picture=True)
DOCX = FileType(
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx", "Word document"
)
TYPES = {one.media_type: one for one in (PDF, PNG, JPEG, DOCX)}
ACCEPT = ",".join(f".{one.ending}" for one in TYPES.values())


def type_of(content: bytes) -> FileType:
    """The type of what was uploaded. Raises FileRefused for what is none of TYPES, too large, or carries macros."""
    if not content:
        raise FileRefused("The file is empty. Choose the one that you meant.")
    if len(content) > LARGEST:
        raise FileRefused(
            f"The file is larger than {LARGEST // 1024**2} MB. Make it smaller, or upload its parts."
        )
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"PK\x03\x04"):
        return _of_archive(content)
    raise FileRefused("This is no PDF, Word document (.docx), PNG or JPEG. Save it as a PDF and upload that.")


def _of_archive(content: bytes) -> FileType:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise FileRefused("The Word document cannot be read. Save it again, or as a PDF.") from None
    if len(names) > MOST_PARTS or "[Content_Types].xml" not in names or "word/document.xml" not in names:
        raise FileRefused("This is an archive and no Word document. Upload what is in it, one by one.")
    if any(name.lower().endswith((".bin", ".exe", ".dll", ".js", ".vbs")) for name in names):
        raise FileRefused(
            "The Word document has macros or other files in it. Save it as a PDF and upload that."
        )
    return DOCX
