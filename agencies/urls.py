"""Addresses of agencies and their people."""

from django.urls import path

from agencies.pages import agencies as pages
from agencies.pages import agreements, invitations, people, services, sign_on

urlpatterns = [
    path("", pages.agency_list, name="agencies"),
    path("add/", pages.agency_add, name="agency_add"),
    path("people/<uuid:practitioner_id>/", people.practitioner, name="practitioner"),
    path(
        "people/<uuid:practitioner_id>/deactivate/",
        people.practitioner_deactivate,
        name="practitioner_deactivate",
    ),
    path(
        "people/<uuid:practitioner_id>/reactivate/",
        people.practitioner_reactivate,
        name="practitioner_reactivate",
    ),
    path("services/", services.service_list, name="services"),
    path("services/add/", services.service_add, name="service_add"),
    path("services/shares/<slug:code>/", services.service_shares, name="service_shares"),
    path("services/<uuid:service_id>/history/", services.service_history, name="service_history"),
    path("services/<uuid:service_id>/", services.service_places, name="service_places"),
    path("services/<uuid:service_id>/describe/", services.service_describe, name="service_describe"),
    path("agreements/", agreements.agreement_list, name="agreements"),
    path("agreements/draft/", agreements.agreement_draft, name="agreement_draft"),
    path("agreements/as/<slug:code>/", agreements.agreement, name="agreement"),
    path("agreements/as/<slug:code>/edit/", agreements.agreement_edit, name="agreement_edit"),
    path("agreements/as/<slug:code>/offer/", agreements.agreement_offer, name="agreement_offer"),
    path("agreements/as/<slug:code>/sign/", agreements.agreement_sign, name="agreement_sign"),
    path("agreements/as/<slug:code>/withdraw/", agreements.agreement_withdraw, name="agreement_withdraw"),
    path("agreements/as/<slug:code>/end/", agreements.agreement_end, name="agreement_end"),
    path("agreements/as/<slug:code>/new-version/", agreements.agreement_renew, name="agreement_renew"),
    path(
        "people/<uuid:practitioner_id>/sign-out/", people.practitioner_sign_out, name="practitioner_sign_out"
    ),
    path("people/<uuid:practitioner_id>/unlock/", people.practitioner_unlock, name="practitioner_unlock"),
    path(
        "people/<uuid:practitioner_id>/reset-second-factor/",
        people.practitioner_reset_second_factor,
        name="practitioner_reset_second_factor",
    ),
    path(
        "invitations/<uuid:invitation_id>/send-again/",
        invitations.invitation_send_again,
        name="invitation_send_again",
    ),
    path(
        "invitations/<uuid:invitation_id>/withdraw/",
        invitations.invitation_withdraw,
        name="invitation_withdraw",
    ),
    path("clients/<uuid:client_id>/revoke/", pages.client_revoke, name="client_revoke"),
    path("at/<slug:code>/", pages.agency, name="agency"),
    path("at/<slug:code>/teams/add/", pages.team_add, name="team_add"),
    path("at/<slug:code>/invite/", invitations.invite, name="invite"),
    path("at/<slug:code>/sign-on/", sign_on.sign_on_set, name="sign_on_set"),
]
