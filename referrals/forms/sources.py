"""How a sender is read, asked in the sender's own words; and a definition as YAML, in and out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat

from agencies.models import Agency
from referrals.actions.sources import LONGEST
from referrals.feed.source import ETHNICITIES, FIELDS, FLAGS, FORMATS, SourceError, read_source
from referrals.feed.timetable import DAYS, LONGEST_GRACE

COLUMNS = "Columns"
COLUMNS_HELP = "Beside each of our fields, the sender’s heading for it. Leave empty what it does not send."
MOST_YAML = 100_000
MOST_SAMPLE = 5 * 1024 * 1024
SMALL = {"class": "govuk-checkboxes--small"}
WIDE = {"class": "govuk-input--width-20", "autocomplete": "off", "spellcheck": "false"}
NUMBERS = {"crime_ref": "Crime ref", "occurrence_ref": "Occurrence ref", "nominal": "Nominal"}
DATES = {
    "%d/%m/%Y": "25/11/2026",
    "%Y-%m-%d": "2026-11-25",
    "%d-%m-%Y": "25-11-2026",
    "%d.%m.%Y": "25.11.2026",
    "%d %b %Y": "25 Nov 2026",
    "%d-%b-%Y": "25-Nov-2026",
    "%d %B %Y": "25 November 2026",
    "%m/%d/%Y": "11/25/2026 (month first)",
}
TIMES = {
    "%d/%m/%Y %H:%M": "25/11/2026 06:30",
    "%d/%m/%Y %H:%M:%S": "25/11/2026 06:30:00",
    "%Y-%m-%d %H:%M": "2026-11-25 06:30",
    "%Y-%m-%d %H:%M:%S": "2026-11-25 06:30:00",
    "%Y-%m-%dT%H:%M": "2026-11-25T06:30",
    "%Y-%m-%dT%H:%M:%S": "2026-11-25T06:30:00",
    "%d-%m-%Y %H:%M": "25-11-2026 06:30",
}
CHOICES = {"record": NUMBERS, "dates": DATES, "times": TIMES}
DAY_WORDS = dict(
    zip(DAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True)
)
FORMAT_WORDS = {"csv": "CSV", "xlsx": "Spreadsheet (.xlsx)", "jsonl": "JSON lines, and the intake API"}
ENCODINGS = {
    "detect": "Find out from each file",
    "utf-8": "UTF-8",
    "cp1252": "Windows-1252",
    "utf-16": "UTF-16",
}
# Asked as lines of text: the field, what it is called, what stands in it.
LISTS = {
    "ignored_columns": ("Columns that may come and are not read", ""),
    "optional": ("Columns that a file may leave out", ""),
    "victim_roles": ("Roles that are a victim’s", "Rows with another role are left aside."),
    "yes": ("Words for yes", ""),
    "no": ("Words for no", ""),
    "blank": ("Words that say nothing is known", "For example: NK, N/K, UNKNOWN."),
    "withdrawn": (
        "Words by which a record is taken back",
        "In the column that you gave for the record’s status.",
    ),
    "safe_address_words": (
        "Words that say an address is safe",
        "An address with one of them is sealed before the row is stored.",
    ),
    "excluded_offences": ("Offences that are not taken", "As agreed with the sender; Home Office codes."),
}
CODES = {
    "sexes": ("Sex", "1 is male, 2 female, 0 not known, 9 not specified. For example: F = 2."),
    "ethnicities": (
        "Ethnicity",
        "Only what differs from the 18+1 codes of the census. From 16+1: O1 = A4 (Chinese). Known:"
        f" {' '.join(sorted(ETHNICITIES))}.",
    ),
    "flags": ("Flags", f"Known: {', '.join(sorted(FLAGS))}. For example: DA = domestic_abuse."),
    "offences": ("Offences", "Only where the sender has codes of its own. For example: CA01 = 105/01."),
}
PARTS = {"formats", "encoding", "ends_with_line_break", "dates", "times", "timezone"}
KEYS = frozenset({"columns", "record", "expected", *LISTS, *CODES, *PARTS})


def _lines(label: str, help_text: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=f"{help_text} One on each line.".strip(),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )


def _ticked(label: str, help_text: str, choices: Mapping[str, str]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        help_text=help_text,
        choices=list(choices.items()),
        widget=forms.CheckboxSelectMultiple(attrs=SMALL),
        error_messages={"required": f"{label}: choose at least one"},
    )


@dataclass(frozen=True)
class Part:
    """Questions under one heading, folded away unless something is wrong there, or one begins with them."""

    heading: str
    fields: list[forms.BoundField]
    is_first: bool = False

    @property
    def is_open(self) -> bool:
        return self.is_first or any(field.errors for field in self.fields)

    @property
    def help(self) -> str:
        return COLUMNS_HELP if self.heading == COLUMNS else ""


class DefinitionForm(forms.Form):
    """A sender's definition in parts. `definition` is what was answered, in the shape of referrals.feed.source."""

    mark_optional = False
    record = _ticked(
        "What names one record of the sender?",
        "Rows with the same of these are words on one record.",
        NUMBERS,
    )
    formats = _ticked("Formats", "", {name: FORMAT_WORDS[name] for name in FORMATS})
    encoding = forms.ChoiceField(label="How are letters written?", choices=list(ENCODINGS.items()))
    ends_with_line_break = forms.BooleanField(
        label="Every file ends with a line break", help_text="One that does not was cut off.", required=False
    )
    dates = _ticked("How are dates written?", "", DATES)
    times = _ticked("How are times written?", "", TIMES)
    timezone = forms.CharField(label="Time zone", max_length=60, widget=forms.TextInput(attrs=WIDE))
    expected_at = forms.CharField(
        label="When are files expected?",
        help_text="Times with a space between them, for example 06:30 18:30. Empty where nobody waits for them.",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs=WIDE),
    )
    expected_days = forms.MultipleChoiceField(
        label="On which days?",
        help_text="None ticked is every day.",
        choices=list(DAY_WORDS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs=SMALL),
    )
    grace_minutes = forms.IntegerField(
        label="Minutes until a file is late",
        min_value=0,
        max_value=LONGEST_GRACE,
        widget=forms.NumberInput(attrs={"class": "govuk-input--width-4"}),
    )
    sample = forms.FileField(
        label="A file to try it on",
        help_text="Nothing of it is stored. Its first rows are shown as they would be read.",
        required=False,
        allow_empty_file=True,
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.jsonl,text/csv"}),
    )
    reason = forms.CharField(
        label="What changes, and why?",
        help_text="Stays with the edition. Needed to publish.",
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: Any = None, files: Any = None, *, definition: Mapping[str, Any]) -> None:
        super().__init__(data, files, initial=_asked(definition))
        for name, needed in FIELDS.items():
            label = name.replace("_", " ").capitalize()
            self.fields[f"column_{name}"] = forms.CharField(
                label=label,
                required=needed,
                max_length=60,
                widget=forms.TextInput(attrs=WIDE),
                error_messages={"required": f"{label}: name the sender’s column"},
            )
        for name, (label, help_text) in LISTS.items():
            self.fields[name] = _lines(label, help_text)
        for name, (label, help_text) in CODES.items():
            self.fields[name] = _lines(label, f"{help_text} The sender’s code = ours.")
        for name, known in CHOICES.items():  # and what a definition from a file has beside our own choices
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - for the type
            more = {one: one for one in definition.get(name) or () if one not in known}
            field.choices = list((dict(known) | more).items())

    @property
    def parts(self) -> list[Part]:
        """The questions under their headings, in the order in which one thinks of them."""
        columns = (*(f"column_{name}" for name in FIELDS), "record", "optional", "ignored_columns")
        words = ("victim_roles", "yes", "no", "blank", "withdrawn", "safe_address_words")
        named = {
            "The file": ("formats", "encoding", "ends_with_line_break"),
            COLUMNS: columns,
            "Dates and times": ("dates", "times", "timezone"),
            "Codes": tuple(CODES),
            "Words": words,
            "Offences that are not taken": ("excluded_offences",),
            "When files are expected": ("expected_at", "expected_days", "grace_minutes"),
        }
        is_new = not self["column_crime_ref"].value()
        return [
            Part(heading, [self[name] for name in names], is_first=is_new and heading == COLUMNS)
            for heading, names in named.items()
        ]

    def clean_sample(self) -> UploadedFile | None:
        file: UploadedFile | None = self.cleaned_data["sample"]
        if file and (file.size or 0) > MOST_SAMPLE:
            raise forms.ValidationError(f"A file to try it on has at most {filesizeformat(MOST_SAMPLE)}")
        return file

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        for name in CODES:
            wrong = [line for line in _split(told.get(name, "")) if "=" not in line]
            if wrong:
                self.add_error(name, "Write each as the sender’s code = ours, one on each line")
        if not self.errors:
            try:
                read_source({**self.definition, "code": "sender"})
            except SourceError as problem:
                raise forms.ValidationError(str(problem)) from problem
        return told

    @property
    def definition(self) -> dict[str, Any]:
        """What was answered. Of a form that is well but for its sample or its reason."""
        told = self.cleaned_data
        columns = {name: told[f"column_{name}"].strip() for name in FIELDS if told[f"column_{name}"].strip()}
        made: dict[str, Any] = {
            "columns": columns,
            **{name: told[name] for name in PARTS},
            "record": told["record"],
            **{name: _split(told[name]) for name in LISTS},
            **{name: dict(_pair(line) for line in _split(told[name])) for name in CODES},
        }
        if told["expected_at"].split():
            made["expected"] = {
                "at": told["expected_at"].split(),
                "days": told["expected_days"] or list(DAYS),
                "grace_minutes": told["grace_minutes"],
            }
        return made


