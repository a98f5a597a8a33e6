"""Forms on a draft of an instrument: its words, one item, its grades and bands, one trigger, and its first day."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone

from govuk_forms import MemorableDateField
from govuk_forms.choices import offer
from pathways.conditions import words_of
from pathways.instrument import (
    CATEGORIES,
    LONGEST_CODE,
    PROMPTS,
    STAGES,
    change_section,
    problem_with_code,
    section_of,
)
from pathways.items import Item, scale
from pathways.scoring import Instrument

TYPES = {
    "yes_no_unknown": "Yes, no or not known",
    "yes_no": "Yes or no",
    "0-3": "A number from 0 to 3",
    "0-4": "A number from 0 to 4",
    "0-10": "A number from 0 to 10",
    "choice": "One of several choices",
    "number": "A whole number",
    "date": "A date",
    "text": "Words",
}
ANSWERS = {
    "yes_no_unknown": ("yes", "no", "not_known"),
    "yes_no": ("yes", "no"),
    "need": ("yes", "no", "not_known"),
}
KEPT = "kept"


class EditionForm(forms.Form):
    """What the edition is called, its words above the questions, and when it is asked."""

    title = forms.CharField(label="Title", max_length=120, error_messages={"required": "Give it a title"})
    help = forms.CharField(
        label="Words above the questions",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    stages = forms.MultipleChoiceField(
        label="When is it asked?",
        choices=list(STAGES.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose when it is asked"},
    )

    def change(self, definition: dict[str, Any]) -> dict[str, Any]:
        told = self.cleaned_data
        return _without_empty(
            {**definition, "title": told["title"], "help": told["help"], "stages": told["stages"]}
        )


class NewInstrumentForm(EditionForm):
    """A new instrument: its code and what it is about, which never change, beside the words of its first edition."""

    code = forms.CharField(
        label="Code",
        max_length=LONGEST_CODE,
        help_text="Small letters, digits and hyphens, such as child-12. Answers are kept by it: it never changes.",
        error_messages={"required": "Give it a code"},
    )
    category = forms.ChoiceField(
        label="What is it about?",
        choices=list(CATEGORIES.items()),
        widget=forms.RadioSelect,
        help_text="Answers about health are sealed, and seen by those alone who may see health. It never changes.",
        error_messages={"required": "Choose what it is about"},
    )
    field_order = ("title", "code", "category", "help", "stages")

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if problem := problem_with_code(code):
            raise forms.ValidationError(problem)
        return code


class ItemForm(forms.Form):
    """One item. A new one gets its code here; the code of one that is there never changes."""

    code = forms.RegexField(
        r"^[A-Z][A-Z0-9]{0,7}$",
        label="Code",
        help_text="One to eight capitals and digits, such as R25. It is how answers are kept, and never changes.",
        error_messages={"invalid": "Use one to eight capitals and digits, beginning with a letter"},
    )
    label = forms.CharField(
        label="Label", max_length=120, help_text="Your own short words, not the published ones."
    )
    help = forms.CharField(
        label="Help", required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 2})
    )
    type = forms.ChoiceField(label="Answered by")
    choices = forms.CharField(
        label="Choices",
        required=False,
        help_text="For one of several choices: one a line, as “words” or “words = points”.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    section = forms.ChoiceField(label="Section", required=False)
    new_section = forms.CharField(
        label="Or a new section, called",
        required=False,
        max_length=80,
        help_text="It comes after the others. The first one of an instrument without sections holds every item.",
    )
    optional = forms.BooleanField(label="It may be left blank (never what is scored)", required=False)
    health = forms.BooleanField(label="The answer is about health: it is sealed", required=False)
    reversed = forms.BooleanField(
        label="Scored in reverse: the lowest answer is worth the most", required=False
    )
    condition = forms.ChoiceField(
        label="Ask it only when",
        required=False,
        help_text="An earlier item’s answer. While that is not given, this item is not asked.",
    )
    also = forms.ChoiceField(label="and also when", required=False)

    def __init__(self, data: QueryDict | None, *, definition: Instrument, item: Item | None) -> None:
        self.definition, self.item = definition, item
        super().__init__(data, initial=_initial(definition, item))
        types = dict(TYPES)
        if item is not None:
            types.setdefault(item["type"], item["type"].replace("_", " ").capitalize())
            del self.fields["code"]
        offer(self, "type", list(types.items()))
        sections = [(section["title"], section["title"]) for section in definition.get("sections", ())]
        offer(self, "section", sections)
        if not sections:
            del self.fields["section"]
            self.fields["new_section"].label = "A section, called"
        leaves = _leaves(definition, item)
        held = item.get("shown_when") if item else None
        if held is not None and _as_choices(held) is None:
            labels = {one["code"]: one["label"] for one in definition["items"]}
            leaves = [(KEPT, f"As it is: {words_of(held, labels)}"), *leaves]
        for name in ("condition", "also"):
            offer(self, name, [("", "Always" if name == "condition" else "Nothing else"), *leaves])

    def clean_choices(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for line in filter(None, map(str.strip, self.cleaned_data["choices"].splitlines())):
            words, _, points = (part.strip() for part in line.partition("="))
            if points and not re.fullmatch(r"\d{1,3}", points):
                raise forms.ValidationError(f"“{points}” is no number of points: write “words = 2”")
            code = next(
                (one["code"] for one in (self.item or {}).get("choices", ()) if one["label"] == words), ""
            )
            slug = code or re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")[:30] or f"c{len(found) + 1}"
            found.append({"code": slug, "label": words, **({"points": int(points)} if points else {})})
        if len({one["code"] for one in found}) != len(found):
            raise forms.ValidationError("Two choices are too much alike: give them different words")
        return found

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("type") == "choice" and len(told.get("choices") or ()) < 2:
            self.add_error("choices", "Give two choices or more")
        taken = {one["code"] for one in self.definition["items"]}
        titles = {section["title"] for section in self.definition.get("sections", ())}
        if told.get("new_section") in titles:
            self.add_error("new_section", "There is a section of that name: choose it above")
        if self.item is None and told.get("code") in taken:
            self.add_error("code", f"{told['code']} is the code of another item: choose a new one")
        return told

    @property
    def home(self) -> str:
        """The title of the section that was chosen or named; "" for none."""
        return self.cleaned_data["new_section"] or self.cleaned_data.get("section") or ""

    def made(self) -> dict[str, Any]:
        """The item as the form has it; what the form does not ask stays as it was."""
        told = self.cleaned_data
        item = {**(self.item or {"code": told["code"]}), "type": told["type"], "label": told["label"]}
        item["help"], item["choices"] = told["help"], told["choices"] if told["type"] == "choice" else None
        item["optional"], item["category"] = told["optional"], "health" if told["health"] else None
        item["reversed"] = told["reversed"] and scale(item) is not None
        asked = [
            _leaf(told[name]) for name in ("condition", "also") if told.get(name) not in ("", KEPT, None)
        ]
        if told.get("condition") != KEPT:
            item["shown_when"] = asked[0] if len(asked) == 1 else {"all": asked} if asked else None
        return _without_empty(item)


class SectionForm(forms.Form):
    """What a section of the draft is called, and the words above its items. was: its title when it was opened."""

    was = forms.CharField(max_length=80, widget=forms.HiddenInput)
    title = forms.CharField(
        label="Title", max_length=80, error_messages={"required": "Give the section a title"}
    )
    help = forms.CharField(
        label="Words above its items",
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: QueryDict | None, *, definition: Instrument, place: int) -> None:
        sections = definition["sections"]
        held = sections[place]
        super().__init__(
            data, initial={"was": held["title"], "title": held["title"], "help": held.get("help", "")}
        )
        self.titles = {section["title"] for section in sections}

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("title") in self.titles - {told.get("was")}:
            self.add_error("title", "There is a section of that name already")
        return told

    def change(self, definition: dict[str, Any]) -> dict[str, Any]:
        told = self.cleaned_data
        return change_section(definition, told["was"], called=told["title"], words=told["help"])


class ScoringForm(forms.Form):
    """Grades from least to most, and the bands in which the answers make them."""

    by = forms.ChoiceField(
        label="What makes the grade?",
        choices=[
            ("", "Nothing: it has no grades"),
            ("judgement", "The practitioner’s judgement alone"),
            ("count", "How many answers are yes"),
            ("total", "The sum of points"),
        ],
        required=False,
        widget=forms.RadioSelect,
    )
    bands = forms.CharField(
        label="Grades, from least to most",
        required=False,
        help_text="One a line: the grade and, after “from”, where its band begins, such as “high from 14”. A grade"
        " without a band is given by judgement alone.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def clean_bands(self) -> list[tuple[str, int | None]]:
        found: list[tuple[str, int | None]] = []
        for line in filter(None, map(str.strip, self.cleaned_data["bands"].splitlines())):
            told = re.fullmatch(r"([a-z][a-z _]{0,19}?)(?:\s+from\s+(\d{1,4}))?", line.lower())
            if told is None:
                raise forms.ValidationError(f"“{line}” is no grade: write “high from 14”, or “medium” alone")
            found.append((told[1].replace(" ", "_"), int(told[2]) if told[2] else None))
        return found

    def change(self, definition: dict[str, Any]) -> dict[str, Any]:
        by, bands = self.cleaned_data["by"], self.cleaned_data["bands"]
        rated = [{"from": begins, "grade": grade} for grade, begins in bands if begins is not None]
        return _without_empty(
            {
                **definition,
                "grades": [grade for grade, _ in bands] if by else None,
                "grading": {"by": by, "bands": rated} if by in ("count", "total") else None,
            }
        )

    @staticmethod
    def initial_of(definition: Instrument) -> dict[str, str]:
        grading = definition.get("grading")
        begins = {band["grade"]: band["from"] for band in grading["bands"]} if grading else {}
        lines = [
            f"{grade.replace('_', ' ')} from {begins[grade]}" if grade in begins else grade.replace("_", " ")
            for grade in definition.get("grades", ())
        ]
        by = grading["by"] if grading else "judgement" if definition.get("grades") else ""
        return {"by": by, "bands": "\n".join(lines)}


class TriggerForm(forms.Form):
    """An answer that asks for more, whatever the count."""

    when = forms.ChoiceField(
        label="When",
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), "Choose an answer that the draft asks for"
        ),
    )
    words = forms.CharField(
        label="It says", max_length=200, error_messages={"required": "Say in words what it asks for"}
    )
    suggests = forms.ChoiceField(label="Suggests the grade", required=False)
    wants = forms.ChoiceField(label="Wants another instrument", required=False)
    prompt = forms.ChoiceField(label="Prompts", required=False, choices=[("", "Nothing"), *PROMPTS.items()])

    def __init__(
        self, *args: Any, definition: Instrument, instruments: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "when", [("", "Choose"), *_leaves(definition, None)])
        grades = [(grade, grade.replace("_", " ").capitalize()) for grade in definition.get("grades", ())]
        offer(self, "suggests", [("", "None"), *grades])
        others = [(code, title) for code, title in instruments.items() if code != definition["code"]]
        offer(self, "wants", [("", "None"), *others])

    def made(self) -> dict[str, Any]:
        told = self.cleaned_data
        leaf = _leaf(told["when"])
        when = leaf["at_least"] if "at_least" in leaf else leaf["is"]
        found = {name: told[name] for name in ("suggests", "wants", "prompt") if told[name]}
        return {"item": leaf["item"], "when": when, **found, "words": told["words"]}


class PublishForm(forms.Form):
    """The first day on which it is asked so."""

    effective_from = MemorableDateField(
        label="Asked so from",
        earliest=None,
        help_text="From the start of that day. Assessments completed before stay on their edition.",
        error_messages={"required": "Enter the day from which it is asked so"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"effective_from": timezone.localdate()})
        super().__init__(*args, **kwargs)


def _initial(definition: Instrument, item: Item | None) -> dict[str, Any]:
    if item is None:
        return {"type": "yes_no_unknown"}
    lines = [
        f"{one['label']} = {one['points']}" if "points" in one else one["label"]
        for one in item.get("choices", ())
    ]
    held = _as_choices(item["shown_when"]) if "shown_when" in item else []
    asked = [KEPT] if held is None else held
    return {
        **item,
        "choices": "\n".join(lines),
        "section": section_of(definition, item["code"]),
        "health": item.get("category") == "health",
        "condition": asked[0] if asked else "",
        "also": asked[1] if len(asked) > 1 else "",
    }


def _leaves(definition: Instrument, item: Item | None) -> list[tuple[str, str]]:
    """Every answer of the items before this one (of all, without one), as a condition can name it."""
    found: list[tuple[str, str]] = []
    for one in definition["items"]:
        if item is not None and one["code"] == item["code"]:
            break
        code, label = one["code"], f"{one['code']} {one['label']}"
        if ends := scale(one):
            found += [(f"{code} >= {n}", f"{label}: {n} or more") for n in range(ends[0] + 1, ends[1] + 1)]
        elif one["type"] == "choice":
            found += [
                (f"{code} = {choice['code']}", f"{label}: {choice['label']}") for choice in one["choices"]
            ]
        for answer in ANSWERS.get(one["type"], ()):
            found.append((f"{code} = {answer}", f"{label}: {answer.replace('_', ' ')}"))
    return found


def _leaf(choice: str) -> dict[str, Any]:
    code, operator, value = choice.split(" ", 2)
    return {"item": code, "at_least": int(value)} if operator == ">=" else {"item": code, "is": value}


def _as_choices(condition: Mapping[str, Any]) -> list[str] | None:
    """The condition as the form's two choices; None where it is of another shape."""
    parts = condition.get("all", [condition])
    if not 1 <= len(parts) <= 2 or not all(
        "item" in part and ("is" in part or "at_least" in part) for part in parts
    ):
        return None
    return [
        f"{part['item']} = {part['is']}" if "is" in part else f"{part['item']} >= {part['at_least']}"
        for part in parts
    ]


def _without_empty(definition: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in definition.items() if value not in (None, "", [], False)}
