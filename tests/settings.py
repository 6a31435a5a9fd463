"""Settings of the test suite: those of development, loopback allowed as a partner."""

import os

os.environ.setdefault("DEBUG", "true")

from postbacks_project.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.0/8", "::1/128"]
AXES_ENABLED = False
TALLY_SECONDS = 0
# A live server's threads must not keep connections that nobody closes.
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405
