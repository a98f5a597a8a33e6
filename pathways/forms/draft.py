"""What is asked of whoever writes a draft: its title, each route, and YAML to take in."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import yaml
from django import forms
from django.core.exceptions import ValidationError

from access.categories import Category
from agencies.sharing import PURPOSES
from pathways.pathway import BASES, UNITS

SMALL = {"class": "govuk-checkboxes--small"}
WIDE, NARROW = {"class": "govuk-input--width-20"}, {"class": "govuk-input--width-3", "inputmode": "numeric"}
FALLBACKS = 3
LARGEST_FILE = 200_000
OF_ITS_VERSION = ("ratified", "in_force_from", "threshold", "lead")
UNIT_CHOICES = [(unit, unit.replace("_", " ")) for unit in UNITS]


class TitleForm(forms.Form):
    """What a pathway is called, and when the hub looks at a case again."""

    mark_optional = False
    title = forms.CharField(
        label="Title",
        max_length=120,
        widget=forms.TextInput(attrs=WIDE),
        error_messages={"required": "Enter a title"},
    )
    review_number = forms.IntegerField(
        label="The hub looks at a routed case again after (optional)",
        required=False,
        min_value=1,
        max_value=999,
        widget=forms.TextInput(attrs=NARROW),
        error_messages={"invalid": "Enter a whole number"},
    )
    review_unit = forms.ChoiceField(label="Counted in", choices=UNIT_CHOICES, required=False)
    general = forms.BooleanField(
        label="This pathway catches what no other takes",
        help_text="Its last route is taken only where no route of any pathway fits.",
        required=False,
    )

    @classmethod
    def held(cls, definition: Mapping[str, Any]) -> dict[str, Any]:
        """What a definition says, as the form asks it."""
        number, unit = _length_held(definition.get("review"))
        return {
            "title": definition.get("title", ""),
            "review_number": number,
            "review_unit": unit,
            "general": bool(definition.get("general")),
        }

    def onto(self, definition: Mapping[str, Any]) -> dict[str, Any]:
        """The definition with what was entered."""
        given = self.cleaned_data
        changed = {**definition, "title": given["title"].strip()}
        changed.pop("review", None)
        changed.pop("general", None)
        if given["review_number"]:
            changed["review"] = {given["review_unit"] or UNITS[0]: given["review_number"]}
        return changed | ({"general": True} if given["general"] else {})


class RouteForm(forms.Form):
    """One route: where cases go, told what, on which basis, answered by when."""

    mark_optional = False
    name = forms.CharField(
        label="Name of the route",
        max_length=80,
        widget=forms.TextInput(attrs=WIDE),
        error_messages={"required": "Enter the route's name"},
    )
    service = forms.ChoiceField(label="Goes to", error_messages={"required": "Choose where it goes"})
    purpose = forms.ChoiceField(
        label="Told for",
        choices=[(code, words.capitalize()) for code, words in PURPOSES.items()],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what the information may be used for"},
    )
    categories = forms.MultipleChoiceField(
        label="What is told",
        help_text="All that the service needs, and no more.",
        choices=[(str(category), category.words.capitalize()) for category in Category],
        widget=forms.CheckboxSelectMultiple(attrs=SMALL),
        error_messages={"required": "Choose what is told"},
    )
    basis = forms.ChoiceField(
        label="On the basis of",
        choices=[(code, words.capitalize()) for code, words in BASES.items()],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the basis"},
    )
    basis_reason = forms.CharField(
        label="Why that basis applies",
        help_text="Wanted for every basis but consent.",
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    answer_number = forms.IntegerField(
        label="Answered within",
        min_value=1,
        max_value=999,
        widget=forms.TextInput(attrs=NARROW),
        error_messages={
            "required": "Enter within what time it is answered",
            "invalid": "Enter a whole number",
        },
    )
    answer_unit = forms.ChoiceField(label="Counted in", choices=UNIT_CHOICES)
    urgent = forms.BooleanField(label="Urgent", required=False)
    group = forms.CharField(
        label="Group (optional)",
        help_text="Of one group only the first route that fits is taken. Routes without one run beside each other.",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs=WIDE),
    )

    def __init__(
        self, *args: Any, services: Iterable[tuple[str, str]], names: Iterable[str], **kwargs: Any
    ) -> None:
        """services: words and code of each. names: of the draft's other routes."""
        super().__init__(*args, **kwargs)
        self._names = set(names)
        offered = [("", "Choose a service"), *((code, words) for words, code in services)]
        self.fields["service"] = forms.ChoiceField(
            label="Goes to", choices=offered, error_messages={"required": "Choose where it goes"}
        )
        for place in range(1, FALLBACKS + 1):
            self.fields[f"fallback_{place}"] = forms.ChoiceField(
                label="If it cannot be taken" if place == 1 else "Then",
                choices=[("", "A practitioner decides" if place == 1 else "Nobody else"), *offered[1:]],
                required=False,
            )

    @classmethod
    def held(cls, route: Mapping[str, Any]) -> dict[str, Any]:
        """What a route says, as the form asks it."""
        number, unit = _length_held(route.get("answer_within"))
        fallback = route.get("fallback") or []
        return {
            **{
                key: route.get(key, "")
                for key in ("name", "service", "purpose", "basis", "basis_reason", "group")
            },
            "categories": route.get("categories") or [],
            "urgent": bool(route.get("urgent")),
            "answer_number": number,
            "answer_unit": unit,
            **{f"fallback_{place}": code for place, code in enumerate(fallback[:FALLBACKS], 1)},
        }

    def clean_name(self) -> str:
        name = self.cleaned_data["name"].strip()
        if name in self._names:
            raise ValidationError("Another route has the same name")
        return name

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("basis") not in (None, "consent") and not given.get("basis_reason", "").strip():
            self.add_error("basis_reason", f"Say why {BASES[given['basis']]} applies")
        if given.get("service") and given["service"] in self._fallback(given):
            self.add_error("fallback_1", "A route cannot fall back on its own service")
        return given

    def given(self, held: Mapping[str, Any]) -> dict[str, Any]:
        """What was entered, as entries of a route; None for those that are to go. held: the route before."""
        given = self.cleaned_data
        length: dict[str, Any] = {given["answer_unit"]: given["answer_number"]}
        before = held.get("answer_within")
        if isinstance(before, Mapping) and "due_by" in before:
            length["due_by"] = before["due_by"]
        return {
            "name": given["name"],
            "service": given["service"],
            "purpose": given["purpose"],
            "categories": given["categories"],
            "basis": given["basis"],
            "basis_reason": given["basis_reason"].strip() or None,
            "answer_within": length,
            "urgent": True if given["urgent"] else None,
            "group": given["group"].strip() or None,
            "fallback": self._fallback(given) or None,
        }

    def _fallback(self, given: Mapping[str, Any]) -> list[str]:
        chosen = (given.get(f"fallback_{place}") for place in range(1, FALLBACKS + 1))
        return list(dict.fromkeys(code for code in chosen if code))


