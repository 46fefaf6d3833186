"""Settings of the tests: the product's own, in test mode."""

import os

os.environ["KEEPWELL_MODE"] = "test"

from config.settings import *  # noqa: E402, F403
