"""Runs scenarios on one control plane, one after the other, and says how each of them ended."""

import os
import signal
import sys
import time
import traceback

from . import children
from .control_plane import ControlPlaneFailed
from .scenario import Failed
from .stage import Stage


class Suite:
    def __init__(self, cluster, binary, deploy, lock):
        """`lock`: held while lines are written, since several suites write to one standard output."""
        self._cluster, self._binary, self._deploy, self._lock = cluster, binary, deploy, lock
        self.passed = self.failed = 0

    def run(self, scenarios):
        stage = None
        started = time.monotonic()
        try:
            self._cluster.start()
            stage = Stage(self._cluster, self._binary, self._deploy)
            self._say(f"{self._cluster.name}: started in {time.monotonic() - started:.0f} s")
            for each in scenarios:
                self._run_one(stage, each)
        except ControlPlaneFailed as failure:
            self.failed += 1
            self._say(f"FAIL {self._cluster.name}: {failure}")
        finally:
            if stage:
                stage.stop()
            self._cluster.stop_all(signal.SIGTERM)

    def _run_one(self, stage, scenario):
        started = time.monotonic()
        report = None
        try:
            stage.prepare()
            remark = scenario.run(stage)
        except Failed as failure:
            report = _report(f"expected: {failure.expected}\nfound:    {_hanging(failure.found)}", failure, stage)
        except Exception as failure:  # a mistake of the scenario, or no answer where there must be one: the others go on
            report = _report(f"{type(failure).__name__}: {failure}", failure, stage)
        line = f"{self._cluster.name}/{scenario.name:<28} {time.monotonic() - started:4.0f} s"
        if report is None:
            self.passed += 1
            self._say(f"ok   {line}" + (f"  {remark}" if remark else ""))
        else:
            self.failed += 1
            self._say(f"FAIL {line}\n" + _indented(f"{report}\nlogs: {self._cluster.folder}"))
        try:
            stage.clean_up(begin_anew=report is not None)
        except Exception as failure:  # the next scenario says what is amiss
            self._say(f"{self._cluster.name}: after {scenario.name}: {failure}")

    def _say(self, text):
        with self._lock:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()


def _report(what, failure, stage):
    """`what`, where in the scenarios and how it was reached, and the last words of the trackers."""
    steps = [each for each in traceback.extract_tb(failure.__traceback__) if os.sep + "e2e" + os.sep in each.filename]
    if isinstance(failure, Failed):
        steps = [each for each in steps if os.sep + "scenarios" + os.sep in each.filename]
    where = [f"at {os.path.basename(each.filename)}:{each.lineno} in {each.name}: {each.line}" for each in steps[-5:]]
    return "\n".join(filter(None, [what, *where, stage.last_words()]))


def _hanging(text, most=14):
    lines = text.splitlines() or ["that it is not so"]
    more = [f"... and {len(lines) - most} lines more"] if len(lines) > most else []
    return "\n          ".join(lines[:most] + more)


def _indented(text):
    return "\n".join("     " + line for line in text.splitlines())


def run_in_child(cluster, binary, deploy, lock, scenarios, result):
    """The body of a process of its own; `result` is told (passed, failed)."""
    children.die_with_parent(signal.SIGTERM)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(1))
    suite = Suite(cluster, binary, deploy, lock)
    try:
        suite.run(scenarios)
    finally:
        result.send((suite.passed, suite.failed))
