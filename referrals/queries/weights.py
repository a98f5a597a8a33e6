"""The weights of recognition: those in force beside those that answers speak for. Numbers, and no person."""

from dataclasses import dataclass

from victims.actions.weights import STEPS
from victims.matching.estimate import LEAST_OF_EACH, LEAST_OF_LEVEL, MOST_LOST, corrected
from victims.matching.fields import LEVELS
from victims.matching.model import Model, frozen_model
from victims.matching.words import RIVALS, Reason, reason
from victims.models import RecognitionWeights
from victims.queries import as_model, corrections_by_version, estimates, weights_in_force

State = RecognitionWeights.State
AGAINST = {
    "stranger": "A stranger",
    "household": "One of the household",
    "twin": "A twin",
    "namesake": "A namesake",
}


@dataclass(frozen=True)
class Weighed:
    """One level of one field. new: None where nothing was estimated for it; labels: confirmed and rejected."""

    old: Reason
    new: Reason | None
    labels: tuple[int, int]


@dataclass(frozen=True)
class Figure:
    """One line of what the weights make of the answered pairs: in force and proposed, on all and on those held back."""

    words: str
    values: tuple[tuple[str, str], ...]


COLUMNS = (("old", "In force"), ("new", "Proposed"))
FIGURES = {
    "same_rejected": ("Different people, but “very likely the same”", "rejected"),
    "same_confirmed": ("The same person, and “very likely the same”", "confirmed"),
    "missed": ("The same person, but would not be asked about", "confirmed"),
}
"""By the name in the figures: the words, and of which answers they are."""


@dataclass(frozen=True)
class Shown:
    """What the page of the weights shows.

    in_force: the version that counts; shipped: that which came with this release. latest: the newest estimate, with
    what it is about where it is to be decided; accepted: the estimate that counts, None where the shipped ones do.
    """

    in_force: str
    shipped: str
    rival: str
    rows: list[Weighed]
    latest: RecognitionWeights | None
    accepted: RecognitionWeights | None
    before: list[RecognitionWeights]
    steps: int = STEPS
    least: int = LEAST_OF_LEVEL
    least_of_each: int = LEAST_OF_EACH
    most_lost: int = round(100 * MOST_LOST)

    @property
    def going(self) -> RecognitionWeights | None:
        return self.latest if self.latest and self.latest.state == State.ESTIMATING else None

    @property
    def proposed(self) -> RecognitionWeights | None:
        return self.latest if self.latest and self.latest.state == State.PROPOSED else None

    @property
    def learned(self) -> list[Weighed]:
        """Those that enough answers speak of."""
        return [row for row in self.rows if row.new]

    @property
    def kept(self) -> list[Weighed]:
        """Those that stay as they are."""
        return [row for row in self.rows if not row.new]

    @property
    def kept_words(self) -> str:
        return f"{len(self.kept)} that stay as they are, for want of answers"

    @property
    def changes(self) -> list[str]:
        """What would be said of the answered pairs, where some weights are proposed: as foretold, held back."""
        if self.proposed is None:
            return []
        told = self.proposed.figures
        old, new = told["held_back"]["old"], told["held_back"]["new"]

        def change(code: str) -> str:
            return (
                f"{new[code]:,}, as now,"
                if old[code] == new[code]
                else f"{new[code]:,} instead of {old[code]:,}"
            )

        return [
            f"Of {told['rejected']:,} pairs of different people, {change('same_rejected')}"
            " would be “very likely the same”.",
            f"Of {told['confirmed']:,} pairs of one person, {change('same_confirmed')}"
            " would be “very likely the same”.",
            f"Of {told['confirmed']:,} pairs of one person, {change('missed')}"
            " would not be asked about: nobody would be told that the person was here before.",
        ]

    @property
    def compared(self) -> list[Figure]:
        """What old and new weights make of the answered pairs, where some are proposed."""
        if self.proposed is None:
            return []
        told = self.proposed.figures
        sources = [(words, told[name]) for name, words in COLUMNS]
        sources += [(f"{words}, held back", told["held_back"][name]) for name, words in COLUMNS]
        lines = [
            Figure(
                words, tuple((label, f"{source[code]:,} of {told[answers]:,}") for label, source in sources)
            )
            for code, (words, answers) in FIGURES.items()
        ]
        surprise = tuple(
            (label, f"{source['surprise'] / max(1, source['labels']):.3f}") for label, source in sources
        )
        return [*lines, Figure("How far from the answers, on average (less is better)", surprise)]


def weights_shown(*, against: str = "stranger") -> Shown:
    """against: the rival whose weights are shown; a correction is the same against each."""
    model, found = weights_in_force(), estimates()
    latest = found[0] if found else None
    old, new = model, None
    if latest is not None and latest.state == State.PROPOSED:
        known = corrections_by_version()
        old = corrected(frozen_model(), known.get(latest.instead_of, {}), version=latest.instead_of)
        new = as_model(latest)
    return Shown(
        in_force=model.version,
        shipped=frozen_model().version,
        rival=RIVALS[against],
        rows=_rows(against, old, new, latest),
        latest=latest,
        accepted=next(
            (one for one in found if one.version == model.version and one.state == State.ACCEPTED), None
        ),
        before=[one for one in found if one.state not in (State.ESTIMATING, State.PROPOSED)],
    )


def _rows(against: str, old: Model, new: Model | None, latest: RecognitionWeights | None) -> list[Weighed]:
    support = latest.support if latest else {}
    rows = []
    for field, levels in LEVELS.items():
        for level in levels:
            confirmed, rejected = support.get(field, {}).get(level, (0, 0))
            before = old.weights[against][field][level]
            after = new.weights[against][field][level] if new else before
            enough = new is not None and confirmed + rejected >= LEAST_OF_LEVEL
            rows.append(
                Weighed(
                    reason(field, level, before),
                    reason(field, level, after) if enough else None,
                    (confirmed, rejected),
                )
            )
    return rows
