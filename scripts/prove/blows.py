"""The storm's blows: what is killed, stopped or emptied, and when."""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable

from tests.platform.stage import Instance, family


class Storm(threading.Thread):
    """Kills something every now and then, for as long as it blows."""

    def __init__(self, stage: Instance, chance: random.Random) -> None:
        super().__init__(daemon=True)
        self.stage, self.chance = stage, chance
        self.struck: Counter[str] = Counter()
        self.blow, self.fed, self.done = (threading.Event() for _ in range(3))
        self.blow.set()

    def run(self) -> None:
        """Every kind comes once, then at random; the database is given time to come back."""
        blows: list[tuple[str, Callable[[], object]]] = [
            ("worker killed", lambda: self._kill("worker")),
            ("web killed", lambda: self._kill("web")),
            ("database stopped at once", self._stop_database),
            ("beat killed", lambda: self._kill("beat")),
            ("broker emptied", self._empty_broker),
            ("broker killed", lambda: self._kill("valkey")),
        ]
        waiting = list(blows)
        while self.blow.is_set() or waiting:
            time.sleep(self.chance.uniform(1.5, 6))
            words, strike = waiting.pop(0) if waiting else self.chance.choice(blows)
            if strike():
                self.struck[words] += 1

    def _kill(self, name: str) -> bool:
        pid = self.stage.look().get(name)
        return pid is not None and kill(pid)

    def _stop_database(self) -> bool:
        """As `pg_ctl stop -m immediate`: no checkpoint, no goodbye."""
        pid = self.stage.look().get("postgres")
        if pid is None:
            return False
        os.kill(pid, signal.SIGQUIT)
        return True

    def _empty_broker(self) -> bool:
        import redis

        try:
            return bool(redis.Redis.from_url(os.environ["CACHE_URL"]).flushall())
        except redis.RedisError:
            return False


def kill(pid: int) -> bool:
    """The process and all that it has started, at one instant."""
    for one in family(pid):
        try:
            os.kill(one, signal.SIGKILL)
        except ProcessLookupError:
            continue
    return True
