"""Senders and editions: how a file is read, tried on a sample, published for the next file, and kept for the last."""

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from access.actor import NotAllowed
from access.context import acting_as, acting_as_system
from messaging.models import Event
from referrals.actions.quarantine import resubmit_row
from referrals.actions.sources import EditionMeanwhile, NothingChanged, publish_edition
from referrals.feed.editions import carried, differences
from referrals.feed.row import read_row
from referrals.feed.source import FIELDS, read_source
from referrals.models import Case, FeedRow, FeedRun, FeedSource, HeldStep, SourceEdition
from tests.reading import words_of
from tests.referrals.feeds import COLUMNS, DEFINITION, SOURCE, a_row, as_csv
from tests.referrals.test_quarantine import again, do, held

CHANGE = "/feeds/sources/northshire-police/change/"
KEEPER = "carys"


def source() -> FeedSource:
    with acting_as_system("tests"):
        return FeedSource.objects.get(code="northshire-police")


def answers(page) -> dict[str, object]:
    """What a browser would send back of the form as it stands."""
    told: dict[str, object] = {}
    for bound in page.context["form"]:
        value = bound.value()
        if bound.name != "sample" and value not in (None, False):
            told[bound.name] = value
    return told


def changed(browser, act: str, **cells: object):
    page = browser.get(CHANGE)
    assert page.status_code == 200
    return browser.post(CHANGE, {**answers(page), "seen": str(source().edition), "act": act} | cells)


def a_file(*rows: dict[str, str], columns: list[str] = COLUMNS) -> SimpleUploadedFile:
    return SimpleUploadedFile("sample.csv", as_csv(list(rows), columns=columns))


# Pure


@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), st.text("ABC", min_size=1), min_size=1))
def test_a_row_is_carried_over_to_other_columns_field_by_field(renamed):
    columns = {
        name: f"{renamed[name]}_{name}" if name in renamed else column
        for name, column in DEFINITION["columns"].items()
    }
    other = read_source({**DEFINITION, "columns": columns, "optional": []})
    row = a_row(SUSPECT_NAME="CARR", FLAGS="DA")
    assert read_row(carried(row, came=SOURCE, now=other), other) == read_row(row, SOURCE)
    assert bool(differences(SOURCE, other)) == (
        columns != DEFINITION["columns"] or other.optional != SOURCE.optional
    )


# The pages


def test_what_was_asked_comes_back_as_it_was_and_nothing_changed_is_no_edition(hub, cast):
    answer = changed(cast.browser(KEEPER), "publish", reason="No change.")
    assert answer.status_code == 422
    assert "Nothing is different from the edition in force" in words_of(answer)


def test_a_new_edition_reads_the_next_file_and_the_last_one_stays_as_it_was_read(hub, cast):
    [row] = held(cast, a_row(OFFENCE_CODE="CA01"))
    assert row.verdict == "quarantine:unknown_offence"
    browser = cast.browser(KEEPER)
    told = {"offences": "CA01 = 105/01", "column_summary": "MO_TEXT", "reason": "Their own codes."}
    answer = changed(browser, "publish", **told)
    assert answer.status_code == 302
    page = words_of(browser.get(answer["Location"]))
    for words in (
        "Edition 2",
        "CA01 = 105/01 added",
        "Summary is read from MO_TEXT instead of MO_SUMMARY",
        "Their own codes.",
    ):
        assert words in page
    # A row that came under the first is judged again by the second, and says so.
    assert do(cast, resubmit_row, row) == "workable"
    with acting_as_system("tests"):
        assert HeldStep.objects.get(row=row).edition == 2
        assert again(row).run.edition == 1
        assert Case.objects.get().offence_code == "105/01"
        assert Event.objects.filter(topic="feed.edition_published").exclude(data__edition=1).count() == 1
    # It reads as it came, in its own columns.
    priya = cast.browser("priya")
    assert "SIÂN" in words_of(priya.get(f"/feeds/quarantine/{row.id}/"))
    assert "it came under edition 1" in words_of(priya.get(f"/feeds/quarantine/{row.id}/"))
    columns = ["MO_TEXT" if one == "MO_SUMMARY" else one for one in COLUMNS]
    sent = {**a_row(CRIME_REF="31/00002/26"), "MO_TEXT": "New words"}
    file = SimpleUploadedFile("day.csv", as_csv([sent], columns=columns))
    assert (
        priya.post("/feeds/", {"source": "northshire-police", "file": file, "encoding": ""}).status_code
        == 302
    )
    with acting_as_system("tests"):
        assert FeedRun.objects.latest("number").edition == 2


def test_a_sample_is_shown_as_it_would_be_read_and_nothing_of_it_is_stored(hub, cast):
    rows = [
        a_row(),
        a_row(CRIME_REF="31/00002/26", DOB="31/02/1986"),
        a_row(ADDRESS="HAFAN REFUGE, 9 LONG LANE", CRIME_REF="3"),
    ]
    answer = changed(cast.browser(KEEPER), "preview", sample=a_file(*rows), reason="Half typed")
    assert answer.status_code == 200
    page = words_of(answer)
    for words in (
        "All 3 rows",
        "7 May 1986",
        "105/01",
        "07700900123",
        "Quarantine: a date that cannot be",
        "kept apart",
    ):
        assert words in page
    assert "LONG LANE" not in page
    assert "Half typed" in answer.content.decode()
    with acting_as_system("tests"):
        assert not FeedRow.objects.exists()
        assert not FeedRun.objects.exists()


