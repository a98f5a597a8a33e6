"""The dry run: two versions of a pathway over the facts of past decisions, and what differs. Pure."""
