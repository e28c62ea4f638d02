# What powerloss.sh, faultsweep.sh, bitflips.sh, killpoints.sh, kill9.sh, soak.sh, linearizability.sh and allocations.sh have in common; not for running.
#
# campaign PROJECT SECONDS COMMAND ARGUMENTS…: builds a test project and runs a command of it for at most so long. The last line is "violations: N"; the exit code is 0 only where that says 0.
# VECTORSTORE_TESTS_BUILT=DIR takes a project that is built already.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

campaign() {
  local project="$1" limit="$2" directory log="" status violations
  shift 2
  if [ "${1:-}" != "" ] && [[ " $* " == *" --help "* ]]; then
    usage
    exit 0
  fi
  directory="${VECTORSTORE_TESTS_BUILT:-}"
  if [ -z "$directory" ]; then
    echo "building tests/$project"
    if ! dotnet build -c Release "$root/tests/$project" -v quiet --nologo >&2; then
      echo "the build failed" >&2
      echo "violations: 1"
      exit 1
    fi
    directory="$root/tests/$project/bin/Release/net10.0"
  fi

  log="$(mktemp)"
  trap 'rm -f "$log"' EXIT
  timeout --kill-after=20 "$limit" dotnet "$directory/VectorStore.$project.dll" "$@" | tee "$log"
  status="${PIPESTATUS[0]}"
  [ "$status" = 2 ] && exit 2
  violations="$(tail -n 1 "$log" | sed -n 's/^violations: \([0-9][0-9]*\)$/\1/p')"
  if [ -z "$violations" ]; then
    # Stopped, crashed or killed: whatever it was, it did not finish.
    echo "violation: the run ended with exit code $status before it was done (124: after $limit s)"
    echo "  replay: ${script:-$0} $*"
    echo "violations: $(($(grep -c '^violation: ' "$log") + 1))"
    exit 1
  fi
  [ "$violations" = 0 ] && [ "$status" = 0 ]
  exit
}

usage() { sed -n '2,/^set/{/^set/d; s/^# \{0,1\}//; p}' "$script"; }

# seconds NAME USUAL PER BASE ARGUMENTS…: a bound that grows with the number asked for.
seconds() {
  local name="$1" count="$2" per="$3" base="$4" previous=""
  shift 4
  for argument in "$@"; do
    [ "$previous" = "--$name" ] && count="$argument"
    previous="$argument"
  done
  [[ "$count" =~ ^[0-9]{1,9}$ ]] || count=0
  echo $((base + count * per / 1000))
}
