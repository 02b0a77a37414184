"""Writes the made-up cluster that cold_start_server serves, as `kubectl get -o json` would: pods, nodes and ReplicaSets.

Usage: cluster_as_json.py [--pods N] [--nodes N] [--images N] [--workloads N] [--pod-bytes N], the server's options.
The lists go to standard output; their contents are those of cold_start_server.cpp, item by item.
"""

import argparse
import json
import sys


def uid(kind: int, i: int) -> str:
    return f"{kind:08x}-0000-4000-8000-{i:012x}"


def metadata(name: str, name_space: str, of: str, version: int) -> dict:
    meta = {"name": name, "uid": of, "resourceVersion": str(version)}
    return meta | ({"namespace": name_space} if name_space else {})


def owner(kind: str, name: str, of: str) -> list:
    return [{"apiVersion": "apps/v1", "kind": kind, "name": name, "uid": of, "controller": True}]


def image(shape: argparse.Namespace, i: int) -> str:
    number = i % shape.images
    return f"registry.example.com/team-{number % 97}/service-{number}:1.{number % 13}.0"


def pod(shape: argparse.Namespace, i: int) -> dict:
    group = i % shape.workloads
    replica_set = f"service-{group}-{group * 7919:x}"
    meta = metadata(f"{replica_set}-{i:05x}", f"team-{group % 200}", uid(1, i), 1000 + i)
    meta["ownerReferences"] = owner("ReplicaSet", replica_set, uid(3, group))
    containers, statuses = [], []
    for name, number in (("main", group), ("sidecar", i)):
        ran = image(shape, number)
        containers.append({"name": name, "image": ran})
        statuses.append({"name": name, "imageID": f"{ran}@sha256:{number % shape.images:064x}",
                         "containerID": f"containerd://{i:064x}"})
    made = {"apiVersion": "v1", "kind": "Pod", "metadata": meta,
            "spec": {"containers": containers, "nodeName": f"node-{i % shape.nodes}"},
            "status": {"phase": "Running", "containerStatuses": statuses}}
    meta["annotations"] = {"filler": "x" * max(0, shape.pod_bytes - len(json.dumps(made)))}
    return made


def node(_: argparse.Namespace, i: int) -> dict:
    info = {"operatingSystem": "linux", "architecture": "arm64" if i % 4 == 0 else "amd64"}
    return {"apiVersion": "v1", "kind": "Node", "metadata": metadata(f"node-{i}", "", uid(2, i), 500 + i),
            "status": {"nodeInfo": info}}


def replica_set(_: argparse.Namespace, i: int) -> dict:
    meta = metadata(f"service-{i}-{i * 7919:x}", f"team-{i % 200}", uid(3, i), 600 + i)
    meta["ownerReferences"] = owner("Deployment", f"service-{i}", uid(4, i))
    return {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": meta}


def main() -> None:
    options = argparse.ArgumentParser()
    for name, default in (("pods", 150_000), ("nodes", 5000), ("images", 20_000), ("workloads", 10_000), ("pod-bytes", 4096)):
        options.add_argument(f"--{name}", type=int, default=default)
    shape = options.parse_args()
    for api_version, kind, item, count in (("v1", "Node", node, shape.nodes),
                                           ("apps/v1", "ReplicaSet", replica_set, shape.workloads),
                                           ("v1", "Pod", pod, shape.pods)):
        sys.stdout.write(f'{{"apiVersion":"{api_version}","kind":"{kind}List","metadata":{{"resourceVersion":"1000000"}},"items":[')
        for i in range(count):
            sys.stdout.write(("," if i else "") + json.dumps(item(shape, i)))
        sys.stdout.write("]}\n")


if __name__ == "__main__":
    main()
