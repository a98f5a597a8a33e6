"""A pathway version: drafted, proposed, answered by each agency for ever, ratified or not, and never edited."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from access.actor import NotAllowed
from access.context import acting_as, acting_as_system
from agencies.actions.services import set_capacity
from agencies.models import Agency, Practitioner, Service
from messaging.models import Event, Message
from messaging.relay import run_due
from pathways.actions import ratification, versions
from pathways.models import PathwayTerms, PathwayVersion, Ratification
from pathways.queries.versions import versions_in_force
from pathways.workflow import TRANSITIONS, Threshold, VersionRefused, move, verdict
from reporting.actions.dry_runs import rehearse

BOUND = ("northshire-hub", "northshire-police", "safe-steps", "victim-care")


def only():
    """A definition whose one service is Safe Steps': it binds that agency and the hub."""
    route = {
        "name": "Everybody", "service": "idva", "purpose": "victim_support", "categories": ["identity"],
        "basis": "consent", "answer_within": {"working_days": 2},
    }  # fmt: skip
    return {"title": "Northshire victim pathway", "entry": {"all": []}, "routes": [], "default": route}


def drafted(cast, who: str = "dana") -> PathwayVersion:
    with acting_as(cast.actor(who)) as actor:
        return versions.draft_version(actor=actor, code="northshire", definition=only())


def rehearsed(cast, draft: PathwayVersion) -> None:
    """A dry run of the draft as it stands, asked for and worked out."""
    today = timezone.localdate()
    with acting_as(cast.actor("dana")) as dana:
        rehearse(actor=dana, version_id=draft.id, since=today - timedelta(days=7), until=today)
    run_due()


def proposed(cast, *, in_days: int = 0, binds: tuple[str, ...] = (), threshold: str = "") -> PathwayVersion:
    with acting_as_system("tests"):
        if threshold:
            PathwayTerms.objects.filter(code="northshire").update(
                threshold=threshold, lead="safe-steps" if threshold == "lead_agency" else ""
            )
    draft = drafted(cast)
    rehearsed(cast, draft)
    with acting_as(cast.actor("dana")) as dana:
        return versions.propose(
            actor=dana,
            version_id=draft.id,
            reasons="Two days are enough.",
            in_force_from=timezone.localdate() + timedelta(days=in_days),
            binds=binds,
        )


def said(cast, version: PathwayVersion, who: str, position: str = "agreed", reasons: str = "") -> str:
    """One agency's answer, and what is made of it; the version's state then."""
    with acting_as(cast.actor(who)) as actor:
        ratification.answer(actor=actor, version_id=version.id, position=position, reasons=reasons)
    run_due()
    return state(version)


def state(version: PathwayVersion) -> str:
    with acting_as_system("tests"):
        return PathwayVersion.objects.get(id=version.id).status


def in_force() -> int:
    with acting_as_system("tests"):
        return number_on(timezone.localdate())


def number_on(day: date) -> int:
    return next(one.number for one in versions_in_force(on=day) if one.code == "northshire")


