"""Instruments in effect, and the newest assessments of a case."""

from datetime import date
from uuid import UUID

from pathways.carried import Carried, LeftOver, carry_over
from pathways.models import Assessment, InstrumentVersion, SavedAnswers


class NoSuchInstrument(Exception):
    """No edition of that instrument is in effect."""


def current_edition(code: str, *, on: date) -> InstrumentVersion:
    """The newest edition in effect on that day. Raises NoSuchInstrument."""
    editions = InstrumentVersion.objects.filter(code=code, effective_from__lte=on)
    found = editions.order_by("-edition").first()
    if found is None:
        raise NoSuchInstrument(f"No edition of {code} is in effect: found the hub with one.")
    return found


def edition_asked(current: InstrumentVersion, number: str) -> InstrumentVersion:
    """The edition by which a form was asked: an earlier one, where its page was opened before the current began.

    number: as the form sends it; the current edition where it says none that could have been asked.
    """
    if not (number.isascii() and number.isdecimal()) or len(number) > 4:
        return current
    earlier = InstrumentVersion.objects.filter(
        code=current.code, edition=int(number), effective_from__lte=current.effective_from
    )
    return earlier.first() or current


def current_editions(*, on: date) -> list[InstrumentVersion]:
    """The edition in effect on that day of each instrument, by title. Few: not paged."""
    editions = InstrumentVersion.objects.filter(effective_from__lte=on).order_by("code", "-edition")
    return sorted(editions.distinct("code"), key=lambda edition: edition.title)


def titles() -> dict[str, str]:
    """The title of every instrument's newest published edition, by code."""
    published = InstrumentVersion.objects.filter(status=InstrumentVersion.Status.PUBLISHED)
    editions = published.order_by("code", "-edition").distinct("code")
    return dict(editions.values_list("code", "title"))


def title_of(code: str) -> str:
    """The title of one instrument; its code where there is none."""
    return titles().get(code, code)


def latest_assessments(*, case_id: UUID) -> dict[str, Assessment]:
    """The newest assessment of the case with each instrument, by the instrument's code."""
    made = (
        Assessment.objects.filter(case_id=case_id)
        .select_related("instrument", "health")
        .order_by("completed_at", "id")
    )
    return {assessment.instrument.code: assessment for assessment in made}


def latest_assessment(*, case_id: UUID, instrument_code: str) -> Assessment | None:
    """The newest assessment of the case with that instrument."""
    return latest_assessments(case_id=case_id).get(instrument_code)


def saved_answers(*, case_id: UUID, instrument: str) -> list[SavedAnswers]:
    """What practitioners have typed of an instrument on the case and not completed, the newest first."""
    return list(SavedAnswers.objects.filter(case_id=case_id, instrument=instrument).order_by("-saved_at"))


def taken_up(saved: SavedAnswers, under: InstrumentVersion) -> Carried:
    """What was saved as it is gone on with under an edition: what it takes over, and all that it cannot take."""
    before = tuple(LeftOver(**one) for one in saved.left_over or ())
    if saved.edition is None or saved.edition == under.edition:
        return Carried(saved.typed, before)
    asked = InstrumentVersion.objects.get(code=under.code, edition=saved.edition)
    carried = carry_over(asked.definition, under.definition, saved.typed)
    return Carried(carried.typed, tuple(dict.fromkeys((*before, *carried.left_over))))
