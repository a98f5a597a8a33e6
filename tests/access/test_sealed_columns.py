"""Safe addresses and health answers stand sealed in the database, and keys can be changed while the hub runs."""

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from access.context import acting_as_system
from access.encryption import SealBroken, current_key, seal, unseal
from access.rotation import sealed_columns
from tests.factories import a_case
from victims.models import SafeAddress

pytestmark = pytest.mark.guard

PLACE = {"lines": "Willow House, ask for Mair", "postcode": "NS9 9ZZ"}


def a_safe_address() -> SafeAddress:
    case = a_case()
    with acting_as_system("tests"):
        return SafeAddress.objects.create(person=case.person, place=PLACE, recorded_at=timezone.now())


def as_stored() -> list[str]:
    with acting_as_system("tests"), connection.cursor() as cursor:
        cursor.execute("SELECT place FROM victims_safeaddress")
        return [value for (value,) in cursor.fetchall()]


def test_the_database_holds_nothing_that_can_be_read(hub):
    made = a_safe_address()
    (stored,) = as_stored()
    assert stored.startswith(f"{current_key()}:")
    assert "Willow" not in stored
    with acting_as_system("tests"):
        assert SafeAddress.objects.get(id=made.id).place == PLACE


def test_the_database_refuses_what_is_not_sealed(hub):
    a_safe_address()
    with pytest.raises(IntegrityError), acting_as_system("tests"), connection.cursor() as cursor:
        cursor.execute("UPDATE victims_safeaddress SET place = 'Willow House'")


def test_nobody_can_search_by_a_sealed_column(hub):
    with acting_as_system("tests"):
        for lookup in ("place", "place__contains", "place__startswith", "place__in"):
            with pytest.raises(FieldError):
                SafeAddress.objects.filter(**{lookup: "Willow"})
        assert not SafeAddress.objects.filter(place__isnull=True).exists()


def test_saving_a_row_that_nobody_opened_leaves_the_seal_as_it_is(hub):
    made = a_safe_address()
    before = as_stored()
    with acting_as_system("tests"):
        SafeAddress.objects.get(id=made.id).save()
    assert as_stored() == before


def test_two_seals_of_the_same_text_differ():
    assert seal("Willow House") != seal("Willow House")
    assert unseal(seal("Llŷn 🏠")) == "Llŷn 🏠"


def test_a_missing_key_is_said_loudly_by_row_and_never_by_value(hub, settings):
    made = a_safe_address()
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with acting_as_system("tests"), pytest.raises(SealBroken) as broken:
        _ = SafeAddress.objects.get(id=made.id).place
    assert str(made.id) in str(broken.value)
    assert "FIELD_KEYS does not hold" in str(broken.value)
    assert "Willow" not in str(broken.value)


def test_a_value_that_was_changed_outside_does_not_open(hub):
    made = a_safe_address()
    with acting_as_system("tests"):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE victims_safeaddress SET place = overlay(place placing 'AAAA' from 60 for 4)"
            )
        with pytest.raises(SealBroken, match="changed outside"):
            _ = SafeAddress.objects.get(id=made.id).place


def test_keys_rotate_and_then_the_old_one_goes(hub, settings, capsys, monkeypatch):
    monkeypatch.setattr("access.rotation.AT_ONCE", 2)
    for _ in range(5):
        a_safe_address()
    old = settings.FIELD_KEYS[0]
    new = Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, old]
    call_command("rotate_field_keys")
    assert "safe addresses, place: 5 sealed anew" in capsys.readouterr().out
    settings.FIELD_KEYS = [new]
    with acting_as_system("tests"):
        assert [one.place for one in SafeAddress.objects.all()] == [PLACE] * 5
    call_command("rotate_field_keys")
    assert "0 values sealed anew" in capsys.readouterr().out


def test_rotation_stops_loudly_where_a_key_is_missing(hub, settings):
    made = a_safe_address()
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match=str(made.id)), transaction.atomic():
        call_command("rotate_field_keys")


def test_every_sealed_column_is_rotated_and_checked_by_the_database(hub):
    columns = {(model._meta.db_table, column) for model, column in sealed_columns()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'c'"
            " AND conname LIKE '%%_sealed'"
        )
        checked = {(table, name.removeprefix(f"{table}_").removesuffix("_sealed")) for table, name in cursor}
    assert columns == checked
    assert {("victims_safeaddress", "place"), ("pathways_healthanswers", "answers")} <= columns
