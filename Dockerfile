# Flightdeck in a container: one image for every role. Without settings it serves embedded on port 8080, with its
# database in /var/lib/flightdeck.
ARG BASE=debian:bookworm-slim

# --- build: the project's own way, so that there is only one ---------------------------------------------------------
FROM ${BASE} AS build
WORKDIR /source
# Packages and Boost are a layer of their own: only a change of these files installs them again.
COPY dev ./
COPY scripts scripts
RUN ./dev setup build
COPY CMakeLists.txt CMakePresets.json ./
COPY cmake cmake
COPY migrations migrations
COPY src src
RUN ./dev build release && strip build/release/flightdeck
# The packages of the libraries it was linked with, so that nobody has to keep a list in step.
RUN ldd build/release/flightdeck | sed -n 's|.* => /.*/\([^ /]*\) (.*|*/\1|p' | xargs dpkg -S | cut -d: -f1 | sort -u \
  >runtime-packages

# --- the image -------------------------------------------------------------------------------------------------------
FROM ${BASE}
COPY --from=build /source/runtime-packages /usr/share/flightdeck/
RUN apt-get -q update \
  && DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install \
    ca-certificates $(cat /usr/share/flightdeck/runtime-packages) \
  && apt-get clean && rm -rf /var/lib/apt/lists/* \
  && useradd --system --uid 10001 --user-group --home-dir /var/lib/flightdeck --shell /usr/sbin/nologin flightdeck \
  && install -d -o flightdeck -g flightdeck /var/lib/flightdeck
COPY data/us-flights-2001q1.csv LICENSE /usr/share/flightdeck/
COPY deploy/docker/ready.sh /usr/local/bin/flightdeck-ready
COPY --from=build /source/build/release/flightdeck /usr/local/bin/
# A library that is missing is noticed here.
RUN flightdeck --version

USER 10001:10001
WORKDIR /var/lib/flightdeck
ENV FLIGHTDECK_LISTEN=0.0.0.0:8080
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=3 CMD ["flightdeck-ready"]
ENTRYPOINT ["flightdeck"]
CMD ["serve"]

ARG REVISION=unknown
LABEL org.opencontainers.image.title="Flightdeck" \
  org.opencontainers.image.description="Flight management and booking backend" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.revision="${REVISION}"
