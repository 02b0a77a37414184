"""Objects as kubectl would send them, as short as the API server takes them."""

import hashlib

APPS, BATCH, RBAC = "/apis/apps/v1", "/apis/batch/v1", "/apis/rbac.authorization.k8s.io/v1"


def containers(*images):
    """main, c1, c2, ..."""
    return [{"name": f"c{i}" if i else "main", "image": image} for i, image in enumerate(images)]


def template(app, *images, **spec):
    return {"metadata": {"labels": {"app": app}},
            "spec": {"terminationGracePeriodSeconds": 1, "containers": containers(*images), **spec}}


def workload(kind, name, replicas, *images, app=None, **spec):
    """A Deployment or a StatefulSet whose pods have the label app; `spec`: more of the pods' spec."""
    app = app or name
    made = {"replicas": replicas, "selector": {"matchLabels": {"app": app}}, "template": template(app, *images, **spec)}
    if kind == "StatefulSet":
        made["serviceName"] = name
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name}, "spec": made}


def job_spec(app, image, parallelism=1):
    made = template(app, image, restartPolicy="Never")
    made["metadata"]["annotations"] = {"hollow/run-seconds": "3600"}
    return {"parallelism": parallelism, "completions": parallelism, "template": made}


def pod(name, *images, node=None, labels=None, owner=None, **spec):
    meta = {"name": name, "labels": labels or {}}
    if owner:
        meta["ownerReferences"] = [reference(owner)]
    if node:
        spec["nodeName"] = node
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta,
            "spec": {"terminationGracePeriodSeconds": 1, "containers": containers(*images), **spec}}


def reference(owner):
    """To the controller of an object; `owner`: as the API server gave it."""
    return {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": owner["metadata"]["name"],
            "uid": owner["metadata"]["uid"], "controller": True, "blockOwnerDeletion": True}


def digest_of(text):
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def running_status(of, image_of=None):
    """What a kubelet says of a pod all of whose containers run; `image_of`: other images than those of the spec."""
    return {"phase": "Running", "podIP": "192.0.2.99", "podIPs": [{"ip": "192.0.2.99"}],
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [container_status(each["name"], (image_of or {}).get(each["name"], each["image"]))
                                  for each in of["spec"]["containers"]]}


def container_status(name, image):
    return {"name": name, "image": image, "imageID": f"docker.io/library/{image.split(':')[0]}@{digest_of(image)}",
            "containerID": "containerd://" + hashlib.sha256((name + image).encode()).hexdigest(), "ready": True,
            "restartCount": 0, "started": True, "state": {"running": {}}, "lastState": {}}


def role_rules(without="", verbs=("list", "watch")):
    """Those of deploy/rbac.yaml, without the resource `without`."""
    resources = {"": ["pods", "nodes", "replicationcontrollers"],
                 "apps": ["replicasets", "deployments", "statefulsets", "daemonsets"], "batch": ["jobs", "cronjobs"]}
    return [{"apiGroups": [group], "resources": [each for each in names if each != without], "verbs": list(verbs)}
            for group, names in resources.items()]


def role(kind, name, rules):
    return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": {"name": name}, "rules": rules}


def role_binding(kind, name, role_kind, role_name, subject_kind, subject_name):
    return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": {"name": name},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": role_kind, "name": role_name},
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": subject_kind, "name": subject_name}]}
