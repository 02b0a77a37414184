"""A kube-apiserver and an etcd of the user's own, as envtest ships them: no controllers, no kubelets."""

import os

from .control_plane import ControlPlane


class OwnBinaries(ControlPlane):
    name = "own"
    has_controllers = False

    def __init__(self, folder, binaries):
        super().__init__(folder, binaries, os.path.join(binaries, "etcd"))

    def api_server_command(self):
        return self.kube_apiserver_command(os.path.join(self.binaries, "kube-apiserver"))
