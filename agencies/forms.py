"""Forms on agencies, teams and people."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from access.categories import Category
from agencies import scope
from agencies.models import Agency, Practitioner, Service, Team
from agencies.offering import ACCESS, DAYS, NEEDS
from agencies.sharing import PURPOSES
from govuk_forms import MemorableDateField

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


class InvitationForm(RoleForm):
    email = forms.EmailField(
        label="E-mail address",
        help_text="At work. The invitation goes there, and they sign in with it.",
        widget=forms.EmailInput(attrs={**WIDE, "autocomplete": "off"}),
        error_messages={
            "required": "Enter the person's e-mail address",
            "invalid": "Enter an e-mail address in the correct format, like name@example.org",
        },
    )


class AgreementForm(forms.Form):
    """The terms of an information sharing agreement between the hub and agencies that work with it."""

    mark_optional = False
    name = forms.CharField(
        label="Name",
        max_length=200,
        error_messages={"required": "Enter the agreement's name"},
    )
    agencies = forms.MultipleChoiceField(
        label="Between the hub and",
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
        error_messages={"required": "Choose at least one agency"},
    )
    purposes = forms.MultipleChoiceField(
        label="What may be told for",
        choices=[(code, words.capitalize()) for code, words in PURPOSES.items()],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
        error_messages={"required": "Choose what the information may be used for"},
    )
    categories = forms.MultipleChoiceField(
        label="What may be shared",
        choices=[(str(category), category.words.capitalize()) for category in Category],
        help_text="The most that the agreement allows. Each person’s consent may allow less.",
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
        error_messages={"required": "Choose what may be shared"},
    )
    starts_on = MemorableDateField(label="First day", error_messages={"required": "Enter the first day"})
    ends_on = MemorableDateField(
        label="Last day (optional)", required=False, help_text="Without one it stands until it is ended."
    )
    review_on = MemorableDateField(
        label="To be reviewed on", error_messages={"required": "Enter the day of the review"}
    )

    def __init__(self, *args: Any, agencies: Sequence[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["agencies"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - for the type
        field.choices = [(str(agency.id), agency.name) for agency in agencies]


class SignForm(forms.Form):
    """Signing for one's agency."""

    agreed = forms.BooleanField(
        label="I have read it, and I may sign it for my agency",
        error_messages={"required": "Confirm that you have read it and may sign it for your agency"},
    )


class EndForm(forms.Form):
    """Why an agreement ends early, or a signature is withdrawn."""

    reason = forms.CharField(
        label="Why?",
        help_text="Every party can read this.",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why, in words that every party understands"},
    )


