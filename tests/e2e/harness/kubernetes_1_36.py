"""The API server library of Kubernetes 1.36; its controllers and kubelets are sketches (tests/e2e/kubernetes-1.36/README.md)."""

import os
import time

from .api_client import ApiError
from .control_plane import ControlPlane

_NODES = ["hollow-1", "hollow-2", "hollow-3"]


class Kubernetes136(ControlPlane):
    name = "1.36"
    certified_name = "localhost"

    def __init__(self, folder, binaries):
        super().__init__(folder, binaries, os.path.join(binaries, "etcd"))
        self._program = os.path.join(binaries, "modernkube")

    def api_server_command(self):
        return [self._program, "apiserver", f"--etcd-servers=http://127.0.0.1:{self._etcd_port}", "--etcd-compaction-interval=0",
                "--bind-address=127.0.0.1", f"--secure-port={self.api_port}", "--cert-dir", self.path("pki"),
                "--token-auth-file", self.path("pki", "tokens.csv"),
                "--service-account-signing-key-file", self.path("pki", "sa.key"),
                "--audit-policy-file", self.path("audit.json"), "--audit-log-path", self.path("log", "audit.log")]

    def start_controllers(self):
        self.launch("controllers", [self._program, "controllers", "--kubeconfig=kubeconfig"])

    def stop_controllers(self):
        self.stop("controllers")

    def node_names(self):
        return _NODES

    def start_kubelet(self, node):
        self.launch(node, [self._program, "nodes", "--kubeconfig=kubeconfig", "--nodes=1", "--first=" + node.split("-")[1]])
        while self.runs(node):
            try:
                if self.api.get("/api/v1/nodes/" + node)["status"].get("nodeInfo", {}).get("architecture"):
                    return
            except ApiError:
                pass
            time.sleep(0.1)

    def stop_kubelet(self, node):
        self.stop(node)
