"""Form fields of the GOV.UK patterns that Django lacks; below every floor, so that each may use them."""

from govuk_forms.dates import MemorableDateField, MemorableDateInput

__all__ = ["MemorableDateField", "MemorableDateInput"]
