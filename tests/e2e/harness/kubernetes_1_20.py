"""Kubernetes 1.20, built from Debian's source package: real controllers, and kubelets that are real but run no containers."""

import os
import re
import shutil
import time

from .api_client import ApiError
from .control_plane import ControlPlane, ControlPlaneFailed

_MANIFESTS = re.compile(r"Adding pod path: (/tmp/hollow-kubelet\.[0-9]*/[^/ ]*)$", re.MULTILINE)
_NODES = ["hollow-1", "hollow-2", "hollow-3"]


class Kubernetes120(ControlPlane):
    name = "1.20"

    def __init__(self, folder, binaries):
        super().__init__(folder, binaries, shutil.which("etcd"))

    def api_server_command(self):
        return self.kube_apiserver_command(os.path.join(self.binaries, "kube-apiserver"))

    def start_controllers(self):
        common = ["--kubeconfig=kubeconfig", "--leader-elect=false", "--port=0", "--secure-port=0"]
        self.launch("kube-controller-manager", [
            os.path.join(self.binaries, "kube-controller-manager"), *common, "--service-account-private-key-file=pki/sa.key",
            "--root-ca-file=pki/apiserver.crt", "--kube-api-qps=500", "--kube-api-burst=500"])
        self.launch("kube-scheduler", [os.path.join(self.binaries, "kube-scheduler"), *common])

    def stop_controllers(self):
        self.stop("kube-controller-manager")
        self.stop("kube-scheduler")

    def node_names(self):
        return _NODES

    def start_kubelet(self, node):
        # All hollow kubelets of a machine put their runtime behind /tmp/kubelet_remote.sock, anew at each start, and one that
        # finds it gone ends itself. So one after the other, and again if that happens.
        port = self._kubelet_ports[_NODES.index(node)]
        for attempt in range(20):
            self._forget(node)
            self.launch(node, [os.path.join(self.binaries, "kubemark"), "--morph=kubelet", "--name=" + node,
                               "--kubeconfig=kubeconfig", f"--kubelet-port={port}", "--kubelet-read-only-port=0"])
            while self.runs(node):
                try:
                    self.api.get("/api/v1/nodes/" + node)
                    return
                except ApiError:
                    time.sleep(0.2)
            time.sleep(0.1 * attempt)
        raise ControlPlaneFailed(f"the kubelet {node} does not stay; see {self.path('log', node + '.log')}")

    def stop_kubelet(self, node):
        self.stop(node)
        self._forget(node)

    def manifests(self, node):
        """The folder in which that kubelet looks for static pods, by its log."""
        try:
            with open(self.path("log", node + ".log"), encoding="utf-8", errors="replace") as log:
                found = _MANIFESTS.findall(log.read())
        except FileNotFoundError:
            return None
        return found[-1] if found else None

    def _forget(self, node):
        """What it has in /tmp, which a kubelet that is killed leaves there."""
        folder = self.manifests(node)
        if folder:
            shutil.rmtree(os.path.dirname(folder), ignore_errors=True)
