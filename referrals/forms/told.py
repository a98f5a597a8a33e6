"""The forms on which a referral is told: by the person, in English or Welsh, or by somebody who refers them."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from govuk_forms.dates import MemorableDateField
from referrals.feed.told import CALL, EMAIL, LETTER, TEXT, Told
from victims.normalise import postcode, telephones

if TYPE_CHECKING:  # known to the types alone
    from django.utils.functional import _StrPromise

    Words = str | _StrPromise
SMALL = {"class": "govuk-radios--small"}
SAFE_HOURS = [
    ("morning", _("Morning, 9am to midday")),
    ("afternoon", _("Afternoon, midday to 5pm")),
    ("evening", _("Evening, 5pm to 8pm")),
    ("weekdays", _("Monday to Friday, 9am to 5pm")),
    ("any", _("Any time in the day, on any day")),
]


def short(label: "Words", *, longest: int, **given: Any) -> forms.CharField:
    """A field of one line."""
    return forms.CharField(label=label, max_length=longest, **given)


def yes_no(label: "Words", *, yes: "Words", no: "Words", **given: Any) -> forms.ChoiceField:
    """Two radios that nobody need choose. Each answer is a whole one: Welsh has no one word for yes."""
    widget = forms.RadioSelect(attrs=SMALL)
    return forms.ChoiceField(
        label=label, choices=[("yes", yes), ("no", no)], widget=widget, required=False, **given
    )


class ToldForm(forms.Form):
    """What both forms ask. How to reach the person safely comes first."""

    mark_optional = False
    sections: "tuple[tuple[Words, tuple[str, ...]], ...]" = ()

    token = forms.UUIDField(widget=forms.HiddenInput)
    ways = forms.MultipleChoiceField(
        label=_("Which ways of contacting you are safe?"),
        help_text=_("Choose only those that nobody else sees or hears."),
        choices=[
            (CALL, _("Phone call")),
            (TEXT, _("Text message")),
            (EMAIL, _("Email")),
            (LETTER, _("Letter")),
        ],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
        error_messages={"required": _("Choose at least one safe way of contacting you")},
    )
    message = yes_no(
        _("If we call and there is no answer, may we leave a message? (optional)"),
        yes=_("Yes, leave a message"),
        no=_("No, leave none"),
        help_text=_("If you do not choose, we leave none."),
    )
    must_not_know = short(
        _("Is there anybody who must not know that you contacted us? (optional)"),
        longest=120,
        required=False,
        help_text=_("For example: my partner, my flatmates. We read this before we contact you."),
    )
    hours = forms.ChoiceField(
        label=_("When is it safe to call or text you?"),
        help_text=_("Needed if we may call or text. We do neither at any other time."),
        required=False,
        choices=SAFE_HOURS,
        widget=forms.RadioSelect(attrs=SMALL),
    )
    language = short(
        _("Which language do you want to use? (optional)"),
        longest=60,
        required=False,
        help_text=_("For example: English, Welsh, Polish, British Sign Language."),
    )
    interpreter = yes_no(
        _("Do you need an interpreter? (optional)"),
        yes=_("Yes, I need one"),
        no=_("No, I do not"),
        help_text=_("We find one. It is never somebody you know."),
    )
    given_names = short(
        _("First name"),
        longest=100,
        help_text=_("Or the name that you want us to use."),
        error_messages={"required": _("Enter a name that we can use")},
    )
    surname = short(_("Last name (optional)"), longest=100, required=False)
    date_of_birth = MemorableDateField(
        label=_("Date of birth (optional)"),
        help_text=_("For example, 27 3 1986. It helps us to find the right service for your age."),
        required=False,
        earliest=date(1906, 1, 1),
        latest=timezone.localdate,
    )
    sex = forms.ChoiceField(
        label=_("Sex (optional)"),
        help_text=_("If you want to say. It helps us to find the right service for you."),
        required=False,
        choices=[("2", _("Female")), ("1", _("Male")), ("9", _("In another way"))],
        widget=forms.RadioSelect(attrs=SMALL),
    )
    phone = short(
        _("Phone number"),
        longest=40,
        required=False,
        help_text=_("Needed if we may call or text."),
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    email = forms.EmailField(
        label=_("Email address"),
        required=False,
        help_text=_("Needed if we may email."),
        error_messages={"invalid": _("Enter an email address, such as name@example.com")},
    )
    address = forms.CharField(
        label=_("Address"),
        max_length=250,
        required=False,
        help_text=_("Needed if we may write."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    postcode = short(
        _("Postcode"),
        longest=10,
        required=False,
        help_text=_("Needed if we may write. It also helps us to find services near you."),
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10"}),
    )
    secret_address = forms.BooleanField(
        label=_("This address must be kept secret, such as a refuge"), required=False
    )
    kind = forms.ChoiceField(
        label=_("What happened?"),
        help_text=_("Choose what comes nearest. You do not have to have told the police."),
        choices=[
            ("close", _("Abuse by a partner, former partner or relative")),
            ("violence", _("Violence or threats")),
            ("stalking", _("Stalking or harassment")),
            ("sexual", _("Sexual assault or abuse")),
            ("hate", _("Hate crime")),
            ("theft", _("Theft, burglary or robbery")),
            ("fraud", _("Fraud, scam or blackmail")),
            ("damage", _("Damage to property")),
            ("exploitation", _("Exploitation or forced work")),
            ("child", _("A child was harmed or neglected")),
            ("death", _("Somebody close to me died because of a crime")),
            ("other", _("Something else")),
        ],
        widget=forms.RadioSelect(attrs=SMALL),
        error_messages={"required": _("Choose what happened, or “Something else”")},
    )
    happened_on = MemorableDateField(
        label=_("Date it happened (optional)"),
        help_text=_("If it went on for some time, when it began."),
        required=False,
        earliest=date(1906, 1, 1),
        latest=timezone.localdate,
    )
    summary = forms.CharField(
        label=_("What do you want us to know? (optional)"),
        help_text=_("As much or as little as you want. You can tell us later instead."),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    suspect_name = short(_("Who did it, if you know and want to say (optional)"), longest=150, required=False)
    police_ref = short(
        _("Police crime reference (optional)"),
        longest=60,
        required=False,
        help_text=_("Only if it was reported and you have the number at hand."),
    )
    website = short(
        _("Leave this empty"),
        longest=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    """Shown to nobody: programs that fill in every box fall into it."""

    def in_sections(self) -> "Iterator[tuple[Words, list[BoundField]]]":
        """The visible fields under their headings."""
        for heading, names in self.sections:
            yield heading, [self[name] for name in names]

    def clean_phone(self) -> str:
        typed: str = self.cleaned_data["phone"]
        if typed and not telephones(typed):
            raise forms.ValidationError(_("Enter a phone number that can be called, such as 07700 900123"))
        return typed

    def clean_postcode(self) -> str:
        typed: str = self.cleaned_data["postcode"]
        if typed and not postcode(typed):
            raise forms.ValidationError(_("Enter a full postcode, such as NP20 2PJ"))
        return typed

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("Leave this box empty: it is there to keep out programs"))
        return ""

    def clean(self) -> dict[str, Any]:
        """What a safe way needs must be there."""
        given = super().clean() or {}
        ways = set(given.get("ways", ()))
        for name, needing, words in (
            ("hours", {CALL, TEXT}, _("Choose when it is safe, or do not choose call or text")),
            ("phone", {CALL, TEXT}, _("Enter a phone number, or do not choose call or text")),
            ("email", {EMAIL}, _("Enter an email address, or do not choose email")),
            ("address", {LETTER}, _("Enter an address, or do not choose letter")),
            ("postcode", {LETTER}, _("Enter a postcode, or do not choose letter")),
        ):
            if ways & needing and name not in self.errors and not given.get(name):
                self.add_error(name, words)
        return given

    def told(self) -> Told:
        """What a valid form tells."""
        given = self.cleaned_data
        return Told(
            kind=given["kind"],
            ways=frozenset(given["ways"]),
            given_names=given["given_names"],
            surname=given["surname"],
            date_of_birth=given["date_of_birth"],
            age=given.get("age"),
            sex=given["sex"],
            phone=given["phone"],
            email=given["email"],
            address=" ".join(given["address"].split()),
            postcode=given["postcode"],
            is_safe_address=given["secret_address"],
            may_leave_message=given["message"] == "yes",
            must_not_know=given["must_not_know"],
            hours=given["hours"] or "unknown",
            language=given["language"],
            interpreter=given["interpreter"] == "yes",
            consent=self.consent_told(),
            flags=tuple(given.get("flags", ())),
            happened_on=given["happened_on"],
            police_ref=given["police_ref"],
            suspect_name=given["suspect_name"],
            relationship=given.get("relationship", ""),
            summary=given["summary"],
        )

    def consent_told(self) -> bool | None:
        """Whether the person agrees to be referred to the hub; None where nobody asked."""
        raise NotImplementedError


CONTACT = ("ways", "message", "must_not_know", "hours", "language", "interpreter")
PERSON = (
    "given_names",
    "surname",
    "date_of_birth",
    "sex",
    "phone",
    "email",
    "address",
    "postcode",
    "secret_address",
)


class SelfReferralForm(ToldForm):
    """Told by the person. Open to everybody."""

    agree = forms.BooleanField(
        label=_("I agree that you keep what I told you, and contact me in the ways that I chose"),
        error_messages={"required": _("Tick the box if you want us to contact you")},
    )
    sections = (
        (_("Contacting you safely"), CONTACT),
        (_("About you"), PERSON),
        (_("What happened"), ("kind", "happened_on", "summary", "suspect_name", "police_ref")),
        (_("Before you send"), ("agree",)),
    )

    def consent_told(self) -> bool:
        return True


class OfficerReferralForm(ToldForm):
    """Told of somebody else: by the police, a partner, or the hub's own people who take a call."""

    consent = forms.ChoiceField(
        label="Do they agree to be referred to the hub?",
        help_text="As they told you. Whom the hub may share with, the hub asks them itself.",
        choices=[("yes", "Yes"), ("no", "No"), ("unasked", "They could not be asked")],
        widget=forms.RadioSelect(attrs=SMALL),
        error_messages={"required": "Say whether they agree"},
    )
    age = forms.IntegerField(
        label="Age (optional)",
        help_text="Where the date of birth is not known.",
        min_value=0,
        max_value=120,
        required=False,
        widget=forms.NumberInput(attrs={"class": "govuk-input--width-3"}),
        error_messages={"invalid": "Enter an age in years, such as 34"},
    )
    relationship = short("What the person who did it is to them (optional)", longest=60, required=False)
    flags = forms.MultipleChoiceField(
        label="Is any of this so? (optional)",
        required=False,
        choices=[
            ("domestic_abuse", "Domestic abuse"),
            ("honour_based_abuse", "Honour-based abuse"),
            ("hate_crime", "Hate crime"),
            ("child", "A child is at risk"),
            ("child_exploitation", "Child exploitation"),
            ("modern_slavery", "Modern slavery"),
        ],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
    )
    sections = (
        ("Contacting them safely", ("consent", *CONTACT)),
        ("About them", (*PERSON[:3], "age", *PERSON[3:])),
        (
            "What happened",
            ("kind", "flags", "happened_on", "summary", "suspect_name", "relationship", "police_ref"),
        ),
    )
    words = {
        "ways": ("Which ways of contacting them are safe?", "Leave all empty where no safe way is known."),
        "message": ("If there is no answer, may a message be left? (optional)", "If not told, none is left."),
        "must_not_know": (
            "Who must not know of this? (optional)",
            "A practitioner reads this before any contact.",
        ),
        "hours": (
            "When is it safe to call or text them?",
            "Needed where a call or a text is safe. Where it is not known, the hub finds out first.",
        ),
        "language": ("Which language do they want to use? (optional)", "For example Welsh, Polish, BSL."),
        "interpreter": ("Do they need an interpreter? (optional)", "Never a relative or a friend."),
        "given_names": ("Given names", ""),
        "surname": ("Surname (optional)", ""),
        "date_of_birth": ("Date of birth (optional)", "For example, 27 3 1986."),
        "sex": ("Sex (optional)", ""),
        "phone": ("Phone number", "Needed where a call or a text is safe."),
        "email": ("Email address", "Needed where an email is safe."),
        "address": ("Address", "Needed where a letter is safe."),
        "postcode": ("Postcode", "Needed where a letter is safe."),
        "kind": ("What happened?", "What comes nearest. The crime need not be reported."),
        "summary": ("What does the hub need to know? (optional)", ""),
        "suspect_name": ("Who is said to have done it? (optional)", ""),
        "police_ref": ("Police crime reference (optional)", ""),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, help_text) in self.words.items():
            self.fields[name].label, self.fields[name].help_text = label, help_text
        self.fields["ways"].required = False
        hours = self.fields["hours"]
        assert isinstance(hours, forms.ChoiceField)  # noqa: S101 - for the type
        hours.choices = [*SAFE_HOURS, ("unknown", "Not known")]
        self._answer("interpreter", yes="Yes, they need one", no="No, they do not")
        self._answer("kind", death="Somebody close to them died because of a crime")
        self.fields["given_names"].error_messages["required"] = "Enter a name, or what they are known by"

    def consent_told(self) -> bool | None:
        return {"yes": True, "no": False}.get(self.cleaned_data["consent"])

    def _answer(self, name: str, **words: str) -> None:
        """Other words for some answers of a field: by their codes."""
        widget = self.fields[name].widget
        assert isinstance(widget, forms.RadioSelect)  # noqa: S101 - for the type
        widget.choices = [(code, words.get(str(code), said)) for code, said in widget.choices]
