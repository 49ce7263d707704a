# modelorigin in a container: docker run --rm -v "$PWD:/src:ro" modelorigin scan . --no-record
FROM python:3.12-slim AS build
WORKDIR /build
COPY pyproject.toml README.md LICENSE ./
COPY scanner scanner
COPY policies policies
COPY migrations migrations
RUN python -m venv /opt/modelorigin \
    && /opt/modelorigin/bin/pip install --no-cache-dir --disable-pip-version-check .

FROM python:3.12-slim
# git is what --diff asks. Not pinned: Debian keeps one version of it, the one with the fixes.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home modelorigin
COPY --from=build /opt/modelorigin /opt/modelorigin
ENV PATH=/opt/modelorigin/bin:$PATH PYTHONDONTWRITEBYTECODE=1
USER 10001
WORKDIR /src
ENTRYPOINT ["modelorigin"]
CMD ["--help"]
