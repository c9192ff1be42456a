# syntax=docker/dockerfile:1
FROM swift:6.3-bookworm AS builder
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libssl-dev libhiredis-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
# The manifest first: a changed source does not fetch the dependencies again. The cache keeps what
# was compiled, on machines that build again.
COPY Package.swift ./
RUN --mount=type=cache,target=/build/.build swift package resolve
COPY Sources Sources
# Tests are targets of the manifest, which SwiftPM wants to find.
COPY Tests Tests
RUN --mount=type=cache,target=/build/.build \
    swift build -c release --static-swift-stdlib --product churnd \
    && install -D --strip .build/release/churnd /out/churnd

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates libssl3 libhiredis0.14 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin churnd \
    && install --directory --owner=10001 --group=10001 --mode=700 /var/lib/churnd
WORKDIR /srv/churnd
COPY --from=builder /out/churnd /usr/local/bin/churnd
COPY Config Config
COPY Models Models
# glibc gives each thread an arena of its own, up to eight a core; two keep memory flat.
ENV HOST=0.0.0.0 MALLOC_ARENA_MAX=2
# 9464 is for operators, and answers only within the container unless CHURND_OPERATIONS_LISTEN is set:
# Docs/start/container.md.
EXPOSE 8080 9464
USER 10001:10001
STOPSIGNAL SIGTERM
# Whether it answers at all: while Redis is away a restart does not help.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["churnd", "--check-live"]
ENTRYPOINT ["churnd"]