class TestProposing:
    def test_it_asks_the_hub_and_whoever_offers_a_service_of_it(self, hub, cast):
        version = proposed(cast, binds=("victim-care", "no-such-agency"))
        assert version.binds == ["northshire-hub", "safe-steps", "victim-care"]
        assert state(version) == "proposed"
        with acting_as_system("tests"):
            told = Event.objects.get(topic="pathway.proposed").data
        assert told == {"version": str(version.id), "code": "northshire", "number": 2}

    def test_a_rule_on_an_unknown_fact_or_a_service_that_is_gone_cannot_be_proposed(self, hub, cast):
        draft = drafted(cast)
        with acting_as_system("tests"):
            Service.objects.filter(code="idva").update(open_for_referrals=False)
        with acting_as(cast.actor("dana")) as dana:
            odd = {**draft.definition, "entry": {"fact": "shoe_size", "at_least": 9}}
            versions.change_draft(actor=dana, version_id=draft.id, definition=odd)
            with pytest.raises(versions.NotReady) as refused:
                versions.propose(
                    actor=dana, version_id=draft.id, reasons="So.", in_force_from=timezone.localdate()
                )
        assert len(refused.value.problems) == 2
        assert "shoe_size" in refused.value.problems[0]
        assert "Domestic abuse advocacy takes no referrals any more" in refused.value.problems[1]

    def test_reasons_and_a_day_to_come_are_wanted(self, hub, cast):
        draft = drafted(cast)
        today = timezone.localdate()
        with acting_as(cast.actor("dana")) as dana:
            asked = {"actor": dana, "version_id": draft.id}
            with pytest.raises(versions.ReasonsMissing):
                versions.propose(**asked, reasons=" ", in_force_from=today)
            with pytest.raises(versions.DayNotValid):
                versions.propose(**asked, reasons="So.", in_force_from=today - timedelta(days=1))

    @pytest.mark.parametrize("who", ["priya", "helen", "ines", "owen", "grace"])
    def test_who_may_not_draft_does_not(self, hub, cast, who):
        with pytest.raises(NotAllowed):
            drafted(cast, who)

    def test_a_pathway_has_one_draft_and_two_people_do_not_write_over_each_other(self, hub, cast):
        draft = drafted(cast)
        with pytest.raises(versions.DraftExists):
            drafted(cast, "carys")
        with acting_as(cast.actor("carys")) as carys:
            versions.change_draft(actor=carys, version_id=draft.id, definition=draft.definition, seen=0)
        with acting_as(cast.actor("dana")) as dana, pytest.raises(versions.ChangedMeanwhile, match="Carys"):
            versions.change_draft(actor=dana, version_id=draft.id, definition={}, seen=0)

    def test_a_dry_run_of_the_rules_as_they_stand_is_wanted(self, hub, cast):
        draft = drafted(cast)
        rehearsed(cast, draft)
        with acting_as(cast.actor("dana")) as dana:
            changed = {**draft.definition, "entry": {"fact": "age", "at_least": 18}}
            versions.change_draft(actor=dana, version_id=draft.id, definition=changed)
            asked = {"version_id": draft.id, "reasons": "So.", "in_force_from": timezone.localdate()}
            with pytest.raises(versions.NotRehearsed):
                versions.propose(actor=dana, **asked)
        rehearsed(cast, draft)
        with acting_as(cast.actor("dana")) as dana:
            assert versions.propose(actor=dana, **asked).status == "proposed"


class TestAnswering:
    def test_unanimous_is_in_force_once_the_last_has_agreed_and_not_before(self, hub, cast):
        version = proposed(cast)
        assert said(cast, version, "ines") == "proposed"
        assert in_force() == 1
        assert said(cast, version, "carys") == "ratified"
        assert in_force() == 2

    def test_it_waits_for_its_day(self, hub, cast):
        version = proposed(cast, in_days=5, threshold="lead_agency")
        assert said(cast, version, "ines") == "ratified"
        assert in_force() == 1
        with acting_as_system("tests"):
            assert number_on(timezone.localdate() + timedelta(days=5)) == 2

    def test_an_objection_ends_it_and_stays_beside_it_for_ever(self, hub, cast):
        version = proposed(cast)
        with pytest.raises(versions.ReasonsMissing):
            said(cast, version, "ines", "objected")
        assert said(cast, version, "ines", "objected", "Four hours cannot be kept.") == "not_agreed"
        assert in_force() == 1
        with acting_as_system("tests"):
            assert Ratification.objects.filter(version=version).update(reasons="Fine.") == 0
            assert Ratification.objects.filter(version=version).delete()[0] == 0
        assert (
            "Four hours cannot be kept."
            in cast.browser("helen").get("/pathways/northshire/2/").content.decode()
        )

    def test_an_agency_answers_once_for_itself_alone_and_late_words_are_kept(self, hub, cast):
        version = proposed(cast, threshold="lead_agency")
        assert said(cast, version, "ines") == "ratified"
        with pytest.raises(ratification.AnsweredAlready):
            said(cast, version, "ines", "objected", "Now we object.")
        with pytest.raises(ratification.NotBound):
            said(cast, version, "martin")
        assert said(cast, version, "carys", "objected", "Too late, but so.") == "ratified"

    @pytest.mark.parametrize("who", ["priya", "dana", "helen", "ruth", "owen"])
    def test_who_does_not_speak_for_an_agency_does_not_answer(self, hub, cast, who):
        with pytest.raises(NotAllowed):
            said(cast, proposed(cast), who)

    def test_no_agency_answers_for_another_even_past_the_verbs(self, hub, cast):
        version = proposed(cast, binds=("victim-care",))
        with acting_as_system("tests"):
            other = Agency.objects.get(code="victim-care")
        with pytest.raises(DatabaseError), acting_as(cast.actor("ines")), transaction.atomic():
            Ratification.objects.create(
                version=version, agency=other, position="agreed", by_name="Ines", on=timezone.localdate()
            )

    def test_a_partner_cannot_move_the_version(self, hub, cast):
        version = proposed(cast)
        with acting_as(cast.actor("ines")):
            assert PathwayVersion.objects.filter(id=version.id).update(status="ratified") == 0


