"""The API server's own record of what trackers asked it for."""

import collections
import datetime
import json
import os
import re

# What a tracker watches unless told otherwise.
KINDS = ("cronjobs", "daemonsets", "deployments", "jobs", "nodes", "pods", "replicasets", "replicationcontrollers",
         "statefulsets")

# A list of one object asks for the server's resourceVersion, not for objects.
_QUESTION = re.compile(r"[?&]limit=1(&|$)")

# In every server's audit policy; everything else that happens stays out of the log.
POLICY = {
    "apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"],
    "rules": [
        {"level": "Metadata", "verbs": ["list", "watch"], "userGroups": ["trackers", "system:serviceaccounts:tallyman"]},
        {"level": "RequestResponse", "verbs": ["patch"], "users": ["admin"],
         "resources": [{"group": "", "resources": ["pods/status"]}]},
        {"level": "None"},
    ],
}


class AuditLog:
    def __init__(self, path):
        self._path = path

    def mark(self):
        """What is written from now on is behind the mark."""
        return os.path.getsize(self._path) if os.path.exists(self._path) else 0

    def entries(self, since=0):
        if not os.path.exists(self._path):
            return []
        with open(self._path, "rb") as log:
            log.seek(since)
            lines = log.read().split(b"\n")
        entries = []
        for line in lines:
            try:
                entries.append(json.loads(line))
            except ValueError:
                continue  # killing the API server may leave half a line
        return entries

    def lists(self, since=0, user="tracker"):
        """How often each kind was listed with success, in pages (the first one counts) or streamed."""
        return collections.Counter(each["objectRef"]["resource"] for each in self.entries(since)
                                   if each["user"]["username"] == user and is_list(each) and code_of(each) == 200
                                   and "continue=" not in each["requestURI"])

    def list_lines(self, since=0, user="tracker"):
        """Everything that asked for a list of objects, for people."""
        return [f"{each['verb']} {each['requestURI']}: {code_of(each)}" for each in self.entries(since)
                if each["user"]["username"] == user and is_list(each)]


def is_list(entry):
    if entry["verb"] == "list":
        return entry["stage"] == "ResponseComplete" and not _QUESTION.search(entry["requestURI"])
    return entry["verb"] == "watch" and entry["stage"] == "ResponseStarted" and "sendInitialEvents=true" in entry["requestURI"]


def code_of(entry):
    return entry.get("responseStatus", {}).get("code")


def time_of(entry):
    """Seconds since 1970."""
    return datetime.datetime.fromisoformat(entry["stageTimestamp"].replace("Z", "+00:00")).timestamp()
