"""Django's forms in the markup of the design system."""

import datetime
import re

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from govuk_forms import MemorableDateField
from tests.frame.drawing import drawn

CHOICES = [("h", "High"), ("s", "Standard")]


def field(kind: forms.Field, data: dict | None = None, **files: object) -> str:
    """The markup of a form with one field named `it`."""
    form = type("OneField", (forms.Form,), {"it": kind})(data, files or None)
    return str(form["it"].as_field_group())


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (forms.CharField(), r'<input type="text" name="it" [^>]*class="govuk-input"'),
        (forms.EmailField(), r'<input type="email" name="it" [^>]*class="govuk-input"'),
        (forms.IntegerField(), r'<input type="number" name="it" [^>]*class="govuk-input"'),
        (forms.CharField(widget=forms.Textarea), r'<textarea name="it" [^>]*class="govuk-textarea"'),
        (forms.ChoiceField(choices=CHOICES), r'<select name="it" [^>]*class="govuk-select"'),
        (forms.FileField(), r'<input type="file" name="it" [^>]*class="govuk-file-upload"'),
        (forms.BooleanField(), r'<input type="checkbox" name="it" [^>]*class="govuk-checkboxes__input"'),
        (
            forms.ChoiceField(choices=CHOICES, widget=forms.RadioSelect),
            r'<input class="govuk-radios__input" type="radio" name="it" value="h" id="id_it_0">',
        ),
        (
            forms.MultipleChoiceField(choices=CHOICES, widget=forms.CheckboxSelectMultiple),
            r'<input class="govuk-checkboxes__input" type="checkbox" name="it" value="h" id="id_it_0">',
        ),
        (forms.CharField(widget=forms.PasswordInput), r"govuk-js-password-input-input"),
        (MemorableDateField(), r'name="it_day" type="text" inputmode="numeric"'),
    ],
)
def test_each_kind_of_question_has_its_markup(kind, expected):
    markup = field(kind)
    assert re.search(expected, markup), markup
    assert " required" not in markup


def test_hint_and_error_are_tied_to_the_input():
    markup = field(forms.CharField(help_text="As the victim gave it"), {})
    assert 'aria-describedby="id_it_helptext id_it_error"' in markup
    assert 'id="id_it_helptext"' in markup
    assert 'id="id_it_error"' in markup
    assert 'aria-invalid="true"' in markup
    assert "govuk-form-group--error" in markup
    assert "govuk-input--error" in markup


def test_a_group_of_radios_has_a_legend_and_says_its_error_once():
    markup = field(forms.ChoiceField(label="Risk", choices=CHOICES, widget=forms.RadioSelect), {})
    assert re.search(r"<legend[^>]*>Risk</legend>", markup)
    assert markup.count("This field is required.") == 1
    assert "aria-invalid" not in markup
    assert '<fieldset class="govuk-fieldset" aria-describedby="id_it_error">' in markup


def test_a_width_asked_for_stands_beside_our_class():
    widget = forms.TextInput(attrs={"class": "govuk-input--width-10", "autocomplete": "name"})
    markup = field(forms.CharField(widget=widget))
    assert 'class="govuk-input govuk-input--width-10"' in markup
    assert 'autocomplete="name"' in markup


def test_placeholders_are_left_out():
    widget = forms.TextInput(attrs={"placeholder": "Code", "autocomplete": "one-time-code"})
    assert "Code" not in field(forms.CharField(label="It", widget=widget))


def test_what_may_be_left_empty_says_so():
    assert "Phone (optional)" in field(forms.CharField(label="Phone", required=False))
    assert "(optional)" not in field(forms.BooleanField(label="Remember me", required=False))


def test_an_answer_with_markup_in_it_is_shown_as_text():
    markup = field(forms.CharField(), {"it": '"><script>'})
    assert "<script>" not in markup


def test_a_password_keeps_what_the_browser_may_fill_in():
    widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})
    markup = field(forms.CharField(widget=widget), {"it": "secret words"})
    assert 'autocomplete="current-password"' in markup
    assert "secret words" not in markup


class Referral(forms.Form):
    name = forms.CharField(label="Full name")
    born = MemorableDateField(label="Date of birth")
    risk = forms.ChoiceField(label="Risk", choices=CHOICES, widget=forms.RadioSelect)


def test_the_summary_leads_to_the_first_input_of_each_question():
    form = Referral({"born_day": "31", "born_month": "2", "born_year": "1990"})
    form.add_error(None, "The feed has changed since")
    markup = drawn("{% error_summary form %}", form=form)
    targets = re.findall(r'href="#([^"]+)"', markup)
    assert targets == ["id_name", "id_born_day", "id_risk_0"]
    whole = str(form)
    assert all(f'id="{target}"' in whole for target in targets)
    assert "The feed has changed since" in markup
    assert "Full name: this field is required." in markup


def test_nothing_wrong_has_no_summary():
    assert drawn("{% error_summary form %}", form=Referral()).strip() == ""
    assert drawn("{% error_summary form %}").strip() == ""


def born(day: str, month: str, year: str, **options: object) -> forms.Form:
    kind = MemorableDateField(label="Date of birth", **options)
    form = type("Born", (forms.Form,), {"it": kind})({"it_day": day, "it_month": month, "it_year": year})
    form.is_valid()
    return form


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (("31", "2", "1990"), "Date of birth must be a real date"),
        (("1", "", "1990"), "Date of birth must include a month"),
        (("", "", "1990"), "Date of birth must include a day and month"),
        (("1", "2", "90"), "Date of birth must be a real date"),
        (("x", "2", "1990"), "Date of birth must be a real date"),
        (("²", "2", "1990"), "Date of birth must be a real date"),
        (("1", "2", "2030"), "Date of birth must be on or before 16 November 2026"),
        (("1", "2", "1890"), "Date of birth must be on or after 1 January 1900"),
    ],
)
def test_a_wrong_date_says_what_to_mend_and_keeps_what_was_typed(typed, message):
    form = born(*typed, earliest=datetime.date(1900, 1, 1), latest=lambda: datetime.date(2026, 11, 16))
    assert form.errors["it"] == [message]
    markup = str(form)
    for part in filter(None, typed):
        assert f'value="{part}"' in markup


def test_no_date_at_all_is_a_missing_answer_or_none():
    assert born("", "", "").errors["it"] == ["This field is required."]
    assert born("", "", "", required=False).cleaned_data["it"] is None


def test_a_known_date_stands_in_its_boxes():
    form = type("Born", (forms.Form,), {"it": MemorableDateField()})(
        initial={"it": datetime.date(1990, 2, 1)}
    )
    assert re.findall(r'value="(\d+)"', str(form)) == ["1", "2", "1990"]


@given(st.dates(datetime.date(1000, 1, 1)))
def test_every_date_comes_back_as_it_was_typed(day):
    assert born(f" {day.day:02}", str(day.month), f"{day.year:04}").cleaned_data["it"] == day
