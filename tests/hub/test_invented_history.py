"""`manage.py demo --cases N`: any amount of history, of which every promise holds as it does of real work."""

import pytest
from django.core.management import CommandError, call_command

from access.context import acting_as_system
from hub.integrity import check_all
from messaging.relay import run_due
from referrals.models import Case, Referral
from tests.referrals.road import triaged
from victims.models import MatchKey, PersonName


def test_told_cases_keep_every_promise_and_are_of_other_people(committed_hub, cast, capsys):
    with acting_as_system("tests"):
        case = triaged(
            cast, surname="Quillfeather", needs=["accommodation"], risk="medium", flags=["domestic_abuse"]
        )
    run_due()

    call_command("demo", cases=40, years=2)

    with acting_as_system("tests"):
        assert Case.objects.count() == 41
        assert len(set(Case.objects.values_list("reference", flat=True))) == 41
        assert Case.objects.exclude(id=case.id).filter(status="closed").count() >= 38
        assert Case.objects.order_by("opened_at").first().opened_at < case.opened_at.replace(
            year=case.opened_at.year - 1
        )
        assert Referral.objects.filter(status="completed").exists()
        assert PersonName.objects.filter(surname="Quillfeather").count() == 1
        assert MatchKey.objects.values("person").distinct().count() == 40
        assert Case.objects.get(id=case.id).status == "routed"
    assert [result.says for result in check_all() if not result.holds] == []


@pytest.mark.parametrize("given", [{"cases": -1}, {"cases": 5, "years": 0}])
def test_a_history_of_no_length_is_refused(given):
    with pytest.raises(CommandError, match="whole number"):
        call_command("demo", **given)


def test_there_must_be_a_case_to_tell_again(committed_hub):
    with pytest.raises(CommandError, match="no case to tell again"):
        call_command("demo", cases=5)
