"""Which needs a new referral is asked for. Pure."""

from collections.abc import Collection, Iterable


def needs_to_ask(has: Iterable[str], *, meets: Collection[str], elsewhere: Collection[str]) -> list[str]:
    """Of the person's needs, those that the service meets and that nobody was given in a split.

    meets: what the service says of itself; nothing said: whichever there are. elsewhere: what another was given.
    """
    return [one for one in has if (not meets or one in meets) and one not in elsewhere]
