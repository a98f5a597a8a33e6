"""The form by which a person says how they were helped, in English and Welsh."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

CHOICES = [
    ("yes", _("Yes")),
    ("partly", _("Partly")),
    ("no", _("No")),
    ("unsaid", _("I would rather not say")),
]


def _question(**given: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        **given,
        choices=CHOICES,
        required=False,
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--small"}),
    )


class SayForm(forms.Form):
    """Four questions and words, none of which must be answered."""

    mark_optional = False
    listened = _question(label=_("Did we listen to you?"))
    informed = _question(label=_("Do you know better what happens next, and what you are entitled to?"))
    safer = _question(label=_("Do you feel safer?"))
    helped = _question(label=_("Did you get the help that you needed?"))
    words = forms.CharField(
        label=_("Is there anything that you want to tell us? (optional)"),
        help_text=_("Please do not write names or addresses."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"max_length": _("Use fewer words: 2,000 characters at most")},
    )
