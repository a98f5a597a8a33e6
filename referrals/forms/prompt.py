"""The form of a prompt's answer."""

from typing import Any

from django import forms

from referrals.models import Prompt

DONE, SET_ASIDE = Prompt.State.DONE, Prompt.State.SET_ASIDE


class PromptForm(forms.Form):
    """What was done about it, or why nothing is to be done. An assessment is done by completing it."""

    state = forms.ChoiceField(
        label="What became of it?",
        choices=[(DONE.value, "It was done"), (SET_ASIDE.value, "Nothing is to be done")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what became of it"},
    )
    words = forms.CharField(
        label="In your words",
        help_text="What was done and agreed, or why nothing is to be done. It is kept sealed with the case.",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say what was done, or why nothing is to be done"},
    )

    def __init__(self, *args: Any, prompt: Prompt, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if prompt.kind == Prompt.Kind.ASSESSMENT:
            del self.fields["state"]
            self.fields["words"].label = "Why is it not needed?"
            self.fields["words"].help_text = "Your reason stays on the case."

    @property
    def answer(self) -> str:
        return self.cleaned_data.get("state", SET_ASIDE.value)
