#!/usr/bin/env bash
# Kills a process (SIGKILL, by itself) at each of the points at which it can leave something else behind than at any other: after each kind of call on each kind of file, and half way through writes and removals, also while a database
# is opened after another kill. The next process must find what was answered, whole, find it once more, and go on. The points: tests/Engine.CrashTests/KillPoints/points.txt.
#
#   tests/killpoints.sh [--repeats N] [--only NAME] [--first SEED]     each point once from seed 1 unless told otherwise, or those whose names begin with NAME; two or three a second on two cores
#
# The seed draws in which life a point is passed, and at which passing. What fails is printed with the command that repeats it. A point that is not reached is a violation. The last line is "violations: N"; the exit code is 0 only
# where N is 0.
set -uo pipefail
script="${BASH_SOURCE[0]}"
source "$(dirname "$script")/campaign.sh"
campaign Engine.CrashTests "$(seconds repeats 1 250000 300 "$@")" killpoints "$@"
