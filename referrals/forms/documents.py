"""Forms of a case's documents. What they allow is decided by the verbs."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from agencies.models import Agency
from govuk_forms.choices import offer
from referrals.files import ACCEPT, LARGEST
from referrals.forms.triage import SMALL_RADIOS
from referrals.models import Document, DocumentWithdrawal
from referrals.notes import KINDS

MEGABYTES = LARGEST // 1024**2
TOO_LARGE = f"The file is larger than {MEGABYTES} MB. Make it smaller, or upload its parts"


def _file(label: str) -> forms.FileField:
    return forms.FileField(
        label=label,
        help_text=f"A PDF, a Word document (.docx) without macros, or a picture (PNG, JPEG), at most {MEGABYTES} MB."
        " A picture may hold where it was taken: look at that before you give it to anybody.",
        allow_empty_file=True,
        error_messages={"required": "Choose the file", "missing": "Choose the file"},
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )


class _FileForm(forms.Form):
    mark_optional = False

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError(TOO_LARGE)
        return file

    @property
    def content(self) -> bytes:
        """What is in the file of a valid form."""
        return self.cleaned_data["file"].read()


class DocumentForm(_FileForm):
    """A document, what it is and what it is about."""

    title = forms.CharField(
        label="What is it?",
        help_text="In a few words, for example: letter from the school.",
        max_length=200,
        error_messages={"required": "Say in a few words what it is"},
    )
    kind = forms.ChoiceField(
        label="What is it about?",
        help_text="Its kind decides who may ever see it.",
        choices=[(code, kind.choice) for code, kind in KINDS.items()],
        widget=forms.RadioSelect(attrs=SMALL_RADIOS),
        error_messages={"required": "Choose what it is about"},
    )
    file = _file("File")


class RedactedForm(_FileForm):
    """A copy in which what a partner must not read was taken out."""

    file = _file("Redacted copy")


class TakeOutForm(forms.Form):
    """Why a document should not be on the case."""

    mark_optional = False
    why = forms.ChoiceField(
        label="Why should it not be here?",
        choices=[(code, f"{words[:1].upper()}{words[1:]}") for code, words in DocumentWithdrawal.Why.choices],
        widget=forms.RadioSelect(attrs=SMALL_RADIOS),
        error_messages={"required": "Choose why it should not be here"},
    )
    words = forms.CharField(
        label="What happened?",
        help_text="What a colleague must know to see to the rest. Never write what is in it, or of whom it is.",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say what happened"},
    )


class GiveForm(forms.Form):
    """Which agency is given what: a redacted copy, or the whole with words on why nothing in it needs to go."""

    mark_optional = False
    agency = forms.ChoiceField(
        label="Who is given it?",
        help_text="Agencies that work on the case and are told of this kind of thing.",
        widget=forms.RadioSelect(attrs=SMALL_RADIOS),
        error_messages={"required": "Choose an agency"},
    )
    document = forms.ChoiceField(
        label="What are they given?",
        widget=forms.RadioSelect(attrs=SMALL_RADIOS),
        error_messages={"required": "Choose what they are given"},
    )
    nothing_to_redact = forms.CharField(
        label="Where it is the whole document: why does nothing in it need to go?",
        help_text="Look for other people, addresses, and what the agency is not told. Your words stay on the case.",
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self,
        *args: Any,
        agencies: Sequence[Agency],
        original: Document,
        copies: Sequence[Document],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "agency", [(str(one.id), one.name) for one in agencies])
        redacted = [
            (str(one.id), f"The redacted copy of {one.uploaded_at:%-d %B %Y, %H:%M}, {one.uploaded_by_name}")
            for one in copies
        ]
        offer(self, "document", [*redacted, (str(original.id), "The whole document")])
