from django.apps import AppConfig


class HubConfig(AppConfig):
    name = "hub"

    def ready(self) -> None:
        """Make Celery's wake-up the doorbell of the outbox."""
        from hub.celery import app
        from messaging.relay import connect_doorbell

        connect_doorbell(lambda: app.send_task("messaging.wake", expires=30, retry=False))
