"""What a scenario is, and what it can expect."""

import dataclasses
import http.client
import os
import time

from .api_client import ApiError

# On a machine that is slow or busy everything takes longer; this many times the usual is waited for.
PATIENCE = float(os.environ.get("PATIENCE", "3"))

NO_CONTROLLERS = "a kube-apiserver alone makes no pods of workloads"


class Failed(Exception):
    """`expected` and `found` are texts of one or more lines."""

    def __init__(self, expected, found):
        super().__init__(expected)
        self.expected, self.found = expected, found


@dataclasses.dataclass
class Scenario:
    name: str
    run: object
    # Where it does not run (1.20, 1.36 or own), and why.
    left_out: dict


REGISTERED = []


def scenario(left_out=None):
    """Of a function that is given a Stage and raises Failed. Its name is the scenario's."""
    def register(run):
        REGISTERED.append(Scenario(run.__name__, run, left_out or {}))
        return run
    return register


def expect(what, expected, found):
    if expected != found:
        raise Failed(f"{what}: {_text(expected)}", _text(found))


def expect_true(what, condition, found=""):
    if not condition:
        raise Failed(what, _text(found))


def until(seconds, what, holds, found=lambda: ""):
    """Asks `holds` until it is true, PATIENCE times that long at most. No answer of the API server is no."""
    end = time.monotonic() + seconds * PATIENCE
    while True:
        refused = None
        try:
            if holds():
                return
        except (ApiError, OSError, http.client.HTTPException) as failure:
            refused = failure
        if time.monotonic() > end:
            break
        time.sleep(0.2)
    try:
        seen = _text(found())
    except (ApiError, OSError, http.client.HTTPException) as failure:
        seen = str(failure)
    raise Failed(f"within {seconds * PATIENCE:.0f} s: {what}", "\n".join(filter(None, [seen, str(refused or "")])))


def _text(value):
    return value if isinstance(value, str) else repr(value)
