"""Which containers of a pod count, and under which name and image id."""

from harness import objects
from harness.scenario import expect, expect_true, scenario, until

MODERN = {"1.20": "image volumes are of 1.31, sidecars of 1.28; ephemeral containers are off",
          "own": "there is no kubelet that reports them"}


def images_of(stage, pod):
    """(image id, name) of each line."""
    return {(line.split("|")[0], line.split("|")[2].split()[0]) for line in stage.main.inventory()
            if line.endswith(pod["metadata"]["uid"])}


@scenario()
def image_changed_in_place(stage):
    """`kubectl set image pod/...`: a name stays paired with the id that came of it until the new container is there."""
    workloads, api = stage.workloads, stage.api
    workloads.namespace("in-place")
    workloads.node_by_hand("in-place-1")
    pod = workloads.pod_by_hand("in-place", objects.pod("web", "web:1", node="in-place-1", labels={"app": "web"}))
    stage.check()
    was = images_of(stage, pod)
    path = "/api/v1/namespaces/in-place/pods/"
    new = objects.containers("web:2")
    # The kubelet pulls: the old container runs on.
    api.patch(path + "web", {"spec": {"containers": [{**api.get(path + "web")["spec"]["containers"][0], "image": "web:2"}]}})
    # Something that the tracker is sure to see behind it.
    marker = workloads.pod_by_hand("in-place", objects.pod("marker", "marker:1", node="in-place-1"))
    until(30, "the tracker has seen the marker", lambda: images_of(stage, marker))
    expect("(image id, name) while the new image is pulled", was, images_of(stage, pod))
    workloads.set_status(pod, objects.running_status({"spec": {"containers": new}}))
    stage.check()
    expect("the name behind it", {"web:2"}, {name for _, name in images_of(stage, pod)})
    if stage.cluster.node_names():
        by_kubelet(stage, path)


def by_kubelet(stage, path):
    workloads, api = stage.workloads, stage.api
    api.post(path.rstrip("/"), objects.pod("real", "real:1", labels={"app": "real"}))
    workloads.wait_running("in-place", "real", 1)
    pod = workloads.running("in-place", "real")[0]
    stage.check()
    api.patch(path + "real", {"spec": {"containers": [{**pod["spec"]["containers"][0], "image": "real:2"}]}})
    old = pod["status"]["containerStatuses"][0]
    until(60, "the kubelet has made the new container", lambda: api.get(path + "real")["status"]["containerStatuses"][0].get(
        "imageID", "") not in ("", old["imageID"]))
    stage.check()
    expect("the name behind it", {"real:2"}, {name for _, name in images_of(stage, pod)})


@scenario()
def init_container_while_pending(stage):
    """An init container runs for long, and its pod is Pending; so is one of which a container cannot be pulled."""
    workloads, api = stage.workloads, stage.api
    workloads.namespace("pending")
    workloads.node_by_hand("pending-1")
    pods = []
    slow = objects.pod("slow", "web:1", node="pending-1", initContainers=[{"name": "init", "image": "migrate:1"}])
    waiting = {"name": "main", "image": "web:1", "imageID": "", "ready": False, "restartCount": 0,
               "state": {"waiting": {"reason": "PodInitializing"}}, "lastState": {}}
    pods.append(workloads.pod_by_hand("pending", slow, {
        "phase": "Pending", "initContainerStatuses": [objects.container_status("init", "migrate:1")], "containerStatuses": [waiting]}))
    half = objects.pod("half", "web:1", "proxy:1", node="pending-1")
    pods.append(workloads.pod_by_hand("pending", half, {
        "phase": "Pending", "containerStatuses": [waiting, objects.container_status("c1", "proxy:1")]}))
    if stage.cluster.node_names():
        real = objects.pod("real", "web:1", initContainers=[{"name": "init", "image": "migrate:2"}])
        real["metadata"]["annotations"] = {"hollow/init-seconds": "3600"}
        path = "/api/v1/namespaces/pending/pods"
        pods.append(api.post(path, real))
        until(60, "the init container runs", lambda: any(
            each.get("imageID") for each in api.get(path + "/real")["status"].get("initContainerStatuses", [])))
        expect("the phase meanwhile", "Pending", api.get(path + "/real")["status"]["phase"])
    stage.check()
    for pod, names in zip(pods, ({"migrate:1"}, {"proxy:1"}, {"migrate:2"})):
        expect(f"the images of {pod['metadata']['name']}", names, {name for _, name in images_of(stage, pod)})


@scenario(MODERN)
def sidecars_and_image_volumes(stage):
    """A native sidecar, an image volume, an ephemeral container; their pod restarts with other ones."""
    workloads, api = stage.workloads, stage.api
    workloads.namespace("modern")
    spec = {"initContainers": [{"name": "mesh", "image": "mesh:1", "restartPolicy": "Always"}, {"name": "init", "image": "migrate:1"}],
            "volumes": [{"name": "model", "image": {"reference": "registry.example.com/models/weights:4"}}]}
    made = objects.workload("Deployment", "serve", 2, "serve:1", **spec)
    made["spec"]["template"]["spec"]["containers"][0]["volumeMounts"] = [{"name": "model", "mountPath": "/model"}]
    api.post("/apis/apps/v1/namespaces/modern/deployments", made)
    workloads.wait_running("modern", "serve", 2)
    stage.check()
    pod = workloads.running("modern", "serve")[0]
    names = {"mesh:1", "migrate:1", "serve:1", "registry.example.com/models/weights:4"}
    expect("the images of a pod with sidecar and image volume", names, {name for _, name in images_of(stage, pod)})
    path = f"/api/v1/namespaces/modern/pods/{pod['metadata']['name']}"
    api.patch(path + "/ephemeralcontainers", {"spec": {"ephemeralContainers": [{"name": "debug", "image": "busybox:1.36"}]}})
    until(30, "the ephemeral container runs", lambda: any(
        each.get("imageID") for each in api.get(path)["status"].get("ephemeralContainerStatuses", [])))
    stage.check()
    expect("its images with an ephemeral container", names | {"busybox:1.36"}, {name for _, name in images_of(stage, pod)})
    spec["volumes"][0]["image"]["reference"] = "registry.example.com/models/weights:5"
    api.patch(workloads.path("Deployment", "modern", "serve"), {"spec": {"template": {"spec": {"volumes": spec["volumes"]}}}})
    until(90, "all pods have the new volume", lambda: {each["spec"]["volumes"][0]["image"]["reference"][-1] for each in
                                                      workloads.pods("modern", "serve")} == {"5"})
    workloads.wait_running("modern", "serve", 2)
    stage.check()
    expect_true("nothing of the old volume is left", not any("weights:4" in line for line in stage.main.inventory()))
