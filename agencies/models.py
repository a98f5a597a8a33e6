"""Agencies, their teams, people, services, agreements and API clients."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from access.actor import Actor
from access.ids import new_id
from access.roles import STAFF_ROLES, Role
from access.tables import HubRow
from agencies.notifications import Way


class Agency(models.Model):
    """A body that works in or with the hub: the hub itself, a police force, a partner."""

    class Kind(models.TextChoices):
        HUB = "hub", "hub"
        POLICE = "police", "police"
        PARTNER = "partner", "partner"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind.choices)

    class Meta:
        verbose_name_plural = "agencies"

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """People of one agency who work one queue."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="teams")
    code = models.SlugField(unique=True)
    name = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.name


class Service(models.Model):
    """What one team offers; pathways route to services by their code, and several teams may offer one.

    areas, languages, interpreters, access, hours, criteria: where, when and for whom; see agencies.offering, and
    pathways.rules for the criteria. needs: which of the eight it can be asked to meet; none named: whichever there are.
    capacity: places for open referrals, None for no limit. share: the part of the service's referrals, in percent,
    that the team is contracted for. `taken` and `sent` are kept by the database, with each referral that is sent or
    ends: no place is ever given twice.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.SlugField()
    name = models.CharField(max_length=120)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="services")
    open_for_referrals = models.BooleanField(default=True)
    areas = ArrayField(models.CharField(max_length=5), default=list, blank=True)
    languages = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    interpreters = models.BooleanField(default=True, help_text="Works with interpreters.")
    access = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    needs = ArrayField(models.CharField(max_length=40), default=list, db_default=[], blank=True)
    hours = models.JSONField(default=dict, blank=True)
    criteria = models.JSONField(
        null=True, blank=True, help_text="Whom it is for, as a rule; empty: everybody."
    )
    retired_at = models.DateTimeField(null=True, blank=True, help_text="Since when it is offered no more.")
    capacity = models.PositiveIntegerField(null=True, blank=True)
    capacity_set_at = models.DateTimeField(null=True, blank=True)
    capacity_set_by = models.CharField(max_length=150, blank=True)
    taken = models.PositiveIntegerField(default=0, editable=False, help_text="Open referrals.")
    share = models.PositiveSmallIntegerField(null=True, blank=True)
    sent = models.PositiveIntegerField(default=0, editable=False, help_text="Since `sent_since`.")
    sent_since = models.DateTimeField(default=timezone.now, help_text="When the shares were last agreed.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "team"], name="agencies_service_once"),
            models.CheckConstraint(
                condition=models.Q(share__isnull=True) | models.Q(share__range=(1, 100)),
                name="agencies_service_share",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_retired(self) -> bool:
        return self.retired_at is not None

    @property
    def free(self) -> int | None:
        """How many places are free; None where there is no limit."""
        return None if self.capacity is None else max(self.capacity - self.taken, 0)


class ServiceChange(HubRow):
    """What was changed of a service, in words, by whom: kept for good, for the hub and the service's own agency."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="changes")
    agency_id = models.UUIDField()
    at = models.DateTimeField()
    by_name = models.CharField(max_length=150)
    words = models.CharField(max_length=1000)

    class Meta:
        indexes = [models.Index(fields=["service", "-id"], name="agencies_servicechange_newest")]


class PractitionerManager(BaseUserManager["Practitioner"]):
    def get_by_natural_key(self, username: str | None) -> "Practitioner":
        return self.get(email__iexact=username)


class Practitioner(AbstractBaseUser):
    """A person who signs in: of one agency, with one role, in any number of its teams."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="practitioners")
    role = models.CharField(max_length=30, choices=[(str(role), role.words) for role in STAFF_ROLES])
    teams = models.ManyToManyField(Team, related_name="practitioners", blank=True)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = PractitionerManager()

    def __str__(self) -> str:
        return self.name

    @property
    def role_words(self) -> str:
        return Role(self.role).words

    def as_actor(self) -> Actor:
        """The actor that this practitioner's transactions carry."""
        return Actor(
            kind="practitioner",
            id=self.id,
            name=self.name,
            role=Role(self.role),
            agency_id=self.agency_id,
            hub=self.agency.kind == Agency.Kind.HUB,
            team_ids=tuple(self.teams.values_list("id", flat=True)),
        )


class Agreement(models.Model):
    """An information sharing agreement: which purposes and data categories, between whom, from when to when.

    Whether it is in force is decided party by party: see agencies.sharing. Once offered, the database keeps its
    terms as they are.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Status(models.TextChoices):
        DRAFT = "draft", "draft"
        OFFERED = "offered", "offered for signature"
        ENDED = "ended", "ended early"

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    number = models.PositiveIntegerField(default=1, help_text="The version: a new one replaces it.")
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    purposes = ArrayField(models.CharField(max_length=40))
    categories = ArrayField(models.CharField(max_length=20))
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    review_on = models.DateField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=150, blank=True)
    ended_reason = models.CharField(max_length=400, blank=True)

    def __str__(self) -> str:
        return self.name


class AgreementParty(models.Model):
    """One agency's side of an agreement; it binds once signed, until the signature is withdrawn."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="parties")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="agreement_sides")
    signed_by = models.CharField(max_length=120, blank=True)
    signed_by_id = models.UUIDField(null=True, blank=True, help_text="Empty where it was signed on paper.")
    signed_on = models.DateField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=150, blank=True)
    withdrawn_reason = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement", "agency"], name="agencies_party_once")]


