# Sourced by compare.sh and search.sh: finds and makes data, builds programs.
#
# Sets: root, work (artifacts/bench), arguments (the caller's, with --base and --queries made real). Shorthands:
#   --base augment:N  --queries augment    Fashion-MNIST, shifted, turned, mirrored and with noise, N vectors of it; the queries are its test images, none of which is in the base
#   --base synthetic:N --queries synthetic clustered vectors of 96 dimensions made by code
# Without --base: Fashion-MNIST where the data sets are there (VECTORSTORE_DATA, or shared/data beside the clone), 20,000 synthetic vectors otherwise.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
work="$root/artifacts/bench"
data="${VECTORSTORE_DATA:-$root/../shared/data}"
fashion="$data/fashion-mnist-784"

say() { echo "$@" >&2; }
fail() { say "$@"; exit 1; }

# program NAME: where the built benchmark of that name is. Tests name a directory of programs that are built already.
program() { echo "${VECTORSTORE_BENCHMARKS:-$root/benchmarks/$1/bin/Release/net10.0}/VectorStore.Benchmarks.$1.dll"; }

# build NAME: builds it, silently unless that fails.
build() {
  [ -n "${VECTORSTORE_BENCHMARKS:-}" ] && return
  local log
  log="$(mktemp)"
  dotnet build -c Release --nologo -v quiet "$root/benchmarks/$1" >"$log" 2>&1 || { cat "$log" >&2; rm -f "$log"; fail "benchmarks/$1 does not build"; }
  rm -f "$log"
}

# generate FILE ARGUMENTS…: makes a data file once.
generate() {
  local file="$1"
  shift
  [ -s "$file" ] && return
  mkdir -p "$(dirname "$file")"
  build Generate
  dotnet "$(program Generate)" "$@" --out "$file" >&2 || fail "$file could not be made"
}

# real_base NAME, real_queries NAME: the file that a shorthand stands for; a file's own name otherwise.
real_base() {
  case "$1" in
    augment:*)
      [ -f "$fashion/train-images-idx3-ubyte.gz" ] || fail "--base $1 needs Fashion-MNIST; set VECTORSTORE_DATA to the directory of the data sets"
      generate "$work/data/augment-${1#*:}.fbin" augment --images "$fashion/train-images-idx3-ubyte.gz" --count "${1#*:}"
      echo "$work/data/augment-${1#*:}.fbin" ;;
    synthetic:*)
      generate "$work/data/synthetic-${1#*:}.fbin" clusters --count "${1#*:}"
      echo "$work/data/synthetic-${1#*:}.fbin" ;;
    *) echo "$1" ;;
  esac
}

real_queries() {
  case "$1" in
    augment) echo "$fashion/t10k-images-idx3-ubyte.gz" ;;
    synthetic)
      # Numbers that no base has.
      generate "$work/data/synthetic-queries.fbin" clusters --first 1000000000 --count 2000
      echo "$work/data/synthetic-queries.fbin" ;;
    *) echo "$1" ;;
  esac
}

# read_arguments ARGUMENTS…: fills base, queries, metric, and rest with all others.
read_arguments() {
  base="" queries="" metric="" rest=()
  while (($# > 0)); do
    case "$1" in
      --base | --queries | --metric)
        (($# > 1)) || fail "$1 needs a value"
        printf -v "${1#--}" %s "$2"
        shift 2 ;;
      -h | --help) usage; exit 0 ;;
      *) rest+=("$1"); shift ;;
    esac
  done
  if [ -z "$base" ] && [ -f "$fashion/train-images-idx3-ubyte.gz" ]; then
    base="$fashion/train-images-idx3-ubyte.gz"
    queries="${queries:-augment}"
    metric="${metric:-euclidean}"
  fi
  base="${base:-synthetic:20000}"
  case "$base" in
    augment:*) queries="${queries:-augment}" metric="${metric:-euclidean}" ;;
    synthetic:*) queries="${queries:-synthetic}" metric="${metric:-euclidean}" ;;
  esac
  [ -n "$queries" ] || fail "--queries is missing"
  [ -n "$metric" ] || fail "--metric is missing"
  base="$(real_base "$base")" || exit 1
  queries="$(real_queries "$queries")" || exit 1
  arguments=(--base "$base" --queries "$queries" --metric "$metric" --work "$work" "${rest[@]}")
}

command -v dotnet >/dev/null || fail "dotnet is missing: install the .NET SDK of global.json"
