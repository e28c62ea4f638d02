#!/usr/bin/env bash
# Damages the files of a small database on the simulated disk, one at a time, and reads all of it: one bit of each byte of the files up to 16 KB, and blocks zeroed, swapped or from
# another file, files cut and extended. What is served must be what was stored, or an error of ours says why not.
#
#   tests/bitflips.sh [--count N] [--first NUMBER]     100,000 damages from number 1 unless told otherwise; with 210,000 every byte has had its turn
#
# A damage that is not noticed is printed with the command that repeats it. The last line is "violations: N"; the exit code is 0 only where N is 0.
set -uo pipefail
script="${BASH_SOURCE[0]}"
source "$(dirname "$script")/campaign.sh"
campaign Engine.CrashTests "$(seconds count 100000 50 120 "$@")" bitflips "$@"
