from django.urls import path

from access.pages import changes, hints, log, seen

urlpatterns = [
    path("", log.access_log, name="access_log"),
    path("changes/", changes.access_changes, name="access_changes"),
    path("faults/<uuid:fault_id>/", hints.access_fault, name="access_fault"),
    path("hints/", hints.access_hints, name="access_hints"),
    path("hints/<uuid:hint_id>/", hints.access_hint, name="access_hint"),
    path("seen/<uuid:person_id>/", seen.access_seen, name="access_seen"),
    path("seen/<uuid:person_id>/csv/", seen.access_seen_csv, name="access_seen_csv"),
]
