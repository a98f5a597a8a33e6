"""Every address of the product. Each app lists its own; who may use which is proven by walking this."""

from django.urls import include, path

from agencies.api import token
from agencies.pages import on_call
from hub.health import health
from hub.limits import limited_form, limited_token
from hub.pages import home, keys, tour
from referrals.pages.say import say, say_later
from referrals.pages.told import WELSH, get_help, get_help_later, get_help_sent
from reporting.pages.book import pathway_book

# Open to everybody: an address for each language, so that nothing has to be remembered of a visitor.
ENGLISH, IN_WELSH = {"language": "en-gb"}, {"language": WELSH}
ask = limited_form(get_help, refusal=get_help_later)
said = limited_form(say, refusal=say_later)

urlpatterns = [
    path("", home, name="home"),
    path("keys/", keys, name="keys"),
    path("tour/", tour, name="tour"),
    path("health/", health, name="health"),
    path("accounts/", include("hub.account_urls")),
    path("access/", include("access.urls")),
    path("agencies/", include("agencies.urls")),
    path("on-call/", on_call.on_call, name="on_call"),
    path("on-call/<uuid:turn_id>/take-back/", on_call.on_call_take_back, name="on_call_take_back"),
    path("pathways/", include("pathways.urls")),
    path("pathways/<slug:code>/", pathway_book, name="pathway_book"),
    path("", include("referrals.urls")),
    path("get-help/", ask, ENGLISH, name="get_help"),
    path("get-help/sent/", get_help_sent, ENGLISH, name="get_help_sent"),
    path("cael-cymorth/", ask, IN_WELSH, name="get_help_welsh"),
    path("cael-cymorth/anfonwyd/", get_help_sent, IN_WELSH, name="get_help_sent_welsh"),
    path("say/<str:token>/", said, ENGLISH, name="say"),
    path("dweud/<str:token>/", said, IN_WELSH, name="say_welsh"),
    path("rights/", include("rights.urls")),
    path("", include("reporting.urls")),
    path("oauth/token/", limited_token(token), name="token"),
    path("api/v1/", include("referrals.api_urls")),
    path("api/v1/", include("rights.api_urls")),
    path("api/v1/", include("reporting.api_urls")),
]

handler400 = "hub.pages.malformed"
handler404 = "hub.pages.not_found"
handler403 = "hub.pages.not_allowed"
handler500 = "hub.pages.failed"
handler429 = "hub.limits.too_many"
