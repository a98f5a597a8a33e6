"""The form of an instrument, made from its edition: one field an item, then judgement and words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.html import escape

from govuk_forms import MemorableDateField
from govuk_forms.dates import PARTS
from pathways.instrument import STAGES
from pathways.items import (
    ANSWER_WORDS,
    LONGEST_TEXT,
    YES_NO,
    YES_NO_UNKNOWN,
    Item,
    answer_words,
    is_blank,
    scale,
    typed_answer,
)
from pathways.models import Assessment
from pathways.scoring import asked, check_answers, grade_by_judgement_alone, is_required

INLINE = {"class": "govuk-radios--inline govuk-radios--small"}
SMALL = {"class": "govuk-radios--small"}
FEW_CHOICES = 4


@dataclass(frozen=True)
class Question:
    """One item on the page. more: what is asked beside its answer (a severity, who said so). asked: shown now."""

    code: str
    field: BoundField
    more: BoundField | None
    source: BoundField | None
    asked: bool


class AssessmentForm(forms.Form):
    """Items of one instrument edition. What was answered before stands beside each item, never filled in:
    a reassessment asks again.

    Every item has its field; one that is not asked (yet) may stay blank, and its answer does not count.
    previous: the newest assessment of the case with this instrument; `seen` carries its id.
    """

    mark_optional = False
    rationale = forms.CharField(
        label="In your words (optional)",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    seen = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, definition: Mapping[str, Any], previous: Assessment | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.definition, self.previous = definition, previous
        self.sources: Mapping[str, str] = definition.get("sources", {})
        before = words_by_item(previous) if previous else {}
        day = f"{timezone.localtime(previous.completed_at):%-d %b %Y}" if previous else ""
        for item in definition["items"]:
            answer = before.get(item["code"], "")
            self._ask(item, f"{day}: {answer[:1].lower()}{answer[1:]}" if answer else "")
        if len(definition.get("stages", ())) > 1:
            self._ask_stage(definition["stages"], "review" if previous else "start")
        if definition.get("grades"):
            self._ask_judgement(definition)
        self.initial.setdefault("seen", previous.id if previous else None)
        self.order_fields([name for name in self.fields if name not in ("rationale", "seen")])
        given = self.answers()
        self.asked = asked(definition, given)
        for item in definition["items"]:
            self.fields[item["code"]].required = bool(self.asked[item["code"]]) and is_required(item, given)

    def _ask(self, item: Item, before: str) -> None:
        code = item["code"]
        self.fields[code] = _field(item)
        if item["type"] == "date" and not self.is_bound:  # typed in three boxes, and shown in them again
            self.initial[code] = self._typed_day(code)
        # A field's help is drawn as it stands: what people have written is escaped here.
        self.fields[code].help_text = ". ".join(
            filter(None, (escape(item.get("help", "")).rstrip("."), escape(before)))
        )
        if item["type"] == "need":
            severities = self.definition.get("severities") or {str(n): str(n) for n in range(4)}
            severe = _radios(f"How severe? {item['label']}", list(severities.items()), "")
            severe.required = False
            self.fields[f"{code}_severity"] = severe
        elif self.sources and item["type"] in ("yes_no_unknown", "yes_no"):
            self.fields[f"{code}_source"] = forms.ChoiceField(
                label="Said by",
                choices=[("", "The person"), *self.sources.items()],
                required=False,
                widget=forms.Select(attrs={"aria-label": f"Said by: {item['label']}"}),
            )

    def _ask_stage(self, stages: list[str], usual: str) -> None:
        choices = [(stage, STAGES.get(stage, stage)) for stage in stages]
        self.fields["stage"] = _radios("When is this asked?", choices, "Choose when this is asked")
        self.fields["stage"].initial = usual

    def _ask_judgement(self, definition: Mapping[str, Any]) -> None:
        alone = grade_by_judgement_alone(definition)
        grades = [(grade, grade.replace("_", " ").capitalize()) for grade in definition["grades"]]
        choices = grades if alone else [("", "The count stands"), *grades]
        self.fields["judgement"] = _radios("Your judgement", choices, "Choose your grade")
        self.fields["judgement"].required = alone
        self.fields["judgement"].help_text = (
            "This instrument has no count of its own: your judgement is its grade. Give the reason below."
            if alone
            else "It may raise what the answers make. Only a supervisor may lower it. Give the reason below."
        )
        self.fields["rationale"].label = "Why?"
        self.fields["rationale"].help_text = (
            "" if alone else "Needed where your judgement differs from the count."
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for item in self.definition["items"]:
            code, severity = item["code"], f"{item['code']}_severity"
            if item["type"] == "need" and given.get(code) == "yes" and not given.get(severity):
                self.add_error(severity, f"{item['label']}: say how severe the need is")
        return given

    def answers(self) -> dict[str, Any]:
        """What is answered so far, as pathways.scoring reads it; what is blank or unusable is left out.

        A severity counts with a need only: without one it stands under a question that is not asked.
        """
        given = {item["code"]: self._answer(item) for item in self.definition["items"]}
        problems = check_answers(self.definition, given)
        return {
            code: answer for code, answer in given.items() if code not in problems and not is_blank(answer)
        }

    def _answer(self, item: Item) -> Any:
        code = item["code"]
        if item["type"] == "date":
            return self._day(code)
        names = (code, f"{code}_severity", f"{code}_source")
        return typed_answer(item, {name: self._value(name) for name in names})

    def _typed_day(self, code: str) -> Any:
        typed = self.data if self.is_bound else self.initial
        return self.fields[code].widget.value_from_datadict(typed, {}, code)

    def _day(self, code: str) -> str | None:
        try:
            found = self.fields[code].clean(self._typed_day(code))
        except forms.ValidationError:
            return None
        return found.isoformat() if isinstance(found, date) else None

    def _value(self, name: str) -> str:
        return str((self.data if self.is_bound else self.initial).get(name) or "")

    def typed(self) -> dict[str, str]:
        """What stands in the form's own fields, valid or not, to be saved and taken up again."""
        names = set(self.fields) - {"seen"} | {
            f"{item['code']}_{part}"
            for item in self.definition["items"]
            if item["type"] == "date"
            for part in PARTS
        }
        return {name: str(self.data[name]) for name in sorted(names) if self.data.get(name)}

    def sections(self) -> list[tuple[str, str, list[Question]]]:
        """Title, help and questions of each section, in order."""
        return [
            (section["title"], section.get("help", ""), [self._question(code) for code in section["items"]])
            for section in sections_of(self.definition)
        ]

    def _question(self, code: str) -> Question:
        severity, source = f"{code}_severity", f"{code}_source"
        return Question(
            code=code,
            field=self[code],
            more=self[severity] if severity in self.fields else None,
            source=self[source] if source in self.fields else None,
            asked=bool(self.asked[code]),
        )

    @property
    def asked_codes(self) -> str:
        """Codes of the items that are asked now, for the page's script."""
        return " ".join(code for code, is_asked in self.asked.items() if is_asked)


