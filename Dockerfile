# syntax=docker/dockerfile:1
# One image for every process of the full edition; docker-compose.yml says which one it becomes.

FROM python:3.12-slim-bookworm AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/workfloor
COPY requirements/prod.txt /tmp/prod.txt
RUN /opt/workfloor/bin/pip install --require-hashes --no-deps -r /tmp/prod.txt


FROM python:3.12-slim-bookworm
ENV PATH=/opt/workfloor/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings \
    WORKFLOOR_HOME=/var/lib/workfloor

# A number besides the name: orchestrators that insist on non-root cannot look up names.
RUN groupadd --system --gid 10001 workfloor \
    && useradd --system --uid 10001 --gid workfloor --home-dir /var/lib/workfloor --create-home workfloor

COPY --from=packages /opt/workfloor /opt/workfloor
WORKDIR /srv/workfloor
COPY . .

# Compiled and collected here, so that containers may be read-only. The address is never called: it chooses the edition.
RUN python -m compileall -q . \
    && SECRET_KEY=only-while-the-image-is-built DATABASE_URL=postgres://nobody@localhost/none \
       python manage.py collectstatic --noinput --verbosity 0 \
    && mkdir -p /var/lib/workfloor/files \
    && chown -R workfloor:workfloor /var/lib/workfloor

USER 10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["config/deploy/answers", "http://127.0.0.1:8000/healthz"]
CMD ["gunicorn", "config.wsgi:application", "--config", "config/deploy/gunicorn.conf.py"]
