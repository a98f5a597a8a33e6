"""A victim's episode of support: the case, what happened, tries to reach the person, what is to be done."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from access.encryption import EncryptedJSONField
from access.tables import HubRow
from referrals.models.feeds import FeedSource
from victims.models import Person


class Case(HubRow):
    """One victim's episode of support at the hub."""

    class Entitlement(models.TextChoices):
        ENHANCED = "enhanced", "enhanced"
        STANDARD = "standard", "standard"

    reference = models.CharField(max_length=20, unique=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="cases")
    status = models.CharField(max_length=20)
    source_name = models.CharField(max_length=120)
    opened_at = models.DateTimeField()
    reported_at = models.DateTimeField()
    offence_code = models.CharField(
        max_length=6, blank=True, help_text="Of the incident that leads the case."
    )
    offence_label = models.CharField(max_length=160)
    offence_group = models.CharField(max_length=40)
    offence_properties = ArrayField(models.CharField(max_length=30), default=list)
    flags = ArrayField(models.CharField(max_length=30), default=list)
    area = models.CharField(max_length=5, blank=True, help_text="Postcode district.")
    entitlement = models.CharField(max_length=10, choices=Entitlement.choices)
    entitlement_reason = models.CharField(max_length=400)
    entitlement_changed_by = models.CharField(max_length=150, blank=True)
    risk = models.CharField(max_length=20, default="not_assessed")
    incident_count = models.PositiveIntegerField(default=1)
    repeat_until = models.DateTimeField(
        null=True,
        help_text="Kept by triggers: until when the person counts as a repeat victim, over all that is linked.",
    )
    due_at = models.DateTimeField(
        null=True, help_text="The next clock that runs out, for the queue's order; empty when none runs."
    )
    assigned_to = models.UUIDField(null=True)
    opened_by = models.UUIDField(null=True, help_text="Who has it open now.")
    opened_by_name = models.CharField(max_length=150, blank=True)
    open_until = models.DateTimeField(null=True)
    decision_wanted = models.CharField(
        max_length=200, blank=True, help_text="What a person must decide, if anything."
    )
    held_until = models.DateTimeField(
        null=True, help_text="On hold: out of the queues until then, when it comes back by itself."
    )
    held_reason = models.CharField(max_length=400, blank=True, default="", db_default="")
    held_by_name = models.CharField(max_length=150, blank=True, default="", db_default="")
    closed_at = models.DateTimeField(null=True)
    end_state = models.CharField(max_length=40, blank=True)
    no_contact_reason = models.CharField(
        max_length=400, blank=True, help_text="Why triage was finished though the person was not reached."
    )
    closing_reason = models.CharField(max_length=400, blank=True)
    closing_without = models.CharField(
        max_length=400,
        blank=True,
        help_text="Why it ended though something that such an end wants was missing.",
    )
    closed_from = models.CharField(max_length=20, blank=True, help_text="The status before it was closed.")
    reopened_at = models.DateTimeField(null=True)
    reopened_by_name = models.CharField(max_length=150, blank=True)
    reopening_reason = models.CharField(max_length=400, blank=True)
    hub_sees = models.BooleanField(
        default=True,
        db_default=True,
        help_text="Kept by triggers: the hub's grant shows the case and nothing restricts it.",
    )

    class Meta:
        indexes = [
            models.Index(fields=["status", "due_at", "id"], name="referrals_case_due"),
            models.Index(fields=["status", "opened_at", "id"], name="referrals_case_opened"),
            models.Index(fields=["status", "reference"], name="referrals_case_reference"),
            models.Index(fields=["status", "offence_label", "id"], name="referrals_case_offence"),
            models.Index(fields=["status", "risk", "id"], name="referrals_case_risk"),
            models.Index(fields=["assigned_to", "status", "due_at", "id"], name="referrals_case_assigned"),
            models.Index(fields=["person", "status"], name="referrals_case_person"),
            models.Index(
                fields=["status", "due_at", "id"],
                name="referrals_case_held",
                condition=models.Q(held_until__isnull=False),
            ),
            models.Index(
                fields=["due_at", "id"],
                name="referrals_case_decision",
                condition=~models.Q(decision_wanted="") & models.Q(closed_at__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(held_until__isnull=True) | ~models.Q(held_reason=""),
                name="referrals_case_held_for_a_reason",
            ),
            models.UniqueConstraint(
                fields=["person"], name="referrals_one_open_case", condition=models.Q(closed_at__isnull=True)
            ),
        ]


class Incident(HubRow):
    """What happened, as the sender reported it; a case has one or more."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="incidents")
    source = models.ForeignKey(FeedSource, on_delete=models.PROTECT)
    crime_ref = models.CharField(max_length=60)
    occurrence_ref = models.CharField(max_length=60, blank=True)
    update_no = models.PositiveIntegerField(default=0)
    offence_code = models.CharField(max_length=6, blank=True)
    offence_label = models.CharField(max_length=160)
    offence_group = models.CharField(max_length=40)
    flags = ArrayField(models.CharField(max_length=30), default=list)
    reported_at = models.DateTimeField()
    occurred_from = models.DateTimeField(null=True)
    occurred_to = models.DateTimeField(null=True)
    officer = models.CharField(max_length=60, blank=True)
    summary = models.TextField(blank=True)
    accused = ArrayField(
        models.CharField(max_length=64),
        default=list,
        help_text="Keyed digests of what tells the alleged perpetrator: equal where two incidents name one.",
    )
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, help_text="When its sender took the report back.")

    class Meta:
        indexes = [
            models.Index(fields=["crime_ref"], name="referrals_incident_crime"),
            models.Index(fields=["occurrence_ref"], name="referrals_incident_occurrence"),
        ]


class ContactAttempt(HubRow):
    """One try to reach the person: by which channel, and what came of it."""

    class Result(models.TextChoices):
        SPOKE = "spoke", "Spoke to the person"
        NO_ANSWER = "no_answer", "No answer"
        VOICEMAIL = "voicemail", "Left a safe voicemail"
        SOMEBODY_ELSE = "somebody_else", "Somebody else answered"
        NOT_SAFE = "not_safe", "Not safe to speak"
        WRONG_NUMBER = "wrong_number", "Wrong number"
        SENT = "sent", "Message sent"
        DECLINED = "declined", "Does not want support"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="contact_attempts")
    contact_method_id = models.UUIDField(null=True)
    channel = models.CharField(max_length=10)
    result = models.CharField(max_length=20, choices=Result.choices)
    notes = models.TextField(blank=True)
    despite = models.TextField(
        blank=True, help_text="Why a supervisor had it tried though it was not safe: a risk to life."
    )
    script = models.CharField(max_length=20, blank=True, help_text="The edition of what to say.")
    attempted_by = models.UUIDField()
    attempted_by_name = models.CharField(max_length=150)
    attempted_at = models.DateTimeField()


class Prompt(HubRow):
    """What an answer or an event asks to be done on a case by a time: another assessment, a talk that same day."""

    class Kind(models.TextChoices):
        ASSESSMENT = "assessment", "Assessment wanted"
        SAME_DAY_RISK = "same_day_risk", "Same-day risk prompt"
        CHILDREN_SOCIAL_CARE = "children_social_care", "Children’s social care"

    class State(models.TextChoices):
        OPEN = "open", "to do"
        DONE = "done", "done"
        SET_ASIDE = "set_aside", "set aside"
        STOPPED = "stopped", "no longer needed"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="prompts")
    kind = models.CharField(max_length=30, choices=Kind.choices)
    instrument = models.SlugField(help_text="The instrument that is wanted, or whose answer prompts.")
    category = models.CharField(max_length=20, help_text="The data category that shows it.")
    because = models.CharField(max_length=400, help_text="In the instrument's words.")
    edition = models.CharField(max_length=40, help_text="Of the clock's rule.")
    raised_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    words = EncryptedJSONField(null=True, help_text="What was done, or why nothing is to be done.")
    ended_by = models.UUIDField(null=True)
    ended_by_name = models.CharField(max_length=150, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind", "instrument"],
                name="referrals_prompt_once",
                condition=models.Q(state="open"),
            ),
            models.CheckConstraint(
                condition=models.Q(category__in=["assessment", "health"]), name="referrals_prompt_category"
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", ended_at__isnull=True)
                | (~models.Q(state="open") & models.Q(ended_at__isnull=False)),
                name="referrals_prompt_ends",
            ),
        ]
        indexes = [
            models.Index(
                fields=["case", "due_at"], name="referrals_prompt_open", condition=models.Q(state="open")
            )
        ]