def sections_of(definition: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The sections of an edition; all its items as one where it has none."""
    return definition.get("sections") or [
        {"title": "", "items": [item["code"] for item in definition["items"]]}
    ]


def words_by_item(made: Assessment) -> dict[str, str]:
    """Each answer of a completed assessment that the actor may see, in words of its own edition, by item."""
    definition, answers = made.instrument.definition, made.all_answers
    return {
        item["code"]: answer_words(definition, item, answers.get(item["code"]))
        for item in definition["items"]
    }


def _field(item: Item) -> forms.Field:
    label, kind = item["label"], item["type"]
    if ends := scale(item):
        choices = [(str(n), str(n)) for n in range(ends[0], ends[1] + 1)]
        return _radios(label, choices, f"{label}: answer from {ends[0]} to {ends[1]}")
    if kind == "choice":
        choices = [(one["code"], one["label"]) for one in item["choices"]]
        few = len(choices) <= FEW_CHOICES and all(len(words) <= 12 for _, words in choices)
        return _radios(label, choices, f"{label}: choose one", INLINE if few else SMALL)
    if kind == "number":
        return forms.IntegerField(
            label=label,
            min_value=item.get("least"),
            max_value=item.get("most"),
            widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "govuk-input--width-5"}),
            error_messages={
                "required": f"{label}: give a number",
                "invalid": f"{label}: give a whole number",
            },
        )
    if kind == "date":
        field = MemorableDateField(label=label)
        field.error_messages["required"] = f"{label}: give a date"
        return field
    if kind == "text":
        return forms.CharField(
            label=label,
            max_length=LONGEST_TEXT,
            widget=forms.Textarea(attrs={"rows": 2}),
            error_messages={"required": f"{label}: write something"},
        )
    words = YES_NO if kind == "yes_no" else YES_NO_UNKNOWN
    missing = f"{label}: answer yes or no" if kind == "yes_no" else f"{label}: answer yes, no or not known"
    return _radios(label, [(answer, ANSWER_WORDS[answer]) for answer in words], missing)


def _radios(
    label: str, choices: list[tuple[str, str]], missing: str, look: Mapping[str, str] = INLINE
) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        widget=forms.RadioSelect(attrs=dict(look)),
        error_messages={"required": missing, "invalid_choice": missing or "Choose one of the answers"},
    )
