from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps


class MessagingConfig(AppConfig):
    name = "messaging"

    def ready(self) -> None:
        """Fill the register of subscribers, in web processes and commands as in workers."""
        for app in apps.get_app_configs():
            if find_spec(f"{app.name}.tasks"):
                import_module(f"{app.name}.tasks")
