from django.urls import path

from access.pages import changes, log, seen

urlpatterns = [
    path("", log.access_log, name="access_log"),
    path("changes/", changes.access_changes, name="access_changes"),
    path("seen/<uuid:person_id>/", seen.access_seen, name="access_seen"),
    path("seen/<uuid:person_id>/csv/", seen.access_seen_csv, name="access_seen_csv"),
]
