"""Invitations and agencies' own sign-in; staff and their sign-in data seen and changed by few.

Of a person's sign-in, they themselves, their agency's administrator, the hub's administrator and the hub's
own accounts see and change something; a visitor reads nothing but the row their session claims, and the
doors of signing in (role signing_in) find a person by e-mail address.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import access.ids
from access.policy import HAS_ACTOR, protect
from access.roles import STAFF_ROLES

FUNCTIONS = """
CREATE FUNCTION agencies_own(wanted uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(wanted = nullif(current_setting('hub.actor_id', true), '')::uuid, false) $$;

CREATE FUNCTION agencies_system() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT access_role() = 'system' $$;

CREATE FUNCTION agencies_signing_in() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT access_role() = 'signing_in' $$;

CREATE FUNCTION agencies_administers(agency uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT access_role() = 'hub_administrator'
   OR (access_role() = 'agency_administrator' AND agency = access_agency()) $$;

-- plpgsql: planned once, and the policy of the table that it reads holds.
CREATE FUNCTION agencies_administers_person(person uuid) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$ BEGIN
  RETURN access_role() IN ('hub_administrator', 'agency_administrator') AND EXISTS (
    SELECT 1 FROM agencies_practitioner p WHERE p.id = person AND agencies_administers(p.agency_id));
END $$;
"""
DROP_FUNCTIONS = """
DROP FUNCTION agencies_administers_person(uuid);
DROP FUNCTION agencies_administers(uuid);
DROP FUNCTION agencies_signing_in();
DROP FUNCTION agencies_system();
DROP FUNCTION agencies_own(uuid);
"""

# What a policy cannot say: which columns of a row somebody may change.
GUARD = """
CREATE FUNCTION agencies_guard_practitioner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF access_role() = 'agency_administrator' AND NEW.role NOT IN
     ('partner_practitioner', 'agency_administrator', 'police_liaison') THEN
    RAISE EXCEPTION 'An agency''s administrator gives no role of the hub.';
  END IF;
  IF TG_OP = 'UPDATE' AND NOT agencies_system() THEN
    IF (NEW.role, NEW.agency_id, NEW.is_active, NEW.email)
       IS DISTINCT FROM (OLD.role, OLD.agency_id, OLD.is_active, OLD.email)
       AND (agencies_own(OLD.id) OR NOT agencies_administers(OLD.agency_id)
            OR NEW.agency_id <> OLD.agency_id OR NEW.email <> OLD.email) THEN
      RAISE EXCEPTION 'Role, agency, address and whether somebody may sign in are not theirs to change.';
    END IF;
    IF NEW.password <> OLD.password AND NOT agencies_own(OLD.id) AND NOT agencies_signing_in() THEN
      RAISE EXCEPTION 'Nobody chooses a password for somebody else.';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER agencies_guard BEFORE INSERT OR UPDATE ON agencies_practitioner
  FOR EACH ROW EXECUTE FUNCTION agencies_guard_practitioner();
"""
DROP_GUARD = """
DROP TRIGGER agencies_guard ON agencies_practitioner;
DROP FUNCTION agencies_guard_practitioner();
"""

OWN = "agencies_own(user_id)"
SYSTEM = "agencies_system()"
SIGNING_IN = "agencies_signing_in()"
ADMINISTERS = "agencies_administers_person(user_id)"


def any_of(*conditions):
    return " OR ".join(conditions)


def lift(table):
    """Take away the policies of 0003, under which whoever had an actor could write."""
    kinds = {"read": "SELECT", "insert": "INSERT", "update": "UPDATE", "delete": "DELETE"}
    back = [f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY", f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"]
    for name, command in kinds.items():
        check = "" if name == "insert" else f" USING ({HAS_ACTOR})"
        check += f" WITH CHECK ({HAS_ACTOR})" if name in ("insert", "update") else ""
        back.append(f"CREATE POLICY {table}_{name} ON {table} FOR {command}{check}")
    return migrations.RunSQL(tuple(f"DROP POLICY {table}_{name} ON {table}" for name in kinds), tuple(back))


STAFF = [(str(role), role.words) for role in STAFF_ROLES]


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0005_history"),
        ("usersessions", "0001_initial"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
    ]
    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        migrations.AlterField("practitioner", "role", models.CharField(choices=STAFF, max_length=30)),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("email", models.EmailField(max_length=254)),
                ("role", models.CharField(choices=STAFF, max_length=30)),
                (
                    "teams",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), default=list, size=None
                    ),
                ),
                ("nonce", models.CharField(max_length=32)),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "open"), ("used", "used"), ("withdrawn", "withdrawn")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("made_by", models.UUIDField(help_text="The administrator.")),
                ("expires_at", models.DateTimeField()),
                (
                    "ended_at",
                    models.DateTimeField(blank=True, help_text="When it was used or withdrawn.", null=True),
                ),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="agencies.agency",
                    ),
                ),
                (
                    "practitioner",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitation",
                        to="agencies.practitioner",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "open")),
                        fields=("email",),
                        name="agencies_invitation_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(status="used", practitioner__isnull=False)
                        | (~models.Q(status="used") & models.Q(practitioner__isnull=True)),
                        name="agencies_invitation_used_by_one",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="SignOn",
            fields=[
                (
                    "agency",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="sign_on",
                        serialize=False,
                        to="agencies.agency",
                    ),
                ),
                ("issuer", models.URLField()),
                ("client_id", models.CharField(max_length=200)),
                ("secret_name", models.CharField(max_length=60)),
                ("required", models.BooleanField(default=False)),
                ("asks_second_factor", models.BooleanField(default=False)),
            ],
        ),
        *(lift(f"agencies_{name}") for name in ("practitioner", "practitioner_teams")),
        *(lift(name) for name in ("account_emailaddress", "mfa_authenticator")),
        protect(
            "agencies_practitioner",
            read=any_of(
                "agencies_own(id)",
                SIGNING_IN,
                "access_role() NOT IN ('', 'visitor', 'client')"
                " AND (access_is_hub() OR agency_id = access_agency())",
            ),
            insert=any_of(SYSTEM, "agencies_administers(agency_id)"),
            update=any_of("agencies_own(id)", SIGNING_IN, SYSTEM, "agencies_administers(agency_id)"),
        ),
        protect(
            "agencies_practitioner_teams",
            read="EXISTS (SELECT 1 FROM agencies_practitioner p WHERE p.id = practitioner_id)",
            insert=any_of(SYSTEM, "agencies_administers_person(practitioner_id)"),
            delete=any_of(SYSTEM, "agencies_administers_person(practitioner_id)"),
        ),
        # An address is the person's own, or it is not one: nobody claims somebody else's.
        protect(
            "account_emailaddress",
            read=any_of(OWN, SIGNING_IN, SYSTEM),
            insert="EXISTS (SELECT 1 FROM agencies_practitioner p"
            " WHERE p.id = user_id AND lower(p.email) = lower(account_emailaddress.email))",
            update=any_of(OWN, SIGNING_IN, SYSTEM),
            update_to="EXISTS (SELECT 1 FROM agencies_practitioner p"
            " WHERE p.id = user_id AND lower(p.email) = lower(account_emailaddress.email))",
            delete=any_of(OWN, SYSTEM),
        ),
        protect(
            "mfa_authenticator",
            read=any_of(OWN, SIGNING_IN, SYSTEM, ADMINISTERS),
            insert=OWN,
            update=any_of(OWN, SIGNING_IN, SYSTEM),
            delete=any_of(OWN, SYSTEM, ADMINISTERS),
        ),
        protect(
            "usersessions_usersession",
            read=any_of(OWN, SYSTEM, ADMINISTERS),
            insert=OWN,
            update=OWN,
            delete=any_of(OWN, SYSTEM, ADMINISTERS),
        ),
        protect(
            "socialaccount_socialaccount",
            read=any_of(OWN, SIGNING_IN, SYSTEM, ADMINISTERS),
            insert=any_of(OWN, SIGNING_IN),
            update=any_of(OWN, SIGNING_IN),
            delete=any_of(SYSTEM, ADMINISTERS),
        ),
        protect(
            "agencies_invitation",
            read=any_of(SYSTEM, "agencies_administers(agency_id)"),
            insert="agencies_administers(agency_id) AND agencies_own(made_by)",
            update=any_of(SYSTEM, "agencies_administers(agency_id)"),
        ),
        protect(
            "agencies_signon",
            read=HAS_ACTOR,
            insert=any_of(SYSTEM, "access_role() = 'hub_administrator'"),
            update=any_of(SYSTEM, "access_role() = 'hub_administrator'"),
            delete=any_of(SYSTEM, "access_role() = 'hub_administrator'"),
        ),
        migrations.RunSQL(GUARD, DROP_GUARD),
    ]
