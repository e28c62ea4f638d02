#!/usr/bin/env bash
# Installs what the interop tests need beside the .NET SDK: the clients of npm and Debian that we did not write. Says nothing where all is there.
# Never fails: what cannot be installed is named on standard error, and the tests that need it are skipped.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 0
exec </dev/null

missing() { echo "interop: $*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

# The modules are there, and are those of package-lock.json.
has_modules() { [ -f node/node_modules/.package-lock.json ] && [ ! node/package-lock.json -nt node/node_modules/.package-lock.json ]; }
has_grpcio() { /usr/bin/python3 -c 'import grpc, google.protobuf' >/dev/null 2>&1; }

packages=()
has_grpcio || packages+=(python3-grpcio python3-protobuf)
has curl || packages+=(curl)
has nghttp || packages+=(nghttp2-client)
has lz4 || packages+=(lz4)
if ((${#packages[@]} > 0)) && [ "$(id -u)" = 0 ] && has apt-get; then
  log="$(mktemp)"
  export DEBIAN_FRONTEND=noninteractive
  (timeout 120 apt-get update -qq && timeout 240 apt-get install -y -qq --no-install-recommends "${packages[@]}") >"$log" 2>&1 || tail -n 3 "$log" >&2
  rm -f "$log"
fi
has_grpcio || missing "no grpcio for /usr/bin/python3 (Debian: python3-grpcio, python3-protobuf); its tests are skipped"
has curl || missing "no curl; its tests are skipped"
has lz4 || missing "no lz4 command; the tests that have it read our frames are skipped"
has nghttp || missing "no nghttp and h2load (Debian: nghttp2-client); only measurements need them"

if ! has node || ! has npm; then
  missing "no Node.js (20 or later, with npm); the tests of grpc-js and connect-node are skipped"
elif ! has_modules; then
  log="$(mktemp)"
  if (cd node && timeout 300 npm ci --no-audit --no-fund --ignore-scripts --loglevel=error) >"$log" 2>&1; then
    touch node/node_modules/.package-lock.json
  else
    tail -n 3 "$log" >&2
    missing "npm ci failed in tests/interop/node; the tests of grpc-js and connect-node are skipped"
  fi
  rm -f "$log"
fi
exit 0
