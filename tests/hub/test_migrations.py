"""The migrations make what the models say, and none waits beside another."""

from io import StringIO

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.guard


def test_no_model_has_changed_without_its_migration(hub):
    said = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=said)
    assert said.getvalue().strip() == "No changes detected"