class AssessmentForm(forms.Form):
    instrument = forms.ChoiceField(
        label="What is assessed", error_messages={"required": "Choose what is assessed"}
    )

    def __init__(self, *args: Any, instruments: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["instrument"] = forms.ChoiceField(
            label="What is assessed",
            choices=[("", "Choose an instrument"), *instruments.items()],
            error_messages={"required": "Choose what is assessed"},
        )


class ImportForm(forms.Form):
    """A pathway as YAML, as it was exported: as a file, or as text."""

    mark_optional = False
    file = forms.FileField(label="A file (YAML)", required=False)
    text = forms.CharField(
        label="Or its text",
        required=False,
        max_length=LARGEST_FILE,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        text = self._sent(given)
        if not text.strip():
            raise ValidationError("Choose a file, or enter the text.")
        given["text"] = text
        given["definition"] = _definition(text)
        return given

    @staticmethod
    def _sent(given: Mapping[str, Any]) -> str:
        text: str = given.get("text") or ""
        if sent := given.get("file"):
            if sent.size > LARGEST_FILE:
                raise ValidationError("The file is too large to be a pathway.")
            try:
                text = sent.read().decode()
            except UnicodeDecodeError:
                raise ValidationError("The file is no text in UTF-8.") from None
        return text


class NewPathwayForm(ImportForm):
    """A new pathway: from nothing but its title, or from YAML, whose title it has unless another is given."""

    title = forms.CharField(
        label="Title",
        required=False,
        max_length=120,
        help_text="As the agencies will call it, such as “Hate crime”. A file brings its own.",
        widget=forms.TextInput(attrs=WIDE),
    )
    file = forms.FileField(
        label="Begin with the rules of a file (optional)",
        help_text="YAML, as a pathway here or at another hub was exported.",
        required=False,
    )
    field_order = ("title", "file", "text")

    def clean(self) -> dict[str, Any]:
        given = forms.Form.clean(self) or {}
        text = self._sent(given)
        given["definition"] = _definition(text) if text.strip() else None
        given["title"] = given.get("title") or str((given["definition"] or {}).get("title") or "")[:120]
        if not given["title"]:
            self.add_error("title", "Enter a title")
        return given


def _definition(text: str) -> dict[str, Any]:
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        raise ValidationError(f"This cannot be read as YAML{where}.") from None
    except (ValueError, RecursionError):
        raise ValidationError("This cannot be read as YAML.") from None
    if not isinstance(found, dict):
        raise ValidationError(
            "This is no pathway: it must begin with entries such as “title:” and “routes:”."
        )
    # What the agencies said and from when it was in force belongs to the version that it came from.
    kept = {key: value for key, value in found.items() if key not in OF_ITS_VERSION}
    if strange := _strange(kept):
        raise ValidationError(f"This is no pathway: {strange}.")
    return kept


def _strange(definition: Mapping[str, Any]) -> str:
    """What of it no page could show, in words; "" where a draft can be made of it, though it may be incomplete."""
    try:
        json.dumps(definition, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return (
            "it holds a date, or another thing that is neither text, number, yes or no, nor a list of those"
        )
    for key in ("routes", "assessments"):
        listed = definition.get(key) or []
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            return f"“{key}:” must be a list with entries of its own in each"
    for key in ("entry", "default", "review"):
        if not isinstance(definition.get(key) or {}, dict):
            return f"“{key}:” must have entries of its own"
    for route in (*(definition.get("routes") or []), definition.get("default") or {}):
        for key in ("categories", "fallback", "overflow"):
            listed = route.get(key) or []
            if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
                return f"“{key}:” of a route must be a list of words"
        if not isinstance(route.get("answer_within") or {}, dict):
            return "“answer_within:” of a route must have an entry of its own, such as “working_days: 2”"
    return ""


def _length_held(length: Any) -> tuple[Any, str]:
    unit = next((unit for unit in UNITS if isinstance(length, Mapping) and unit in length), "")
    return (length[unit], unit) if unit else ("", UNITS[0])