class SenderForm(forms.Form):
    """Who a new sender is."""

    mark_optional = False
    name = forms.CharField(
        label="Name of the feed",
        max_length=120,
        widget=forms.TextInput(attrs=WIDE),
        error_messages={"required": "Enter the name of the feed"},
    )
    code = forms.SlugField(
        label="Code",
        help_text="Short and for ever, for example gwent-police. The sender’s system names it.",
        max_length=50,
        widget=forms.TextInput(attrs=WIDE),
        error_messages={
            "required": "Enter a code",
            "invalid": "Write the code in letters, numbers and hyphens only",
        },
    )
    agency = forms.ModelChoiceField(
        label="Which agency sends it?",
        queryset=Agency.objects.order_by("name"),
        to_field_name="code",
        empty_label=None,
        error_messages={"required": "Choose the agency", "invalid_choice": "Choose the agency"},
    )

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].lower()
        if code == "new":
            raise forms.ValidationError("Choose another code")
        return code


class YamlForm(forms.Form):
    """A definition from a file, to start from."""

    mark_optional = False
    file = forms.FileField(
        label="A definition as YAML",
        help_text="As it is exported from a sender’s page. It fills in the questions below; nothing is published.",
        max_length=200,
        error_messages={"required": "Choose the file", "empty": "The file is empty"},
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml"}),
    )

    def clean_file(self) -> dict[str, Any]:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MOST_YAML:
            raise forms.ValidationError(f"A definition has at most {filesizeformat(MOST_YAML)}")
        try:
            told = yaml.safe_load(file.read().decode())
            read_source({"code": "sender", **told})
        except SourceError as problem:
            raise forms.ValidationError(str(problem)) from problem
        except (yaml.YAMLError, UnicodeDecodeError, TypeError, ValueError, RecursionError):
            raise forms.ValidationError(
                "The file is no definition in YAML. Export one to see its shape"
            ) from None
        return {name: told[name] for name in KEYS if name in told}


