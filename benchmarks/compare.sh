#!/usr/bin/env bash
# Compares the engine with peers on one data set, one search thread, everybody in turns. Builds itself and its peers on first use.
#
#   benchmarks/compare.sh [--base FILE --queries FILE --metric euclidean|cosine|dot] [--limit N] [--query-limit N] [--profile compact|turbo]
#     [--rounds N] [--peers hnswlib,faiss,usearch] [--reuse-peers] [--json FILE] [--svg FILE], and what search.sh knows of --quantization and the like
#
# The last line is ratio@0.95=… ratio@0.99=… ratio@0.999=… build=… ram=…: queries per second of ours by the better of the peer's two runs (default malloc, and malloc
# with huge pages) at equal recall, the peer's build seconds by ours, our bytes per vector by the peer's. n/a: a curve does not reach that recall.
#
# The headers of hnswlib and usearch come from the npm packages hnswlib-node and usearch and are compiled for this machine. Needs g++ and npm; without them the exit code is 3.
set -euo pipefail
usage() { sed -n '2,/^set/{/^set/d; s/^# \{0,1\}//; p}' "${BASH_SOURCE[0]}"; }
source "$(dirname "${BASH_SOURCE[0]}")/data.sh"

drivers="$root/benchmarks/Compare"
peer_directory="$work/peers"
cannot() { say "$@"; exit 3; }

# unpack PEER PACKAGE SHA256 HEADER PATH…: the named parts of an npm package, one version of it, checked, unless the header is there already.
unpack() {
  local directory="$peer_directory/$1" wanted="$2" sha256="$3" header="$4" package
  shift 4
  [ -f "$directory/$header" ] && return
  command -v npm >/dev/null || cannot "npm is missing: it brings $wanted"
  mkdir -p "$directory"
  package="$(cd "$directory" && npm pack --silent "$wanted" </dev/null | tail -n 1)" || cannot "npm could not bring $wanted"
  echo "$sha256  $directory/$package" | sha256sum --check --status || cannot "$wanted is not what it was when this was written"
  tar -xzf "$directory/$package" -C "$directory" --strip-components=1 "${@/#/package/}"
}

# hnswlib: headers, and a driver of ours.
make_hnswlib() {
  unpack hnswlib hnswlib-node@3.0.0 4a8074485e5abe659d23e9998d97a00226db056ca466ada6eedbc512a4c4df01 src/hnswlib/hnswlib.h src/hnswlib
  compile hnswlib -isystem "$peer_directory/hnswlib/src"
}

# usearch: headers, and those of NumKong, its kernels.
make_usearch() {
  local directory="$peer_directory/usearch"
  unpack usearch usearch@2.25.3 006132253b3484a58726afbf300baf449c680cba00f2d2a869011415ed16db3e include/usearch/index_dense.hpp include/usearch numkong/include
  compile usearch -isystem "$directory/include" -isystem "$directory/numkong/include"
}

# FAISS: the library that Debian compiles for every amd64 processor, so without AVX; hnswlib here is compiled for this one. Its figures are what users of the package get, not the best FAISS can do.
make_faiss() {
  if [ ! -f /usr/include/faiss/IndexHNSW.h ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
      (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libfaiss-dev libopenblas-dev) >/dev/null 2>&1 || true
    fi
    [ -f /usr/include/faiss/IndexHNSW.h ] || cannot "FAISS is missing (Debian: libfaiss-dev, libopenblas-dev)"
  fi
  compile faiss -fopenmp -lfaiss -lopenblas
}

# compile PEER FLAGS…: compiles a driver where it is missing or older than its source. Libraries among the flags follow the source, as the linker wants them.
compile() {
  local peer="$1" binary="$peer_directory/$1/driver"
  shift
  mkdir -p "$peer_directory/$peer"
  [ "$binary" -nt "$drivers/$peer/driver.cpp" ] && [ "$binary" -nt "$drivers/driver.hpp" ] && return
  command -v g++ >/dev/null || cannot "g++ is missing: it compiles the peers"
  say "compiling $peer …"
  g++ -O3 -march=native -std=c++17 "$drivers/$peer/driver.cpp" "$@" -o "$binary.partial" -pthread
  mv "$binary.partial" "$binary"
}

read_arguments "$@"
peers=hnswlib
for ((i = 0; i + 1 < ${#rest[@]}; i++)); do
  [ "${rest[i]}" = --peers ] && peers="${rest[i + 1]}"
done
for peer in ${peers//,/ }; do
  declare -F "make_$peer" >/dev/null || fail "--peers: $peer is not known"
  "make_$peer"
done
build Compare
exec dotnet "$(program Compare)" "${arguments[@]}" --peer-programs "$peer_directory"