class AcceptForm(forms.Form):
    """Who was invited chooses their name and, unless their agency signs them in, a password."""

    name = forms.CharField(
        label="Your full name",
        help_text="As colleagues know you. It stands beside everything that you do here.",
        max_length=120,
        widget=forms.TextInput(attrs={**WIDE, "autocomplete": "name"}),
        error_messages={"required": "Enter your full name"},
    )

    def __init__(self, *args: Any, email: str, with_password: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email
        if with_password:
            new = {"autocomplete": "new-password"}
            self.fields["password"] = forms.CharField(
                label="Password",
                help_text="At least 12 characters. Three random words are good.",
                strip=False,
                widget=forms.PasswordInput(attrs=new),
                error_messages={"required": "Choose a password"},
            )
            self.fields["again"] = forms.CharField(
                label="The same password again",
                strip=False,
                widget=forms.PasswordInput(attrs=new),
                error_messages={"required": "Enter the password a second time"},
            )

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        password = told.get("password")
        if password:
            if "again" in told and told["again"] != password:
                self.add_error("again", "The two passwords are not the same")
            try:
                validate_password(password, Practitioner(email=self.email, name=told.get("name", "")))
            except ValidationError as weak:
                self.add_error("password", weak)
        return told


class SignOnForm(forms.Form):
    """Where an agency's people sign in with their own account. An empty issuer takes it away."""

    issuer = forms.URLField(
        label="Issuer",
        required=False,
        assume_scheme="https",
        help_text="The address of the agency's provider. Leave it empty to take the own sign-in away.",
        widget=forms.URLInput(attrs=WIDE),
        error_messages={"invalid": "Enter an address that begins with https://"},
    )
    client_id = forms.CharField(
        label="Client id", required=False, max_length=200, widget=forms.TextInput(attrs=WIDE)
    )
    secret_name = forms.RegexField(
        "^OIDC_[A-Z0-9_]{1,50}$",
        label="Name of the secret",
        required=False,
        help_text="The environment variable with the client's secret, such as OIDC_SAFE_STEPS_SECRET.",
        widget=forms.TextInput(attrs=WIDE),
        error_messages={"invalid": "Enter a name like OIDC_SAFE_STEPS_SECRET"},
    )
    required = forms.BooleanField(
        label="Their people sign in only this way: passwords and passkeys are not taken", required=False
    )
    asks_second_factor = forms.BooleanField(
        label="The provider asks for a second factor, so that the hub need not", required=False
    )


class PlacesForm(forms.Form):
    """How many cases a team can have open for a service, and whether it takes referrals now."""

    mark_optional = False
    is_open = forms.ChoiceField(
        label="Do you take referrals to this service now?",
        choices=[("yes", "Yes"), ("no", "Not now")],
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether you take referrals now"},
    )
    capacity = forms.IntegerField(
        label="How many cases can you have open at once? (optional)",
        help_text="Those that you have already count. Leave it empty for no limit.",
        required=False,
        min_value=0,
        max_value=100_000,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-5", "inputmode": "numeric"}),
        error_messages={
            "invalid": "Enter a whole number, such as 12, or leave it empty",
            "min_value": "Enter 0 or more",
            "max_value": "Enter 100,000 or fewer, or leave it empty for no limit",
        },
    )


class NewServiceForm(forms.Form):
    """What a team is to offer: something of its own, or what others offer already."""

    mark_optional = False
    NEW = "new"

    def __init__(
        self,
        *args: Any,
        teams: Sequence[tuple[Agency, Sequence[Team]]],
        services: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        groups = [
            (agency.name, [(str(team.id), f"{team.name}, {agency.name}") for team in its])
            for agency, its in teams
            if its
        ]
        self.fields["team"] = forms.ChoiceField(
            label="Which team offers it?",
            choices=[("", "Choose a team"), *groups],
            error_messages={"required": "Choose a team"},
        )
        self.fields["code"] = forms.ChoiceField(
            label="What does it offer?",
            help_text="Rules name a service, and routing chooses among all teams that offer it.",
            choices=[(self.NEW, "Something that nobody offers yet"), *services],
            error_messages={"required": "Choose what the team offers"},
        )
        self.fields["name"] = forms.CharField(
            label="Name of a new service (optional)",
            help_text="Only for something that nobody offers yet.",
            required=False,
            max_length=120,
            widget=forms.TextInput(attrs=WIDE),
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("code") == self.NEW and not given.get("name", "").strip():
            self.add_error("name", "Enter the name of the new service")
        return given


class SharesForm(forms.Form):
    """What part of one service's referrals each of its teams is contracted for, in percent."""

    mark_optional = False

    def __init__(self, *args: Any, services: Sequence[Service], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._services = services
        for service in services:
            self.fields[f"share_{service.id}"] = forms.IntegerField(
                label=f"{service.team.agency.name}, {service.team.name}, in percent (optional)",
                required=False,
                min_value=1,
                max_value=100,
                initial=service.share,
                widget=forms.TextInput(attrs={"class": "govuk-input--width-3", "inputmode": "numeric"}),
                error_messages={
                    "invalid": "Enter a whole number of percent, such as 40",
                    "min_value": "Enter 1 or more, or leave it empty",
                    "max_value": "Enter 100 or less",
                },
            )

    def said(self) -> dict[UUID, int | None]:
        """By service: its share, as agencies.actions.services.agree_shares takes it."""
        return {service.id: self.cleaned_data[f"share_{service.id}"] for service in self._services}


class ServiceForm(forms.Form):
    """Where, when and for whom a team works."""

    mark_optional = False
    areas = forms.CharField(
        label="Where does the team work? (optional)",
        help_text="Postcode districts such as NS1, or NS for all that begin with it, by commas. Empty: everywhere.",
        required=False,
        max_length=600,
    )
    languages = forms.CharField(
        label="Which languages do its people speak beside English? (optional)",
        help_text="By commas, such as Welsh, Polish.",
        required=False,
        max_length=600,
    )
    interpreters = forms.ChoiceField(
        label="Does it work with interpreters?",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether it works with interpreters"},
    )
    access = forms.MultipleChoiceField(
        label="What can it offer to people who need it? (optional)",
        choices=[(code, words[:1].upper() + words[1:]) for code, words in ACCESS.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
    )
    needs = forms.MultipleChoiceField(
        label="Which needs can it meet? (optional)",
        help_text="A referral asks for those of them that the person has. None ticked: for whichever there are.",
        choices=[(code, words[:1].upper() + words[1:]) for code, words in NEEDS.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
    )
    hours = forms.CharField(
        label="When is it open? (optional)",
        help_text="A line a day, such as: mon 09:00-17:00. Empty: not told. Urgent cases go first to who is open.",
        required=False,
        widget=forms.Textarea(attrs={"rows": 7}),
        max_length=400,
    )

    @staticmethod
    def of(service: Service) -> dict[str, Any]:
        """What the form shows of a service before anything is typed."""
        return {
            "areas": ", ".join(service.areas),
            "languages": ", ".join(service.languages),
            "interpreters": "yes" if service.interpreters else "no",
            "access": service.access,
            "needs": service.needs,
            "hours": "\n".join(f"{day} {told[0]}-{told[1]}" for day, told in service.hours.items()),
        }

    def clean_areas(self) -> list[str]:
        areas = [one.strip().upper() for one in self.cleaned_data["areas"].split(",") if one.strip()]
        if wrong := [one for one in areas if len(one) > 5 or not one.isalnum()]:
            raise ValidationError(f"{wrong[0]} is no postcode district: write NS1, or NS for all of them")
        return areas

    def clean_languages(self) -> list[str]:
        languages = [one.strip() for one in self.cleaned_data["languages"].split(",") if one.strip()]
        if wrong := [one for one in languages if len(one) > 60]:
            raise ValidationError(f"Write each language apart, by commas: {wrong[0][:20]} ... is too long")
        return languages

    def clean_hours(self) -> dict[str, list[str]]:
        hours = {}
        for line in filter(None, map(str.strip, self.cleaned_data["hours"].splitlines())):
            told = HOURS.fullmatch(line.lower())
            if told is None or told["day"] not in DAYS or told["opens"] >= told["closes"]:
                raise ValidationError(f"Write {line[:30]} as a day with from and to, such as mon 09:00-17:00")
            hours[told["day"]] = [told["opens"], told["closes"]]
        return {day: hours[day] for day in DAYS if day in hours}

    def said(self) -> dict[str, Any]:
        """What was said, as agencies.actions.services.describe_service takes it."""
        return {**self.cleaned_data, "interpreters": self.cleaned_data["interpreters"] == "yes"}


_CLOCK = r"([01]\d|2[0-3]):[0-5]\d"
HOURS = re.compile(rf"(?P<day>[a-z]{{3}})[a-z]*\s+(?P<opens>{_CLOCK})\s*(-|to)\s*(?P<closes>{_CLOCK})")
