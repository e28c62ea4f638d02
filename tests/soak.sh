#!/usr/bin/env bash
# Mixed load on the real server: 4,000 points replaced, deleted and searched without pause, segments sealed and merged each second, a snapshot made, restored beside and deleted every five. Prints memory, threads, open files and disk over time; where one of them
# rises steadily after the first third, by more than noise (of memory 8 MiB and 4 %), that is a violation, as is every wrong answer and every failed call. Runs under two minutes are not judged for growth.
#
#   tests/soak.sh [--minutes N | --seconds N] [--seed SEED]     10 minutes unless told otherwise
#
# The last line is "violations: N"; the exit code is 0 only where N is 0.
set -uo pipefail
script="${BASH_SOURCE[0]}"
source "$(dirname "$script")/campaign.sh"
campaign Server.CrashTests "$(($(seconds minutes 10 60000 300 "$@") + $(seconds seconds 0 1000 0 "$@")))" soak "$@"
