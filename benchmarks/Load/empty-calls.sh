#!/usr/bin/env bash
# Empty unary calls per second: h2load on one core against the server on the other.
#
#   benchmarks/Load/empty-calls.sh [CALLS]      default 300000, three runs; prints the rate of each and the middle one
#
# Needs h2load (Debian: nghttp2-client) and two cores.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
calls="${1:-300000}"
command -v h2load >/dev/null || { echo "h2load is missing: apt-get install nghttp2-client" >&2; exit 1; }

dotnet build -c Release server -v quiet --nologo >&2
work="$(mktemp -d)"
trap 'kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; rm -rf "$work"' EXIT
head -c 5 /dev/zero >"$work/empty-frame"
taskset -c 0 dotnet server/bin/Release/net10.0/vectorstore-server.dll --data "$work/data" --http-port 0 --grpc-port 0 --ports-file "$work/ports" >"$work/log" 2>&1 &
server=$!
for _ in $(seq 100); do
  [ -s "$work/ports" ] && break
  sleep 0.1
done
port="$(sed 's/.*"grpcPort"[^0-9]*\([0-9]*\).*/\1/' "$work/ports")"
sleep 1

load() {
  taskset -c 1 h2load -n "$1" -c 4 -m 50 -d "$work/empty-frame" -H 'content-type: application/grpc' -H 'te: trailers' \
    "http://127.0.0.1:$port/grpc.health.v1.Health/Check" | tee "$work/out" | grep -E '^(requests|status codes)' >&2
  sed -n 's/^finished in .*, \([0-9.]*\) req\/s.*/\1/p' "$work/out"
}

load 1000000 >/dev/null # until everything is compiled for good
rates="$(for _ in 1 2 3; do load "$calls"; done)"
echo "$rates"
echo "middle: $(echo "$rates" | sort -n | sed -n 2p) calls/s"