class TestStaying:
    @pytest.mark.parametrize(
        "change",
        [
            {"definition": {}}, {"title": "Other"}, {"binds": []}, {"reasons": "Other."}, {"status": "draft"},
            {"status": "retired"}, {"threshold": "majority"}, {"number": 9}, {"in_force_from": None},
        ],
    )  # fmt: skip
    def test_what_was_proposed_is_not_edited_by_anybody(self, hub, cast, change):
        version = proposed(cast)
        with pytest.raises(DatabaseError), acting_as_system("tests"), transaction.atomic():
            PathwayVersion.objects.filter(id=version.id).update(**change)

    def test_it_is_not_deleted_and_a_draft_is_not_ratified_past_the_agencies(self, hub, cast):
        version = proposed(cast)
        with pytest.raises(DatabaseError), acting_as_system("tests"), transaction.atomic():
            PathwayVersion.objects.filter(id=version.id).delete()
        draft = drafted(cast)
        with pytest.raises(DatabaseError), acting_as_system("tests"), transaction.atomic():
            PathwayVersion.objects.filter(id=draft.id).update(status="ratified")

    def test_a_draft_is_hidden_from_partners_by_the_database(self, hub, cast):
        draft = drafted(cast)
        with acting_as(cast.actor("ines")):
            assert not PathwayVersion.objects.filter(id=draft.id).exists()

    def test_withdrawn_it_is_amended_in_the_next_draft(self, hub, cast):
        version = proposed(cast)
        with acting_as(cast.actor("dana")) as dana:
            versions.withdraw(actor=dana, version_id=version.id, reasons="To amend it.")
        following = drafted(cast)
        assert (following.number, following.based_on_id) == (3, version.id)
        with pytest.raises(ratification.NotBound):
            said(cast, version, "ines")


class TestEmergency:
    def test_it_routes_at_once_and_the_earlier_version_again_when_its_time_is_over(self, hub, cast):
        draft = drafted(cast)
        soon = timezone.now() + timedelta(hours=1)
        with acting_as(cast.actor("carys")) as carys, pytest.raises(NotAllowed):
            versions.put_in_force_at_once(actor=carys, version_id=draft.id, reasons="Now.", until=soon)
        with acting_as(cast.actor("dana")) as dana:
            late = timezone.now() + timedelta(days=29)
            with pytest.raises(versions.DayNotValid):
                versions.put_in_force_at_once(actor=dana, version_id=draft.id, reasons="Now.", until=late)
            versions.put_in_force_at_once(actor=dana, version_id=draft.id, reasons="A flood.", until=soon)
        assert in_force() == 2
        with acting_as_system("tests"):
            message = Message.objects.get(subscriber=versions.END_EMERGENCY)
            assert message.available_at == soon
            Message.objects.filter(id=message.id).update(available_at=timezone.now())
        run_due()
        assert state(draft) == "retired"
        assert in_force() == 1

    def test_it_ends_even_while_no_worker_comes_by(self, hub, cast):
        draft, now = drafted(cast), timezone.now()
        with acting_as_system("tests"):
            PathwayVersion.objects.filter(id=draft.id).update(
                status="emergency",
                reasons="A flood.",
                in_force_from=timezone.localdate(),
                emergency_until=now - timedelta(seconds=1),
            )
        assert in_force() == 1


class TestTerms:
    def test_what_is_proposed_keeps_the_threshold_that_held_on_its_day(self, hub, cast):
        version = proposed(cast)
        with acting_as(cast.actor("dana")) as dana:
            ratification.set_terms(
                actor=dana, code="northshire", keeper_id=dana.id, threshold="lead_agency", lead="safe-steps"
            )
        assert said(cast, version, "ines") == "proposed"

    def test_terms_name_somebody_who_may_draft(self, hub, cast):
        with acting_as_system("tests"):
            priya = Practitioner.objects.get(email__startswith="priya").id
        with acting_as(cast.actor("dana")) as dana:
            asked = {"actor": dana, "code": "northshire", "threshold": "majority"}
            with pytest.raises(ratification.TermsNotValid):
                ratification.set_terms(**asked, keeper_id=priya)


