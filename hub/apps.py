from django.apps import AppConfig


class HubConfig(AppConfig):
    name = "hub"

    def ready(self) -> None:
        """Watch the database role from the first connection on; make Celery's wake-up the doorbell of the outbox."""
        from hub import harmless
        from hub.celery import app
        from messaging.relay import connect_doorbell

        harmless.watch()
        connect_doorbell(lambda: app.send_task("messaging.wake", expires=30, retry=False))
