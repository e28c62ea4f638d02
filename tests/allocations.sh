#!/usr/bin/env bash
# Refuses each request for native memory of whole lives of a collection in turn, and of recoveries after the process was killed: once, and from then on. What is read meanwhile must be right or refused, and after a restart everything
# acknowledged is there and writes are taken again.
#
#   tests/allocations.sh [--lives N] [--every K] [--life SEED [--request N]]
#
# Twenty lives, every request, some 5,000 cases, unless told otherwise; --every K takes every K-th case, --life one life, --request one request of it.
# A case that fails is printed with the command that repeats it; graphs are built beside the life, so it may take several tries. The last line is "violations: N"; the exit code is 0 only where N is 0.
set -uo pipefail
script="${BASH_SOURCE[0]}"
source "$(dirname "$script")/campaign.sh"
campaign Engine.CrashTests 7200 allocations "$@"
