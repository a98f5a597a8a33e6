"""Addresses of agencies and their people."""

from django.urls import path

from agencies.pages import agencies as pages
from agencies.pages import agreements

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
    path("agreements/", agreements.agreement_list, name="agreements"),
    path("agreements/draft/", agreements.agreement_draft, name="agreement_draft"),
    path("agreements/as/<slug:code>/", agreements.agreement, name="agreement"),
    path("agreements/as/<slug:code>/edit/", agreements.agreement_edit, name="agreement_edit"),
    path("agreements/as/<slug:code>/offer/", agreements.agreement_offer, name="agreement_offer"),
    path("agreements/as/<slug:code>/sign/", agreements.agreement_sign, name="agreement_sign"),
    path("agreements/as/<slug:code>/withdraw/", agreements.agreement_withdraw, name="agreement_withdraw"),
    path("agreements/as/<slug:code>/end/", agreements.agreement_end, name="agreement_end"),
    path("agreements/as/<slug:code>/new-version/", agreements.agreement_renew, name="agreement_renew"),
    path("at/<slug:code>/", pages.agency, name="agency"),
    path("at/<slug:code>/teams/add/", pages.team_add, name="team_add"),
    path("at/<slug:code>/people/add/", pages.practitioner_add, name="practitioner_add"),
]
