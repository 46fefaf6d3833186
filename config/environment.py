"""What the environment says: the mode, and how a variable is read."""

from __future__ import annotations

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

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
