#!/usr/bin/env bash
# The image's health check: whether the server of this container answers GET /health/ready with 200. It finds
# the port in FLIGHTDECK_LISTEN: whoever moves the port does it there, not with --listen.
set -euo pipefail
exec 3<>"/dev/tcp/127.0.0.1/${FLIGHTDECK_LISTEN##*:}"
printf 'GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
read -r -t 2 _ status _ <&3
[[ $status == 200 ]]
