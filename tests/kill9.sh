#!/usr/bin/env bash
# Kills the real server (SIGKILL) while callers stream points in, replace, delete and search them, change payloads, have segments sealed and merged, and make and verify snapshots; starts it again and compares everything
# with what was answered. Snapshots that a kill left must be whole; every fifth time one is made by the engine, restored and compared. 25 cycles on one directory, then a new one; two directories at a time.
#
#   tests/kill9.sh [--cycles N] [--first SEED]         100 cycles unless told otherwise; about two seconds each
#
# What fails is printed with the command that repeats it; the scheduler has its say, so it may take several tries. The last line is "violations: N"; the exit code is 0 only where N is 0.
set -uo pipefail
script="${BASH_SOURCE[0]}"
source "$(dirname "$script")/campaign.sh"
campaign Server.CrashTests "$(seconds cycles 100 20000 300 "$@")" kill9 "$@"
