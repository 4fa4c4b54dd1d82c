# The operator and the command line `beatkeys`: docs/image.md. Needs BuildKit, or Buildah.

# Both bases can be replaced, by copies in a registry of your own or by a digest.
ARG BUILD_IMAGE=docker.io/library/node:24-trixie-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian13:nonroot

# What this stage makes is JavaScript and text, so it runs on the builder's architecture whatever the image is for.
FROM --platform=$BUILDPLATFORM $BUILD_IMAGE AS build
WORKDIR /build
# Left out, npm asks its own default.
ARG NPM_CONFIG_REGISTRY
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json LICENSE ./
COPY scripts/build.ts scripts/
COPY scripts/build/ scripts/build/
COPY src/ src/
RUN node scripts/build.ts

# Nothing may run in this stage: its base has no shell, and it may be of another architecture.
FROM $RUNTIME_IMAGE
ARG RUNTIME_IMAGE
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG SOURCE=https://github.com/beatkeys/beatkeys
ARG LICENSES=Apache-2.0
LABEL org.opencontainers.image.title="Beatkeys" \
      org.opencontainers.image.description="Elasticsearch API keys for Beats on Kubernetes, from a manifest" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.source="$SOURCE" \
      org.opencontainers.image.licenses="$LICENSES" \
      org.opencontainers.image.base.name="$RUNTIME_IMAGE"
# Node is in /nodejs/bin of the distroless base, and elsewhere in others.
ENV PATH=/nodejs/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    NODE_ENV=production \
    MALLOC_ARENA_MAX=2
WORKDIR /
COPY --from=build /build/LICENSE /build/dist/ /beatkeys/
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["node", "--max-semi-space-size=4", "--heap-growing-percent=50", "--v8-pool-size=1", "/beatkeys/beatkeys.mjs"]
