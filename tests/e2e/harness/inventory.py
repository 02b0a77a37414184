"""The inventory that a cluster's own lists imply, by the plainest reading of the rules and without any event.

An inventory is a set of lines "IMAGE-ID|ARCHITECTURE|NAME KIND/NAMESPACE/OWNER/UID POD-UID", so that two can be compared.

Which containers count: those of a pod that is neither Succeeded nor Failed (Running, Pending and Unknown make no difference) whose
status has an image id and whose spec names an image; regular, init and ephemeral ones, and volumes made of images. The architecture
is that of the pod's node; amd64 while node, architecture or operating system is not known. The owner is found by following the
references with `controller: true` through ReplicaSets, Jobs and ReplicationControllers; a pod without a controller, or with a node
for one (a static pod), is its own.
"""

import json
import re

CONTAINERS = [("containers", "containerStatuses"), ("initContainers", "initContainerStatuses"),
              ("ephemeralContainers", "ephemeralContainerStatuses")]
# (group, kind): controllers that are followed to their own. `extensions` is where ReplicaSets were before apps.
FOLLOWED = {("apps", "ReplicaSet"), ("extensions", "ReplicaSet"), ("batch", "Job"), ("", "ReplicationController")}
_DIGEST = re.compile(r"(sha256:[0-9a-f]{12})[0-9a-f]{52}")
# The lists that an inventory is worked out from.
PATHS = ["/api/v1/pods", "/api/v1/nodes", "/apis/apps/v1/replicasets", "/apis/batch/v1/jobs", "/api/v1/replicationcontrollers"]


class Scope:
    """Which part of the cluster a tracker was asked for; nothing: all of it."""

    def __init__(self, namespaces=None, labels=None, knows_nodes=True):
        self.namespaces, self.labels, self.knows_nodes = namespaces, labels or {}, knows_nodes

    def holds(self, pod):
        has = pod["metadata"].get("labels", {})
        return ((self.namespaces is None or pod["metadata"]["namespace"] in self.namespaces)
                and all(has.get(key) == value for key, value in self.labels.items()))


def of_lists(pods, nodes, parents, scope=Scope()):
    """`pods`, `nodes`: the items of complete lists; `parents`: of the kinds in FOLLOWED."""
    platforms = {node["metadata"]["name"]: _architecture(node) for node in nodes if scope.knows_nodes}
    by_uid = {each["metadata"]["uid"]: each for each in parents}
    lines = set()
    for pod in pods:
        if not scope.holds(pod) or pod.get("status", {}).get("phase") in ("Succeeded", "Failed"):
            continue
        architecture = platforms.get(pod["spec"].get("nodeName")) or "amd64"
        for image_id, name in _images(pod):
            lines.add(f"{image_id}|{architecture}|{name} {_owner(pod, by_uid)} {pod['metadata']['uid']}")
    return lines


def of_cluster(api, scope=Scope()):
    pods, nodes, *parents = (api.get(path)["items"] for path in PATHS)
    return of_lists(pods, nodes, [each for items in parents for each in items], scope)


def of_images(document):
    """`document`: what `tallyman images -o json` prints, or a recording's expected-inventory.json."""
    return {f"{image['image_id']}|{image['architecture']}|{image['name']} "
            f"{owner['kind']}/{owner['namespace']}/{owner['name']}/{owner['uid']} {pod}"
            for image in json.loads(document)["images"] for owner in image["owners"] for pod in owner["pods"]}


def difference(expected, found, most=6):
    """The lines that only one of the two has, for people: digests are cut short."""
    parts = []
    for sign, lines in (("-", sorted(expected - found)), ("+", sorted(found - expected))):
        parts += [sign + " " + _DIGEST.sub(r"\1", line) for line in lines[:most]]
        if len(lines) > most:
            parts.append(f"{sign} ... and {len(lines) - most} more")
    return "\n".join(parts)


def _architecture(node):
    info = node.get("status", {}).get("nodeInfo", {})
    return info["architecture"].lower() if info.get("architecture") and info.get("operatingSystem") else ""


def _images(pod):
    for of_spec, of_status in CONTAINERS:
        statuses = {each["name"]: each for each in pod.get("status", {}).get(of_status, [])}
        for container in pod["spec"].get(of_spec, []):
            image_id = statuses.get(container["name"], {}).get("imageID")
            if image_id and container.get("image"):
                yield image_id, container["image"]
    yield from _volume_images(pod)


def _volume_images(pod):
    """KEP-4639 and KEP-5365: a volume that is an image, and the id that the status of a container that mounts it gives."""
    references = {each["name"]: each["image"].get("reference") for each in pod["spec"].get("volumes", []) if "image" in each}
    for _, of_status in CONTAINERS:
        for status in pod.get("status", {}).get(of_status, []):
            for mount in status.get("volumeMounts", []):
                image_id = mount.get("volumeStatus", {}).get("image", {}).get("imageRef")
                if image_id and references.get(mount["name"]):
                    yield image_id, references[mount["name"]]


def _controller(of):
    return next((each for each in of["metadata"].get("ownerReferences", []) if each.get("controller")), None)


def _group(reference):
    return reference["apiVersion"].rpartition("/")[0]


def _owner(pod, by_uid):
    meta = pod["metadata"]
    above = _controller(pod)
    if above is None or (_group(above), above["kind"]) == ("", "Node"):
        return f"Pod/{meta['namespace']}/{meta['name']}/{meta['uid']}"
    while (_group(above), above["kind"]) in FOLLOWED and above["uid"] in by_uid:
        next_above = _controller(by_uid[above["uid"]])
        if next_above is None:
            break
        above = next_above
    return f"{above['kind']}/{meta['namespace']}/{above['name']}/{above['uid']}"
