"""People, how they are named, reached and recognised, and what they consent to."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models

from access.encryption import EncryptedJSONField
from access.tables import HubRow
from agencies.models import Agency
from agencies.offering import ACCESS


class Person(HubRow):
    """One human being as the hub knows them. Never merged automatically with another."""

    reference = models.CharField(max_length=20, unique=True)
    date_of_birth = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=1, default="0", help_text="ISO 5218: 0 not known, 1, 2, 9.")
    ethnicity = models.CharField(max_length=2, blank=True, help_text="Self-defined, 18+1 code.")
    language = models.CharField(max_length=60, blank=True)
    interpreter = models.BooleanField(default=False)
    created_at = models.DateTimeField()


class PersonName(HubRow):
    """A name as it was given. The newest current one is shown."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="names")
    given_names = models.CharField(max_length=200, blank=True)
    surname = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField()
    folded = models.GeneratedField(
        expression=models.Func(
            models.F("given_names"),
            models.F("surname"),
            function="victims_folded",
            output_field=models.TextField(),
        ),
        output_field=models.TextField(),
        db_persist=True,
        help_text="The whole name in small plain letters: what a search is held against.",
    )

    class Meta:
        indexes = [
            models.Index(fields=["person", "-recorded_at"], name="victims_name_newest"),
            GinIndex(OpClass("folded", name="gin_trgm_ops"), name="victims_name_found"),
        ]


class Identifier(HubRow):
    """Who a sender says this is: a sender's own number for the person."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="identifiers")
    scheme = models.CharField(max_length=60, help_text="The sender, such as northshire-police.")
    value = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme", "value", "person"], name="victims_identifier_once")
        ]
        indexes = [models.Index(fields=["value"], name="victims_identifier_found")]


class ContactMethod(HubRow):
    """A way to reach the person, and whether it is safe. Unknown is its own answer."""

    class Kind(models.TextChoices):
        MOBILE = "mobile", "mobile phone"
        PHONE = "phone", "phone"
        EMAIL = "email", "e-mail"

    class Safety(models.TextChoices):
        SAFE = "safe", "safe"
        UNSAFE = "unsafe", "not safe"
        UNKNOWN = "unknown", "not known"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="contact_methods")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    value = models.CharField(max_length=200)
    safety = models.CharField(max_length=10, choices=Safety.choices, default=Safety.UNKNOWN)
    notes = models.CharField(max_length=300, blank=True, help_text="As the sender wrote them.")
    rules = models.JSONField(default=dict, help_text="The notes as rules: see victims.safe_contact.")
    care = EncryptedJSONField(
        null=True, help_text="may_answer, code_word and cover_story, as the person asked for them."
    )
    recorded_at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "value"], name="victims_contact_once")
        ]
        indexes = [models.Index(fields=["value"], name="victims_contact_found")]


class Address(HubRow):
    """Where the person lives or lived. A safe address (a refuge) never stands here: see SafeAddress."""

    class Household(models.TextChoices):
        ALONE = "alone", "lives there alone"
        JOINT = "joint", "somebody else lives there"
        UNKNOWN = "unknown", "not known"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="addresses")
    lines = models.CharField(max_length=300, blank=True)
    postcode = models.CharField(max_length=8, blank=True)
    letters = models.CharField(
        max_length=10, choices=ContactMethod.Safety.choices, default=ContactMethod.Safety.UNKNOWN
    )
    household = models.CharField(max_length=10, choices=Household.choices, default=Household.UNKNOWN)
    lives_there = EncryptedJSONField(null=True, help_text="words: who else lives there.")
    recorded_at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "lines", "postcode"], name="victims_address_once")
        ]
        indexes = [models.Index(fields=["postcode"], name="victims_address_found")]


class SafeAddress(HubRow):
    """Where somebody is that nobody may find, such as a refuge: sealed, a data category of its own.

    No index, match key or search holds any part of it. The newest is where the person is.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="safe_addresses")
    place = EncryptedJSONField(help_text="lines and postcode.")
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "safe addresses"


