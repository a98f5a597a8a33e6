"""The record of looks verifies itself, woken by beat. What it finds is loud: kept, shown, and logged."""

import json
import logging
from pathlib import Path

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from access.context import acting_as_system
from access.verification import anchor, verify_onwards

logger = logging.getLogger(__name__)


@shared_task(ignore_result=True, name="access.verify_log")
def verify_log() -> int:
    """Verify what was added since the last run, and anchor what holds. Returns how many faults were found.

    The anchor's seal goes into the log, and the anchor itself into the folder AUDIT_ANCHORS where it is set:
    both are to be shipped to where the database's owner cannot write.
    """
    with acting_as_system("verification"):
        looks, faults = verify_onwards()
        standing = anchor()
    for words in faults:
        logger.error("The access log does not hold: %s. See check_integrity and the runbook.", words)
    if not faults:
        logger.info(
            "Access log: %d looks verified; anchor over %d chains, %d looks, seal %s",
            looks,
            standing["chains"],
            standing["looks"],
            standing["seal"],
        )
        if settings.AUDIT_ANCHORS:
            name = f"anchor-{timezone.now():%Y%m%dT%H%M%SZ}.json"
            (Path(settings.AUDIT_ANCHORS) / name).write_text(json.dumps(standing))
    return len(faults)
