"""etcd and an API server on loopback: what all control planes have in common."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
import urllib.request

from . import children
from .api_client import ApiClient
from .audit_log import POLICY, AuditLog
from .scenario import PATIENCE

# TOKEN,USER,UID,GROUPS. The rights of the group trackers are those of the ClusterRole tallyman, as a scenario grants them;
# whoever is alone has none but what a scenario gives.
TOKENS = """admin-token,admin,admin,"system:masters"
tracker-token,tracker,tracker,trackers
second-token,second,second,trackers
alone-token,alone,alone
"""


class ControlPlaneFailed(Exception):
    """It does not start; the text says which log tells more."""


class ControlPlane:
    """Processes and files of one folder. A subclass says which API server it is, and what runs beside it."""

    name = ""
    has_controllers = True
    certified_name = "kubernetes"  # a host name that its API server's certificate is for

    def __init__(self, folder, binaries, etcd):
        self.folder, self.binaries, self._etcd = folder, binaries, etcd
        self.api_port, self._etcd_port, self._peer_port, *self._kubelet_ports = children.free_ports(6)
        self.url = f"https://127.0.0.1:{self.api_port}"
        self.authority = os.path.join(folder, "pki", "apiserver.crt")
        self.audit = AuditLog(os.path.join(folder, "log", "audit.log"))
        self.api = self.client("admin-token")
        self.processes = {}

    # -- what a subclass says -------------------------------------------------------------------

    def api_server_command(self):
        raise NotImplementedError

    def start_controllers(self):
        """Whatever makes pods of workloads, places them and collects garbage."""

    def stop_controllers(self):
        """The counterpart of start_controllers."""

    def node_names(self):
        """The nodes that have kubelets."""
        return []

    def start_kubelet(self, node):
        """Returns when the node is registered."""

    def stop_kubelet(self, node):
        """As a machine that loses power: nothing is said to the API server."""

    # -- the whole ------------------------------------------------------------------------------

    def start(self):
        for each in ("pki", "log"):
            os.makedirs(self.path(each), exist_ok=True)
        self._write("pki/tokens.csv", TOKENS)
        self._write("audit.json", json.dumps(POLICY))
        key = self.path("pki", "sa.key")
        subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
        subprocess.run(["openssl", "rsa", "-in", key, "-pubout", "-out", self.path("pki", "sa.pub")], check=True, capture_output=True)
        self.start_all()

    def start_all(self):
        self.start_etcd()
        self.start_api_server()
        self._write("kubeconfig", json.dumps(self.kubeconfig("token", "admin-token")))
        self.start_controllers()
        for node in self.node_names():
            self.start_kubelet(node)

    def stop_all(self, with_signal=signal.SIGKILL):
        self.stop_controllers()
        for node in self.node_names():
            self.stop_kubelet(node)
        self.stop_api_server(with_signal)
        self.stop_etcd()

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def client(self, token):
        return ApiClient(self.api_port, self.authority, token)

    def kubeconfig(self, credential, value, **cluster):
        """A kubeconfig with one user, who has {credential: value}; `cluster`: more or other members of the cluster's entry."""
        cluster = {"server": self.url, "certificate-authority": self.authority, **cluster}
        return {"current-context": "c", "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
                "clusters": [{"name": "k", "cluster": cluster}], "users": [{"name": "u", "user": {credential: value}}]}

    def version(self):
        """(major, minor) of what the API server says it is."""
        said = re.match(r"v(\d+)\.(\d+)\.", self.api.get("/version")["gitVersion"])
        return int(said[1]), int(said[2])

    # -- the API server -------------------------------------------------------------------------

    def start_api_server(self):
        deadline = time.monotonic() + 120 * PATIENCE
        while time.monotonic() < deadline:
            # It ends itself when it cannot reach etcd within a minute, which happens on a busy machine.
            if not self.runs("apiserver"):
                self.launch("apiserver", self.api_server_command())
            if self._is_ready():
                return
            time.sleep(0.2)
        raise ControlPlaneFailed(f"the API server did not become ready; see {self.path('log', 'apiserver.log')}")

    def stop_api_server(self, with_signal=signal.SIGKILL):
        self.stop("apiserver", with_signal)
        self.api.close()

    def restart_api_server(self):
        self.stop_api_server()
        self.start_api_server()

    def _is_ready(self):
        try:
            return self.api.text("/readyz") == "ok"
        except Exception:  # of any sort: no certificate yet, no connection, not ready
            return False

    # -- etcd -----------------------------------------------------------------------------------

    def start_etcd(self):
        client, peer = (f"http://127.0.0.1:{port}" for port in (self._etcd_port, self._peer_port))
        self.launch("etcd", [self._etcd, "--data-dir", self.path("etcd"), "--unsafe-no-fsync", "--listen-client-urls", client,
                             "--advertise-client-urls", client, "--listen-peer-urls", peer,
                             "--initial-advertise-peer-urls", peer, "--initial-cluster", "default=" + peer])

    def stop_etcd(self):
        self.stop("etcd")

    def save_etcd(self, name):
        """Keeps a copy of its data, for restore_etcd; the API server lives through that."""
        self.stop_etcd()
        shutil.copytree(self.path("etcd"), self.path("etcd-" + name))
        self.start_etcd()

    def restore_etcd(self, name):
        """As after a disaster: everything is stopped, the data is that of the copy, and everything is started again."""
        self.stop_all()
        shutil.rmtree(self.path("etcd"))
        os.rename(self.path("etcd-" + name), self.path("etcd"))
        self.start_all()

    def compact_etcd(self, revision):
        request = urllib.request.Request(f"http://127.0.0.1:{self._etcd_port}/v3/kv/compaction",
                                         json.dumps({"revision": str(revision), "physical": True}).encode())
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        opener.open(request, timeout=60 * PATIENCE).read()

    # -- processes ------------------------------------------------------------------------------

    def launch(self, name, command):
        self.processes[name] = children.start(command, self.path("log", name + ".log"), children.environment(), folder=self.folder)

    def runs(self, name):
        return children.runs(self.processes.get(name))

    def stop(self, name, with_signal=signal.SIGTERM):
        process = self.processes.pop(name, None)
        if process:
            children.end(process, with_signal)

    def _write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def kube_apiserver_command(self, program):
        """For those of Kubernetes' own."""
        return [program, "--etcd-servers", f"http://127.0.0.1:{self._etcd_port}", "--etcd-compaction-interval=0",
                "--bind-address=127.0.0.1", f"--secure-port={self.api_port}", "--cert-dir", self.path("pki"),
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-key-file", self.path("pki", "sa.pub"),
                "--service-account-signing-key-file", self.path("pki", "sa.key"),
                "--token-auth-file", self.path("pki", "tokens.csv"), "--authorization-mode=RBAC",
                "--audit-policy-file", self.path("audit.json"), "--audit-log-path", self.path("log", "audit.log"),
                "--service-cluster-ip-range=10.96.0.0/16", "--disable-admission-plugins=ServiceAccount"]
