"""A draft written in ordinary pages, by submit buttons alone; taken from YAML as reviewed; compared in sentences."""

import re
from html import unescape

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from access.context import acting_as, acting_as_system
from pathways.actions import versions
from pathways.definition import arranged, differences, routes_of, with_route
from pathways.models import PathwayVersion
from pathways.pathway import read_pathway
from pathways.pathway import validate_pathway as validated
from pathways.queries.directory import problems
from tests.conftest import ROOT
from tests.reading import words_of

PAGE = "/pathways/northshire/2/"
EDIT = f"{PAGE}edit/"


def drafted(cast) -> PathwayVersion:
    with acting_as(cast.actor("dana")) as dana:
        return versions.draft_version(actor=dana, code="northshire")


def draft() -> dict:
    with acting_as_system("tests"):
        return PathwayVersion.objects.get(code="northshire", number=2).definition


def fields(answer) -> dict[str, list[str]]:
    """What a browser would send of the rule's form as it stands."""
    html = answer.content.decode()
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input [^>]*>", html):
        name, value = (re.search(rf'{key}="([^"]*)"', tag) for key in ("name", "value"))
        if name and ('type="checkbox"' not in tag or " checked" in tag):
            given = unescape(value[1]) if value else "on" if 'type="checkbox"' in tag else ""
            found.setdefault(name[1], []).append(given)
    for name, options in re.findall(r'<select [^>]*?name="([^"]+)".*?>(.*?)</select>', html, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = [chosen[1] if chosen else re.search(r'value="([^"]*)"', options)[1]]
    found.pop("csrfmiddlewaretoken", None)
    return found


class TestARule:
    def test_is_written_row_by_row_with_groups_within_groups(self, hub, cast):
        drafted(cast)
        dana = cast.browser("dana")
        page = f"{EDIT}rule/entry/"
        answer = dana.get(page)

        def press(do: str, **typed: object):
            nonlocal answer
            data = fields(answer) | {name.replace("__", "."): value for name, value in typed.items()}
            answer = dana.post(page, {**data, "do": do})
            return answer

        press("add:r", **{"new-r": "age"})
        press("group:r", **{"op-r__0": "less_than", "value-r__0": "twenty"})
        press("add:r.1", **{"kind-r__1": "any", "new-r__1": "flags"})
        press("group:r.1", **{"op-r__1__0": "contains", "value-r__1__0": ["hate_crime", "child"]})
        press("add:r.1.1", **{"kind-r__1__1": "none", "new-r__1__1": "interpreter"})
        wrong = press("save", **{"op-r__1__1__0": "yes"})
        assert wrong.status_code == 422
        assert "Enter a whole number: twenty is none." in words_of(wrong)
        assert 'value="twenty"' in wrong.content.decode()
        assert draft()["entry"] == {"all": []}

        read_back = press("check", **{"value-r__0": "20"})
        assert read_back.status_code == 200
        assert (
            "Read back: the age is less than 20 and (the flags include one or more of hate crime or child"
            " or no interpreter is needed)." in words_of(read_back)
        ), words_of(read_back)
        assert press("save").status_code == 302
        assert draft()["entry"] == {
            "all": [
                {"fact": "age", "less_than": 20},
                {
                    "any": [
                        {"fact": "flags", "contains_any": ["hate_crime", "child"]},
                        {"not": {"fact": "interpreter", "is": True}},
                    ]
                },
            ]
        }

    def test_what_somebody_else_changed_meanwhile_is_not_written_over(self, hub, cast):
        drafted(cast)
        dana = cast.browser("dana")
        page = f"{EDIT}rule/route-0/"
        seen = fields(dana.get(page))
        cast.browser("carys").post(f"{EDIT}title/", {"title": "Renamed", "seen": "0", "review_unit": "days"})
        answer = dana.post(page, {**seen, "do": "save"})
        assert answer.status_code == 422
        assert "Carys Evans changed this draft meanwhile" in words_of(answer)
        assert fields(answer) == seen

    def test_what_is_not_there_is_not_found(self, hub, cast):
        drafted(cast)
        dana = cast.browser("dana")
        for place in ("route-99", "assessment-9", "nothing", "route-x"):
            assert dana.get(f"{EDIT}rule/{place}/").status_code == 404, place
        assert dana.get("/pathways/northshire/1/edit/").status_code == 404, "it is no draft"
        assert cast.browser("priya").get(EDIT).status_code == 403


ROUTE = {
    "name": "Night line", "service": "victim-care", "purpose": "victim_support", "categories": ["identity"],
    "basis": "consent", "answer_number": "2", "answer_unit": "working_days", "fallback_1": "idva",
}  # fmt: skip


class TestRoutes:
    def test_a_route_is_added_moved_and_removed(self, hub, cast):
        drafted(cast)
        dana = cast.browser("dana")
        assert dana.post(f"{EDIT}route/new/", {**ROUTE, "seen": "0"}).status_code == 302
        last = len(routes_of(draft())) - 1
        assert dana.post(f"{EDIT}arrange/", {"do": f"up:route-{last}", "seen": "1"}).status_code == 302
        assert routes_of(draft())[last - 1]["name"] == "Night line"
        assert "Route Night line is new: it goes to" in words_of(dana.get(EDIT))
        dana.post(f"{EDIT}arrange/", {"do": f"remove:route-{last - 1}", "seen": "2"})
        assert "Nothing yet." in words_of(dana.get(EDIT))

    def test_errors_are_said_and_what_was_typed_stays(self, hub, cast):
        drafted(cast)
        sent = {
            **ROUTE,
            "seen": "0",
            "basis": "safeguarding",
            "fallback_1": "victim-care",
            "name": "Stalking",
        }
        answer = cast.browser("dana").post(f"{EDIT}route/new/", sent)
        assert answer.status_code == 422
        for words in (
            "Another route has the same name",
            "Say why safeguarding applies",
            "A route cannot fall back on its own service",
        ):
            assert words in words_of(answer), words

    def test_saving_a_route_as_it_stands_changes_nothing(self, hub, cast):
        before = drafted(cast).definition
        dana = cast.browser("dana")
        for place in [*range(len(before["routes"])), "default"]:
            page = f"{EDIT}route/{place}/"
            assert dana.post(page, _typed(dana.get(page))).status_code == 302
        assert differences(before, draft(), names={}) == []

    @given(at=st.integers(0, 10), what=st.sampled_from(["up", "down"]))
    def test_a_moved_route_takes_its_neighbours_place_and_no_other_moves(self, at, what):
        definition = {"routes": [{"name": str(place), "priority": 10 * (place // 3)} for place in range(11)]}
        names = [route["name"] for route in routes_of(definition)]
        there = at - 1 if what == "up" else at + 1
        if 0 <= there < len(names):
            names[at], names[there] = names[there], names[at]
        moved = arranged(definition, what, f"route-{at}")
        assert [route["name"] for route in routes_of(moved)] == names

    def test_what_the_form_does_not_know_of_a_route_stays(self):
        definition = {"routes": [{"name": "One", "joint": True, "urgent": True}]}
        changed = with_route(definition, "0", {"name": "Two", "urgent": None})
        assert changed["routes"] == [{"name": "Two", "joint": True}]


def _typed(answer) -> dict[str, list[str]]:
    """The whole form as a browser sends it back, radios and boxes of text included."""
    html = answer.content.decode()
    found = fields(answer)
    for tag in re.findall(r'<input [^>]*type="radio"[^>]*>', html):
        name = re.search(r'name="([^"]*)"', tag)[1]
        found.pop(name, None)
    for tag in re.findall(r'<input [^>]*type="radio"[^>]* checked[^>]*>', html):
        found[re.search(r'name="([^"]*)"', tag)[1]] = [re.search(r'value="([^"]*)"', tag)[1]]
    for name, text in re.findall(r'<textarea [^>]*?name="([^"]+)"[^>]*>(.*?)</textarea>', html, re.S):
        found[name] = [unescape(text).strip()]
    return found


class TestFiles:
    def test_what_was_exported_is_taken_in_again_as_it_was(self, hub, cast):
        before = drafted(cast).definition
        dana = cast.browser("dana")
        text = dana.get(f"{PAGE}yaml/").content.decode()
        assert yaml.safe_load(text) == before
        shown = dana.post(f"{EDIT}import/", {"text": text, "do": "show", "seen": "0"})
        assert "Nothing: it says what the draft says." in words_of(shown)

    def test_what_would_change_is_shown_before_it_is_kept(self, hub, cast):
        changed = drafted(cast).definition | {"title": "Northshire, anew", "number": 77, "code": "other"}
        changed["routes"] = changed["routes"][1:]
        dana = cast.browser("dana")
        text = yaml.safe_dump(changed)
        shown = words_of(dana.post(f"{EDIT}import/", {"text": text, "do": "show", "seen": "0"}))
        assert "It is called “Northshire, anew”, no longer “Northshire victim pathway”." in shown
        assert "Route High-risk domestic abuse is gone" in shown
        assert draft()["title"] == "Northshire victim pathway"
        assert dana.post(f"{EDIT}import/", {"text": text, "do": "keep", "seen": "0"}).status_code == 302
        kept = draft()
        assert (kept["title"], kept["number"], kept["code"]) == ("Northshire, anew", 2, "northshire")

    def test_what_is_no_pathway_is_said_so(self, hub, cast):
        drafted(cast)
        dana = cast.browser("dana")
        for text, words in (
            ("a: [", "This cannot be read as YAML in line"),
            ("- 1", "This is no pathway"),
            ("", "Choose a file, or enter the text."),
            ("!!python/object:os.system {}", "This cannot be read as YAML"),
        ):
            answer = dana.post(f"{EDIT}import/", {"text": text, "do": "show", "seen": "0"})
            assert answer.status_code == 422
            assert words in words_of(answer), text


class TestFromNothing:
    def test_a_pathway_is_written_from_nothing_in_pages_until_it_can_be_proposed(self, hub, cast):
        dana = cast.browser("dana")
        dana.post("/pathways/new-pathway/", {"title": "Night"})
        edit = "/pathways/night/1/edit/"
        assert "The pathway needs `default`" in words_of(dana.get(edit))
        dana.post(f"{edit}route/default/", {**ROUTE, "seen": "0"})
        assert "It can be proposed as it stands." in words_of(dana.get(edit))
        with acting_as_system("tests"):
            written = PathwayVersion.objects.get(code="night").definition
            assert read_pathway(written).default.fallback == ("idva",)
            assert problems(written, on=PathwayVersion.objects.get(code="night").changed_at.date()) == []
            assert validated(written) == []

    def test_a_pathway_begins_as_a_file_of_another_hub_says(self, hub, cast):
        dana = cast.browser("dana")
        text = (ROOT / "pathways" / "data" / "hate-crime.yaml").read_text()
        answer = dana.post("/pathways/new-pathway/", {"text": text})
        assert answer.headers["Location"] == "/pathways/hate-crime/1/edit/"
        assert "It can be proposed as it stands." in words_of(dana.get(answer.headers["Location"]))
        sent = SimpleUploadedFile("hate.yaml", text.encode())
        dana.post("/pathways/new-pathway/", {"title": "Hate at night", "file": sent})
        with acting_as_system("tests"):
            first, named = PathwayVersion.objects.filter(code__startswith="hate").order_by("code")
            assert (named.code, named.number, named.title) == ("hate-crime", 1, "Hate crime")
            assert (first.code, first.definition["title"]) == ("hate-at-night", "Hate at night")
            assert first.definition["routes"] == named.definition["routes"] == yaml.safe_load(text)["routes"]

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "Enter a title"),
            ("routes: []", "Enter a title"),
            ("title: [", "This cannot be read as YAML in line"),
            ("title: Night\nroutes: 7", "“routes:” must be a list"),
            ("title: Night\nassessments: [risk-24]", "“assessments:” must be a list"),
            ("title: Night\nentry: everybody", "“entry:” must have entries of its own"),
            ("title: Night\ndefault: {fallback: 3}", "“fallback:” of a route must be a list"),
            ("title: Night\nreview: {working_days: 2026-11-16}", "it holds a date"),
            ("title: Night\n2026-11-16: 1", "it holds a date"),
        ],
    )
    def test_what_is_no_pathway_is_refused_and_kept_in_the_form(self, hub, cast, text, words):
        answer = cast.browser("dana").post("/pathways/new-pathway/", {"text": text})
        assert (answer.status_code, words in words_of(answer)) == (422, True)
        assert text in answer.content.decode()

    @pytest.mark.parametrize(
        "more",
        [
            "",
            "routes: [{}]",
            "routes: [{when: 4}]\ndefault: {service: 3, answer_within: {days: x}}",
            "entry: {all: 5}\nassessments: [{}]",
        ],
    )
    def test_what_is_incomplete_can_be_put_right_in_the_pages(self, hub, cast, more):
        dana = cast.browser("dana")
        answer = dana.post("/pathways/new-pathway/", {"text": f"title: Night\n{more}"})
        edit = answer.headers["Location"]
        assert "Before it can be proposed" in words_of(dana.get(edit))
        for part in ("title/", "route/default/", "rule/entry/", "route/new/"):
            assert dana.get(f"{edit}{part}").status_code == 200, part


class TestDifferences:
    def test_versions_are_compared_in_sentences_by_whoever_may_read_both(self, hub, cast):
        before = drafted(cast).definition
        routes = [dict(route) for route in before["routes"]]
        routes[0] |= {"answer_within": {"working_hours": 2}, "fallback": []}
        with acting_as(cast.actor("dana")) as dana:
            version = PathwayVersion.objects.get(code="northshire", number=2)
            versions.change_draft(actor=dana, version_id=version.id, definition={**before, "routes": routes})
        page = words_of(cast.browser("dana").get(f"{PAGE}since/1/"))
        assert (
            "High-risk domestic abuse: it is answered within 2 working hours; before, 4 working hours."
            in page
        )
        assert (
            "where it cannot be taken it goes to nothing; before, Emotional and practical support,"
            " Northshire Victim Care." in page
        )
        assert cast.browser("ines").get(f"{PAGE}since/1/").status_code == 404

    def test_order_and_new_assessments_are_said(self):
        one, two = {"name": "One", "service": "a"}, {"name": "Two", "service": "b"}
        before = {"routes": [one, two]}
        after = {"routes": [two, one], "assessments": [{"instrument": "risk-24", "when": {"all": []}}]}
        assert differences(before, after, names={"risk-24": "The checklist"}) == [
            "The checklist is asked for, always.",
            "Routes are looked at in this order: Two, One.",
        ]
