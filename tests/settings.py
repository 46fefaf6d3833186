"""Settings of the tests: the product's own, in test mode."""

import os

os.environ["KEEPWELL_MODE"] = "test"

from config.settings import *  # noqa: F403

# whitenoise warns when there is no folder of collected files; tests serve none
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
# Each test's browser makes whitenoise anew, which would list every file each time; this way it looks when asked
WHITENOISE_AUTOREFRESH = True