class AccessNeeds(HubRow):
    """What somebody needs so that they can be spoken to and met, as they were last asked; never why they need it.

    It is of the category contact: whoever may reach the person must know how. A row without needs is an answer too;
    nobody asked where there is no row. The newest counts.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="access_needs")
    needs = ArrayField(models.CharField(max_length=20), help_text="Codes of agencies.offering.ACCESS.")
    recorded_by = models.UUIDField()
    recorded_by_name = models.CharField(max_length=150)
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "access needs"
        indexes = [models.Index(fields=["person", "-recorded_at"], name="victims_needs_newest")]

    @property
    def words(self) -> list[str]:
        return [ACCESS.get(code, code) for code in self.needs]


class MatchKey(HubRow):
    """A blocking key of a person (see victims.matching): equal keys make two people candidates."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="match_keys")
    key = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "person"], name="victims_match_key_once")]


class Deduplication(HubRow):
    """One comparison of everybody held with everybody: how far it is, and what came of it."""

    day = models.DateField(null=True, help_text="Of a nightly run, which there is once a day.")
    settings = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    started_by_name = models.CharField(max_length=150)
    finished_at = models.DateTimeField(null=True)
    done_up_to = models.UUIDField(null=True, help_text="The last person of the last batch.")
    people = models.PositiveIntegerField(default=0)
    compared = models.PositiveIntegerField(default=0)
    pairs = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    review = models.PositiveIntegerField(default=0)
    confirmed = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hub_id", "day"], name="victims_deduplication_once_a_day"),
            models.UniqueConstraint(
                fields=["hub_id"],
                name="victims_deduplication_one_at_a_time",
                condition=models.Q(finished_at__isnull=True),
            ),
        ]

    @property
    def at_most(self) -> int:
        """How many there are to compare, where more were found than was believed at the start."""
        return max(self.people, self.compared)


class RecognitionWeights(HubRow):
    """Weights of recognition as practitioners' answers speak for: proposed beside those in force, then accepted or not.

    Numbers, and no person. Once estimated they are never changed; a trigger holds that and the moves of the state.
    """

    class State(models.TextChoices):
        ESTIMATING = "estimating", "being estimated"
        TOO_FEW = "too_few", "too few answers"
        PROPOSED = "proposed", "to be decided"
        ACCEPTED = "accepted", "accepted"
        DISCARDED = "discarded", "discarded"
        WITHDRAWN = "withdrawn", "taken out of force"

    class Refusal(models.TextChoices):
        FALSE_SAME = "false_same", "more pairs of two people would be taken for one"
        TWICE_TOLD = "twice_told", "two records that agree in every field would not be very likely the same"
        LOST = "lost", "too many pairs of one person would not be asked about any more"
        NOT_BETTER = "not_better", "answers that were held back are not foretold better"

    number = models.PositiveIntegerField()
    base = models.CharField(max_length=40, help_text="The shipped weights that they correct.")
    instead_of = models.CharField(max_length=40, help_text="The weights in force when they were estimated.")
    state = models.CharField(max_length=12, choices=State.choices, default=State.ESTIMATING)
    refusal = models.CharField(
        max_length=12, choices=Refusal.choices, blank=True, help_text="Why they cannot be accepted."
    )
    corrections = models.JSONField(default=dict, help_text="Bits by field and level, to the shipped weights.")
    support = models.JSONField(default=dict, help_text="Labels by field and level: confirmed and rejected.")
    figures = models.JSONField(default=dict, help_text="What old and new weights make of the labels.")
    steps = models.PositiveSmallIntegerField(default=0, help_text="Of the estimation, done.")
    started_at = models.DateTimeField()
    started_by_name = models.CharField(max_length=150)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    decided_by_name = models.CharField(max_length=150, blank=True)
    reason = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hub_id", "base", "number"], name="victims_weights_number"),
            models.UniqueConstraint(
                fields=["hub_id"],
                name="victims_weights_one_at_a_time",
                condition=models.Q(state__in=["estimating", "proposed"]),
            ),
            models.CheckConstraint(
                condition=~models.Q(state="accepted") | models.Q(refusal="", reason__gt=""),
                name="victims_weights_accepted",
            ),
        ]

    @property
    def version(self) -> str:
        """As suggestions keep it: the shipped weights, and which correction of them."""
        return f"{self.base}+{self.number}"


