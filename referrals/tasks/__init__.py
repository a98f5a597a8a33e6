"""What follows from events and due times: each a subscriber of the outbox, acting as a named system account.

Names of subscribers and tasks are stored in messages that wait: they stay as they are wherever the function stands.
"""

from referrals.tasks import casework, conferences, feeds, ground, notices, referral, routing

__all__ = ["casework", "conferences", "feeds", "ground", "notices", "referral", "routing"]
