# The code location's image: webservers, daemon, code location, runs and backups are all this one.
# uv.lock says what is in it. Nothing is installed or downloaded when it starts.
ARG PYTHON=3.12

FROM python:${PYTHON}-slim-bookworm AS build
COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /usr/local/bin/uv
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=/opt/oso
WORKDIR /src
# dependencies change seldom: a layer of their own
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --frozen --no-dev --extra kubernetes --no-install-project
COPY oso_lake oso_lake
COPY dlt_sources dlt_sources
COPY sqlmesh_project sqlmesh_project
COPY oso_dagster oso_dagster
RUN uv sync --frozen --no-dev --extra kubernetes --no-editable

FROM python:${PYTHON}-slim-bookworm
# the source of git histories clones with git
RUN apt-get update && apt-get install --yes --no-install-recommends git ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 oso && useradd --uid 10001 --gid oso --home-dir /var/lib/oso --create-home oso \
    && mkdir -p /opt/dagster && chown oso:oso /opt/dagster
COPY --from=build /opt/oso /opt/oso
ENV PATH=/opt/oso/bin:$PATH OSO_HOME=/var/lib/oso DAGSTER_HOME=/opt/dagster \
    DAGSTER_DISABLE_TELEMETRY=1 DO_NOT_TRACK=1 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# a number, so that Kubernetes can see that it is not root
USER 10001:10001
WORKDIR /var/lib/oso
EXPOSE 3000 4000
CMD ["oso", "--help"]