def test_a_sample_with_other_columns_says_which(hub, cast):
    columns = ["SURNAME_2" if one == "SURNAME" else one for one in COLUMNS]
    page = words_of(changed(cast.browser(KEEPER), "preview", sample=a_file(a_row(), columns=columns)))
    assert "Columns that are not in the file: SURNAME" in page
    assert "Columns of the file that nothing is read from: SURNAME_2" in page


def test_who_may_not_see_cases_sees_what_a_sample_comes_to_and_nobody_in_it(hub, cast):
    page = words_of(changed(cast.browser("owen"), "preview", sample=a_file(a_row())))
    assert "Opened or joined a case" in page
    assert "BRIEN" not in page


def test_what_is_wrong_is_said_in_the_form_and_nothing_typed_is_lost(hub, cast):
    answer = changed(
        cast.browser(KEEPER),
        "publish",
        column_surname="",
        ethnicities="O1 A4",
        flags="DA = nonsense",
        reason="Over.",
    )
    assert answer.status_code == 422
    page = words_of(answer)
    assert "Surname: name the sender’s column" in page
    assert "DA = nonsense" in answer.content.decode()
    assert source().edition == 1


def test_an_exported_edition_makes_a_new_sender(hub, cast):
    browser = cast.browser(KEEPER)
    told = browser.get("/feeds/sources/northshire-police/1/definition.yaml").content
    assert read_source(yaml.safe_load(told)) == read_source(source().definition)
    filled = browser.post("/feeds/sources/new/", {"act": "read", "file": SimpleUploadedFile("d.yaml", told)})
    assert filled.status_code == 200
    sender = {
        "name": "Gwent Police",
        "code": "gwent-police",
        "agency": "northshire-police",
        "reason": "They join.",
        "act": "publish",
    }
    answer = browser.post("/feeds/sources/new/", answers(filled) | sender)
    assert answer.status_code == 302, words_of(answer)
    with acting_as_system("tests"):
        made = FeedSource.objects.get(code="gwent-police")
        assert (made.edition, made.editions.get().reason) == (1, "They join.")
        assert made.check_at is not None
    assert b"columns:\n  crime_ref: CRIME_REF\n" in told
    mine, theirs = (read_source({**one.definition, "code": ""} | {"code": "x"}) for one in (made, source()))
    assert differences(mine, theirs) == []
    assert "Another sender has this code" in words_of(
        browser.post("/feeds/sources/new/", answers(filled) | sender)
    )


def test_a_file_that_is_no_definition_changes_nothing(hub, cast):
    browser = cast.browser(KEEPER)
    for told in (b"- a\n- b", b"{{{", b"columns: {surname: A}", b"\xff\xfe"):
        answer = browser.post(
            CHANGE, {"act": "read", "seen": "1", "file": SimpleUploadedFile("d.yaml", told)}
        )
        assert answer.status_code == 422


def test_somebody_elses_edition_is_not_written_over_and_editions_are_for_ever(hub, cast):
    found = source()
    with acting_as(cast.actor(KEEPER)) as keeper:
        other = {**found.definition, "excluded_offences": ["130/01"]}
        publish_edition(actor=keeper, source_id=found.id, definition=other, reason="Agreed.", seen=1)
        with pytest.raises(EditionMeanwhile):
            publish_edition(
                actor=keeper, source_id=found.id, definition=found.definition, reason="Mine.", seen=1
            )
        with pytest.raises(NothingChanged):
            publish_edition(actor=keeper, source_id=found.id, definition=other, reason="Twice.", seen=2)
        first = SourceEdition.objects.get(source=found, number=1)
        assert SourceEdition.objects.filter(id=first.id).update(reason="Other.") == 0
        assert SourceEdition.objects.filter(id=first.id).delete()[0] == 0
        with pytest.raises(DatabaseError), transaction.atomic():
            SourceEdition.objects.create(
                source=found, number=9, definition={}, reason="x", published_by=found.id,
                published_by_name="Nobody", published_at=first.published_at,
            )  # fmt: skip


def test_only_who_keeps_senders_changes_them(hub, cast):
    for who in ("priya", "martin"):
        assert cast.browser(who).get(CHANGE).status_code == 403
        with acting_as(cast.actor(who)) as actor, pytest.raises(NotAllowed):
            publish_edition(actor=actor, source_id=source().id, definition={}, reason="x", seen=1)
    assert "Edition 1" in words_of(cast.browser("priya").get("/feeds/sources/northshire-police/"))


def test_founding_again_brings_no_definition_over_one_that_somebody_published(hub, cast):
    found = source()
    assert found.edition == 1
    with acting_as(cast.actor(KEEPER)) as keeper:
        other = {**found.definition, "excluded_offences": []}
        publish_edition(actor=keeper, source_id=found.id, definition=other, reason="Agreed.", seen=1)
    call_command("found", "hub/data/northshire.yaml", verbosity=0)
    assert (source().edition, source().definition["excluded_offences"]) == (2, [])
