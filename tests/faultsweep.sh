#!/usr/bin/env bash
# Fails each call of whole lives of a collection in turn, and of recoveries after the process was killed: EIO, ENOSPC, writes and reads that stop half way; once, and from then on. What is read meanwhile
# must be right or refused, and after a restart everything acknowledged is there and writes are taken again.
#
#   tests/faultsweep.sh [--lives N] [--every K] [--life SEED [--call N]]
#
# Six lives, every call and every way to fail, some 31,000 cases, unless told otherwise; --every K takes every K-th case, --life one life, --call one call of it.
# A case that fails is printed with the command that repeats it. The last line is "violations: N"; the exit code is 0 only where N is 0.
set -uo pipefail
script="${BASH_SOURCE[0]}"
source "$(dirname "$script")/campaign.sh"
campaign Engine.CrashTests 7200 faultsweep "$@"
