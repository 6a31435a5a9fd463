"""All settings. This is the only module that reads the environment.

``.env.example`` lists every variable with its unit and default.
"""

from pathlib import Path
from typing import Any

import django_stubs_ext
import environ

from apps.core.logs import log_settings
from postbacks_project.api_documentation import API, API_DOCUMENTATION
from postbacks_project.embedded import start_embedded_postgres
from postbacks_project.production import (
    DEVELOPMENT_SECRET_BOX_KEY,
    DEVELOPMENT_SECRET_KEY,
    refuse_unsafe,
)

# ``ModelAdmin[Offer]`` and friends are subscriptable only after this call.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

# Development is chosen explicitly; whatever is not development is production and has
# no default for a secret.
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default=DEVELOPMENT_SECRET_KEY if DEBUG else "")
# Fernet keys, newest first: the first one seals, all of them open.
SECRET_BOX_KEYS = env.list(
    "SECRET_BOX_KEYS", default=[DEVELOPMENT_SECRET_BOX_KEY] if DEBUG else []
)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"] if DEBUG else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
if not DEBUG:
    names = ("DATABASE_URL", "EMBEDDED_POSTGRES_DIR")
    has_database = any(env.str(name, default="") for name in names)
    refuse_unsafe(SECRET_KEY, SECRET_BOX_KEYS, ALLOWED_HOSTS, has_database=has_database)

INSTALLED_APPS = [
    "apps.console.apps.PostbacksAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_q",
    "auditlog",
    "axes",
    "apps.core",
    "apps.accounts",
    "apps.offers",
    "apps.goals",
    "apps.actions",
    "apps.connections",
    "apps.value_lists",
    "apps.events",
    "apps.event_lists",
    "apps.tracking",
    "apps.attribution",
    "apps.postbacks",
    "apps.deliveries",
    "apps.ingest",
    "apps.retention",
    "apps.reports",
    "apps.configfile",
    "apps.console.apps.ConsoleConfig",
]

MIDDLEWARE = [
    "apps.core.observing.observe",
    "django.middleware.security.SecurityMiddleware",
    "apps.core.csp.content_security_policy",
    "apps.ingest.shortcut.shortcut",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "apps.console.session_age.end_old_sessions",
    "apps.console.two_step_rule.demand_two_step",
    "apps.console.zones.in_the_users_zone",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "auditlog.middleware.AuditlogMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "postbacks_project.urls"
WSGI_APPLICATION = "postbacks_project.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Database: PostgreSQL only. Without DATABASE_URL the project starts its own.
EMBEDDED_POSTGRES_DIR = env.path(
    "EMBEDDED_POSTGRES_DIR", default=str(VAR_DIR / "postgres")
)
DATABASE_URL = env.str("DATABASE_URL", default="") or start_embedded_postgres(
    Path(EMBEDDED_POSTGRES_DIR)
)
DATABASES: dict[str, dict[str, Any]] = {"default": env.db_url_config(DATABASE_URL)}
# Only statements that ask for it are prepared (``prepare=True``); the ORM's texts hold
# their values and would never be met again.
DATABASES["default"].setdefault("OPTIONS", {})["prepare_threshold"] = 1_000_000
# And those are planned once, not weighed anew with each set of values. Rows that two
# indexes narrow fit into 32 MB; into 4 MB only their pages would, read in vain.
DATABASES["default"]["OPTIONS"]["options"] = (
    "-c plan_cache_mode=force_generic_plan -c work_mem=32MB"
)
# Each thread keeps its connection: a web process has few threads, and a pool would only
# add its own cost to each request (docs/adr/0005).
DATABASES["default"]["CONN_MAX_AGE"] = None
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "apps.accounts.roles.RoleBackend",
    "apps.accounts.two_step.TwoStepBackend",
]
_VALIDATORS = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATORS}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATORS}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_VALIDATORS}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATORS}.NumericPasswordValidator"},
]
LOGIN_URL = "admin:login"
AXES_FAILURE_LIMIT = env.int("LOGIN_FAILURE_LIMIT", default=10)
AXES_COOLOFF_TIME = env.float("LOGIN_COOLOFF_HOURS", default=0.25)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "apps.console.lock_outs.locked_out"
# Behind a proxy everybody would share one address, and one lock-out.
AXES_CLIENT_IP_CALLABLE = "apps.ingest.inbound.remote_address"
AXES_RESET_ON_SUCCESS = True
# A lock-out ends when its page says so, however often somebody tries meanwhile.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
# What a failed attempt remembers of the form: nothing that lets anybody in.
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "code", "csrfmiddlewaretoken"]
AXES_ENABLE_ADMIN = False  # apps/console/lock_outs.py is the screen.
AXES_VERBOSE = False
REQUIRE_TWO_STEP = env.bool("REQUIRE_TWO_STEP", default=False)

LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en-us")
LOCALE_PATHS = env.list("LOCALE_PATHS", default=[])
TIME_ZONE = env.str("TIME_ZONE", default="UTC")

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = False

