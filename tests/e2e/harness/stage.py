"""What a scenario is given: a cluster, the tracker that runs through all scenarios, and means to make and compare."""

import os
import re
import time

from . import children
from .api_client import ApiError
from .audit_log import KINDS
from .objects import RBAC, role, role_binding, role_rules
from .scenario import until
from .tracker import Tracker, compare
from .workloads import Workloads, WorkloadsByHand


class Stage:
    def __init__(self, cluster, binary, deploy):
        """`binary`: of tallyman; `deploy`: the folder of rbac.yaml."""
        self.cluster, self.api, self.audit, self.deploy, self._binary = cluster, cluster.api, cluster.audit, deploy, binary
        self.workloads = (Workloads if cluster.has_controllers else WorkloadsByHand)(self.api)
        self._trackers = {}
        self.api.post(f"{RBAC}/clusterroles", role("ClusterRole", "tallyman", role_rules()))
        self.api.post(f"{RBAC}/clusterrolebindings", role_binding(
            "ClusterRoleBinding", "trackers", "ClusterRole", "tallyman", "Group", "trackers"))
        self._others = self.stable_watches()
        self.main = self.tracker("main").start()
        # Something runs whatever a scenario deletes, so that there is always something to compare.
        self.workloads.namespace("standing")
        self.workloads.make("Deployment", "standing", "clock", 1, "clock:1")
        self.workloads.keep()

    def prepare(self):
        """Whatever an earlier scenario left amiss when it failed: each begins with all rights, and `main` runs."""
        if not self.cluster.runs("etcd"):
            self.cluster.start_etcd()
        if not self.cluster.runs("apiserver"):
            self.cluster.start_api_server()
        for node in self.cluster.node_names():
            if not self.cluster.runs(node):
                self.cluster.start_kubelet(node)
        if not self.api.exists(f"{RBAC}/clusterroles/tallyman"):
            self.api.post(f"{RBAC}/clusterroles", role("ClusterRole", "tallyman", role_rules()))
        self.grant()
        if not self.main.runs():
            self.main.start()

    def clean_up(self, begin_anew):
        """After a scenario: what it made goes, without being waited for. `begin_anew`: it failed; what `main` does not get right
        for good must not fail the scenarios that follow, so it starts with an empty journal."""
        for name, tracker in list(self._trackers.items()):
            if tracker is not self.main:
                del self._trackers[name]
                tracker.stop()
        self.workloads.clean_up()
        if begin_anew:
            self.main.stop()
            self.main.forget()

    def stop(self):
        for tracker in self._trackers.values():
            tracker.stop()

    def tracker(self, name, *options, credential="token", value=None, user="tracker", scope=None, environment=None, **cluster):
        """One that is not started yet. `credential`, `value`: of the kubeconfig's user; `cluster`: members of its cluster."""
        kubeconfig = self.cluster.kubeconfig(credential, value or user + "-token", **cluster)
        self._trackers[name] = Tracker(self._binary, self.cluster.folder, name, kubeconfig, options, user, scope, environment)
        return self._trackers[name]

    def run(self, *arguments):
        """(exit code, standard output, standard error) of a command of tallyman that ends by itself."""
        return children.output_of([self._binary, *arguments], environment=children.environment())

    def last_words(self):
        return "\n".join(filter(None, (each.last_words() for each in self._trackers.values())))

    # -- comparing ------------------------------------------------------------------------------

    def check(self, tracker=None, seconds=30):
        """The inventory is met, the journal is sound, and its snapshots lead where all of its events lead."""
        tracker = tracker or self.main
        compare(tracker, self.api, seconds)
        tracker.verify()
        _, sequence = tracker.digest()
        tracker.check_replay("--at", sequence)

    def owners_in(self, namespace, tracker=None):
        """The kinds of the owners that have pods in that namespace, by the tracker."""
        return {line.split()[1].split("/")[0] for line in (tracker or self.main).inventory()
                if line.split()[1].split("/")[1] == namespace}

    def owners(self, tracker=None):
        """KIND/NAMESPACE/NAME of each."""
        return {line.split()[1].rpartition("/")[0] for line in (tracker or self.main).inventory()}

    # -- watches --------------------------------------------------------------------------------

    def watches(self):
        """How many watches of each kind in the whole cluster the API server holds open, whoever's, by its gauge. (Its log of
        requests has a watch only once it has ended, in 1.20.)"""
        found = dict.fromkeys(KINDS, 0)
        for line in self.api.text("/metrics").splitlines():
            if re.match(r'apiserver_longrunning_(gauge|requests)\{.*scope="cluster".*verb="WATCH"', line):
                kind = re.search(r'resource="([a-z]*)"', line)[1]
                if kind in found:
                    found[kind] += int(line.rpartition(" ")[2])
        return found

    def stable_watches(self):
        seen = {}

        def stable():
            seen["now"] = self.watches()
            time.sleep(3)
            return self.watches() == seen["now"]
        until(60, "the same watches for 3 s", stable, self.watches)
        return seen["now"]

    def wait_watching(self, seconds=90):
        """Until `main` watches each kind, and everybody else watches again, too. A position that is too old is refused as soon as
        the watch is open."""
        want = {kind: count + 1 for kind, count in self._others.items()}

        def all_watched():
            found = self.watches()
            return all(found[kind] >= want[kind] for kind in KINDS)

        def still_watched():
            if not all_watched():
                return False
            time.sleep(2)
            return all_watched()
        until(seconds, f"at least these watches, for 2 s: {want}", still_watched, self.watches)

    # -- rights ---------------------------------------------------------------------------------

    def grant(self, without="", verbs=("list", "watch")):
        """All trackers get the rights of deploy/rbac.yaml, without those to the resource `without`. In one step: between taking all
        away and giving some, the API server may answer for neither."""
        self.api.put(f"{RBAC}/clusterroles/tallyman", role("ClusterRole", "tallyman", role_rules(without, verbs)))

    def wait_refused(self, plural, verb, token="tracker-token"):
        """Until the API server, which reads roles by a watch, refuses it."""
        group = next(rule["apiGroups"][0] for rule in role_rules() if plural in rule["resources"])
        path = f"/apis/{group}/v1/{plural}" if group else f"/api/v1/{plural}"
        if plural == "cronjobs":
            path = self.cron_jobs + "/cronjobs"
        client = self.cluster.client(token)
        query = {"limit": 1} if verb == "list" else {"watch": 1, "timeoutSeconds": 1}
        until(20, f"the API server refuses to {verb} {plural}", lambda: client.status_of(path, **query) == 403)

    # -- what differs between releases ----------------------------------------------------------

    @property
    def cron_jobs(self):
        """Where CronJobs are: batch/v1 has them since 1.21."""
        return "/apis/batch/v1" if self.cluster.version() >= (1, 21) else "/apis/batch/v1beta1"

    @property
    def eviction_version(self):
        """policy/v1 has them since 1.22."""
        return "policy/v1" if self.cluster.version() >= (1, 22) else "policy/v1beta1"

    def path(self, name):
        return os.path.join(self.cluster.folder, name)

    def forget_cluster_role(self):
        """Of the trackers, so that deploy/rbac.yaml can make one of that name."""
        try:
            self.api.delete(f"{RBAC}/clusterroles/tallyman")
        except ApiError as refused:
            if refused.status != 404:
                raise
