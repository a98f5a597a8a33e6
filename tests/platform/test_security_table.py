"""The table of docs/security/asvs.md points at what is there."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TABLE = ROOT / "docs" / "security" / "asvs.md"
LEVELS = {"1": 70, "2": 183}  # requirements of ASVS 5.0.0 by the level that first asks for them
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| (.+?) \| (met|partly|open|n/a) \| (.+) \|$", re.MULTILINE)
POINTS = re.compile(
    r"`([\w./-]+\.(?:py|md|html|yaml|yml|toml|lock|js)|Caddyfile|[\w./-]+/Caddyfile)(?:::(\w+))?`"
)


def rows() -> list[tuple[str, str, str, str, str]]:
    return ROW.findall(TABLE.read_text())


def test_every_requirement_of_both_levels_has_one_row():
    numbers = [number for number, *_ in rows()]
    assert len(set(numbers)) == len(numbers)
    levels = [level for _, level, *_ in rows()]
    assert {level: levels.count(level) for level in LEVELS} == LEVELS


def test_every_file_and_test_that_it_points_at_is_there():
    missing = []
    for number, _, _, _, where in rows():
        for path, name in POINTS.findall(where):
            if not (ROOT / path).is_file():
                missing.append(f"{number}: {path}")
            elif name and name not in {
                node.name
                for node in ast.walk(ast.parse((ROOT / path).read_text()))
                if isinstance(node, ast.FunctionDef)
            }:
                missing.append(f"{number}: {path}::{name}")
    assert missing == []


def test_what_is_met_says_where_and_the_count_at_the_top_is_true():
    states = [state for _, _, _, state, _ in rows()]
    counted = [states.count(state) for state in ("met", "partly", "open", "n/a")]
    assert f"| {' | '.join(map(str, [*counted, len(states)]))} |" in TABLE.read_text()
    pointing = [where for _, _, _, state, where in rows() if state == "met" and POINTS.search(where)]
    assert len(pointing) > 0.8 * states.count("met")
