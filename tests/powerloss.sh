#!/usr/bin/env bash
# Cuts the power in random lives of a collection on the simulated disk: at a random call, up to five times more while it recovers, and once more when it goes on. Nothing
# acknowledged may be missing, nothing may be there that nobody wrote, and every snapshot must be whole.
#
#   tests/powerloss.sh [--seeds N] [--first SEED]      2,000 seeds from 1 unless told otherwise; some twenty a second on two cores
#
# A seed that fails is printed with the command that repeats it. The last line is "violations: N"; the exit code is 0 only where N is 0.
set -uo pipefail
script="${BASH_SOURCE[0]}"
source "$(dirname "$script")/campaign.sh"
campaign Engine.CrashTests "$(seconds seeds 2000 500 120 "$@")" powerloss "$@"
