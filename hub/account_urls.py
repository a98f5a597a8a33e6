"""Addresses of signing in and of one's own sign-in: allauth's, less what nobody here may do.

Nobody changes their e-mail address or ties an account from elsewhere to their own: administrators invite,
and an agency's own sign-in is found by the address that was invited.
"""

from allauth.socialaccount.views import login_cancelled, login_error
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path

from agencies.pages import invitations, notifications, sessions, sign_on
from hub.limits import limited_form
from hub.second_factor import second_factor
from hub.sign_on import confirm_by_sign_on


def absent(request: HttpRequest) -> HttpResponse:
    """A page of allauth's that there is not here."""
    raise Http404


urlpatterns = [
    path("email/", absent, name="account_email"),
    path("password/set/", absent, name="account_set_password"),
    path("login/code/confirm/", absent, name="account_confirm_login_code"),
    path("second-factor/", second_factor, name="second_factor"),
    path("sessions/", sessions.own_sessions, name="own_sessions"),
    path("sessions/end-others/", sessions.end_own_others, name="end_other_sessions"),
    path("sessions/<int:number>/end/", sessions.end_own_one, name="end_session"),
    path("notifications/", notifications.notification_choices, name="notification_choices"),
    path("invitation/", limited_form(invitations.accept_invitation), name="accept_invitation"),
    path("invitation/<str:link>/", invitations.invitation_link, name="invitation_link"),
    path("sign-on/", sign_on.sign_on_list, name="sign_on"),
    path("2fa/", include("allauth.mfa.urls")),
    path("sign-on/confirm/", confirm_by_sign_on, name="confirm_by_sign_on"),
    path("sign-on/cancelled/", login_cancelled, name="socialaccount_login_cancelled"),
    path("sign-on/failed/", login_error, name="socialaccount_login_error"),
    path("", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("", include("allauth.account.urls")),
]
