"""What a hub is founded with, and what founding it again leaves alone."""

from io import StringIO

import pytest
import yaml
from django.core.management import call_command

from access.context import acting_as, acting_as_system
from hub.founding import FoundingError, found
from hub.integrity import check_all
from pathways.models import PathwayVersion, Ratification
from referrals.actions.referral import accept, receive
from tests.conftest import ROOT, empty_the_hub
from tests.referrals.road import PARTNERS, referrals_of, routed

SEVEN = [
    "domestic-abuse", "domestic-abuse-high", "general", "hate-crime", "sexual-violence", "theft-and-fraud",
    "young-people",
]  # fmt: skip


def in_force() -> list[str]:
    with acting_as_system("tests"):
        return list(
            PathwayVersion.objects.filter(status="ratified").order_by("code").values_list("code", flat=True)
        )


@pytest.mark.slow
def test_a_new_hub_has_the_six_pathways_and_the_general_one_and_they_work_together(seven_pathways, cast):
    assert in_force() == SEVEN
    with acting_as_system("tests"):
        said = Ratification.objects.filter(version__code="domestic-abuse-high")
        assert dict(said.values_list("agency__code", "position"))["northshire-police"] == "agreed"
        assert said.count() == 9

    high = routed(cast, flags=["domestic_abuse"], risk="high", refused=["safe-steps"], consents=())
    sent = {one.service.code: one for one in referrals_of(high)}
    assert {code: one.pathway_version.code for code, one in sent.items()} == {
        "idva": "domestic-abuse-high",
        "marac": "domestic-abuse-high",
    }
    # Siân's team coordinates the conference for the police, and answers as any partner does.
    with acting_as(cast.actor("sian")) as sian:
        receive(actor=sian, referral_id=sent["marac"].id)
        accept(actor=sian, referral_id=sent["marac"].id)
    assert cast.browser("sian").get(f"/referrals/{sent['marac'].id}/").status_code == 200
    assert cast.browser("helen").get(f"/referrals/{sent['marac'].id}/").status_code == 404

    hurt = routed(cast, flags=["hate_crime"], offence_group="public_order", needs=["accommodation"])
    assert {(one.service.code, one.pathway_version.code) for one in referrals_of(hurt)} == {
        ("hate-crime", "hate-crime"),
        ("housing", "hate-crime"),
    }
    assert [one.service.code for one in referrals_of(routed(cast, consents=PARTNERS))] == ["victim-care"]

    out = StringIO()
    call_command("replay_decision", "--all", stdout=out)
    assert out.getvalue() == "3 of 3 decisions are the same made again.\n"
    assert [result.says for result in check_all() if not result.holds] == []


@pytest.mark.slow
def test_no_hub_is_founded_with_a_route_that_tells_of_health_to_whom_it_is_not_told(committed_hub, tmp_path):
    empty_the_hub()
    silent = yaml.safe_load((ROOT / "pathways" / "data" / "hate-crime.yaml").read_text()) | {"code": "silent"}
    silent["routes"][0]["when"] = {"fact": "score:phq-9", "known": False}
    (tmp_path / "pathway.yaml").write_text(yaml.safe_dump(silent))
    plan = yaml.safe_load((ROOT / "hub" / "data" / "northshire.yaml").read_text())
    plan["pathways"]["files"].append(str(tmp_path / "pathway.yaml"))
    (tmp_path / "hub.yaml").write_text(yaml.safe_dump(plan))
    with pytest.raises(FoundingError, match="is not told about health"):
        found(tmp_path / "hub.yaml")
    assert in_force() == [], "nor with the others of the file"


def test_founding_again_brings_no_pathway_that_the_agencies_have_not_agreed_to(hub):
    before = in_force()
    assert before != SEVEN
    out = StringIO()
    call_command("found", "hub/data/northshire.yaml", stdout=out)
    assert in_force() == before
    assert "1 pathways" in out.getvalue()
