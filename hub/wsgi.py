"""The web process."""

import os

from django.core.wsgi import get_wsgi_application

from hub.harmless import refuse_to_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
application = get_wsgi_application()
refuse_to_start()
