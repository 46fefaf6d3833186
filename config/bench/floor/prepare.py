"""Makes the floor's tables, and a signed-in session whose cookie it prints."""

import os
import sys

import django
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command


def main() -> None:
    """Do it."""
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0, interactive=False)
    users = get_user_model()
    user = users(**{users.USERNAME_FIELD: "floor"})
    user.save()
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    sys.stdout.write(f"{settings.SESSION_COOKIE_NAME}={session.session_key}")


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.bench.floor.settings"
    main()
