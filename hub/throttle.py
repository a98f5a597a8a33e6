"""How often somebody may knock: fixed windows, counted in the cache that all processes share.

allauth has limits of its own for its pages, and agencies.lockouts for wrong passwords; these are for the
partner API, its token door, and what is open to who has not signed in (hub.limits).
"""

import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from hub.actors import remote_of

if TYPE_CHECKING:  # rest_framework.views itself loads this module, by its settings
    from rest_framework.views import APIView


def seconds_to_wait(what: str, who: str, *, limit: int, window: int) -> int:
    """Count one knock of `who` at `what`; how long they must wait, 0 for not at all.

    limit: how many knocks a window of so many seconds takes.
    """
    now = int(time.time())
    key = f"limit:{what}:{who}:{now // window}"
    cache.add(key, 0, window)
    try:
        knocks = cache.incr(key)
    except ValueError:  # the window ended between the two lines above
        return 0
    return window - now % window if knocks > limit else 0


class ClientThrottle(BaseThrottle):
    """The partner API: so many calls a minute for each client."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        who = str(getattr(request.user, "id", "") or remote_of(request._request))
        self.left = seconds_to_wait("api", who, limit=settings.API_CALLS_A_MINUTE, window=60)
        return self.left == 0

    def wait(self) -> float:
        return float(self.left)
