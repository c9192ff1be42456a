# syntax=docker/dockerfile:1
FROM swift:6.3-bookworm AS builder
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libssl-dev libhiredis-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY . .
RUN swift build -c release --static-swift-stdlib --product churnd \
    && install -D --strip .build/release/churnd /out/churnd

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libssl3 libhiredis0.14 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin churnd \
    && install --directory --owner=10001 --group=10001 --mode=700 /var/lib/churnd
WORKDIR /srv/churnd
COPY --from=builder /out/churnd /usr/local/bin/churnd
COPY Config Config
COPY Models Models
# glibc gives each thread an arena of its own, up to eight a core; two keep memory flat.
ENV HOST=0.0.0.0 MALLOC_ARENA_MAX=2
# 9464 is for operators, and answers within the container alone unless CHURND_OPERATIONS_LISTEN says
# otherwise: Docs/OPERATING.md, "In a container".
EXPOSE 8080 9464
USER 10001:10001
STOPSIGNAL SIGTERM
# Whether it answers at all: while Redis is away a restart makes nothing better.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["churnd", "--check-live"]
ENTRYPOINT ["churnd"]
