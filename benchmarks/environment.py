"""Sets Django up on a database of the benchmark's own. Import it before all else."""

import atexit
import os
import shutil
import tempfile

import django

FOLDER = tempfile.mkdtemp(prefix="postbacks-bench-")
# Registered before the server's own end is, and so run after it.
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postbacks_project.settings")
os.environ.update(
    DEBUG="true",
    OUTBOUND_ALLOWED_NETWORKS="127.0.0.0/8",
    LOG_LEVEL="ERROR",
    EMBEDDED_POSTGRES_DIR=f"{FOLDER}/postgres",
)
os.environ.pop("DATABASE_URL", None)
django.setup()
