"""The form of an instrument, made from its edition: one field an item, then judgement and words."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils import timezone

from pathways.models import Assessment
from pathways.scoring import YES_NO_UNKNOWN, check_answers

INLINE = {"class": "govuk-radios--inline govuk-radios--small"}
ANSWER_WORDS = {"yes": "Yes", "no": "No", "not_known": "Not known"}
STAGE_LABELS = {"start": "At the start", "review": "At a review", "exit": "At the end of support"}


class AssessmentForm(forms.Form):
    """Items of one instrument edition. What was answered before stands beside each item, never filled in:
    a reassessment asks again.

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
        before = previous.all_answers if previous else {}
        day = f"{timezone.localtime(previous.completed_at):%-d %b %Y}" if previous else ""
        for item in definition["items"]:
            answer = answer_words(definition, before.get(item["code"]))
            self._ask(item, f"{day}: {answer.lower()}" if answer else "")
        if len(definition.get("stages", ())) > 1:
            self._ask_stage(definition["stages"], "review" if previous else "start")
        if definition.get("grades"):
            self._ask_judgement(definition["grades"])
        self.initial.setdefault("seen", previous.id if previous else None)
        self.order_fields([name for name in self.fields if name not in ("rationale", "seen")])

    def _ask(self, item: Mapping[str, Any], before: str) -> None:
        code, label = item["code"], item["label"]
        if item["type"] not in ("yes_no_unknown", "need"):
            low, high = item["type"].split("-")
            choices = [(str(n), str(n)) for n in range(int(low), int(high) + 1)]
            self.fields[code] = _radios(label, choices, f"{label}: answer from {low} to {high}", before)
            return
        choices = [(answer, ANSWER_WORDS[answer]) for answer in YES_NO_UNKNOWN]
        self.fields[code] = _radios(label, choices, f"{label}: answer yes, no or not known", before)
        if item["type"] == "need":
            severities = self.definition.get("severities") or {str(n): str(n) for n in range(4)}
            severe = _radios(f"How severe? {label}", list(severities.items()), "", "")
            severe.required = False
            self.fields[f"{code}_severity"] = severe

    def _ask_stage(self, stages: list[str], usual: str) -> None:
        choices = [(stage, STAGE_LABELS.get(stage, stage)) for stage in stages]
        self.fields["stage"] = _radios("When is this asked?", choices, "Choose when this is asked", "")
        self.fields["stage"].initial = usual

    def _ask_judgement(self, grades: list[str]) -> None:
        choices = [("", "The count stands"), *((grade, grade.capitalize()) for grade in grades)]
        self.fields["judgement"] = _radios("Your judgement", choices, "", "")
        self.fields["judgement"].required = False
        self.fields[
            "judgement"
        ].help_text = (
            "It may raise what the answers make. Only a supervisor may lower it. Give the reason below."
        )
        self.fields["rationale"].label = "Why?"
        self.fields["rationale"].help_text = "Needed where your judgement differs from the count."

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for item in self.definition["items"]:
            severity = f"{item['code']}_severity"
            if item["type"] == "need" and given.get(item["code"]) == "yes" and not given.get(severity):
                self.add_error(severity, f"{item['label']}: say how severe the need is")
        return given

    def answers(self) -> dict[str, Any]:
        """What is answered so far, as pathways.scoring reads it; what is blank or unusable is left out.

        A severity counts with a need only: without one it stands under a question that is not asked.
        """
        given: dict[str, Any] = {}
        for item in self.definition["items"]:
            answer = self._value(item["code"])
            if item["type"] == "need" and answer:
                severity = self._value(f"{item['code']}_severity")
                given[item["code"]] = {"need": answer}
                if answer == "yes" and severity.isdecimal():
                    given[item["code"]]["severity"] = int(severity)
            elif answer:
                given[item["code"]] = int(answer) if answer.isdecimal() else answer
        problems = check_answers(self.definition, given)
        return {code: answer for code, answer in given.items() if code not in problems}

    def _value(self, name: str) -> str:
        return str((self.data if self.is_bound else self.initial).get(name) or "")

    def sections(self) -> list[tuple[str, list[tuple[BoundField, BoundField | None]]]]:
        """Title and questions of each section, in order; beside a question its severity, where it has one."""
        titled = self.definition.get("sections") or [
            {"title": "", "items": [item["code"] for item in self.definition["items"]]}
        ]
        return [
            (
                section["title"],
                [
                    (self[code], self[f"{code}_severity"] if f"{code}_severity" in self.fields else None)
                    for code in section["items"]
                ],
            )
            for section in titled
        ]


def answer_words(definition: Mapping[str, Any], answer: object) -> str:
    """One answer for a reader: "Yes", "Yes, moderate", "2"; "" for none."""
    if isinstance(answer, Mapping):
        words = ANSWER_WORDS.get(str(answer.get("need")), "")
        severity = definition.get("severities", {}).get(str(answer.get("severity", "")), "")
        return f"{words}, {severity.lower()}" if severity and answer.get("need") == "yes" else words
    return ANSWER_WORDS.get(str(answer), str(answer)) if answer not in (None, "") else ""


def _radios(label: str, choices: list[tuple[str, str]], missing: str, before: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        help_text=before,
        widget=forms.RadioSelect(attrs=INLINE),
        error_messages={"required": missing, "invalid_choice": missing or "Choose one of the answers"},
    )
