"""The WSGI application that granian serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postbacks_project.settings")

application = get_wsgi_application()

# What is loaded by now stays; and a request leaves next to no cycles. Looking for them
# after every 700 new objects took 9 % of the CPU of ingestion (benchmarks/doors.py).
gc.freeze()
gc.set_threshold(50_000, 20, 20)
