#!/usr/bin/env bash
# Has clients write and read a few points of a collection at the same time, while it is sealed, merged, rebuilt and copied, restarted, killed and without power on the simulated disk; then looks for an order of all calls, one after the
# other, that explains what each was answered.
#
#   tests/linearizability.sh [--histories N] [--first SEED]     1,000 histories from 1 unless told otherwise; some tens a second on two cores
#
# A history that has no such order, or takes the checker too long, is printed with the command that repeats it; what meets what is chance, so it may take several tries. The last line is "violations: N"; the exit code is 0 only where N is 0.
set -uo pipefail
script="${BASH_SOURCE[0]}"
source "$(dirname "$script")/campaign.sh"
campaign Engine.CrashTests "$(seconds histories 1000 500 120 "$@")" linearizability "$@"
