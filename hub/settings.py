"""Settings, all by environment. Wrong or missing values stop the start with a sentence that says what to do.

Nothing is started here: `manage.py`, the tests and the supervisor attach the embedded services
first (hub.embedded), which fills in DATABASE_URL, BROKER_URL and the rest for development.
"""

from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import environ
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()  # a secret may stand in a file instead: SECRET_KEY_FILE=/run/secrets/...

HUB_ENV = env.str("HUB_ENV", "development")
if HUB_ENV not in ("development", "test", "production"):
    raise ImproperlyConfigured("HUB_ENV must be development, test or production.")
PRODUCTION = HUB_ENV == "production"
DEBUG = False


def required(name: str) -> str:
    """The value of an environment variable. Raises ImproperlyConfigured where it is unset or empty."""
    value = env.str(name, "").strip()
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set. In production set it in the environment (see docs/operators);"
            " in development run commands through `make run` or `manage.py`, which start embedded services."
        )
    return value


def database(url: str, **options: object) -> dict[str, object]:
    """A Django database entry from a libpq URI, such as postgresql://user:secret@host:5432/name."""
    parts = conninfo_to_dict(url)
    known = {"user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT", "dbname": "NAME"}
    entry: dict[str, object] = {"ENGINE": "django.db.backends.postgresql", "TIME_ZONE": None, **options}
    entry |= {known[name]: str(value) for name, value in parts.items() if name in known}
    entry["OPTIONS"] = {name: value for name, value in parts.items() if name not in known}
    return entry


def field_keys() -> list[str]:
    """FIELD_KEYS, the key that seals now first. Raises ImproperlyConfigured where one is no Fernet key."""
    keys = [key.strip() for key in required("FIELD_KEYS").split(",")]
    for number, key in enumerate(keys, start=1):
        try:
            Fernet(key)
        except ValueError:
            raise ImproperlyConfigured(
                f"FIELD_KEYS: number {number} is no key of 32 bytes in URL-safe base64 (see docs/operators)."
            ) from None
    return keys


SECRET_KEY = required("SECRET_KEY")
if PRODUCTION and len(SECRET_KEY) < 50:
    raise ImproperlyConfigured(
        "SECRET_KEY is too short to sign with: make one of 50 letters or more (see docs/operators)."
    )
FIELD_KEYS = field_keys()
# Keys the record of looks: whoever has it could forge the record, so it lives nowhere near the database.
AUDIT_KEY = required("AUDIT_KEY") if PRODUCTION else env.str("AUDIT_KEY", "") or f"development {SECRET_KEY}"
AUDIT_ANCHORS = env.str("AUDIT_ANCHORS", "")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
# Where links in e-mails lead: never taken from a request.
HUB_ADDRESS = env.str(
    "HUB_ADDRESS",
    f"https://{ALLOWED_HOSTS[0]}" if PRODUCTION else f"http://127.0.0.1:{env.str('PORT', '') or 8000}",
).rstrip("/")
HUB_ID = UUID(env.str("HUB_ID", "00000000-0000-7000-8000-000000000001"))
HUB_NAME = env.str("HUB_NAME", "Victim Referral Hub")
HUB_PLACE = env.str("HUB_PLACE", "Northshire")
HUB_HOME = Path(env.str("HUB_HOME", str(BASE_DIR / ".hub")))
CALENDAR_NATION = env.str("CALENDAR_NATION", "england-and-wales")

# Transactions carry their actor with SET LOCAL only, so a pooler in transaction mode is safe;
# server-side cursors are not, hence they are off.
DATABASES = {
    "default": database(
        required("DATABASE_URL"), CONN_MAX_AGE=300, CONN_HEALTH_CHECKS=True, DISABLE_SERVER_SIDE_CURSORS=True
    ),
    "owner": database(env.str("DATABASE_OWNER_URL", "").strip() or required("DATABASE_URL")),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "access",
    "messaging",
    "agencies",
    "victims",
    "pathways",
    "referrals",
    "rights",
    "reporting",
    "hub",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django_htmx",
    "oauth2_provider",
    "rest_framework",
    "drf_spectacular",
    "drf_standardized_errors",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "hub.headers.SecurityHeadersMiddleware",
    "hub.methods.MethodsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "hub.errors.RefusalMiddleware",
    "hub.actors.ActorMiddleware",
    "hub.sessions.SessionRulesMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "hub.second_factor.SecondFactorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "hub.urls"
WSGI_APPLICATION = "hub.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "hub.shell.shell",
            ],
            "builtins": ["hub.templatetags.hub", "hub.templatetags.guard"],
        },
    }
]
FORM_RENDERER = "hub.form_renderer.GovukRenderer"

