"""Addresses of agencies and their people."""

from django.urls import path

from agencies.pages import agencies as pages

urlpatterns = [
    path("", pages.agency_list, name="agencies"),
    path("add/", pages.agency_add, name="agency_add"),
    path("people/<uuid:practitioner_id>/", pages.practitioner, name="practitioner"),
    path(
        "people/<uuid:practitioner_id>/deactivate/",
        pages.practitioner_deactivate,
        name="practitioner_deactivate",
    ),
    path(
        "people/<uuid:practitioner_id>/reactivate/",
        pages.practitioner_reactivate,
        name="practitioner_reactivate",
    ),
    path("people/<uuid:practitioner_id>/password-link/", pages.password_link, name="password_link"),
    path("at/<slug:code>/", pages.agency, name="agency"),
    path("at/<slug:code>/teams/add/", pages.team_add, name="team_add"),
    path("at/<slug:code>/people/add/", pages.practitioner_add, name="practitioner_add"),
]
