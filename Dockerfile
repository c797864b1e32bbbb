# Byeol in a container: see docs/operating.md, "In a container". Build it in the folder of the clone:
#   docker build -t byeol .

FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/byeol
# The packages first: they change more rarely than Byeol does.
COPY requirements/postgres.txt /src/requirements/
RUN /opt/byeol/bin/python -m pip install --require-hashes -r /src/requirements/postgres.txt
COPY pyproject.toml README.md LICENSE /src/
COPY bot /src/bot
COPY cogs /src/cogs
COPY seeds /src/seeds
# pip fetches the builder that pyproject.toml names for this alone; none of it gets into the image.
RUN /opt/byeol/bin/python -m pip install --no-deps /src

FROM python:3.12-slim
RUN useradd --uid 10001 --no-create-home --home-dir /data byeol \
    && install --directory --owner=byeol --group=byeol --mode=0700 /data
COPY --from=build /opt/byeol /opt/byeol
ENV PATH=/opt/byeol/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    BYEOL_DATABASE=/data/byeol.db \
    BYEOL_WEB=0.0.0.0:8080
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
# Without the proxies that the environment may name: the bot is beside it.
HEALTHCHECK --interval=30s --timeout=10s --start-period=2m \
    CMD ["python", "-c", "from urllib.request import *; build_opener(ProxyHandler({})).open('http://127.0.0.1:8080/healthz', timeout=5)"]
# In exec form: the bot is the process that is told to stop.
ENTRYPOINT ["byeol"]
CMD ["run"]
