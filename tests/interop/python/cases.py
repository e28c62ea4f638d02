"""Runs cases one after another and prints one line of JSON for each: {"case": ..., "ok": ..., "error": ...}."""

import argparse
import json
import sys
import threading
import traceback

CASE_SECONDS_MAX = 60


def read_arguments(**extra):
    parser = argparse.ArgumentParser()
    parser.add_argument("--target", required=True, help="HOST:PORT")
    parser.add_argument("--descriptors", required=True, help="serialised FileDescriptorSet")
    parser.add_argument("--case", help="only this one")
    for name, text in extra.items():
        parser.add_argument("--" + name.replace("_", "-"), help=text)
    return parser.parse_args()


def run_cases(cases, only=None):
    """Cases are functions; their names are their functions'. Ends the process."""
    failed = 0
    for case in cases:
        if only is not None and case.__name__ != only:
            continue
        error = _run(case)
        failed += error is not None
        line = {"case": case.__name__, "ok": error is None}
        if error is not None:
            line["error"] = error
        print(json.dumps(line), flush=True)
    sys.stdout.flush()

    # Threads of a case that hangs must not keep the process alive.
    import os

    os._exit(1 if failed else 0)


def _run(case):
    outcome = ["not done after %d s" % CASE_SECONDS_MAX]

    def body():
        try:
            case()
            outcome[0] = None
        except BaseException:
            outcome[0] = traceback.format_exc()

    thread = threading.Thread(target=body, daemon=True)
    thread.start()
    thread.join(CASE_SECONDS_MAX)
    return outcome[0]


def equal(expected, actual, what=""):
    if expected != actual:
        raise AssertionError("%sexpected %.300r, got %.300r" % (what and what + ": ", expected, actual))
