"""Referrals whose work is divided: what was asked and made, for the hub and the agency whose needs were divided."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import access.context
import access.ids
from access.policy import protect

OF_REFERRAL = (
    "EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referrals_split.referral_id"
    " AND r.case_id = referrals_split.case_id AND r.agency_id = referrals_split.agency_id)"
)
HUB_SIDE = f"access_is_hub() AND access_may_see_case(case_id, 'identity') AND {OF_REFERRAL}"
PARTNER_SIDE = f"access_reads_cases() AND agency_id = access_agency() AND {OF_REFERRAL}"
# A partner asks; what comes of it is the hub's to write.
BY_PARTNER = f"{PARTNER_SIDE} AND status = 'asked' AND part_id IS NULL AND decided_at IS NULL"


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0013_needs_met"),
        ("referrals", "0056_carried_over"),
    ]

    operations = [
        migrations.CreateModel(
            name="Split",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                (
                    "needs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), size=None
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("asked", "waits for the hub"),
                            ("made", "made"),
                            ("refused", "refused by the hub"),
                        ],
                        max_length=10,
                    ),
                ),
                ("why", models.CharField(max_length=400)),
                ("asked_by_name", models.CharField(max_length=150)),
                ("asked_at", models.DateTimeField()),
                ("decided_words", models.CharField(blank=True, max_length=400)),
                ("decided_by_name", models.CharField(blank=True, max_length=150)),
                ("decided_at", models.DateTimeField(null=True)),
                ("given_back_at", models.DateTimeField(null=True)),
                (
                    "agency",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="agencies.agency"),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="splits",
                        to="referrals.case",
                    ),
                ),
                (
                    "part",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="given_by",
                        to="referrals.referral",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="splits",
                        to="referrals.referral",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="agencies.service"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["referral", "-id"], name="referrals_split_referral")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "asked")),
                        fields=("referral",),
                        name="referrals_split_one_asked",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("part__isnull", False), ("status", "made")),
                            models.Q(models.Q(("status", "made"), _negated=True), ("part__isnull", True)),
                            _connector="OR",
                        ),
                        name="referrals_split_made",
                    ),
                ],
            },
        ),
        protect(
            "referrals_split",
            read=f"({HUB_SIDE}) OR ({PARTNER_SIDE})",
            insert=f"({HUB_SIDE}) OR ({BY_PARTNER})",
            update=HUB_SIDE,
            delete=f"{HUB_SIDE} AND access_account() = 'retention'",
        ),
    ]
