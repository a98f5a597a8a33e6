"""Grants (who may see which case), what keeps people out or lets them in besides, and looks (who saw what)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from access.ids import new_id
from access.tables import HubRow


class Grant(HubRow):
    """One agency's sight of one case: which data categories, until when.

    The hub's own row is here too. Keyed by ids: what they point at lives on floors above.
    """

    agency_id = models.UUIDField()
    case_id = models.UUIDField()
    person_id = models.UUIDField()
    categories = ArrayField(models.CharField(max_length=20))
    granted_at = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    because = models.CharField(max_length=60, help_text="What gave it: 'hub' or 'referral:<id>'.")
    # Kept by triggers: an open restriction, and anybody's open conflict. The policy asks further where one stands.
    restricted = models.BooleanField(default=False)
    conflicted = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency_id", "case_id"], name="access_grant_once", include=["until"]
            ),
        ]
        indexes = [
            models.Index(fields=["agency_id", "person_id"], name="access_grant_person"),
            models.Index(fields=["person_id"], name="access_grant_of_person"),
            models.Index(
                fields=["agency_id", "case_id"],
                condition=models.Q(restricted=True),
                name="access_grant_restricted",
            ),
        ]


class SameAs(HubRow):
    """That a person is known to be one human being with others: a row for each person of a group of two or more.

    Made from the confirmed links by triggers. The restriction and the conflicts of any of a group count for all.
    """

    person_id = models.UUIDField(unique=True)
    group_id = models.UUIDField()
    since = models.DateTimeField(help_text="When the last of them was linked.")
    kept_out = ArrayField(
        models.UUIDField(), default=list, help_text="Practitioners and agencies in conflict."
    )
    restricted = ArrayField(
        models.UUIDField(), default=list, help_text="Those whose own record is restricted."
    )

    class Meta:
        indexes = [models.Index(fields=["group_id"], name="access_sameas_group")]


class Restriction(HubRow):
    """That a person's record, present and future cases included, is closed to the hub but by a personal grant."""

    class Reason(models.TextChoices):
        STAFF = "staff", "works in the hub or a partner agency"
        POLICE_PERPETRATOR = "police_perpetrator", "the alleged perpetrator is in the police"
        WELL_KNOWN = "well_known", "well known, or in the news"
        HONOUR_BASED = "honour_based", "honour-based abuse"
        OTHER = "other", "another reason"

    person_id = models.UUIDField()
    reason = models.CharField(max_length=20, choices=Reason.choices)
    words = models.CharField(max_length=400)
    owner_id = models.UUIDField()
    imposed_by = models.UUIDField()
    imposed_by_name = models.CharField(max_length=150)
    imposed_at = models.DateTimeField()
    lifted_by = models.UUIDField(null=True)
    lifted_by_name = models.CharField(max_length=150, blank=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_words = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person_id"],
                name="access_restriction_one_open",
                condition=models.Q(lifted_at__isnull=True),
            )
        ]


class BreakGlassReview(HubRow):
    """That somebody opened a restricted record in an emergency, and what a colleague made of it the next day."""

    class Outcome(models.TextChoices):
        JUSTIFIED = "justified", "justified"
        NOT_JUSTIFIED = "not_justified", "not justified"

    person_id = models.UUIDField()
    case_id = models.UUIDField()
    broken_by = models.UUIDField()
    broken_by_name = models.CharField(max_length=150)
    broken_at = models.DateTimeField()
    reason = models.CharField(max_length=400)
    due_at = models.DateTimeField()
    reviewed_by = models.UUIDField(null=True)
    reviewed_by_name = models.CharField(max_length=150, blank=True)
    reviewed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True)
    words = models.CharField(max_length=400, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                name="access_review_waiting",
                condition=models.Q(reviewed_at__isnull=True),
            )
        ]


class PersonalGrant(HubRow):
    """One practitioner's own sight of a restricted person, beside what their role shows."""

    class Because(models.TextChoices):
        OWNER = "owner", "owns the restriction"
        GIVEN = "given", "given by an owner"
        BREAK_GLASS = "break_glass", "break-glass"

    practitioner_id = models.UUIDField()
    person_id = models.UUIDField()
    because = models.CharField(max_length=12, choices=Because.choices)
    reason = models.CharField(max_length=400)
    given_by = models.UUIDField()
    given_by_name = models.CharField(max_length=150)
    given_at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    review = models.OneToOneField(BreakGlassReview, on_delete=models.PROTECT, related_name="grant", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(because="break_glass")
                | models.Q(review__isnull=False, until__isnull=False),
                name="access_broken_glass_is_reviewed",
            )
        ]
        indexes = [
            models.Index(
                fields=["practitioner_id", "person_id"],
                name="access_personal_holder",
                condition=models.Q(ended_at__isnull=True),
            ),
            models.Index(
                fields=["person_id"],
                name="access_personal_person",
                condition=models.Q(ended_at__isnull=True),
            ),
        ]


