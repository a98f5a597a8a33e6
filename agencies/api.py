"""Where a partner's system gets its token (OAuth 2 client credentials, RFC 6749 section 4.4)."""

from django.contrib.auth.decorators import login_not_required
from oauth2_provider.views import TokenView

token = login_not_required(TokenView.as_view())
