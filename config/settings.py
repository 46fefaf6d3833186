"""Settings, all from the environment; an unsafe value in production stops the start."""

from __future__ import annotations

import base64
import re
import sys
import zoneinfo
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import django_stubs_ext
import environ
from botocore.config import Config
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from accounts.cells import Cell

django_stubs_ext.monkeypatch()
# Zones come from the tzdata package alone, whose version is stored with each appointment
zoneinfo.reset_tzpath(to=[])
BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()

MODE = env("KEEPWELL_MODE", default="production")
PRODUCTION = MODE == "production"
DEMO = MODE == "demo"
TESTING = MODE == "test"
HOME = Path(env("KEEPWELL_HOME", default=str(BASE_DIR / ".local"))).resolve()


def required(name: str, fallback: str) -> str:
    """Return a variable; in production a missing one stops the start, elsewhere `fallback` stands in."""
    value: str = env(name, default="")
    if value:
        return value
    if PRODUCTION:
        raise ImproperlyConfigured(f"Set {name} (or {name}_FILE).")
    return fallback


def moved_clock(text: str) -> timedelta:
    """Return the offset for `+31d`, `-2h`, `+90m`; raise on anything else."""
    if not text:
        return timedelta()
    match = re.fullmatch(r"([+-]?\d+)([dhm])", text)
    if not match:
        raise ImproperlyConfigured("KEEPWELL_CLOCK takes +31d, +2h or +90m.")
    return (
        int(match[1])
        * {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}[match[2]]
    )


DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = required("SECRET_KEY", "not-a-secret-outside-production-" + "x" * 32)
CLOCK_OFFSET = moved_clock(env("KEEPWELL_CLOCK", default=""))
if PRODUCTION and (DEBUG or CLOCK_OFFSET or len(SECRET_KEY) < 50):
    raise ImproperlyConfigured(
        "Production refuses DEBUG, a moved clock and a SECRET_KEY under 50 characters."
    )

# Regions -------------------------------------------------------------------------------------------------------------

REGION_CODES: list[str] = env.list("KEEPWELL_REGIONS", default=["au", "eu", "us"])
WORKER_REGION = env("KEEPWELL_REGION", default="")

# Hosts: control's, and one for each region that has its own (accounts.hosts) ----------------------------------------


def origin(name: str, url: str) -> str:
    """Return scheme and host of an address that has nothing more; raise on anything else."""
    where = urlsplit(url)
    if where.scheme not in ("http", "https") or not where.hostname or where.path.strip("/"):
        raise ImproperlyConfigured(f"{name} must be like https://keepwell.example, with no path.")
    return f"{where.scheme}://{where.netloc}"


BASE_URL = origin("BASE_URL", required("BASE_URL", "http://localhost:8000"))
HTTPS = BASE_URL.startswith("https://")
if PRODUCTION and not HTTPS:
    raise ImproperlyConfigured("BASE_URL must be https in production.")
REGION_HOSTS = {
    code: origin(f"HOST_{code.upper()}", url)
    for code in REGION_CODES
    if (url := env(f"HOST_{code.upper()}", default=""))
}
for code, url in REGION_HOSTS.items():
    # Cookies are Secure or not for the whole installation, and know names but no ports
    if url.startswith("https://") != HTTPS or urlsplit(url).hostname == urlsplit(BASE_URL).hostname:
        raise ImproperlyConfigured(
            f"HOST_{code.upper()} must have BASE_URL's scheme and a host name of its own."
        )
CELLS = {f"{code}-1": Cell(f"{code}-1", code, REGION_HOSTS.get(code, "")) for code in REGION_CODES}
ORIGINS = [BASE_URL, *REGION_HOSTS.values()]
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "testserver"]
)
if PRODUCTION and {"*", ""} & {*ALLOWED_HOSTS}:
    raise ImproperlyConfigured("Production refuses unnamed hosts.")
ALLOWED_HOSTS += [str(urlsplit(url).hostname) for url in ORIGINS]


