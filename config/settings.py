"""All settings, on one page. What a deployment may change comes from the environment, and a wrong value says so.

Two editions, one code base: without `DATABASE_URL` the database is SQLite in `var/`; without `REDIS_URL` jobs and live
updates stay inside the process. See docs/editions.md.
"""

import datetime
import logging
import secrets
from pathlib import Path

import environ
import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
HOME = Path(env.str("WORKFLOOR_HOME", default=str(BASE_DIR / "var")))

# --- edition -------------------------------------------------------------------------------------------------------
DATABASE_URL = env.str("DATABASE_URL", default="")
REDIS_URL = env.str("REDIS_URL", default="")
EMBEDDED = not DATABASE_URL

DEBUG = env.bool("DEBUG", default=False)
HTTPS = env.bool("HTTPS", default=not EMBEDDED)  # the full edition is served behind TLS unless told otherwise


def secret_key() -> str:
    """The key of this deployment; the embedded edition makes one for itself and keeps it."""
    if given := env.str("SECRET_KEY", default=""):
        return given
    if not EMBEDDED:
        raise ImproperlyConfigured(
            "SECRET_KEY is missing. Set it to 50 or more random characters, the same for all processes: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    kept = HOME / "secret_key"
    if not kept.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(50))
    return kept.read_text()


SECRET_KEY = secret_key()

# --- who may call --------------------------------------------------------------------------------------------------
# Organizations live at <slug>.<base domain>; the base domain itself names none.
BASE_DOMAINS = env.list("BASE_DOMAINS", default=["localhost"])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[".localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- applications --------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "config",
    "notifications",
    "reports",
    "dispatch",
    "workorder",
    "tenants",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "channels",
    "csp",
    "django.forms",  # lets the form renderer find Django's own widgets
    "django_filters",
    "django_htmx",
    "django_prometheus",
    "django_structlog",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.middleware.RequestLines",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tenants.middleware.TenantMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context_processors.workfloor",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- the spine: dotted paths, so that lower apps never import upward -----------------------------------------------
SUBSCRIPTIONS = "config.subscriptions.SUBSCRIPTIONS"
RUNNERS = "config.subscriptions.RUNNERS"
SCHEDULES = "config.schedules.SCHEDULES"
CONTRIBUTIONS = "config.contributions.CONTRIBUTIONS"

# --- database ------------------------------------------------------------------------------------------------------
if EMBEDDED:
    HOME.mkdir(parents=True, exist_ok=True)
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": HOME / "workfloor.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",  # a write lock taken late is how SQLite answers "database is locked"
                "timeout": 5,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;",
            },
        }
    }
else:
    STATEMENT_TIMEOUT = env.str("STATEMENT_TIMEOUT", default="5s")  # migrations may take longer than requests
    DATABASES = {"default": env.db_url("DATABASE_URL")}
    DATABASES["default"] |= {
        "ENGINE": "config.postgresql",
        "ATOMIC_REQUESTS": False,  # `with tenant(organization):` opens the transaction, in both editions alike
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,  # config.postgresql looks at the socket instead of asking the server
        "OPTIONS": {
            **DATABASES["default"].get("OPTIONS", {}),
            "server_side_binding": True,
            "pool": {"min_size": 1, "max_size": env.int("DATABASE_POOL", default=8), "timeout": 5},
            "options": f"-c statement_timeout={STATEMENT_TIMEOUT} -c lock_timeout=2s "
            "-c idle_in_transaction_session_timeout=10s",
        },
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- cache, live bus, broker ---------------------------------------------------------------------------------------
FAIL_FAST = {"socket_connect_timeout": 0.15, "socket_timeout": 0.15}  # no request waits for Redis
LIVE_SOCKETS = env.int("LIVE_SOCKETS", default=5_000)  # of one process; each needs an open file
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "config.cache.Cache",
            "LOCATION": f"{REDIS_URL.rstrip('/')}/1",
            # A new connection asks once before it is of use; by default it asks five times, and each may be waited for.
            "OPTIONS": FAIL_FAST | {"protocol": 2, "driver_info": None},
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# --- who signs in --------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "reports:dashboard"
ACCOUNT_ADAPTER = "tenants.access.ClosedDoor"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # members are invited by somebody who knows their address
ACCOUNT_SESSION_REMEMBER = True
ACCESS_TOKEN_LIFE = datetime.timedelta(minutes=10)
REFRESH_TOKEN_LIFE = datetime.timedelta(days=14)

NUM_PROXIES = env.int("NUM_PROXIES", default=0)

# --- REST framework ------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tenants.access.PrincipalAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["tenants.access.IsMember"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["tenants.api.v1.renderers.Json"],
    "DEFAULT_FILTER_BACKENDS": [
        "django_filters.rest_framework.DjangoFilterBackend",
        "rest_framework.filters.SearchFilter",
        "rest_framework.filters.OrderingFilter",
    ],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "tenants.api.v1.pages.Pages",
    "DEFAULT_VERSIONING_CLASS": None,
    "EXCEPTION_HANDLER": "tenants.api.v1.errors.answer",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "NUM_PROXIES": NUM_PROXIES,
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    # Titles, versions and hooks are each version's own: config/api_docs.py. The deployment check looks at all versions
    # as one schema, which is nobody's; tests hold each version's against its answers.
    "ENABLE_DJANGO_DEPLOY_CHECK": False,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": True,  # a condition left open is an empty text, and said to be one
}

