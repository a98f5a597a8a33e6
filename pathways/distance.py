"""Distance travelled: how far the needs of one person have changed between the first assessment and the last.

The last paired score less the first: below 0 is better. A need that was not established at either end (not known,
not asked, or withheld) is not paired, and says nothing; no need counts as 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pathways.items import is_blank, plain
from pathways.scoring import Answers, Instrument


@dataclass(frozen=True, slots=True)
class Travelled:
    """One need at the start and at the latest. Both are None, and `change` too, where it is not paired."""

    code: str
    label: str
    first: int | None
    last: int | None

    @property
    def change(self) -> int | None:
        return None if self.first is None or self.last is None else self.last - self.first

    @property
    def words(self) -> str:
        if self.change is None:
            return "not paired"
        if not self.change:
            return "the same"
        return f"{'better' if self.change < 0 else 'worse'} by {abs(self.change)}"


def distance(instrument: Instrument, first: Answers, last: Answers) -> list[Travelled]:
    """Each need of the instrument at both ends, in its order."""
    return [
        Travelled(item["code"], item["label"], *_paired(first.get(item["code"]), last.get(item["code"])))
        for item in instrument["items"]
        if item["type"] == "need"
    ]


def _paired(first: Any, last: Any) -> tuple[int | None, int | None]:
    ends = _severity(first), _severity(last)
    return (None, None) if None in ends else ends


def _severity(answer: Any) -> int | None:
    if is_blank(answer) or not isinstance(answer, Mapping) or plain(answer) not in ("yes", "no"):
        return None
    return answer.get("severity") or 0
