#!/usr/bin/env python3
"""Runs the end-to-end scenarios (docs/end-to-end.md) on real API servers, each server in a process of its own.

run.py --tallyman FILE [--server NAME=FOLDER...] [SCENARIO...]
FOLDER holds the binaries that tests/e2e/kubernetes-NAME/build has made; of `own`, the user's kube-apiserver and etcd.
Ends with a line "N passed, N failed"."""

import argparse
import fcntl
import gzip
import json
import multiprocessing
import os
import shutil
import signal
import sys

import scenarios  # noqa: F401: registers them
from harness import inventory
from harness.kubernetes_1_20 import Kubernetes120
from harness.kubernetes_1_36 import Kubernetes136
from harness.own_binaries import OwnBinaries
from harness.scenario import REGISTERED
from harness.suite import run_in_child

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SERVERS = {each.name: each for each in (Kubernetes120, Kubernetes136, OwnBinaries)}


def arguments():
    parser = argparse.ArgumentParser(description="Runs the end-to-end scenarios.", epilog="Scenarios: " + ", ".join(
        each.name for each in REGISTERED))
    parser.add_argument("--tallyman", required=True, metavar="FILE", help="the program")
    parser.add_argument("--server", action="append", default=[], metavar="NAME=FOLDER", help="one of " + ", ".join(SERVERS))
    parser.add_argument("--list", action="store_true", help="only say which scenarios there are, and where they run")
    parser.add_argument("scenario", nargs="*", metavar="SCENARIO", help="all unless named")
    chosen = parser.parse_args()
    unknown = set(chosen.scenario) - {each.name for each in REGISTERED}
    if unknown:
        parser.error(f"there is no scenario {', '.join(sorted(unknown))}")
    servers = dict(each.partition("=")[::2] for each in chosen.server)
    if set(servers) - set(SERVERS):
        parser.error(f"there is no server {', '.join(sorted(set(servers) - set(SERVERS)))}")
    return chosen, servers


def check_recordings():
    """The program that works out inventories gives what is known of the recordings; returns complaints."""
    complaints = []
    data = os.path.join(ROOT, "tests", "data")
    for recording in sorted(os.listdir(data)):
        folder = os.path.join(data, recording)
        if not os.path.exists(os.path.join(folder, "expected-inventory.json")):
            continue
        lists = []
        for name in ("pods", "nodes", "owners"):
            with gzip.open(os.path.join(folder, "final", name + ".json.gz")) as file:
                lists.append(json.load(file)["items"])
        with open(os.path.join(folder, "expected-inventory.json"), encoding="utf-8") as file:
            expected = inventory.of_images(file.read())
        difference = inventory.difference(expected, inventory.of_lists(*lists))
        if difference:
            complaints.append(f"{recording}:\n{difference}")
    return complaints


def say_list():
    for each in REGISTERED:
        print(f"{each.name}: {each.run.__doc__.splitlines()[0]}")
        for server, why in each.left_out.items():
            print(f"    not on {server}: {why}")


def work_folder(server):
    """An empty one, which no other run uses; the lock lasts as long as this process."""
    folder = os.path.join(ROOT, "build", "e2e", server)
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    lock = open(folder + ".lock", "w", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        sys.exit(f"another run uses {folder}")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    return folder, lock


def main():
    chosen, servers = arguments()
    if chosen.list:
        say_list()
        return 0
    complaints = check_recordings()
    print("\n".join(["FAIL the recordings' inventories", *complaints] if complaints else ["ok   the recordings' inventories"]), flush=True)
    passed, failed = int(not complaints), int(bool(complaints))
    output, runs = multiprocessing.Lock(), []
    for name, binaries in servers.items():
        chosen_here = [each for each in REGISTERED
                       if name not in each.left_out and (not chosen.scenario or each.name in chosen.scenario)]
        if not chosen_here:
            continue
        folder, lock = work_folder(name)
        ours, theirs = multiprocessing.Pipe(duplex=False)
        cluster = SERVERS[name](folder, os.path.abspath(binaries))
        process = multiprocessing.Process(target=run_in_child, args=(
            cluster, os.path.abspath(chosen.tallyman), os.path.join(ROOT, "deploy"), output, chosen_here, theirs))
        process.start()
        theirs.close()
        runs.append((process, ours, folder, lock))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    for process, ours, folder, _ in runs:
        try:
            here_passed, here_failed = ours.recv()
        except EOFError:
            here_passed, here_failed = 0, 1
        process.join()
        passed, failed = passed + here_passed, failed + here_failed
        if here_failed == 0 and not os.environ.get("KEEP"):
            shutil.rmtree(folder)
    print(f"{passed} passed, {failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
