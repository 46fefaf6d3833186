"""The floor's WSGI application."""

import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "config.bench.floor.settings"
application = get_wsgi_application()
# For the measure of memory: the packages that the product stands on, and none of its code
for name in os.environ.get("FLOOR_PACKAGES", "").split():
    import_module(name)
