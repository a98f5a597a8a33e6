"""The frozen settings of recognition: what agreement and disagreement weigh, and where the thresholds are. Pure."""

from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from math import log2
from typing import Any

import yaml

RIVALS = ("stranger", "household", "twin", "namesake")
"""Who the other may be instead of the same person: anybody at all, somebody of the same household, a twin, or a
parent or child of one given name."""


@dataclass(frozen=True)
class Model:
    """version: of the settings. start: by rival, the weight before anything is compared, in bits.

    weights: by rival, field and level, how much more likely (in bits) that level is between two records of one
    person than between a record and the rival's. same, suggest, review: thresholds of the score. From
    `suggest` a practitioner is asked; from `review` a pair is listed where a whole file is gone through.
    shares: by field and level, how often it is found between two records of one person.
    common: by field, the names that are common in the file at hand, and how common, where that is known.
    of_one_file: whether the rest was learned from that file too.
    """

    version: str
    start: dict[str, float]
    weights: dict[str, dict[str, dict[str, float]]]
    shares: dict[str, dict[str, float]]
    same: float
    suggest: float
    review: float
    common: dict[str, dict[str, float]] = field(default_factory=dict)
    of_one_file: bool = False


@lru_cache(maxsize=1)
def frozen_model() -> Model:
    """The settings that the product recognises by: victims/data/recognition.yaml."""
    return read_model(yaml.safe_load(files("victims").joinpath("data/recognition.yaml").read_text("utf-8")))


def read_model(told: dict[str, Any]) -> Model:
    """Settings from their stored form. Raises KeyError for one that is not whole."""
    return Model(
        version=str(told["version"]),
        start={rival: float(told["start"][rival]) for rival in RIVALS},
        weights={
            rival: {
                field: {
                    level: round(log2(each["same_person"] / each[rival]), 3) for level, each in levels.items()
                }
                for field, levels in told["fields"].items()
            }
            for rival in RIVALS
        },
        shares={
            field: {level: each["same_person"] for level, each in levels.items()}
            for field, levels in told["fields"].items()
        },
        same=float(told["thresholds"]["same"]),
        suggest=float(told["thresholds"]["suggest"]),
        review=float(told["thresholds"]["review"]),
    )
