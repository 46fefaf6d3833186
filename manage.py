#!/usr/bin/env python
"""Django's command line for Keepwell."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    if sys.argv[1:2] == ["bench"]:
        os.environ.setdefault("KEEPWELL_MODE", "demo")  # it brings servers of its own
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    execute_from_command_line(sys.argv)
