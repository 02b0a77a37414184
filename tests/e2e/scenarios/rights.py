"""Rights that are missing, taken away, given back, and narrow."""

import os

from harness import objects
from harness.audit_log import KINDS
from harness.inventory import Scope
from harness.objects import RBAC
from harness.scenario import expect_true, scenario, until
from harness.tracker import compare


def expect_one_complaint(stage, text, *options):
    """A tracker with a journal of its own says that, and nothing else is wrong."""
    tracker = stage.tracker("rights", *options)
    tracker.forget()
    tracker.start()
    tracker.wait_complaint(20, text)
    tracker.stop()
    complaints = tracker.complaints()
    expect_true(f'one complaint: "{text}"', len(complaints) == 1, "\n".join(complaints))


@scenario()
def rights(stage):
    """Each kind's right taken away, one after the other, and list and watch alone; taken from a running tracker, and given back."""
    workloads = stage.workloads
    workloads.namespace("rights")
    workloads.make("Deployment", "rights", "desk", 2, "desk:1")
    for kind in KINDS:
        stage.grant(without=kind)
        stage.wait_refused(kind, "watch")
        # A watch may be all that it takes, and is asked for first.
        expect_one_complaint(stage, f"{kind} are left out: no right to watch {kind}")
    for verb, other in (("list", "watch"), ("watch", "list")):
        stage.grant(verbs=[other])
        stage.wait_refused("nodes", verb)
        # A streamed list is a watch, and takes no other right.
        expect_one_complaint(stage, f"nodes are left out: no right to {verb} nodes", "--kinds", "nodes", "--no-streamed-lists")
    stage.main.stop()
    stage.grant()
    stage.main.start()
    stage.wait_watching()
    mark = stage.main.mark()
    stage.grant(without="pods")
    stage.wait_refused("pods", "watch")
    # Watches that are open go on, so the server must end them.
    stage.cluster.restart_api_server()
    stage.main.wait_complaint(60, "pods are left out: no right to watch pods", mark)
    stage.grant()
    workloads.scale("Deployment", "rights", "desk", 3)
    compare(stage.main, stage.api, 150)
    stage.check()


@scenario()
def token_expires(stage):
    """With the account of deploy/rbac.yaml: its token revoked, then replaced in its file."""
    workloads, cluster = stage.workloads, stage.cluster
    workloads.namespace("tallyman")
    workloads.make("Deployment", "tallyman", "desk", 2, "desk:1")
    stage.forget_cluster_role()
    create_from(stage, os.path.join(stage.deploy, "rbac.yaml"))
    accounts = "/api/v1/namespaces/tallyman/serviceaccounts"

    def write_token():
        made = stage.api.post(f"{accounts}/tallyman/token", {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}})
        with open(stage.path("token.new"), "w", encoding="utf-8") as file:
            file.write(made["status"]["token"])
        os.replace(stage.path("token.new"), stage.path("token"))
    write_token()
    account = stage.tracker("account", credential="tokenFile", value=stage.path("token")).start()
    stage.check(account)
    # A token is one of its account's uid.
    stage.api.delete(f"{accounts}/tallyman")
    stage.api.post(accounts, {"metadata": {"name": "tallyman"}})
    mark = account.mark()
    cluster.restart_api_server()
    account.wait_complaint(60, "does not accept the credentials", mark)
    write_token()
    workloads.scale("Deployment", "tallyman", "desk", 1)
    compare(account, stage.api, 90)
    stage.check(account)


def create_from(stage, path):
    """The objects in a file, as `kubectl create -f` makes them."""
    with open(path, encoding="utf-8") as file:
        documents = [each for each in file.read().split("\n---\n") if "\nkind: " in each]
    for document in documents:
        fields = {line.split(":")[0]: line.split(":")[1].strip() for line in document.splitlines()
                  if line.startswith(("kind:", "  namespace:"))}
        where = {"ServiceAccount": f"/api/v1/namespaces/{fields.get('  namespace')}/serviceaccounts",
                 "ClusterRole": f"{RBAC}/clusterroles", "ClusterRoleBinding": f"{RBAC}/clusterrolebindings"}[fields["kind"]]
        stage.api.post(where, document.encode(), "application/yaml")


@scenario()
def two_namespaces_with_a_role_each(stage):
    """Rights in two namespaces and none in the cluster: no nodes, and one watch for each namespace."""
    workloads, names = stage.workloads, ["role-a", "role-b"]
    for each in names:
        workloads.namespace(each)
        workloads.make("Deployment", each, "web", 2, "web:1")
        stage.api.post(f"{RBAC}/namespaces/{each}/roles", objects.role("Role", "tallyman", objects.role_rules(without="nodes")))
        stage.api.post(f"{RBAC}/namespaces/{each}/rolebindings", objects.role_binding(
            "RoleBinding", "tallyman", "Role", "tallyman", "User", "alone"))
    client = stage.cluster.client("alone-token")
    until(20, "the API server has read the roles", lambda: client.status_of("/api/v1/namespaces/role-b/pods") == 200)
    tracker = stage.tracker("alone", "--namespace", ",".join(names), user="alone", scope=Scope(names, knows_nodes=False)).start()
    stage.check(tracker)
    workloads.scale("Deployment", "role-b", "web", 4)
    stage.check(tracker)
    complaints = [line for line in tracker.complaints() if "nodes" not in line]
    expect_true("no complaint but that of nodes", not complaints, "\n".join(complaints))
