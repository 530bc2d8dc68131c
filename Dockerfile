# syntax=docker/dockerfile:1
FROM rust:1.91-slim-bookworm AS build
WORKDIR /src
COPY . .
ARG ONRAMP_COMMIT=""
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    ONRAMP_COMMIT="$ONRAMP_COMMIT" cargo build --locked --release --bin onramp \
    && cp target/release/onramp /onramp

# The C library, the certificates of public authorities, and nothing to log in to.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /onramp /usr/local/bin/onramp
ENV ONRAMP__SERVER__LISTEN=0.0.0.0:4000
EXPOSE 4000
USER 65532:65532
HEALTHCHECK --interval=10s --timeout=6s --start-period=5s --retries=3 CMD ["/usr/local/bin/onramp", "health"]
ENTRYPOINT ["/usr/local/bin/onramp"]
CMD ["serve"]
