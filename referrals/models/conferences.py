"""Case conferences: meetings, which cases they hear, what agencies know of them, what was said and is to be done."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from access.encryption import EncryptedJSONField
from access.tables import HubRow
from agencies.models import Agency
from referrals.conference import GROUNDS, OFF_THE_LIST, PLANNED, STATUSES
from referrals.models.cases import Case


class Conference(HubRow):
    """One meeting of one kind. Nothing here is about anybody who is discussed."""

    kind = models.SlugField()
    edition = models.CharField(max_length=40, help_text="Of the rules that it was called by.")
    starts_at = models.DateTimeField()
    place = models.CharField(max_length=200, help_text="The room; or that it is held online.")
    chair_name = models.CharField(max_length=150)
    capacity = models.PositiveSmallIntegerField()
    slot_minutes = models.PositiveSmallIntegerField()
    research_due_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=list(STATUSES.items()), default=PLANNED)
    called_by_name = models.CharField(max_length=150)
    called_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    minutes_due_at = models.DateTimeField(null=True)
    minutes_edition = models.CharField(max_length=40, blank=True, help_text="Of the clock's rule.")
    circulated_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["starts_at", "id"], name="referrals_conference_starts")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(capacity__range=(1, 40), slot_minutes__range=(5, 60)),
                name="referrals_conference_sizes",
            )
        ]


class ConferenceAgency(HubRow):
    """That an agency is invited to a meeting."""

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="invited")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conference", "agency"], name="referrals_conference_agency_once")
        ]


class Attendance(HubRow):
    """That somebody agreed to the confidentiality statement of a meeting, and whether they were there.

    practitioner_id: whoever agreed here, by themselves; empty for who signed on paper.
    """

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="attendances")
    practitioner_id = models.UUIDField(null=True)
    name = models.CharField(max_length=150)
    agency_id = models.UUIDField(null=True)
    agency_name = models.CharField(max_length=150)
    edition = models.CharField(max_length=40, help_text="Of the statement that was agreed to.")
    confirmed_at = models.DateTimeField()
    is_present = models.BooleanField(default=False)
    recorded_by_name = models.CharField(max_length=150)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conference", "practitioner_id"], name="referrals_attendance_once"
            )
        ]


class Listing(HubRow):
    """A case on the list of a meeting: why, by which edition of the rules, and what became of it."""

    class Status(models.TextChoices):
        LISTED = "listed", "to be heard"
        HEARD = "heard", "heard"
        DEFERRED = "deferred", "put off to another meeting"
        TAKEN_OFF = "taken_off", "taken off the list"

    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="listings")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="listings")
    person_id = models.UUIDField()
    ground = models.CharField(max_length=20, choices=list(GROUNDS.items()))
    explanation = models.CharField(max_length=400)
    edition = models.CharField(max_length=40)
    is_repeat = models.BooleanField(default=False)
    score = models.PositiveSmallIntegerField(null=True)
    accused = ArrayField(
        models.CharField(max_length=64),
        default=list,
        help_text="Keyed digests of what tells the alleged perpetrator, as it stood when heard.",
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.LISTED)
    status_words = models.CharField(max_length=400, blank=True)
    listed_by_name = models.CharField(max_length=150)
    listed_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conference", "case"],
                name="referrals_listing_once",
                condition=~models.Q(status__in=OFF_THE_LIST),
            )
        ]
        indexes = [
            models.Index(fields=["person_id", "heard_at"], name="referrals_listing_person"),
            models.Index(
                fields=["heard_at", "id"], name="referrals_listing_heard", condition=models.Q(status="heard")
            ),
        ]


class Research(HubRow):
    """What one agency is asked to find out about one listed case, and what it is shown of it for that.

    It is the ground of the agency's sight: `categories` until `until`, see referrals.queries.grounds.
    """

    class Status(models.TextChoices):
        ASKED = "asked", "not answered"
        KNOWN = "known", "known"
        NOT_KNOWN = "not_known", "not known"

    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="research")
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="research")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="research")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT)
    categories = ArrayField(models.CharField(max_length=20))
    until = models.DateTimeField()
    due_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ASKED)
    asked_by_name = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    returned_by_name = models.CharField(max_length=150, blank=True)
    returned_at = models.DateTimeField(null=True)
    carried_from = models.DateTimeField(
        null=True, help_text="Of the meeting that it was returned for and that put the case off."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["listing", "agency"], name="referrals_research_once")]
        indexes = [models.Index(fields=["agency", "case"], name="referrals_research_agency")]


class Minute(HubRow):
    """One passage about a listed case: what an agency's files say, or what was said and decided at the meeting.

    Each is of one data category, and shown to whoever is shown that category of the case. Never changed.
    """

    class Part(models.TextChoices):
        RESEARCH = "research", "What the agency knows"
        DISCUSSION = "discussion", "Discussion"
        RISKS = "risks", "Risks"
        DECISION = "decision", "Decision"
        SUMMARY = "summary", "What the adviser may tell the person"

    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="minutes")
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="minutes")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="minutes")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT)
    part = models.CharField(max_length=12, choices=Part.choices)
    category = models.CharField(max_length=20)
    words = EncryptedJSONField()
    said_by_name = models.CharField(max_length=150)
    said_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["listing", "id"], name="referrals_minute_listing")]


class ConferenceAction(HubRow):
    """What an agency is to do after a meeting. Not possible is an answer, and differs from not done."""

    class Status(models.TextChoices):
        OPEN = "open", "to do"
        DONE = "done", "done"
        NOT_POSSIBLE = "not_possible", "not possible"

    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="actions")
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="actions")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="conference_actions")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT)
    owner_name = models.CharField(
        max_length=150, blank=True, help_text="Who of the agency, where it is known."
    )
    words = EncryptedJSONField()
    due_at = models.DateTimeField()
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.OPEN)
    answer = EncryptedJSONField(null=True, help_text="What was done, or why it is not possible.")
    set_by_name = models.CharField(max_length=150)
    set_at = models.DateTimeField()
    answered_by_name = models.CharField(max_length=150, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status="open", answered_at__isnull=True)
                | (~models.Q(status="open") & models.Q(answered_at__isnull=False)),
                name="referrals_conferenceaction_answered",
            )
        ]
        indexes = [
            models.Index(fields=["agency", "status", "due_at", "id"], name="referrals_conference_to_do"),
        ]
