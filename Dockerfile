# One image for every role: `serve` (the default) upgrades the database, then serves.
FROM python:3.11-slim-bookworm

# What WeasyPrint draws text with.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /srv/passage
COPY requirements.lock ./
RUN pip install --no-cache-dir --root-user-action=ignore --require-hashes -r requirements.lock

COPY alembic.ini ./
COPY app app
COPY schemas schemas
COPY report_templates report_templates
COPY migrations migrations
RUN python -m compileall -q app schemas report_templates migrations

# The program belongs to root and stays as it is; only the folder of records can be written.
RUN useradd --system --uid 10001 --home-dir /var/lib/passage --create-home passage
ENV PYTHONPATH=/srv/passage \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PASSAGE_FOLDER=/var/lib/passage
USER passage
WORKDIR /var/lib/passage
VOLUME /var/lib/passage
EXPOSE 8000

# Any answer that is no server error will do; signing in is not asked of a health check.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD python -c "import http.client, sys; \
c = http.client.HTTPConnection('127.0.0.1', 8000, timeout=4); \
c.request('GET', '/'); sys.exit(c.getresponse().status >= 500)"

ENTRYPOINT ["python", "-P", "-m", "app.cli"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
