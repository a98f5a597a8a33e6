"""The facts that rules may ask about today: those that are declared, and those of the instruments in effect."""

from datetime import date

from pathways.assessed import vocabulary_of
from pathways.facts import Fact
from pathways.queries.assessments import current_editions


def vocabulary(*, on: date) -> dict[str, Fact]:
    """Every fact that a rule may ask about on that day, by name, with type, words, values and source.

    Those of instruments carry the labels of the edition in effect. Give it to pathways.rules.validate to refuse a
    rule on an instrument or item that there is not, and to pathways.rules.sentence to read labels for codes.
    """
    return vocabulary_of(edition.definition for edition in current_editions(on=on))
