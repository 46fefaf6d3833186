"""Settings, all from the environment; an unsafe value in production stops the start.

Django reads them all here, hence the stars; what belongs together has a room of its own: regions, parts, signing_in,
security. What is used below is named again.
"""

from __future__ import annotations

import re
import sys
import zoneinfo
from datetime import timedelta
from pathlib import Path

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured

from config.environment import *  # noqa: F403
from config.environment import BASE_DIR, DEMO, HOME, PRODUCTION, TESTING, env, required
from config.parts import *  # noqa: F403
from config.processors import *  # noqa: F403
from config.regions import *  # noqa: F403
from config.security import *  # noqa: F403
from config.signing_in import *  # noqa: F403

django_stubs_ext.monkeypatch()
# Zones come from the tzdata package alone, whose version is stored with each appointment
zoneinfo.reset_tzpath(to=[])


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
# Who runs this, as the privacy policy names them
VENDOR = {
    "name": env("VENDOR_NAME", default="Keepwell"),
    "address": env("VENDOR_ADDRESS", default=""),
    "privacy_address": env("PRIVACY_ADDRESS", default="privacy@localhost"),
}
# The commit that runs, where there is no checkout to ask; and what its tests found, as bin/test wrote it
RELEASE: str = env("KEEPWELL_RELEASE", default="")
TEST_RECORD = Path(env("KEEPWELL_TEST_RECORD", default=str(BASE_DIR / ".local" / "tests.json")))
SECRET_KEY = required("SECRET_KEY", "not-a-secret-outside-production-" + "x" * 32)
CLOCK_OFFSET = moved_clock(env("KEEPWELL_CLOCK", default=""))
if PRODUCTION and (DEBUG or CLOCK_OFFSET or len(SECRET_KEY) < 50):
    raise ImproperlyConfigured(
        "Production refuses DEBUG, a moved clock and a SECRET_KEY under 50 characters."
    )

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
    "django.forms",
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
    "accounts.languages.PageLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.calm_failures",
    "privacy.erasure.gate.ControlGate",
    "accounts.middleware.AccountMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "accounts.drawing.loader.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
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
# Forms draw their fields as pages are drawn
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
LANGUAGE_CODE = "en"
# Each by its own name; those that clients are spoken to in (accounts.languages says where)
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("fr", "Français"), ("es", "Español")]
LANGUAGE_COOKIE_NAME = "language"
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(HOME / "static")))
WHITENOISE_USE_FINDERS = not PRODUCTION
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
FILE_UPLOAD_HANDLERS = ["privacy.vocabulary.arriving.Arriving"]
# The largest file about a client, the most that one form may bring, and what all files of a practice may take
FILE_LARGEST = 100 * 2**20
FORM_LARGEST = FILE_LARGEST + 10 * 2**20
FILES_PER_ACCOUNT = env.int("FILES_PER_ACCOUNT_GB", default=50) * 2**30
AUDIT_ANCHOR_SECONDS = env.int("AUDIT_ANCHOR_SECONDS", default=60 if DEMO else 600)
OUTBOX_NUDGE = "config.celery.nudge"

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
