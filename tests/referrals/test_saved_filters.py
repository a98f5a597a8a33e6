"""One's own filters of the triage queue: saved under a name, opened with it, seen by nobody else."""

import pytest

from access.context import acting_as
from referrals.actions.saved_filters import MOST, FilterNotSaved, save_filter
from referrals.models import SavedFilter
from tests.factories import a_case

pytestmark = pytest.mark.usefixtures("hub")


def own(cast, name: str = "priya") -> list[SavedFilter]:
    with acting_as(cast.actor(name)):
        return list(SavedFilter.objects.order_by("name"))


def test_a_filter_is_saved_found_again_and_opens_the_queue_for_its_owner_alone(cast):
    high, _ = a_case(risk="high"), a_case()
    priya = cast.browser("priya")
    here = "?risk=high&sort=-due&risk=nonsense&search=token"
    kept = priya.post("/triage/filters/save/", {"name": "High risk", "here": here}, follow=True)
    assert "Only you see it" in kept.content.decode()
    [saved] = own(cast)
    assert (saved.name, saved.query, saved.is_default) == ("High risk", "risk=high", False)
    assert len(priya.get("/triage/").context["page"].rows) == 2
    priya.post(f"/triage/filters/{saved.id}/open/")
    assert priya.get("/triage/")["Location"] == "/triage/?risk=high"
    rows = priya.get("/triage/", follow=True).context["page"].rows
    assert [row.case.reference for row in rows] == [high.reference]
    assert len(priya.get("/triage/?stage=waiting").context["page"].rows) == 2
    assert own(cast, "liam") == [], "the database shows it to nobody else"
    liam = cast.browser("liam")
    assert "High risk</a>" not in liam.get("/triage/").content.decode()
    liam.post(f"/triage/filters/{saved.id}/forget/")
    liam.post(f"/triage/filters/{saved.id}/open/")
    assert len(own(cast)) == 1
    priya.post(f"/triage/filters/{saved.id}/open/", {"off": "yes"})
    assert priya.get("/triage/").status_code == 200
    priya.post(f"/triage/filters/{saved.id}/forget/")
    assert own(cast) == []


def test_a_name_that_is_there_is_saved_anew_and_there_is_an_end_to_them(cast):
    with acting_as(cast.actor("priya")) as priya:
        save_filter(actor=priya, name="Mine", query="assigned=me")
        save_filter(actor=priya, name="mine ", query="assigned=team")
        assert [(one.name, one.query) for one in SavedFilter.objects.all()] == [("mine", "assigned=team")]
        for number in range(MOST - 1):
            save_filter(actor=priya, name=f"Number {number}", query="risk=high")
        for name, query in (("One more", "risk=high"), (" ", "risk=high"), ("Mine", "")):
            with pytest.raises(FilterNotSaved):
                save_filter(actor=priya, name=name, query=query)
