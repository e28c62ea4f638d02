#!/usr/bin/env bash
# Measures the engine alone on one data set: recall against exact neighbours, queries per second with one thread and with all cores, latency, build time, memory.
#
#   benchmarks/search.sh [--base FILE --queries FILE --metric euclidean|cosine|dot|manhattan] [--limit N] [--query-limit N] [--profile compact|turbo]
#     [--quantization auto|none|float16|int8|rotated|binary|product|projected] [--bits N] [--compression N] [--originals memory|disk]
#     [--m N] [--ef-construction N] [--seal-at-mib N] [--k N] [--ef N,N,…] [--data-dir DIR] [--json FILE] [--svg FILE]
#
# Files: idx, fvecs, fbin, npy, gzipped or not. Shorthands and what is taken where nothing is said: data.sh. Figures mean nothing while other work runs beside.
set -euo pipefail
usage() { sed -n '2,/^set/{/^set/d; s/^# \{0,1\}//; p}' "${BASH_SOURCE[0]}"; }
source "$(dirname "${BASH_SOURCE[0]}")/data.sh"
read_arguments "$@"
build Search
exec dotnet "$(program Search)" "${arguments[@]}"
