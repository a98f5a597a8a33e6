"""Django's own forms, drawn with the markup of the GOV.UK design system.

`{{ form }}` draws every field, `{{ form.name.as_field_group }}` one with its label, hint and error.
Templates are in templates/django/forms. The error summary is the page's (see `error_summary`).
"""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.forms.widgets import Input

CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.Textarea, "govuk-textarea"),
    (forms.FileInput, "govuk-file-upload"),
    (forms.CheckboxInput, "govuk-checkboxes__input"),
    (forms.Select, "govuk-select"),
    (Input, "govuk-input"),
)


class GovukBoundField(BoundField):
    """A field that knows its design system class, and where a link to it must point."""

    def build_widget_attrs(self, attrs: Any, widget: Any = None) -> dict[str, Any]:
        """The attributes of the input: our class beside the form's own, no placeholder, and nothing for
        the browser to refuse: the page answers with messages of its own."""
        widget = widget or self.field.widget
        built = super().build_widget_attrs(attrs, widget)
        built.pop("required", None)
        if widget.is_hidden:
            return built
        base = next((name for kind, name in CLASSES if isinstance(widget, kind)), "")
        if base:
            classes = [base, f"{base}--error" if self.errors else "", widget.attrs.get("class", "")]
            built["class"] = " ".join(filter(None, classes))
        if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
            # Each option would repeat it, and a radio may not carry it: the group's error says it once.
            built.pop("aria-invalid", None)
        if "placeholder" in widget.attrs:
            built["placeholder"] = False
        return built

    @property
    def shown_label(self) -> str:
        """The label, with " (optional)" where the form marks what may be left empty."""
        label = str(self.label)
        is_choice = isinstance(self.field.widget, forms.CheckboxInput | forms.CheckboxSelectMultiple)
        marked = getattr(self.form, "mark_optional", True)
        if self.field.required or is_choice or not marked or "optional" in label.lower():
            return label
        return f"{label} (optional)"

    @property
    def is_single_checkbox(self) -> bool:
        """Whether the label stands after the input."""
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def link_id(self) -> str:
        """The id of the input that the error summary leads to: the first of a group."""
        if isinstance(self.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
            return f"{self.auto_id}_0"
        return self.id_for_label or self.auto_id


class GovukRenderer(TemplatesSetting):
    """The project's form renderer (settings.FORM_RENDERER)."""

    bound_field_class = GovukBoundField
