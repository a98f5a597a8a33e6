"""Intake: a feed file is checked as a whole, its rows are stored as sent, then judged chunk by chunk.

See docs/decisions/0005. Every row ends in exactly one verdict with its reason. A chunk is one message
of the outbox and one transaction, so it may be killed at any instant: it has happened, or it has not.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import batched
from pathlib import Path
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from access.actor import Actor
from access.batches import insert_rows
from access.roles import Capability
from messaging.events import Happening, publish, schedule
from referrals.actions.intake_cases import next_numbers
from referrals.actions.intake_chunk import judge_chunk
from referrals.models import FeedRow, FeedRun, FeedSource

STORE_AT_ONCE = 1000
CHUNK = 200
JUDGE = "referrals.judge_rows"


class FeedRefused(Exception):
    """The file was not taken, no row of it. The message says where to look and what to do."""