AUTH_USER_MODEL = "agencies.Practitioner"
AUTHENTICATION_BACKENDS = ["hub.accounts.Recognition"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "hub.accounts.Accounts"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
# Wrong passwords of an account are counted by agencies.lockouts, those from an address by SIGN_IN_LIMITS;
# the key of ACCOUNT_RATE_LIMITS is for wrong codes.
ACCOUNT_FORMS = {"reset_password": "hub.accounts.ForgottenPassword"}
# A whole hub may sign in at eight from one address; allauth's own limit is thirty a minute.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "30/5m/ip,5/5m/key"}
API_CALLS_A_MINUTE = env.int("API_CALLS_A_MINUTE", 600)  # of one client (hub.throttle)
TOKENS_A_MINUTE = env.int("TOKENS_A_MINUTE", 60)  # from one address
SIGN_IN_LIMITS = {"login_failed": "30/5m/ip"}
# Exports, break-glass and changes to one's own sign-in ask again after this time.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
MFA_ADAPTER = "hub.second_factor.SecondFactors"
MFA_FORMS = {"add_webauthn": "hub.forms.PasskeyForm"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "preferred"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # http://localhost
MFA_TOTP_ISSUER = HUB_NAME
SOCIALACCOUNT_ADAPTER = "hub.sign_on.AgencySignOn"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_LOGIN_ON_GET = True  # a form could not lead elsewhere under our policy (form-action 'self')
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = "oidc"
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10
SECOND_FACTOR = env.str("SECOND_FACTOR", "required" if PRODUCTION else "offered")
if SECOND_FACTOR not in ("required", "offered"):
    raise ImproperlyConfigured("SECOND_FACTOR must be required or offered.")
if PRODUCTION and SECOND_FACTOR != "required":
    raise ImproperlyConfigured("Production asks everybody for a second factor: set SECOND_FACTOR=required.")

SESSION_COOKIE_AGE = 12 * 60 * 60  # the longest that anybody stays signed in (hub.sessions)
SESSION_IDLE_SECONDS = 30 * 60
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = (
    "Lax"  # links in e-mails and an agency's own sign-in lead here
)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "hub_session"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "hub_csrf"
SECURE_SSL_REDIRECT = PRODUCTION and env.bool("SECURE_SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
# How many proxies stand before the web processes: the address that the first of them saw is who asks.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", 1 if PRODUCTION else 0)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static" / "build"]
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = not PRODUCTION
# Each client of the tests loads the middleware: not every file of the pages with it.
WHITENOISE_AUTOREFRESH = HUB_ENV == "test"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# A feed is always taken to a file on disk, never held in memory.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DOCUMENT_SCANNER = env.str("DOCUMENT_SCANNER", "")  # a program that reads a file on its standard input
SAFEGUARDING_ESCALATES_AFTER = env.int("SAFEGUARDING_ESCALATES_AFTER", 30)  # minutes, then the next is called
FEED_MAX_BYTES = env.int("FEED_MAX_BYTES", 512 * 1024 * 1024)

LANGUAGE_CODE = "en-gb"
LANGUAGES = [
    ("en-gb", "English"),
    ("cy", "Cymraeg"),
]  # Welsh on the public pages alone: no middleware chooses
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/London"
# Where the quick exit of the public pages leads: somewhere that anybody might have open.
QUICK_EXIT_ADDRESS = env.str("QUICK_EXIT_ADDRESS", "https://www.bbc.co.uk/weather")
# Whom the public form names for those who would rather talk, or cannot send it.
HELP_LINE = env.str("HELP_LINE", "Victim Support, 08 08 16 89 111")
# For how long a closed case may be opened again; after that, what comes is a new case.
REOPEN_WITHIN_DAYS = env.int("REOPEN_WITHIN_DAYS", 28)
# For how long the link works by which a person says how they were helped.
SAY_WITHIN_DAYS = env.int("SAY_WITHIN_DAYS", 28)
# Who such a mail is from: an address that says nothing of crime, for it stands in an inbox.
SAY_FROM = env.str("SAY_FROM", "hello@localhost")
USE_TZ = True

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.str("CACHE_URL").strip(),
    }
    if env.str("CACHE_URL", "")
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# E-mail carries links that let somebody in: where none is configured, they would be written to the log.
EMAIL_CONFIG = env.email_url_config(
    required("EMAIL_URL") if PRODUCTION else env.str("EMAIL_URL", "consolemail://")
)
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "hub@example.org")

BROKER_URL = required("BROKER_URL")
BROKER_IS_EMBEDDED = urlsplit(BROKER_URL).scheme == "redis+socket"
if PRODUCTION and env.bool("HUB_EMBEDDED", False):
    raise ImproperlyConfigured(
        "Production does not run on embedded services: set DATABASE_URL and BROKER_URL."
    )

OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "oauth2_provider.AccessToken"
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = "oauth2_provider.RefreshToken"
OAUTH2_PROVIDER_ID_TOKEN_MODEL = "oauth2_provider.IDToken"
OAUTH2_PROVIDER_GRANT_MODEL = "oauth2_provider.Grant"
OAUTH2_PROVIDER_DEVICE_GRANT_MODEL = "oauth2_provider.DeviceGrant"
OAUTH2_PROVIDER = {
    "SCOPES": {
        "referrals": "Read and answer the referrals sent to your agency",
        "intake": "Send records to the hub, and read what became of them",
    },
    "DEFAULT_SCOPES": ["referrals"],
    "ACCESS_TOKEN_EXPIRE_SECONDS": 15 * 60,
    "ALLOWED_GRANT_TYPES": ["client_credentials"],
    # The current best practice for OAuth (RFC 9700). Tokens are kept as digests, and never taken from an address.
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["agencies.authentication.ClientAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["agencies.authentication.IsPartnerClient"],
    "DEFAULT_THROTTLE_CLASSES": ["hub.throttle.ClientThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["hub.parsers.BoundedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "hub.problems.ProblemHandler",
    "EXCEPTION_FORMATTER_CLASS": "hub.problems.ProblemFormatter",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Victim Referral Hub partner API",
    "DESCRIPTION": "Pull the referrals sent to your agency, acknowledge, answer and complete them.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "ENFORCE_NON_BLANK_FIELDS": True,
    "ENUM_NAME_OVERRIDES": {
        "AskedStatusEnum": "referrals.models.Split.Status",  # of a transfer, too
        "DisputeStatusEnum": "referrals.models.Dispute.Status",
        "ResearchStatusEnum": "referrals.models.Research.Status",
        "RunStatusEnum": ["working", "finished"],
    },
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
}

# The record of looks keeps ids; this module of a floor above turns references into them and back.
ACCESS_SUBJECTS = "referrals.queries.subjects"

# Logs carry ids only. Request lines hold no personal data because URLs never do.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
}
