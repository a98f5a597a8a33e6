"""A date that people know by heart, asked as day, month and year (the GOV.UK date input).

Three boxes rather than a calendar: nobody should page back fifty years to a birthday. What was typed
is shown again as it was typed, and the message says which part to mend.
"""

import datetime
from collections.abc import Mapping
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

PARTS = {"day": gettext_lazy("Day"), "month": gettext_lazy("Month"), "year": gettext_lazy("Year")}


FIRST_DAY, LAST_DAY = datetime.date(2000, 1, 1), datetime.date(2998, 12, 31)


def day_of_address(text: str) -> datetime.date | None:
    """The day that a filter in an address names, such as 2026-11-25; None where no list could mean it."""
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


class TypedDate(NamedTuple):
    """The three boxes as they were typed."""

    day: str
    month: str
    year: str


class MemorableDateInput(forms.Widget):
    """Three text inputs, `NAME_day`, `NAME_month` and `NAME_year`."""

    template_name = "django/forms/widgets/memorable_date.html"
    use_fieldset = True

    def value_from_datadict(self, data: Mapping[str, Any], files: object, name: str) -> Any:
        typed = TypedDate(*(str(data.get(f"{name}_{part}") or "").strip() for part in PARTS))
        if any(typed):
            return typed
        # A whole date under the plain name is taken too, so that a link may prefill one.
        return data.get(name)

    def value_omitted_from_data(self, data: Mapping[str, Any], files: object, name: str) -> bool:
        return not any(key in data for key in (name, *(f"{name}_{part}" for part in PARTS)))

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return f"{id_}_day" if id_ else id_

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        if isinstance(value, datetime.date):
            typed = TypedDate(str(value.day), str(value.month), str(value.year))
        else:
            typed = value if isinstance(value, TypedDate) else TypedDate("", "", "")
        id_ = context["widget"]["attrs"].get("id", f"id_{name}")
        birthday = self.attrs.get("autocomplete") == "bday"
        context["widget"]["parts"] = [
            {
                "name": f"{name}_{part}",
                "id": f"{id_}_{part}",
                "label": label,
                "value": getattr(typed, part),
                "width": 4 if part == "year" else 2,
                "autocomplete": f"bday-{part}" if birthday else "",
            }
            for part, label in PARTS.items()
        ]
        return context

    def format_value(self, value: Any) -> None:
        return None


class MemorableDateField(forms.DateField):
    """A `datetime.date` from day, month and year.

    Args:
        earliest: the first day that is accepted.
        latest: the last day that is accepted, such as today for a date of birth; a date, or a
            function without arguments that gives one.
    """

    widget = MemorableDateInput

    def __init__(
        self,
        *,
        earliest: datetime.date | None = None,
        latest: Any = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.earliest = earliest
        self.latest = latest

    def to_python(self, value: Any) -> datetime.date | None:
        """Raises ValidationError, naming the part that is missing or wrong."""
        if not isinstance(value, TypedDate):
            return super().to_python(value)
        missing = [str(label).lower() for part, label in PARTS.items() if not getattr(value, part)]
        if missing:
            words = _("%(date)s must include a %(parts)s")
            parts = {"date": self._subject, "parts": _(" and ").join(missing)}
            raise ValidationError(words % parts, code="incomplete")
        try:
            year, month, day = (self._number(part) for part in (value.year, value.month, value.day))
            if len(value.year) != 4:
                raise ValueError
            return datetime.date(year, month, day)
        except ValueError as error:
            raise ValidationError(
                _("%(date)s must be a real date") % {"date": self._subject}, code="invalid"
            ) from error

    def validate(self, value: datetime.date | None) -> None:
        super().validate(value)
        if value is None:
            return
        latest = self.latest() if callable(self.latest) else self.latest
        if self.earliest and value < self.earliest:
            words = _("%(date)s must be on or after %(first)s")
            raise ValidationError(
                words % {"date": self._subject, "first": _words(self.earliest)}, code="early"
            )
        if latest and value > latest:
            words = _("%(date)s must be on or before %(last)s")
            raise ValidationError(words % {"date": self._subject, "last": _words(latest)}, code="late")

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return initial != self.to_python(data)
        except ValidationError:
            return True

    @property
    def _subject(self) -> str:
        return str(self.label).removesuffix(_(" (optional)")) if self.label else _("The date")

    @staticmethod
    def _number(typed: str) -> int:
        if not (typed.isascii() and typed.isdigit()):
            raise ValueError
        return int(typed)


def _words(day: datetime.date) -> str:
    return date_format(day, "j F Y")
