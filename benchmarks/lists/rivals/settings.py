"""(b) and (c): Django as people set it up, with the standard middleware where `BENCH_MIDDLEWARE` says so."""

import os

import environ

DATABASES = {"default": environ.Env().db_url("BENCH_DATABASE_URL") | {"CONN_MAX_AGE": None}}
ORGANIZATION = os.environ["BENCH_ORGANIZATION"]
SECRET_KEY = "only-for-a-benchmark"
DEBUG = False
ALLOWED_HOSTS = ["*"]
USE_TZ = True
TIME_ZONE = "UTC"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "benchmarks.lists.rivals",
    "rest_framework",
]
STANDARD = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
MIDDLEWARE = STANDARD if os.environ.get("BENCH_MIDDLEWARE") == "1" else []
ROOT_URLCONF = "benchmarks.lists.rivals.urls"
WSGI_APPLICATION = "benchmarks.lists.rivals.wsgi.application"
AUTH_USER_MODEL = "rivals.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["benchmarks.lists.rivals.tokens.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "PAGE_SIZE": 50,
}
