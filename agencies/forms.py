"""Forms on agencies, teams and people."""

from typing import Any

from django import forms

from agencies import scope
from agencies.models import Agency

WIDE = {"class": "govuk-input--width-20"}


class AgencyForm(forms.Form):
    name = forms.CharField(
        label="Name",
        max_length=120,
        widget=forms.TextInput(attrs=WIDE),
        error_messages={"required": "Enter the agency's name"},
    )
    kind = forms.ChoiceField(
        label="What is it?",
        choices=[
            (Agency.Kind.PARTNER.value, "A partner that supports victims"),
            (Agency.Kind.POLICE.value, "A police force"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether this is a partner or a police force"},
    )


class TeamForm(forms.Form):
    name = forms.CharField(
        label="Name of the team",
        max_length=120,
        widget=forms.TextInput(attrs=WIDE),
        error_messages={"required": "Enter the team's name"},
    )


class RoleForm(forms.Form):
    """Role and teams of somebody of `agency`."""

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = forms.ChoiceField(
            label="Role",
            choices=[(str(role), role.words.capitalize()) for role in scope.roles_of(agency)],
            widget=forms.RadioSelect,
            error_messages={"required": "Choose a role"},
        )
        teams = [(str(team.id), team.name) for team in agency.teams.order_by("name")]
        if teams:
            self.fields["teams"] = forms.MultipleChoiceField(
                label="Teams",
                choices=teams,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                help_text="Select all that apply.",
            )


class PractitionerForm(RoleForm):
    name = forms.CharField(
        label="Full name",
        max_length=120,
        widget=forms.TextInput(attrs={**WIDE, "autocomplete": "off"}),
        error_messages={"required": "Enter the person's full name"},
    )
    email = forms.EmailField(
        label="E-mail address",
        help_text="At work. They sign in with it.",
        widget=forms.EmailInput(attrs={**WIDE, "autocomplete": "off"}),
        error_messages={
            "required": "Enter the person's e-mail address",
            "invalid": "Enter an e-mail address in the correct format, like name@example.org",
        },
    )
