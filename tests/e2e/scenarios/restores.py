"""etcd restored from an older snapshot: resourceVersions go back, and uids that were gone are there again.

A real API server says nothing of it: it answers a watch from a resourceVersion that is yet to come with 200, and leaves out everything
up to it. Whoever watches has to notice by itself, within a minute."""

from harness import objects
from harness.audit_log import KINDS
from harness.scenario import expect, expect_true, scenario, until

# Beyond what a minute of heartbeats and leases writes, so that a tracker's positions stay ahead of the restored server.
WRITES = 600


class Shop:
    """A namespace in which something of each sort is undone by a restore."""

    def __init__(self, stage, namespace):
        self.stage, self.namespace, self.node = stage, namespace, namespace + "-1"
        self.said = self.audited = None  # marks, from the restore on
        workloads = stage.workloads
        workloads.namespace(namespace)
        workloads.make("Deployment", namespace, "deleted-later", 2, "old:1")
        workloads.make("StatefulSet", namespace, "db", 2, "db:1")
        workloads.node_by_hand(self.node, "amd64")
        self.pod = workloads.pod_by_hand(namespace, objects.pod("agent", "agent:1", node=self.node))
        stage.check()
        stage.cluster.save_etcd(namespace)

    def change(self):
        """What the restored etcd knows nothing of, with enough writes to be well ahead of it; returns how far it came."""
        workloads, api = self.stage.workloads, self.stage.api
        workloads.delete("Deployment", self.namespace, "deleted-later")
        workloads.make("Deployment", self.namespace, "made-later", 2, "new:1")
        workloads.scale("StatefulSet", self.namespace, "db", 3)
        workloads.delete_pod(self.pod)
        api.delete("/api/v1/nodes/" + self.node)
        workloads.node_by_hand(self.node, "arm64")
        self.pod = workloads.pod_by_hand(self.namespace, objects.pod("agent", "agent:2", node=self.node))
        path = f"/api/v1/namespaces/{self.namespace}/configmaps"
        api.post(path, {"metadata": {"name": "busy"}})
        for i in range(WRITES):
            api.patch(path + "/busy", {"data": {"i": str(i)}})
        self.stage.check()
        return self.version()

    def restore(self):
        self.said, self.audited = self.stage.main.mark(), self.stage.audit.mark()
        self.stage.cluster.restore_etcd(self.namespace)

    def remake_pod(self):
        """The pod of the node made by hand, under its name with another uid."""
        self.stage.workloads.delete_pod({"metadata": {"name": "agent", "namespace": self.namespace}})
        self.pod = self.stage.workloads.pod_by_hand(self.namespace, objects.pod("agent", "agent:1", node=self.node))

    def version(self):
        return int(self.stage.api.get("/api/v1/pods", limit=1)["metadata"]["resourceVersion"])

    def expect_behind(self, version):
        now = self.version()
        expect_true(f"a resourceVersion below {version} after the restore", now < version, f"{now}")


@scenario()
def etcd_restored_while_watching(stage):
    """With the tracker running, and changes after it has come back."""
    shop = Shop(stage, "restored-running")
    before = shop.change()
    shop.restore()
    shop.expect_behind(before)
    stage.check(seconds=20)
    shop.remake_pod()
    stage.workloads.scale("StatefulSet", shop.namespace, "db", 1)
    stage.check(seconds=20)
    expect_listed_anew(stage, shop)


@scenario()
def etcd_restored_while_stopped(stage):
    """With the tracker stopped, and pods made anew under their names before it starts."""
    shop = Shop(stage, "restored-stopped")
    before = shop.change()
    stage.main.stop()
    shop.restore()
    shop.remake_pod()
    shop.expect_behind(before)
    stage.main.start()
    stage.check(seconds=20)
    expect_listed_anew(stage, shop)


@scenario()
def etcd_restored_and_changed_while_ahead(stage):
    """Everything that happens while the tracker's positions are ahead counts; once it has converged, a restart lists nothing."""
    shop = Shop(stage, "restored-ahead")
    before = shop.change()
    stage.main.stop()
    shop.restore()
    stage.main.start()
    shop.expect_behind(before)
    workloads = stage.workloads
    workloads.make("Deployment", shop.namespace, "made-while-ahead", 2, "ahead:1")
    stage.api.delete("/api/v1/nodes/" + shop.node)
    workloads.node_by_hand(shop.node, "arm64")
    shop.remake_pod()
    shop.expect_behind(before)
    stage.check(seconds=20)
    stage.wait_watching()
    stage.main.stop()
    mark = stage.audit.mark()
    workloads.delete("Deployment", shop.namespace, "made-while-ahead")
    stage.main.start()
    stage.check(seconds=20)
    expect("lists by a restart once it has converged", [], stage.audit.list_lines(mark))


def expect_listed_anew(stage, shop):
    """Each kind is listed, and a user is told so."""
    until(20, f"each of {', '.join(KINDS)} is listed after the restore", lambda: set(stage.audit.lists(shop.audited)) == set(KINDS),
          lambda: dict(stage.audit.lists(shop.audited)))
    lines = stage.main.said(shop.said) + stage.main.complaints(shop.said)
    expect_true('a line that says "listing anew"', any("listing anew" in line for line in lines), "\n".join(lines[-15:]))
