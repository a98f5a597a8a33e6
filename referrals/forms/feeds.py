"""The upload form of a feed."""

from typing import cast

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model
from django.template.defaultfilters import filesizeformat

from referrals.models import FeedSource

ENCODINGS = {"": "Find out from the file", "utf-8": "UTF-8", "cp1252": "Windows-1252", "utf-16": "UTF-16"}


class SenderField(forms.ModelChoiceField):
    """A sender, shown by name and sent by code."""

    def label_from_instance(self, obj: Model) -> str:
        return cast(FeedSource, obj).name


class FeedForm(forms.Form):
    """Which sender, and the file as it came. What is inside is checked by the verb, as a whole."""

    mark_optional = False
    source = SenderField(
        label="Who sent it?",
        queryset=FeedSource.objects.exclude(definition__has_key="form").order_by("name"),
        to_field_name="code",
        empty_label=None,
        error_messages={"required": "Choose who sent the file", "invalid_choice": "Choose who sent the file"},
    )
    file = forms.FileField(
        label="Feed file",
        help_text="Exactly as the sender's system made it: CSV, or where the sender may, a spreadsheet (.xlsx) or JSON"
        " lines. Do not open and save a CSV file in a spreadsheet.",
        allow_empty_file=True,
        max_length=200,
        error_messages={
            "required": "Choose the feed file",
            "missing": "Choose the feed file",
            "max_length": "The file's name is too long: rename it to fewer than 200 characters",
        },
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.jsonl,text/csv"}),
    )

    encoding = forms.ChoiceField(
        label="How are its letters written?",
        help_text="Only if the sender told you, or the file was refused because of it.",
        choices=list(ENCODINGS.items()),
        required=False,
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > settings.FEED_MAX_BYTES:
            limit = filesizeformat(settings.FEED_MAX_BYTES)
            raise forms.ValidationError(f"The file is larger than {limit}: ask the sender for it in parts")
        return file
