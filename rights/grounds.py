"""Codes of the grounds for refusing a request and for leaving a passage out of a copy, and their words. Pure."""

from pathlib import Path

import yaml

_READ = yaml.safe_load((Path(__file__).parent / "data" / "grounds.yaml").read_text(encoding="utf-8"))
REFUSALS: dict[str, str] = _READ["refusal"]
EXEMPTIONS: dict[str, str] = _READ["exemption"]
