"""The project: settings, urls, the Celery application, the page shell and sign-in."""