# --- Celery: a doorbell that fails fast; the rows are the memory ---------------------------------------------------
CELERY_BROKER_URL = f"{REDIS_URL.rstrip('/')}/0" if REDIS_URL else "memory://"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False  # a lost ring costs a second, a redelivered one nothing
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 90
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_POOL_LIMIT = 10
CELERY_BROKER_POOL_ACQUIRE_TIMEOUT = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    **FAIL_FAST,
    "retry_on_timeout": False,
    "max_retries": 0,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "visibility_timeout": 900,
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 300_000
CELERY_DB_REUSE_MAX = 500  # else Celery closes the whole pool after each row: a new server process for every few ms
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_WORKER_ENABLE_SOFT_SHUTDOWN_ON_IDLE = False  # idle, it would use up the grace a supervisor gives it
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CONSUMER = "config.consumer:SoonBack"
CELERY_BEAT_SCHEDULE = {
    "ring-for-what-is-due": {"task": "tenants.tick", "schedule": 30.0, "options": {"expires": 30}},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(HOME / "celerybeat-schedule")

# --- mail ----------------------------------------------------------------------------------------------------------
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 8  # below the lease of a message
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Workfloor <workfloor@localhost>")
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000")

# --- browser push ---------------------------------------------------------------------------------------------------
VAPID_PRIVATE_KEY = env.str("VAPID_PRIVATE_KEY", default="")  # `manage.py push_keys`; without it no push is offered
VAPID_SUBJECT = env.str("VAPID_SUBJECT", default="")

# --- addresses that people typed -----------------------------------------------------------------------------------
OUTBOUND_HTTP = env.bool("OUTBOUND_HTTP", default=not HTTPS)  # also http://, where nobody expects better
OUTBOUND_ALLOW = env.list("OUTBOUND_ALLOW", default=[])  # hosts and networks inside the house that may be called

# --- files, language, time -----------------------------------------------------------------------------------------
FILES_ROOT = Path(env.str("FILES_ROOT", default=str(HOME / "files")))  # what people bring: one place for all processes
STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns about a folder that is not there
STATICFILES_DIRS = [BASE_DIR / "config" / "static"]
WHITENOISE_USE_FINDERS = EMBEDDED  # a newcomer collects nothing
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if EMBEDDED
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]  # of what people are told; tenants.states has the same list
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

# --- safety --------------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-workfloor" if HTTPS else "workfloor"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrftoken"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
ATTACHMENT_MAX_BYTES = env.int("ATTACHMENT_MAX_BYTES", default=20_000_000)  # nginx.conf lets a little more pass
KEEP_NOTIFICATIONS_DAYS = env.int("KEEP_NOTIFICATIONS_DAYS", default=180)  # what was read or archived, with its proof
KEEP_DELIVERIES_DAYS = env.int("KEEP_DELIVERIES_DAYS", default=30)  # reactions that were done; events are kept for good

# --- logs ----------------------------------------------------------------------------------------------------------
LINES = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
JSON_LINES = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *([LINES] if EMBEDDED else JSON_LINES),
            ],
            "foreign_pre_chain": [
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper(fmt="iso"),
            ],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="WARNING")},
    "loggers": {"django.request": {"level": "ERROR"}},  # a refusal is the caller's news; the access line has it
}
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = logging.INFO
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
