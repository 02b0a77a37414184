"""Workloads and their pods: by the cluster's own controllers, or, where there are none, by hand."""

from . import objects
from .api_client import ApiError
from .objects import APPS
from .scenario import until

_PLURALS = {"Deployment": "deployments", "StatefulSet": "statefulsets"}


class Workloads:
    """Each step returns when the API server shows its end."""

    def __init__(self, api):
        self.api = api
        self._namespaces, self._nodes_by_hand = [], []

    def namespace(self, name):
        self.api.post("/api/v1/namespaces", {"metadata": {"name": name}})
        self._namespaces.append(name)

    def keep(self):
        """What was made up to now stays until the cluster is stopped."""
        self._namespaces, self._nodes_by_hand = [], []

    def clean_up(self):
        """Namespaces and nodes made by hand go, and pods that no kubelet will stop."""
        for name in self._namespaces:
            self.api.delete("/api/v1/namespaces/" + name)
            self._empty(name)
        for name in set(self._nodes_by_hand):
            for pod in self.api.get("/api/v1/pods", fieldSelector="spec.nodeName=" + name)["items"]:
                self.delete_pod(pod)
            if self.api.exists("/api/v1/nodes/" + name):
                self.api.delete("/api/v1/nodes/" + name)
        self.keep()

    def make(self, kind, namespace, name, replicas, *images, app=None, **spec):
        """A Deployment or a StatefulSet, with a sidecar unless it has several images; returns it when its pods run."""
        images = images if len(images) > 1 else (*images, "proxy:1")
        made = self._make(kind, namespace, objects.workload(kind, name, replicas, *images, app=app, **spec))
        self.wait_running(namespace, app or name, replicas)
        return made

    def scale(self, kind, namespace, name, replicas):
        self.api.patch(self.path(kind, namespace, name), {"spec": {"replicas": replicas}})
        self._follow(kind, namespace, name)
        self.wait_running(namespace, name, replicas)

    def delete(self, kind, namespace, name, how="Background"):
        """And all its pods."""
        self.api.delete(self.path(kind, namespace, name), how)
        self._collect(namespace, name)
        self.wait_running(namespace, name, 0)

    def path(self, kind, namespace, name):
        return f"{APPS}/namespaces/{namespace}/{_PLURALS[kind]}/{name}"

    def pods(self, namespace, app):
        return self.api.get(f"/api/v1/namespaces/{namespace}/pods", labelSelector="app=" + app)["items"]

    def running(self, namespace, app):
        return [pod for pod in self.pods(namespace, app) if pod["status"].get("phase") == "Running" and pod["status"].get("podIP")]

    def wait_running(self, namespace, app, count):
        until(90, f"{count} pods of {namespace}/{app} run", lambda: len(self.running(namespace, app)) == count,
              lambda: self._pods_as_text(namespace, app))

    def wait_gone(self, path):
        until(60, f"there is no {path}", lambda: self.api.status_of(path) == 404, lambda: "it is there")

    # -- a node and pods that no kubelet knows of -----------------------------------------------

    def node_by_hand(self, name, architecture="amd64"):
        self.api.post("/api/v1/nodes", {"metadata": {"name": name}, "spec": {"unschedulable": True}})
        self._nodes_by_hand.append(name)
        return self.api.patch(f"/api/v1/nodes/{name}/status",
                              {"status": {"nodeInfo": {"architecture": architecture, "operatingSystem": "linux"}}})

    def pod_by_hand(self, namespace, pod, status=None):
        """`pod`: on a node that is made by hand, too. It runs at once."""
        made = self.api.post(f"/api/v1/namespaces/{namespace}/pods", pod)
        return self.set_status(made, status or objects.running_status(pod))

    def set_status(self, pod, status):
        meta = pod["metadata"]
        return self.api.patch(f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}/status", {"status": status})

    def delete_pod(self, pod):
        """At once, without asking its kubelet; one that is gone already is no mistake."""
        meta = pod["metadata"]
        try:
            self.api.delete(f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}", grace_seconds=0)
        except ApiError as refused:
            if refused.status != 404:
                raise

    # -- what controllers do --------------------------------------------------------------------

    def _make(self, kind, namespace, workload):
        return self.api.post(f"{APPS}/namespaces/{namespace}/{_PLURALS[kind]}", workload)

    def _follow(self, kind, namespace, name):
        pass

    def _collect(self, namespace, name):
        pass

    def _empty(self, namespace):
        pass

    def _pods_as_text(self, namespace, app):
        return "\n".join(f"{pod['metadata']['name']} on {pod['spec'].get('nodeName')}: {pod['status'].get('phase')}"
                         for pod in self.pods(namespace, app)) or "no pods"


class WorkloadsByHand(Workloads):
    """For an API server alone: what its controllers and kubelets would write is written here."""

    NODE = "by-hand"

    def __init__(self, api):
        super().__init__(api)
        self.node_by_hand(self.NODE)

    def _make(self, kind, namespace, workload):
        made = super()._make(kind, namespace, workload)
        self._follow(kind, namespace, workload["metadata"]["name"])
        return made

    def _follow(self, kind, namespace, name):
        workload = self.api.get(self.path(kind, namespace, name))
        parent = {"apiVersion": "apps/v1", **workload, "kind": kind}
        if kind == "Deployment":
            parent = self._replica_set(namespace, parent)
        app = workload["spec"]["template"]["metadata"]["labels"]["app"]
        have, want = self.pods(namespace, app), workload["spec"]["replicas"]
        taken = {pod["metadata"]["name"] for pod in have}
        names = (f"{parent['metadata']['name']}-{i}" for i in range(len(taken) + want))
        for pod_name in [each for each in names if each not in taken][:max(0, want - len(have))]:
            spec = workload["spec"]["template"]["spec"]
            self.pod_by_hand(namespace, objects.pod(pod_name, *(each["image"] for each in spec["containers"]), node=self.NODE,
                                                    labels={"app": app}, owner=parent))
        for pod in have[want:]:
            self.delete_pod(pod)

    def _replica_set(self, namespace, deployment):
        path, name = f"{APPS}/namespaces/{namespace}/replicasets", deployment["metadata"]["name"] + "-1"
        if not self.api.exists(f"{path}/{name}"):
            spec = {key: deployment["spec"][key] for key in ("replicas", "selector", "template")}
            self.api.post(path, {"metadata": {"name": name, "ownerReferences": [objects.reference(deployment)]}, "spec": spec})
        return {**self.api.get(f"{path}/{name}"), "apiVersion": "apps/v1", "kind": "ReplicaSet"}

    def _collect(self, namespace, name):
        replica_set = f"{APPS}/namespaces/{namespace}/replicasets/{name}-1"
        if self.api.exists(replica_set):
            self.api.delete(replica_set, "Background")
        for pod in self.pods(namespace, name):
            self.delete_pod(pod)

    def _empty(self, namespace):
        for pod in self.api.get(f"/api/v1/namespaces/{namespace}/pods")["items"]:
            self.delete_pod(pod)