class ApiClient(models.Model):
    """A partner agency's system: its OAuth application, and the service account that it acts as."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="api_clients")
    application = models.OneToOneField(
        "oauth2_provider.Application", on_delete=models.CASCADE, related_name="api_client"
    )
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)

    def as_actor(self) -> Actor:
        """The actor that this client's transactions carry."""
        return Actor(
            kind="client", id=self.id, name=self.name, role=Role.CLIENT, agency_id=self.agency_id, hub=False
        )


class FeedCursor(models.Model):
    """How far an agency's system has read its feed: shows managers what nobody has fetched."""

    client = models.OneToOneField(ApiClient, on_delete=models.CASCADE, related_name="cursor")
    position = models.BigIntegerField(default=0)
    read_at = models.DateTimeField()


class IdempotencyRecord(models.Model):
    """One client's write under one Idempotency-Key and the answer it got, to be given again."""

    client = models.ForeignKey(ApiClient, on_delete=models.CASCADE)
    key = models.CharField(max_length=100)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="agencies_idempotency_once")]


class Invitation(models.Model):
    """A way in for one new person of one agency: sent by e-mail, used once, dead after `expires_at`.

    The link is made from the id and `nonce` (agencies.actions.invitations); sending again changes the nonce,
    so that of several links only the newest opens. An invitation past `expires_at` is expired: nothing
    is written for that.
    """

    class Status(models.TextChoices):
        OPEN = "open", "open"
        USED = "used", "used"
        WITHDRAWN = "withdrawn", "withdrawn"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=30, choices=[(str(role), role.words) for role in STAFF_ROLES])
    teams = ArrayField(models.UUIDField(), default=list)
    nonce = models.CharField(max_length=32)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    made_at = models.DateTimeField()
    made_by = models.UUIDField(help_text="The administrator.")
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When it was used or withdrawn.")
    practitioner = models.OneToOneField(
        Practitioner, on_delete=models.PROTECT, null=True, blank=True, related_name="invitation"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["email"], condition=models.Q(status="open"), name="agencies_invitation_open_once"
            ),
            models.CheckConstraint(
                condition=models.Q(status="used", practitioner__isnull=False)
                | (~models.Q(status="used") & models.Q(practitioner__isnull=True)),
                name="agencies_invitation_used_by_one",
            ),
        ]

    @property
    def role_words(self) -> str:
        return Role(self.role).words


class SignOn(models.Model):
    """Where an agency's people sign in with their own agency's account (OpenID Connect).

    secret_name: the environment variable that holds the client's secret; the secret is never in the database.
    required: passwords and passkeys of this agency's people are not taken any more.
    asks_second_factor: the agency's provider asks for one itself, so that the hub need not.
    """

    agency = models.OneToOneField(Agency, on_delete=models.PROTECT, primary_key=True, related_name="sign_on")
    issuer = models.URLField()
    client_id = models.CharField(max_length=200)
    secret_name = models.CharField(max_length=60)
    required = models.BooleanField(default=False)
    asks_second_factor = models.BooleanField(default=False)


class Notification(HubRow):
    """That something waits for somebody: a kind and ids. Its policy shows it while they may see what it is about."""

    recipient = models.ForeignKey(Practitioner, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=30, help_text="Of agencies.notifications.KINDS.")
    event_id = models.UUIDField()
    at = models.DateTimeField()
    case_id = models.UUIDField(null=True)
    referral_id = models.UUIDField(null=True)
    row_id = models.UUIDField(null=True, help_text="The row in quarantine.")
    conference_id = models.UUIDField(null=True)
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recipient", "event_id"], name="agencies_notification_once")
        ]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="agencies_notification_newest"),
            models.Index(
                fields=["recipient", "-id"],
                name="agencies_notification_unread",
                condition=models.Q(read_at__isnull=True),
            ),
            models.Index(
                fields=["row_id"], name="agencies_notification_row", condition=models.Q(row_id__isnull=False)
            ),
        ]


class NotificationChoice(HubRow):
    """How somebody wants to be told of one kind."""

    practitioner = models.ForeignKey(Practitioner, on_delete=models.CASCADE, related_name="choices")
    kind = models.CharField(max_length=30)
    way = models.CharField(max_length=10, choices=[(str(way), way.words) for way in Way])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practitioner", "kind"], name="agencies_choice_once")]


class TourPlace(HubRow):
    """How far somebody is in the tour of their first day. No row: they have neither begun nor declined it."""

    practitioner = models.OneToOneField(Practitioner, on_delete=models.CASCADE, related_name="tour_place")
    step = models.PositiveSmallIntegerField(default=1)
    ended_at = models.DateTimeField(null=True)


class OnCallTurn(HubRow):
    """From when until when somebody of the hub is on call for children in danger."""

    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="turns")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    made_by_name = models.CharField(max_length=150)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="agencies_turn_ends"
            )
        ]
        indexes = [models.Index(fields=["ends_at"], name="agencies_turn_ends_at")]