def as_yaml(definition: Mapping[str, Any]) -> str:
    """A definition as a file that can be read back, in the order of its own."""
    columns = definition.get("columns") or {}
    told = {
        **{name: definition[name] for name in sorted(definition, key=_place)},
        "columns": {name: columns[name] for name in FIELDS if name in columns},
    }
    text: str = yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=110)
    return text


def _place(name: str) -> tuple[int, str]:
    """The database keeps no order: who it is, how its files are, its columns, then the rest."""
    first = ("code", "formats", "encoding", "ends_with_line_break", "expected", "columns", "record")
    return first.index(name) if name in first else len(first), name


def _asked(definition: Mapping[str, Any]) -> dict[str, Any]:
    """A definition as the form asks it, its defaults filled in."""
    read = {
        "formats": ["csv"],
        "dates": ["%d/%m/%Y"],
        "times": ["%d/%m/%Y %H:%M"],
        "record": ["crime_ref", "nominal"],
    }
    expected = definition.get("expected") or {}
    at = expected.get("at") or []
    return {
        **{f"column_{name}": column for name, column in (definition.get("columns") or {}).items()},
        **{name: definition.get(name, default) for name, default in read.items()},
        "encoding": definition.get("encoding", "detect"),
        "ends_with_line_break": definition.get("ends_with_line_break", False),
        "timezone": definition.get("timezone", "Europe/London"),
        **{name: "\n".join(definition.get(name, _DEFAULTS.get(name, ()))) for name in LISTS},
        **{
            name: "\n".join(f"{theirs} = {ours}" for theirs, ours in (definition.get(name) or {}).items())
            for name in CODES
        },
        "expected_at": " ".join(at if isinstance(at, list) else [at]),
        "expected_days": list(expected.get("days") or ()),
        "grace_minutes": expected.get("grace_minutes", 60),
    }


_DEFAULTS: Mapping[str, tuple[str, ...]] = {
    "victim_roles": ("VICTIM",),
    "yes": ("Y",),
    "no": ("N",),
    "withdrawn": ("WITHDRAWN",),
}


def _split(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _pair(line: str) -> tuple[str, str]:
    theirs, _, ours = line.partition("=")
    return theirs.strip(), ours.strip()
