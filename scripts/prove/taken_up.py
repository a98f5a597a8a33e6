"""Work that is taken from under a worker that dies."""

import threading
import time
from typing import Any
from uuid import uuid4

from scripts.prove.blows import kill
from tests.platform.stage import Instance, alive, eventually


def taken_up(stage: Instance, times: int) -> tuple[float, int]:
    """Kill the worker while it is in the middle of a message; the longest wait until another has done it.

    The message is caught in the middle by a lock that it must wait for.
    """
    from django.utils import timezone

    from access.context import acting_as_system
    from messaging.events import schedule
    from messaging.models import Message
    from referrals.models import Case

    longest = 0.0
    for _ in range(times):
        key = str(uuid4())
        with acting_as_system("proof"):
            case = Case.objects.earliest("id")
        held, free = threading.Event(), threading.Event()

        def hold(case: Any = case, held: Any = held, free: Any = free) -> None:
            from django.db import connections

            with acting_as_system("proof"):
                Case.objects.select_for_update().get(id=case.id)
                held.set()
                free.wait(30)
            connections.close_all()

        holder = threading.Thread(target=hold)
        holder.start()
        held.wait(10)
        with acting_as_system("proof"):
            schedule("referrals.follow_consent", key=key, payload={"case": str(case.id)}, at=timezone.now())
        message = Message.objects.filter(key=key)
        if not eventually(lambda m=message: m.filter(leased_until__isnull=False).exists(), 20):
            free.set()
            raise SystemExit("No worker took the message.")
        time.sleep(0.2)
        worker = stage.look()["worker"]
        kill(worker)
        died = timezone.now()
        free.set()
        holder.join()
        if not eventually(lambda m=message: m.filter(done_at__isnull=False).exists(), 60):
            return float("inf"), times
        longest = max(longest, (message.get().done_at - died).total_seconds())
        eventually(lambda w=worker: stage.look().get("worker") not in (None, w) and not alive(w), 30)
    return longest, times