def key_of(name: str) -> bytes:
    """Return a 32-byte key given as base64; outside production one that is derived from its name stands in."""
    raw = base64.b64decode(
        required(name, base64.b64encode(name.ljust(32, ".")[:32].encode()).decode())
    )
    if len(raw) != 32:
        raise ImproperlyConfigured(f"{name} must be 32 bytes in base64.")
    return raw


REGION_KEYS = {code: key_of(f"REGION_KEY_{code.upper()}") for code in REGION_CODES}
AUDIT_SIGNING_KEYS = {code: key_of(f"AUDIT_SIGNING_KEY_{code.upper()}") for code in REGION_CODES}
EXPORT_SIGNING_KEYS = {code: key_of(f"EXPORT_SIGNING_KEY_{code.upper()}") for code in REGION_CODES}

# Databases -----------------------------------------------------------------------------------------------------------

ROLE = env("KEEPWELL_DB_ROLE", default="app")
PREFIX = env("DATABASE_PREFIX", default="")
DB_ROLES = ("owner", "app", "audit", "support", "exporter", "dispatch", "purger", "backup")


def database(server: str, name: str, role: str, **options: Any) -> dict[str, Any]:
    """Return Django's settings for one database as one role; values never reach the server's log (server-side binding)."""
    where = urlsplit(server)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": PREFIX + name,
        "USER": f"keepwell_{role}",
        "PASSWORD": env(f"DB_PASSWORD_{role.upper()}", default=""),
        "HOST": where.hostname or "127.0.0.1",
        "PORT": where.port or 5432,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "server_side_binding": True,
            "application_name": f"keepwell {role}",
            "connect_timeout": 5,
            "options": "-c lock_timeout=5s -c timezone=UTC",
            **{key: value[0] for key, value in parse_qs(where.query).items()},
            **options,
        },
    }


DATABASES = {
    "default": database(
        required("DATABASE_SERVER_CONTROL", "postgres://127.0.0.1:5432"), "control", ROLE
    )
}
for code in REGION_CODES:
    server = required(f"DATABASE_SERVER_{code.upper()}", "postgres://127.0.0.1:5432")
    DATABASES[f"region_{code}"] = database(server, f"region_{code}", ROLE)
    DATABASES[f"keyring_{code}"] = database(server, f"keyring_{code}", ROLE)
    DATABASES[f"region_{code}_reader"] = database(server, f"region_{code}", "exporter")
# What each serving process signs in with; the other roles' passwords are only where those roles work
SERVING_ROLES = ("app", "audit", "exporter", "dispatch", "purger")
DB_PASSWORDS = {
    role: required(f"DB_PASSWORD_{role.upper()}", "none")
    if role in SERVING_ROLES
    else env(f"DB_PASSWORD_{role.upper()}", default="")
    for role in DB_ROLES
}
DATABASE_ROUTERS = ["accounts.tenancy.RegionRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Caches, objects, mail: one of each per region -----------------------------------------------------------------------

VALKEYS = {
    code: required(f"VALKEY_{code.upper()}", "redis://127.0.0.1:6379") for code in REGION_CODES
}
CACHES = {
    code: {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": f"{url}/1",
        "KEY_PREFIX": "a",
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
    }
    for code, url in VALKEYS.items()
}
# Control's cache counts attempts to sign in; several web processes must share it
VALKEY_CONTROL = required("VALKEY_CONTROL", "local")
CACHES["default"] = (
    {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if VALKEY_CONTROL == "local"
    else {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": f"{VALKEY_CONTROL}/1",
        "KEY_PREFIX": "c",
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
    }
)


def object_store(url: str) -> dict[str, Any]:
    """Return the storage for `file:///folder` or `s3://bucket?endpoint=…&region=…`."""
    where = urlsplit(url)
    if where.scheme == "file":
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {
                "location": unquote(where.path),
                "base_url": None,
                "file_permissions_mode": 0o600,
            },
        }
    query = {key: value[0] for key, value in parse_qs(where.query).items()}
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": where.hostname,
            "endpoint_url": query.get("endpoint"),
            "region_name": query.get("region"),
            "access_key": env("OBJECTS_ACCESS_KEY", default=None),
            "secret_key": env("OBJECTS_SECRET_KEY", default=None),
            "file_overwrite": True,
            "querystring_auth": True,
            # A store that is away is said to be so before a person gives up, not after minutes
            "client_config": Config(
                connect_timeout=3, read_timeout=20, retries={"total_max_attempts": 2}
            ),
        },
    }


STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
} | {
    f"objects_{code}": object_store(
        required(f"OBJECTS_{code.upper()}", (HOME / "objects" / code).as_uri())
    )
    for code in REGION_CODES
}


def mailer(url: str) -> dict[str, Any]:
    """Return Django's mailer for `smtp://user:password@host:port?tls=1`."""
    where = urlsplit(url)
    tls = parse_qs(where.query).get("tls", ["0"])[0] == "1"
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": where.hostname or "127.0.0.1",
            "port": where.port or 25,
            "username": unquote(where.username or ""),
            "password": unquote(where.password or ""),
            "use_tls": tls,
            "timeout": 10,
        },
    }


MAILERS = {"default": mailer(required("MAIL_CONTROL", "smtp://127.0.0.1:1025"))} | {
    code: mailer(required(f"MAIL_{code.upper()}", "smtp://127.0.0.1:1025")) for code in REGION_CODES
}
SMS_GATEWAYS = {
    code: required(f"SMS_{code.upper()}", "http://127.0.0.1:1026/") for code in REGION_CODES
}
DEFAULT_FROM_EMAIL = env("MAIL_FROM", default="Keepwell <hello@keepwell.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Apps and pages ------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.postgres",
    "privacy",
    "integrations",
    "notes",
    "bookings",
    "clients",
    "accounts",
    "privacy.vocabulary",
    *(["config.demo"] if DEMO or TESTING else []),
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
]
MIDDLEWARE = [
    "accounts.middleware.request_id",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.calm_failures",
    "accounts.middleware.AccountMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.practice",
            ],
        },
    }
]
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(HOME / "static")))
WHITENOISE_USE_FINDERS = not PRODUCTION
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 32 * 2**20
AUDIT_ANCHOR_SECONDS = env.int("AUDIT_ANCHOR_SECONDS", default=60 if DEMO else 600)
OUTBOX_NUDGE = "config.celery.nudge"

# Sign-in -------------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if TESTING:
    PASSWORD_HASHERS.insert(0, "django.contrib.auth.hashers.MD5PasswordHasher")
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/accounts/"
ACCOUNT_ADAPTER = "accounts.sign_in.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_FORMS = {
    name: f"accounts.sign_in_forms.{form}"
    for name, form in {
        "login": "LoginForm",
        "signup": "SignupForm",
        "reset_password": "ResetPasswordForm",
        "reset_password_from_key": "ResetPasswordKeyForm",
        "change_password": "ChangePasswordForm",
        "add_email": "NewAddressForm",
        "confirm_email_verification_code": "ConfirmCodeForm",
        "reauthenticate": "PasswordAgainForm",
    }.items()
}
MFA_FORMS = {
    "authenticate": "accounts.sign_in_forms.SecondFactorForm",
    "reauthenticate": "accounts.sign_in_forms.SecondFactorAgainForm",
    "activate_totp": "accounts.sign_in_forms.ActivateForm",
    "add_webauthn": "accounts.sign_in_forms.AddPasskeyForm",
}
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Keepwell"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
SECOND_FACTOR_BY_DEFAULT = not (DEMO or TESTING)
if TESTING:
    ACCOUNT_RATE_LIMITS = False

# Sessions and headers ------------------------------------------------------------------------------------------------

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "accounts.views.failures.csrf_failure"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 63072000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    # A form's answer may lead to another of our hosts: signing in to a region's page, leaving one to control
    "form-action": [CSP.SELF, *(ORIGINS if REGION_HOSTS else [])],
}
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

# Logs: an allow-list of fields, no personal data (accounts.logs) -----------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "accounts.logs.LineFormatter"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": sys.stderr}
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.server": {"level": "WARNING"},
        "celery": {"level": "WARNING"},
    },
}
