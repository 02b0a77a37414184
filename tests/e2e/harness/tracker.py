"""`tallyman watch` as a process, and what its journal says."""

import itertools
import json
import os
import signal

from . import children, inventory
from .scenario import Failed, expect, expect_true, until


class Tracker:
    """Its journal is FOLDER/NAME, what it says FOLDER/NAME.out and FOLDER/NAME.err."""

    def __init__(self, binary, folder, name, kubeconfig, options=(), user="tracker", scope=None, environment=None):
        """`user`: who it is to the API server; `scope`: what of the cluster it is asked for by its options."""
        self.name, self.user, self.options, self.scope = name, user, list(options), scope or inventory.Scope()
        self.data, self.out, self.err = (os.path.join(folder, name + end) for end in ("", ".out", ".err"))
        self.config = os.path.join(folder, name + ".config")
        self._binary, self._environment, self._process = binary, environment or children.environment(), None
        with open(self.config, "w", encoding="utf-8") as file:
            json.dump(kubeconfig, file)

    def start(self):
        self._process = children.start(
            [self._binary, "watch", "--data", self.data, "--kubeconfig", self.config, "--snapshot-every", "100", *self.options],
            self.out, self._environment, self.err)
        return self

    def stop(self, with_signal=signal.SIGTERM):
        if self._process:
            ended = children.end(self._process, with_signal)
            self._process = None
            expect_true(f"the tracker {self.name} ends within 20 s", ended)

    def forget(self):
        """Its journal and what it has said are put aside, so that it begins anew."""
        for path in (self.data, self.out, self.err):
            if os.path.exists(path):
                os.makedirs(os.path.join(os.path.dirname(path), "earlier"), exist_ok=True)
                os.rename(path, _free_name(os.path.join(os.path.dirname(path), "earlier", os.path.basename(path))))

    def runs(self):
        return children.runs(self._process)

    # -- what it says ---------------------------------------------------------------------------

    def mark(self):
        """What it says from now on is behind the mark."""
        return {path: os.path.getsize(path) if os.path.exists(path) else 0 for path in (self.out, self.err)}

    def said(self, mark=None):
        """Lines of standard output."""
        return _lines(self.out, mark)

    def complaints(self, mark=None):
        """Lines of standard error."""
        return _lines(self.err, mark)

    def wait_said(self, seconds, text, mark=None):
        until(seconds, f'{self.name} says "{text}"', lambda: any(text in line for line in self.said(mark)),
              lambda: "\n".join(self.said(mark)[-5:]))

    def wait_complaint(self, seconds, text, mark=None):
        until(seconds, f'{self.name} complains "{text}"', lambda: any(text in line for line in self.complaints(mark)),
              lambda: "\n".join(self.complaints(mark)[-5:]))

    # -- what its journal says ------------------------------------------------------------------

    def inventory(self):
        """None while there is no journal yet."""
        code, document, _ = self._ask("images", "--data", self.data, "-o", "json")
        return inventory.of_images(document) if code == 0 else None

    def digest(self, *options):
        """(digest, sequence)"""
        code, text, complaint = self._ask("digest", "--data", self.data, *options)
        expect_true(f"tallyman digest of {self.name} succeeds", code == 0, complaint)
        words = text.split()
        return words[0], words[-1]

    def verify(self):
        code, text, complaint = self._ask("journal", "verify", self.data)
        expect_true(f"the journal of {self.name} is sound", code == 0, text + complaint)

    def check_replay(self, *options):
        """The snapshots lead where all events lead. Of one that runs: `--at` a sequence."""
        fast = self.digest("--times", *options)
        slow = self.digest("--times", "--ignore-snapshots", *options)
        expect(f"digest and sequence of {self.name}, from its snapshots as by replay", slow, fast)

    def events(self):
        """Each event of its journal, as `journal dump` prints it."""
        code, text, complaint = self._ask("journal", "dump", self.data)
        expect_true(f"tallyman journal dump of {self.name} succeeds", code == 0, complaint)
        return [json.loads(line) for line in text.splitlines()]

    def _ask(self, *arguments):
        return children.output_of([self._binary, *arguments], environment=self._environment)

    # -- what people are shown when a scenario fails --------------------------------------------

    def last_words(self, lines=6):
        if not os.path.exists(self.out):
            return ""
        state = "runs" if self.runs() else "does not run"
        words = [f"tracker {self.name}: {state}"]
        for path in (self.out, self.err):
            words += [f"  {os.path.basename(path)}: {line}" for line in _lines(path)[-lines:]]
        return "\n".join(words)


def _free_name(path):
    return next(each for each in (f"{path}.{i}" for i in itertools.count(1)) if not os.path.exists(each))


def _lines(path, mark=None):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8", errors="replace") as file:
        file.seek((mark or {}).get(path, 0))
        return file.read().splitlines()


def compare(tracker, api, seconds):
    """The tracker's inventory becomes that of the cluster's own lists, and there is something to compare."""
    seen = {}

    def same():
        seen["expected"] = inventory.of_cluster(api, tracker.scope)
        seen["found"] = tracker.inventory()
        return seen["expected"] == seen["found"]

    until(seconds, f"the inventory of {tracker.name} is that of the cluster's own lists",
          same, lambda: "(- only in the lists, + only in the inventory)\n" +
          inventory.difference(seen.get("expected", set()), seen.get("found") or set()))
    if not seen["expected"]:
        raise Failed("something runs in the cluster, so that there is something to compare", "nothing")