class SamePersonSuggestion(HubRow):
    """Two people who may be one, with the fields that agreed. A practitioner decides."""

    class State(models.TextChoices):
        OPEN = "open", "to be looked at"
        CONFIRMED = "confirmed", "the same person"
        REJECTED = "rejected", "different people"
        UNSURE = "unsure", "cannot be told"

    class Verdict(models.TextChoices):
        SAME = "same", "very likely the same person"
        REVIEW = "review", "perhaps the same person"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="suggestions")
    other = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="suggested_by")
    score = models.FloatField(help_text="In bits: see victims.matching.")
    verdict = models.CharField(max_length=10, choices=Verdict.choices, default=Verdict.REVIEW)
    evidence = models.JSONField(help_text="Field by field: what agreed, what did not, and its weight.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    suggested_at = models.DateTimeField()
    run = models.ForeignKey(
        Deduplication,
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="suggestions",
        help_text="The run that found it, where none of intake did.",
    )
    decided_by = models.UUIDField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "other"], name="victims_suggestion_once")]
        indexes = [
            models.Index(fields=["other"], name="victims_suggestion_other"),
            models.Index(fields=["state", "verdict", "score", "id"], name="victims_suggestion_likeliest"),
            models.Index(fields=["state", "verdict", "suggested_at", "id"], name="victims_suggestion_oldest"),
            models.Index(
                fields=["-decided_at"],
                name="victims_suggestion_answered",
                condition=models.Q(state__in=["confirmed", "rejected"]),
            ),
        ]


class PersonLink(HubRow):
    """That two people are one human being, as a practitioner confirmed. It is ended, never rewritten.

    Nothing moves: each keeps what is theirs. Who is one through chains of links, the database works out
    (access.models.SameAs), and it refuses to link the alleged perpetrator and the victim of one incident.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="links")
    other = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="linked_by")
    case_id = models.UUIDField(help_text="On whose page it was confirmed.")
    linked_by = models.UUIDField()
    linked_by_name = models.CharField(max_length=150)
    linked_at = models.DateTimeField()
    raised = models.JSONField(
        default=dict, help_text="Cases whose entitlement it raised, with the reason that stood until then."
    )
    ended_by = models.UUIDField(null=True)
    ended_by_name = models.CharField(max_length=150, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_words = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "other"],
                name="victims_link_once",
                condition=models.Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=models.Q(person__gt=models.F("other")), name="victims_link_newer_first"
            ),
        ]


class Relationship(HubRow):
    """The alleged perpetrator of an incident, as the sender named them, and how related to the victim."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="relationships")
    case_id = models.UUIDField()
    scheme = models.CharField(max_length=60)
    nominal = models.CharField(max_length=60, blank=True)
    name = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=60, blank=True, help_text="In the sender's words, such as EX-PARTNER.")
    employer = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, help_text="The agency here that they work for, if any."
    )
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["nominal", "scheme"], name="victims_accused_found", condition=~models.Q(nominal="")
            ),
            models.Index(fields=["case_id"], name="victims_accused_of_case"),
        ]


class Consent(HubRow):
    """What the person says one agency may be told: per data category, with how, by whom and until when."""

    class Answer(models.TextChoices):
        GIVEN = "given", "given"
        REFUSED = "refused", "refused"
        WITHDRAWN = "withdrawn", "withdrawn"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    case_id = models.UUIDField()
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="consents")
    answer = models.CharField(max_length=10, choices=Answer.choices)
    categories = ArrayField(models.CharField(max_length=20))
    how = models.CharField(max_length=60, help_text="By phone, in writing, in person.")
    recorded_by = models.UUIDField()
    recorded_by_name = models.CharField(max_length=150)
    recorded_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    replaces = ArrayField(
        models.UUIDField(),
        default=list,
        help_text="Answers on linked records that the person was told of, and took back with this one.",
    )

    class Meta:
        indexes = [models.Index(fields=["case_id", "agency", "-recorded_at"], name="victims_consent_newest")]
