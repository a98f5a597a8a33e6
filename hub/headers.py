"""What a browser may do with our pages, said on every answer.

No script or style but our own files, nothing framed, nothing kept. Django's SecurityMiddleware adds
nosniff, the referrer policy, the opener policy and HSTS. The policy is one constant for every page:
a page that needs an exception is a page to change.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "object-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # data: for the QR code of the authenticator app
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
# What is downloaded is no page of ours: wherever it is opened, it runs nothing and belongs to no origin.
DOWNLOAD_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; sandbox"
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()" for feature in ("camera", "microphone", "geolocation", "payment", "usb")
)


class SecurityHeadersMiddleware:
    """Adds the policies above, and `Cache-Control: no-store` where a view has not said otherwise."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        download = response.headers.get("Content-Disposition", "").startswith("attachment")
        response.headers.setdefault(
            "Content-Security-Policy", DOWNLOAD_POLICY if download else CONTENT_SECURITY_POLICY
        )
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # Nearly every page names a victim: a shared computer's Back button must not show it again.
        response.headers.setdefault("Cache-Control", "no-store")
        return response
