"""Bringing the offence table up to a published classification: new codes come, what somebody chose stays."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from access.context import acting_as_system
from referrals.models import Offence

pytestmark = pytest.mark.usefixtures("hub")
HEADER = "code,group,category,description\n"


def imported(tmp_path: Path, text: str, capsys) -> str:
    path = tmp_path / "codes.csv"
    path.write_text(text)
    call_command("import_offence_codes", str(path))
    return capsys.readouterr().out


def held(code: str) -> tuple[str, str, list[str]]:
    with acting_as_system("tests"):
        return Offence.objects.values_list("group", "label", "properties").get(code=code)


def test_new_codes_come_and_known_ones_keep_what_rules_ask_for(tmp_path, capsys):
    stalking = held("008/66")
    text = f"{HEADER}008/66,Violence against the person,Other,Other words\n092/99,Drug offences,Misuse,{'x' * 200}\n"
    assert imported(tmp_path, text, capsys).startswith("1 codes added; 1 were known")
    assert held("008/66") == stalking
    group, label, properties = held("092/99")
    assert (group, len(label), properties) == ("drugs", 160, [])
    assert imported(tmp_path, text, capsys).startswith("0 codes added; 2 were known")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("code,description\n092/99,x\n", "lacks group, category"),
        (f"{HEADER}092/99,Drug offences,x,x\n92,Drug offences,x,x\n", "Row 2, column code"),
        (f"{HEADER}092/99,Piracy,x,x\n", "Row 1, column group"),
        ('code,group,category,description\n"092/99', "no CSV"),
    ],
)
def test_a_table_that_cannot_be_is_refused_whole(tmp_path, capsys, text, words):
    with pytest.raises(CommandError, match=words):
        imported(tmp_path, text, capsys)
    with acting_as_system("tests"):
        assert not Offence.objects.filter(code="092/99").exists()