# The browser and the wire.
HTTPS = env.bool("HTTPS", default=not DEBUG)
SECURE_SSL_REDIRECT = HTTPS and env.bool("SSL_REDIRECT", default=True)
# Balancers and monitors ask the process itself, over plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
# apps/console/session_age.py keeps both: idle by renewing the cookie, the other itself.
SESSION_COOKIE_AGE = round(3600 * env.float("SESSION_IDLE_HOURS", default=8.0))
SESSION_MAX_SECONDS = round(3600 * env.float("SESSION_MAX_HOURS", default=24.0))
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env.bool("TRUST_X_FORWARDED_PROTO", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# How many proxies of our own stand before the web server; that many right-most
# entries of X-Forwarded-For were written by us. 0 = the header is not believed.
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

# Inbound limits (reference: a tracker's postback is a few hundred bytes).
INBOUND_BODY_MAX_BYTES = 256 * 1024
INBOUND_BATCH_MAX_BYTES = 2 * 1024 * 1024
INBOUND_MAX_FIELDS = 200
INBOUND_VALUE_MAX_BYTES = 8 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

# Requests a second that one token may send to one web process; 0 = no limit.
SENDER_REQUESTS_PER_SECOND = env.float("SENDER_REQUESTS_PER_SECOND", default=2_000.0)

# Seconds between writes of the counts of received event names; 0 = write at once.
TALLY_SECONDS = env.float("TALLY_SECONDS", default=1.0)

# Outbound requests.
OUTBOUND_ALLOWED_NETWORKS = env.list("OUTBOUND_ALLOWED_NETWORKS", default=[])
OUTBOUND_DEADLINE_SECONDS = env.float("OUTBOUND_DEADLINE_SECONDS", default=15.0)
OUTBOUND_CA_FILE = env.str("OUTBOUND_CA_FILE", default="")

# Deliveries. A lease is longer than any attempt can take (checked by deliveries.E001).
DELIVERY_THREADS = env.int("DELIVERY_THREADS", default=64)
DELIVERY_LEASE_SECONDS = env.float("DELIVERY_LEASE_SECONDS", default=60.0)
DELIVERY_SHIFT_SECONDS = env.float("DELIVERY_SHIFT_SECONDS", default=30.0)
# Set by ``manage.py worker`` for its cluster only.
WORKER_STOP_PIPE = env.int("POSTBACKS_STOP_PIPE", default=None)

# Where wake-ups wait. Redis hands them over sooner and spares the database the looking;
# losing it loses no delivery.
QUEUE_REDIS_URL = env.str("QUEUE_REDIS_URL", default="")
_BROKER = (
    {"broker_class": "apps.core.redis_queue.RedisQueue"}
    if QUEUE_REDIS_URL
    else {"orm": "default"}
)

# How many days each part of the log is kept; 0 = for ever (docs/retention.md).
RETENTION_DAYS = {
    "attempts": env.int("RETENTION_DAYS_ATTEMPTS", default=30),
    "deliveries": env.int("RETENTION_DAYS_DELIVERIES", default=400),
    "events": env.int("RETENTION_DAYS_EVENTS", default=400),
    "clicks": env.int("RETENTION_DAYS_CLICKS", default=400),
    "refused_requests": env.int("RETENTION_DAYS_REFUSED_REQUESTS", default=30),
}

# Alerts: how late the oldest due delivery may be, and for how long the same thing is
# not told again.
ALERT_BACKLOG_MINUTES = env.float("ALERT_BACKLOG_MINUTES", default=10.0)
ALERT_QUIET_MINUTES = env.float("ALERT_QUIET_MINUTES", default=60.0)

# The mail server; without one, in production, channels of e-mail fail and say so.
EMAIL_URL = env.str("EMAIL_URL", default="consolemail://" if DEBUG else "")
if EMAIL_URL:
    _email = env.email_url_config(EMAIL_URL)
    EMAIL_BACKEND = _email["EMAIL_BACKEND"]
    EMAIL_HOST = _email["EMAIL_HOST"] or "localhost"
    EMAIL_PORT = _email["EMAIL_PORT"] or 25
    EMAIL_HOST_USER = _email["EMAIL_HOST_USER"] or ""
    EMAIL_HOST_PASSWORD = _email["EMAIL_HOST_PASSWORD"] or ""
    EMAIL_USE_TLS = _email.get("EMAIL_USE_TLS", False)
    EMAIL_USE_SSL = _email.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="postbacks@localhost")

# A delivery owns its retries, so the queue must not retry: one attempt, acknowledged
# even when the task raises. ``retry`` exceeds ``timeout`` or django-q2 runs the same
# task twice; ``timeout`` exceeds a shift plus the longest attempt.
Q_CLUSTER: dict[str, Any] = {
    "name": "postbacks",
    **_BROKER,
    "workers": env.int("WORKERS", default=2),
    # A shift and the longest attempt, which begins at its end, fit into the timeout.
    "timeout": 180,
    "retry": 240,
    "poll": 0.05,
    "bulk": 1,
    # What one cluster takes ahead wakes no other.
    "queue_limit": 1,
    "max_attempts": 1,
    "ack_failures": True,
    "save_limit": -1,
    "catch_up": False,
    "label": "Queue",
    "log_level": "WARNING",
}

REST_FRAMEWORK = API
SPECTACULAR_SETTINGS = API_DOCUMENTATION

LOGGING = log_settings(
    env.str("LOG_LEVEL", default="INFO"), env.str("LOG_FORMAT", default="line")
)

# Who may read /metrics: whoever has the token, or comes from these networks.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
METRICS_NETWORKS = env.list("METRICS_NETWORKS", default=["127.0.0.0/8", "::1/128"])
