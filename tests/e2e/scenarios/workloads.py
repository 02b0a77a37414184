"""What controllers do to workloads and their pods."""

import json
import os

from harness import objects
from harness.objects import APPS
from harness.scenario import NO_CONTROLLERS, expect, expect_true, scenario, until

WITHOUT_CONTROLLERS = {"own": NO_CONTROLLERS}


@scenario(WITHOUT_CONTROLLERS)
def rollouts(stage):
    """Deployment and StatefulSet; a new template, scaled up, rolled back to the first ReplicaSet."""
    workloads, api = stage.workloads, stage.api
    workloads.namespace("shop")
    workloads.make("Deployment", "shop", "cart", 4, "cart:1")
    workloads.make("StatefulSet", "shop", "redis", 2, "redis:7")
    stage.check()

    def change(replicas, *images):
        api.patch(workloads.path("Deployment", "shop", "cart"),
                  {"spec": {"replicas": replicas, "template": {"spec": {"containers": objects.containers(*images)}}}})
        workloads.wait_running("shop", "cart", replicas)
        stage.check()
    change(6, "cart:2")
    change(3, "cart:1", "proxy:1")
    replica_sets = api.get(f"{APPS}/namespaces/shop/replicasets", labelSelector="app=cart")["items"]
    expect("ReplicaSets after a rollback, of which the first has the pods again", 2, len(replica_sets))


@scenario(WITHOUT_CONTROLLERS)
def cascade_delete(stage):
    """Deleted in the background and in the foreground."""
    workloads = stage.workloads
    workloads.namespace("brief")
    for how in ("Background", "Foreground"):
        workloads.make("Deployment", "brief", "web", 3, "web:1")
        stage.check()
        workloads.delete("Deployment", "brief", "web", how)
        workloads.wait_gone(workloads.path("Deployment", "brief", "web"))
        stage.check()


@scenario(WITHOUT_CONTROLLERS)
def orphans(stage):
    """Deleted so that the ReplicaSet stays, and then so that the pods stay: whoever is left without a controller takes its pods along."""
    workloads, api = stage.workloads, stage.api
    workloads.namespace("orphans")
    workloads.make("Deployment", "orphans", "web", 2, "web:2")
    stage.check()
    orphan(stage, workloads.path("Deployment", "orphans", "web"))
    stage.check()
    expect("the owners of pods whose Deployment was orphaned", {"ReplicaSet"}, stage.owners_in("orphans"))
    name = api.get(f"{APPS}/namespaces/orphans/replicasets")["items"][0]["metadata"]["name"]
    orphan(stage, f"{APPS}/namespaces/orphans/replicasets/{name}")
    stage.check()
    expect("the owners of pods that were orphaned", {"Pod"}, stage.owners_in("orphans"))
    expect("pods that run", 2, len(workloads.running("orphans", "web")))
    for pod in workloads.pods("orphans", "web"):
        workloads.delete_pod(pod)
    workloads.wait_running("orphans", "web", 0)
    stage.check()


@scenario(WITHOUT_CONTROLLERS)
def adopted(stage):
    """An orphaned ReplicaSet is adopted by a Deployment that is made anew, and then by one of another name."""
    workloads, api = stage.workloads, stage.api
    workloads.namespace("adopted")
    for name in ("web", "web", "other"):
        made = workloads.make("Deployment", "adopted", name, 2, "web:3", app="web")
        until(30, f"every ReplicaSet is {name}'s", lambda: {each["metadata"].get("ownerReferences", [{}])[0].get("uid") for each in
              api.get(f"{APPS}/namespaces/adopted/replicasets")["items"]} == {made["metadata"]["uid"]})
        stage.check()
        expect("the owners in the namespace", {f"Deployment/adopted/{name}"},
               {each for each in stage.owners() if "/adopted/" in each})
        orphan(stage, workloads.path("Deployment", "adopted", name))
        stage.check()
        expect("the kinds of owners in the namespace", {"ReplicaSet"}, stage.owners_in("adopted"))
    # While the tracker is away, too.
    stage.main.stop()
    workloads.make("Deployment", "adopted", "third", 2, "web:3", app="web")
    stage.main.start()
    stage.check()
    expect_true("third owns the pods that it has adopted", "Deployment/adopted/third" in stage.owners(), stage.owners())


def orphan(stage, path):
    stage.api.delete(path, "Orphan")
    stage.workloads.wait_gone(path)


@scenario(WITHOUT_CONTROLLERS)
def jobs(stage):
    """A Job with two pods; and a ReplicationController."""
    workloads, api = stage.workloads, stage.api
    workloads.namespace("batch")
    api.post("/apis/batch/v1/namespaces/batch/jobs", {"metadata": {"name": "report"}, "spec": objects.job_spec("report", "report:1", 2)})
    api.post("/api/v1/namespaces/batch/replicationcontrollers", {
        "metadata": {"name": "old"}, "spec": {"replicas": 2, "selector": {"app": "old"}, "template": objects.template("old", "old:1")}})
    workloads.wait_running("batch", "report", 2)
    workloads.wait_running("batch", "old", 2)
    stage.check()
    expect("the owners in the namespace", {"Job/batch/report", "ReplicationController/batch/old"},
           {each for each in stage.owners() if "/batch/" in each})


@scenario(WITHOUT_CONTROLLERS)
def cron_jobs(stage):
    """A CronJob makes a Job makes a pod."""
    workloads, path = stage.workloads, f"{stage.cron_jobs}/namespaces/cron/cronjobs"
    workloads.namespace("cron")
    stage.api.post(path, {"metadata": {"name": "sweep"}, "spec": {
        "schedule": "* * * * *", "concurrencyPolicy": "Forbid", "jobTemplate": {"spec": objects.job_spec("sweep", "sweep:1")}}})
    workloads.wait_running("cron", "sweep", 1)
    stage.check()
    expect_true("CronJob/cron/sweep owns something", "CronJob/cron/sweep" in stage.owners(), stage.owners())
    stage.api.delete(path + "/sweep", "Background")
    workloads.wait_running("cron", "sweep", 0)
    stage.check()


@scenario({"1.36": "its kubelets, which are a sketch, read no manifests", "own": "there is no kubelet"})
def static_pods(stage):
    """A manifest in each kubelet's folder, then removed: mirror pods, whose controller is the node."""
    workloads, cluster = stage.workloads, stage.cluster
    manifest = {**objects.pod("static", "static:1", labels={"app": "static"})}
    manifest["metadata"]["namespace"] = "default"
    folders = [cluster.manifests(node) for node in cluster.node_names()]
    for folder in folders:
        with open(os.path.join(folder, "static.json"), "w", encoding="utf-8") as file:
            json.dump(manifest, file)
    workloads.wait_running("default", "static", 3)
    mirrors = [pod for pod in workloads.pods("default", "static")
               if "kubernetes.io/config.mirror" in pod["metadata"].get("annotations", {})]
    expect("mirror pods", 3, len(mirrors))
    stage.check()
    expect("the owners of static pods", {"Pod"}, stage.owners_in("default"))
    for i, folder in enumerate(folders):
        os.remove(os.path.join(folder, "static.json"))
        if i != 1:
            workloads.wait_running("default", "static", 2 if i == 0 else 0)
            stage.check()
