"""An agency's own system answers what a conference asked it, once somebody of the agency agreed to the statement."""

from importlib import import_module

from django.db import migrations

from access.policy import change_policy

_was = import_module("referrals.migrations.0033_conferences")
OF_THE_AGENCY = (
    "EXISTS (SELECT 1 FROM referrals_attendance a WHERE a.conference_id = referrals_minute.conference_id"
    " AND (a.practitioner_id = access_actor() OR (access_role() = 'client' AND a.practitioner_id IS NOT NULL"
    " AND a.agency_id = access_agency())))"
)
HUB_SIDE = _was.hub_side("category")
WAS = f"({HUB_SIDE}) OR ({_was.MINUTE} AND part = 'research' AND agency_id = access_agency())"
SAID = _was.MINUTE.replace(_was.CONFIRMED.format(table="referrals_minute"), OF_THE_AGENCY)
NOW = f"({HUB_SIDE}) OR ({SAID} AND part = 'research' AND agency_id = access_agency())"


class Migration(migrations.Migration):
    dependencies = [("referrals", "0047_put_off")]
    operations = [change_policy("referrals_minute", "insert", using=NOW, was=WAS)]
