"""Settings for the type checker: nothing is connected, so any address will do."""

import os

for name, value in {
    "HUB_ENV": "test",
    "DATABASE_URL": "postgresql://types@/types",
    "BROKER_URL": "memory://",
    "SECRET_KEY": "types",
    "FIELD_KEYS": "A" * 43 + "=",
}.items():
    os.environ.setdefault(name, value)

from hub.settings import *  # noqa: E402, F403
