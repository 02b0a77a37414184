"""Nodes that are drained, that die, and that come back as others."""

from harness import objects
from harness.scenario import NO_CONTROLLERS, expect_true, scenario, until


def pods_on(stage, node):
    """Those that are not the kubelet's own, nor on their way out with their namespace, where nothing can be evicted."""
    ending = {each["metadata"]["name"] for each in stage.api.get("/api/v1/namespaces")["items"]
              if "deletionTimestamp" in each["metadata"]}
    return [pod for pod in stage.api.get("/api/v1/pods", fieldSelector="spec.nodeName=" + node)["items"]
            if "kubernetes.io/config.mirror" not in pod["metadata"].get("annotations", {})
            and pod["metadata"]["namespace"] not in ending]


@scenario({"own": NO_CONTROLLERS})
def drain(stage):
    """As `kubectl drain` does it: no new pods, and each of the old ones asked to go. No PodDisruptionBudget holds it up here."""
    workloads, api = stage.workloads, stage.api
    workloads.namespace("drain")
    workloads.make("Deployment", "drain", "cache", 6, "cache:1")
    stage.check()
    api.patch("/api/v1/nodes/hollow-2", {"spec": {"unschedulable": True}})
    pods = pods_on(stage, "hollow-2")
    expect_true("there are pods to evict", pods)
    for pod in pods:
        name, namespace = pod["metadata"]["name"], pod["metadata"]["namespace"]
        api.post(f"/api/v1/namespaces/{namespace}/pods/{name}/eviction", {
            "apiVersion": stage.eviction_version, "kind": "Eviction", "metadata": {"name": name, "namespace": namespace}})
    until(60, "no pods on hollow-2", lambda: not pods_on(stage, "hollow-2"))
    workloads.wait_running("drain", "cache", 6)
    stage.check()
    api.patch("/api/v1/nodes/hollow-2", {"spec": {"unschedulable": None}})
    workloads.delete("Deployment", "drain", "cache")
    stage.check()


@scenario({"own": NO_CONTROLLERS})
def node_deleted(stage):
    """A node dies and is deleted, and its pods after it; then it is there again."""
    workloads, api, cluster = stage.workloads, stage.api, stage.cluster
    workloads.namespace("lost")
    workloads.make("Deployment", "lost", "cart", 3, "cart:1")
    stage.check()
    # Nothing can be scheduled there any more.
    api.patch("/api/v1/nodes/hollow-3", {"spec": {"unschedulable": True}})
    cluster.stop_kubelet("hollow-3")
    api.delete("/api/v1/nodes/hollow-3")
    for pod in pods_on(stage, "hollow-3"):
        workloads.delete_pod(pod)
    workloads.wait_running("lost", "cart", 3)
    stage.check()
    cluster.start_kubelet("hollow-3")
    stage.check()


@scenario()
def node_replaced(stage):
    """Another node under the same name, with another uid and architecture, before and after its pods, and behind the tracker's back."""
    workloads, api = stage.workloads, stage.api
    workloads.namespace("edge")
    pod = objects.pod("agent", "agent:1", node="edge-1")

    def replace(architecture, *steps):
        """`steps`: what happens while there is no node of that name."""
        api.delete("/api/v1/nodes/edge-1")
        for step in steps:
            step()
        workloads.node_by_hand("edge-1", architecture)

    def another_pod():
        workloads.delete_pod(made[-1])
        made.append(workloads.pod_by_hand("edge", pod))

    def check(architecture):
        stage.check()
        lines = [line for line in stage.main.inventory() if " Pod/edge/agent/" in line]
        expect_true(f"agent runs on {architecture}", [line.split("|")[1] for line in lines] == [architecture], "\n".join(lines))
    workloads.node_by_hand("edge-1", "amd64")
    made = [workloads.pod_by_hand("edge", pod)]
    check("amd64")
    replace("arm64")
    check("arm64")
    another_pod()
    check("arm64")
    replace("amd64", another_pod)
    check("amd64")
    stage.main.stop()
    replace("arm64", another_pod)
    stage.main.start()
    check("arm64")
