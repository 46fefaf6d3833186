"""The WSGI application that the web server loads, once every part is where it should be."""

import os

from django.core.wsgi import get_wsgi_application

from accounts.whereabouts import proof

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
proof.require()