class Conflict(HubRow):
    """That a practitioner, or a whole agency, has an interest in a victim's case and is kept out of it."""

    class Why(models.TextChoices):
        KNOWS = "knows", "knows the person"
        FAMILY = "family", "is family, or lives with them"
        ALLEGED_PERPETRATOR = "alleged_perpetrator", "is, or employs, the alleged perpetrator"
        COLLEAGUE = "colleague", "works with somebody in the case"
        COMPLAINT = "complaint", "is party to a complaint or proceedings"
        OTHER = "other", "another reason"

    person_id = models.UUIDField()
    practitioner_id = models.UUIDField(null=True)
    agency_id = models.UUIDField(null=True)
    why = models.CharField(max_length=20, choices=Why.choices)
    words = models.CharField(max_length=400)
    declared_by = models.UUIDField()
    declared_by_name = models.CharField(max_length=150)
    declared_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    ended_words = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(practitioner_id__isnull=False, agency_id__isnull=True)
                | models.Q(practitioner_id__isnull=True, agency_id__isnull=False),
                name="access_conflict_of_one",
            ),
            models.UniqueConstraint(
                fields=["person_id", "practitioner_id"],
                name="access_conflict_once_practitioner",
                condition=models.Q(ended_at__isnull=True, practitioner_id__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["person_id", "agency_id"],
                name="access_conflict_once_agency",
                condition=models.Q(ended_at__isnull=True, agency_id__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["practitioner_id"],
                name="access_conflict_practitioner",
                condition=models.Q(ended_at__isnull=True),
            ),
            models.Index(
                fields=["agency_id"],
                name="access_conflict_agency",
                condition=models.Q(ended_at__isnull=True),
            ),
        ]


class Look(models.Model):
    """One look at personal data: append-only, partitioned by month, written with the read itself.

    Made by access.looks alone, which gives it its number in its actor's chain and its link.
    """

    class Action(models.TextChoices):
        VIEW = "view", "opened"
        LIST = "list", "listed"
        SEARCH = "search", "searched"
        EXPORT = "export", "exported"
        API_READ = "api_read", "read through the API"
        SIGN_IN = "sign_in", "signed in"
        SIGN_IN_FAILED = "no_sign_in", "failed to sign in"
        SIGN_OUT = "sign_out", "signed out"
        DENIED = "denied", "was refused"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    hub_id = models.UUIDField()
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField()
    actor_name = models.CharField(max_length=150)
    role = models.CharField(max_length=30)
    agency_id = models.UUIDField()
    action = models.CharField(max_length=12, choices=Action.choices)
    door = models.CharField(max_length=100, help_text="The named URL or command that was used.")
    subjects = ArrayField(models.UUIDField(), help_text="Ids of the cases, people or referrals shown.")
    terms = ArrayField(models.TextField(), default=list, help_text="Keyed hashes of what was asked for.")
    remote = models.CharField(max_length=45, blank=True, help_text="The address it was asked from.")
    number = models.BigIntegerField(help_text="Counts the looks of one actor from 1, without a gap.")
    link = models.BinaryField(help_text="HMAC over this look and the link before it.")

    class Meta:
        managed = False
        db_table = "access_look"


class Chain(models.Model):
    """The head of one actor's chain of looks: how many there are, the last link, and a seal over both."""

    hub_id = models.UUIDField()
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField()
    looks = models.BigIntegerField()
    last = models.BinaryField()
    seal = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["actor_kind", "actor_id"], name="access_chain_once"),
        ]


class Verified(models.Model):
    """How far a chain was verified by the scheduled task, and the link that it had there."""

    hub_id = models.UUIDField()
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField()
    looks = models.BigIntegerField()
    last = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["actor_kind", "actor_id"], name="access_verified_once"),
        ]


class ChainFault(models.Model):
    """What the scheduled task found wrong with the record of looks. Stays until an auditor has answered it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    hub_id = models.UUIDField()
    words = models.CharField(max_length=300, unique=True, help_text="Which look and what is wrong; ids only.")
    found_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=150, blank=True)
    answer = models.CharField(max_length=1000, blank=True)


class Change(models.Model):
    """That a row with personal data was changed or deleted: which columns, by whom. Written by a trigger alone.

    An auditor reads this much of a change, and never what stood there (see ChangeValue).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    hub_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    table_name = models.CharField(max_length=63)
    row_id = models.CharField(max_length=40)
    operation = models.CharField(max_length=6)
    columns = ArrayField(models.TextField())
    category = models.CharField(max_length=20)
    case_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=150)
    role = models.CharField(max_length=30)

    class Meta:
        managed = False
        db_table = "access_change"


class ChangeValue(models.Model):
    """What a change's columns held before and after: for whoever may see the row's category now."""

    id = models.UUIDField(primary_key=True, editable=False)
    at = models.DateTimeField()
    category = models.CharField(max_length=20)
    case_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)
    before = models.JSONField()
    after = models.JSONField()

    class Meta:
        managed = False
        db_table = "access_changevalue"


class Hint(HubRow):
    """That somebody's looks on one day were unusual, by one rule. It accuses nobody: an auditor asks, and answers."""

    class Rule(models.TextChoices):
        OWN_SURNAME = "own_surname", "their own surname"
        OUT_OF_HOURS = "out_of_hours", "out of hours"
        VOLUME = "volume", "far more than usual"
        NEVER_WORKED = "never_worked", "cases that others work"
        REFUSED = "refused", "refused again and again"

    class Outcome(models.TextChoices):
        EXPLAINED = "explained", "explained"
        FOLLOWED_UP = "followed_up", "followed up"

    rule = models.CharField(max_length=20, choices=Rule.choices)
    day = models.DateField()
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField()
    actor_name = models.CharField(max_length=150)
    subject = models.UUIDField(null=True, help_text="The person it is about, where it is about one.")
    looks = models.PositiveIntegerField(help_text="How many looks (or records, or refusals) it counts.")
    usual = models.PositiveIntegerField(null=True, help_text="How many there are on a day otherwise.")
    found_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)
    answered_by_name = models.CharField(max_length=150, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    words = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "day", "actor_id", "subject"], name="access_hint_once", nulls_distinct=False
            )
        ]
        indexes = [
            models.Index(
                fields=["-id"], name="access_hint_open", condition=models.Q(answered_at__isnull=True)
            )
        ]
