"""Trackers that were asked for a part of the cluster, and then for another one."""

from harness import objects
from harness.inventory import Scope
from harness.scenario import scenario


@scenario()
def namespace_narrowed_and_widened(stage):
    """`--namespace` with one, two, one, two and all, from run to run on one journal; what was outside meanwhile never stopped."""
    workloads = stage.workloads
    for each in ("inside", "outside"):
        workloads.namespace(each)
        workloads.make("Deployment", each, "web", 2, f"{each}:1")
    tracker = stage.tracker("scoped")
    for namespaces in (["inside"], ["inside", "outside"], ["inside"], ["outside"], ["inside", "outside"], None):
        tracker.options = ["--namespace", ",".join(namespaces)] if namespaces else []
        tracker.scope = Scope(namespaces)
        tracker.start()
        stage.check(tracker)
        workloads.scale("Deployment", "outside", "web", 5 - len(workloads.pods("outside", "web")))
        stage.check(tracker)
        tracker.stop()


@scenario()
def label_taken_and_given_back(stage):
    """Under `--pod-labels`: the server says DELETED and ADDED of a pod that never stopped; with the tracker running, and stopped."""
    workloads = stage.workloads
    workloads.namespace("labels")
    workloads.node_by_hand("labels-1")
    for name in ("stays", "comes-and-goes"):
        workloads.pod_by_hand("labels", objects.pod(name, name + ":1", node="labels-1", labels={"tier": "front"}))

    def label(value):
        stage.api.patch("/api/v1/namespaces/labels/pods/comes-and-goes", {"metadata": {"labels": {"tier": value}}})
    tracker = stage.tracker("labelled", "--pod-labels", "tier=front", scope=Scope(labels={"tier": "front"})).start()
    stage.check(tracker)
    for value in (None, "front", "back", "front"):
        label(value)
        stage.check(tracker)
    for value in (None, "front"):
        tracker.stop()
        label(value)
        tracker.start()
        stage.check(tracker)
