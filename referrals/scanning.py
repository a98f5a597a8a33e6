"""Whether a file carries a virus: asked of the program that the operator has set (DOCUMENT_SCANNER), if any."""

import shlex
import subprocess

from django.conf import settings

from referrals.files import FileRefused

LONGEST = 20
CLEAN, INFECTED = 0, 1


def scan(content: bytes) -> str:
    """The scanner's name where it found nothing; "" where none is set, which pages then say.

    The program gets the file on its standard input and answers with its exit code, as clamdscan does: 0 for clean, 1
    for infected. Raises FileRefused where it found something, and where it gave no answer: nothing passes unscanned.
    """
    command = shlex.split(settings.DOCUMENT_SCANNER)
    if not command:
        return ""
    try:
        told = subprocess.run(command, input=content, capture_output=True, timeout=LONGEST, check=False)
    except (OSError, subprocess.TimeoutExpired):
        raise FileRefused(
            "The file could not be looked through for viruses. Try again in a few minutes."
        ) from None
    if told.returncode == INFECTED:
        raise FileRefused(
            "The virus scanner found something in the file. Do not open it; ask the sender for another."
        )
    if told.returncode != CLEAN:
        raise FileRefused("The file could not be looked through for viruses. Try again in a few minutes.")
    return command[0].rsplit("/", 1)[-1][:100]
