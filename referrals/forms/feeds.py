"""The upload form of a feed."""

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat

from referrals.models import FeedSource


class FeedForm(forms.Form):
    """Which sender, and the file as it came. What is inside is checked by the verb, as a whole."""

    mark_optional = False
    source = forms.ModelChoiceField(
        label="Who sent it?",
        queryset=FeedSource.objects.none(),
        to_field_name="code",
        empty_label=None,
        error_messages={"required": "Choose who sent the file", "invalid_choice": "Choose who sent the file"},
    )
    file = forms.FileField(
        label="Feed file",
        help_text="The CSV file exactly as the sender's system made it. Do not open and save it in a spreadsheet.",
        allow_empty_file=True,
        max_length=200,
        error_messages={
            "required": "Choose the feed file",
            "missing": "Choose the feed file",
            "max_length": "The file's name is too long: rename it to fewer than 200 characters",
        },
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = FeedSource.objects.order_by("name")  # type: ignore[attr-defined]

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > settings.FEED_MAX_BYTES:
            limit = filesizeformat(settings.FEED_MAX_BYTES)
            raise forms.ValidationError(f"The file is larger than {limit}: ask the sender for it in parts")
        return file
