"""How long an account rests after wrong passwords: longer with each one, whether there is such an account or not.

Kept in the cache that all processes share, under a keyed digest of the address: an unknown address is
counted and answered like a known one, and the cache holds no address. Four wrong passwords cost nothing;
the fifth five minutes, each further one twice as long as the last, up to a day. A day without a wrong
password, the right one, or an administrator makes the count start again.
"""

from django.core.cache import cache
from django.utils.crypto import salted_hmac

FREE = 4
FIRST_REST = 5 * 60
LONGEST_REST = REMEMBERED = 24 * 60 * 60


def rest_seconds(failures: int) -> int:
    """How long an account rests after its `failures`-th wrong password."""
    if failures <= FREE:
        return 0
    return min(FIRST_REST * 2 ** min(failures - FREE - 1, 20), LONGEST_REST)


def is_resting(email: str) -> bool:
    """Whether no password is looked at for this address now."""
    return cache.get(_key("rest", email)) is not None


def count_failure(email: str) -> int:
    """Count a wrong password. Returns for how many seconds the account rests now; 0 where it does not."""
    key = _key("failures", email)
    cache.add(key, 0, REMEMBERED)
    try:
        failures = cache.incr(key)
    except ValueError:  # forgotten between the two lines above
        failures = 1
        cache.set(key, failures, REMEMBERED)
    cache.touch(key, REMEMBERED)
    rest = rest_seconds(failures)
    if rest:
        cache.set(_key("rest", email), True, rest)
    return rest


def unlock(email: str) -> None:
    """Forget the wrong passwords: after the right one, or by the administrator."""
    cache.delete_many([_key("failures", email), _key("rest", email)])


def _key(what: str, email: str) -> str:
    digest = salted_hmac("agencies.lockouts", email.strip().lower(), algorithm="sha256").hexdigest()
    return f"lockout:{what}:{digest}"