class TestThresholds:
    positions = st.dictionaries(st.sampled_from(BOUND), st.sampled_from(["agreed", "objected", "abstained"]))

    @given(threshold=st.sampled_from(list(Threshold)), said=positions)
    def test_once_all_have_answered_it_is_decided_and_an_open_one_can_still_go_either_way(
        self, threshold, said
    ):
        now = verdict(threshold, lead="safe-steps", binds=BOUND, said=said)
        every = {agency: said.get(agency, "agreed") for agency in BOUND}
        none = {agency: said.get(agency, "objected") for agency in BOUND}
        ends = {verdict(threshold, lead="safe-steps", binds=BOUND, said=all_) for all_ in (every, none)}
        assert ends == ({now} if now else {"ratify", "give_up"})

    def test_a_majority_is_more_than_half_of_those_bound(self):
        two = {"northshire-hub": "agreed", "safe-steps": "agreed"}
        assert verdict("majority", lead="", binds=BOUND, said=two) == ""
        assert verdict("majority", lead="", binds=BOUND, said={**two, "victim-care": "agreed"}) == "ratify"


def test_a_move_that_is_not_in_the_table_is_refused_in_words():
    for one in TRANSITIONS:
        assert move(one.verb, one.from_) is one
    with pytest.raises(VersionRefused, match="it is ratified"):
        move("propose", "ratified")


class TestPages:
    def test_proposed_answered_and_in_force_in_pages(self, hub, cast):
        draft = drafted(cast)
        dana, ines, carys = (cast.browser(who) for who in ("dana", "ines", "carys"))
        page = f"/pathways/northshire/{draft.number}/"
        rehearsed(cast, draft)
        empty = dana.post(f"{page}propose/", {"in_force_from_day": "1"})
        assert empty.status_code == 422
        today = timezone.localdate()
        day = {
            "in_force_from_day": today.day,
            "in_force_from_month": today.month,
            "in_force_from_year": today.year,
        }
        assert dana.post(f"{page}propose/", {"reasons": "Fewer days.", **day}).status_code == 302
        assert "Your agency is asked" in ines.get("/pathways/").content.decode()
        kept = ines.post(f"{page}answer/", {"position": "objected", "reasons": ""})
        assert kept.status_code == 422
        for browser in (ines, carys):
            assert browser.post(f"{page}answer/", {"position": "agreed"}).status_code == 302
        run_due()
        assert "In force" in ines.get(page).content.decode()
        assert "Your agency is asked" not in ines.get("/pathways/").content.decode()

    def test_a_service_that_is_gone_is_said_on_the_page_of_the_version_in_force(self, hub, cast):
        with acting_as_system("tests"):
            Service.objects.filter(code="idva").update(open_for_referrals=False)
        page = cast.browser("helen").get("/pathways/northshire/1/").content.decode()
        assert "Domestic abuse advocacy takes no referrals any more" in page

    def test_it_is_flagged_as_an_event_once_no_team_takes_referrals(self, hub, cast):
        with acting_as_system("tests"):
            service = Service.objects.get(code="idva")
        with acting_as(cast.actor("owen")) as owen:
            set_capacity(actor=owen, service_id=service.id, capacity=None, is_open=False)
        run_due()
        with acting_as_system("tests"):
            (event,) = Event.objects.filter(topic="pathway.flagged")
            assert (event.data["code"], event.data["service"]) == ("northshire", str(service.id))

    def test_a_new_pathway_is_begun_from_nothing_and_discarded(self, hub, cast):
        dana = cast.browser("dana")
        assert dana.post("/pathways/new-pathway/", {"title": "Stalking"}).status_code == 302
        assert "The pathway needs `default`" in dana.get("/pathways/stalking/1/").content.decode()
        assert cast.browser("ines").get("/pathways/stalking/1/").status_code == 404
        assert dana.post("/pathways/stalking/1/discard/").status_code == 302
        assert dana.get("/pathways/stalking/1/").status_code == 404
        assert dana.post("/pathways/new-pathway/", {"title": "Stalking"}).status_code == 302, (
            "and begun again"
        )
        assert dana.post("/pathways/new-pathway/", {"title": "Stalking"}).status_code == 422, "but once"
