"""The facts that rules may ask about today: those that are declared, and those of the instruments in effect."""

from collections.abc import Collection
from datetime import date

from access.categories import Category
from pathways.assessed import category_of, is_answered, vocabulary_of
from pathways.facts import Fact
from pathways.models import InstrumentVersion
from pathways.queries.assessments import current_editions


def vocabulary(*, on: date) -> dict[str, Fact]:
    """Every fact that a rule may ask about on that day, by name, with type, words, values and source.

    Those of instruments carry the labels of the edition in effect. Give it to pathways.rules.validate to refuse a
    rule on an instrument or item that there is not, and to pathways.rules.sentence to read labels for codes.
    """
    return vocabulary_of(edition.definition for edition in current_editions(on=on))


def categories_of(names: Collection[str]) -> dict[str, Category | None]:
    """By fact: the data category that an agency must be told before it may know what a rule read there.

    None: no agency may. An instrument that any published edition marks as about health is about health. One query
    at most, and none where no instrument is asked.
    """
    editions: list[dict[str, object]] = []
    if any(is_answered(name) for name in names):
        published = InstrumentVersion.objects.filter(status=InstrumentVersion.Status.PUBLISHED)
        editions = list(published.values_list("definition", flat=True))
    return {name: category_of(name, editions) for name in names}
