"""What stands between a tracker and its API server."""

import time

from harness.audit_log import KINDS
from harness.children import environment, free_ports
from harness.middlemen import ConnectProxy, CuttingBalancer, SocksProxy
from harness.scenario import expect, expect_true, scenario


def follows_changes(stage, tracker, namespace):
    workloads = stage.workloads
    workloads.namespace(namespace)
    workloads.make("Deployment", namespace, "web", 2, "web:1")
    tracker.start()
    stage.check(tracker)
    workloads.scale("Deployment", namespace, "web", 3)
    stage.check(tracker)


@scenario()
def http_proxy(stage):
    """`proxy-url` of a kubeconfig, which is obeyed on loopback too; the token goes to the API server alone."""
    with ConnectProxy() as proxy:
        tracker = stage.tracker("proxied", user="second", **{"proxy-url": f"http://127.0.0.1:{proxy.port}"})
        follows_changes(stage, tracker, "proxied")
        tracker.stop()
        expect("what the proxy was asked for", {f"127.0.0.1:{stage.cluster.api_port}"}, set(proxy.asked))
        expect_true("no credentials for the proxy", b"authorization" not in proxy.heads.lower() and b"second-token" not in proxy.heads,
                    proxy.heads.decode(errors="replace"))


@scenario()
def socks_proxy(stage):
    """The proxy resolves the server's name, which nobody else knows."""
    with SocksProxy({"api.cluster.invalid": "127.0.0.1"}) as proxy:
        tracker = stage.tracker("behind-socks", user="second", server=f"https://api.cluster.invalid:{stage.cluster.api_port}",
                                **{"proxy-url": f"socks5://127.0.0.1:{proxy.port}", "tls-server-name": stage.cluster.certified_name})
        follows_changes(stage, tracker, "socks")
        tracker.stop()
        expect("what the proxy was asked for", {f"api.cluster.invalid:{stage.cluster.api_port}"}, set(proxy.asked))


@scenario()
def proxy_of_the_environment(stage):
    """HTTPS_PROXY is never asked for a server on loopback, and ALL_PROXY means nothing."""
    nobody = f"http://127.0.0.1:{free_ports(1)[0]}"
    tracker = stage.tracker("direct", user="second", environment=environment(HTTPS_PROXY=nobody, https_proxy=nobody, ALL_PROXY=nobody))
    follows_changes(stage, tracker, "direct")


@scenario()
def proxy_that_refuses(stage):
    """A proxy's 403 is no missing right and its 407 no refused token: at the start and later, the line names the proxy."""
    for refusal, says in (("403 Forbidden", "it answered 403; ask whoever runs the proxy"),
                          ("407 Proxy Authentication Required", "wants a user name and a password (407)")):
        with ConnectProxy(refusal) as proxy:
            name = f"http://127.0.0.1:{proxy.port}"
            tracker = stage.tracker(f"refused-{refusal[:3]}", user="second", **{"proxy-url": name})
            code, _, complaint = stage.run("watch", "--data", tracker.data, "--kubeconfig", tracker.config)
            names_proxy(f"a start, refused with {refusal}", name, says, complaint.splitlines())
            expect("exit code of a start through a proxy that refuses", 3, code)
            proxy.refusal = ""
            follows_changes(stage, tracker, f"refused-{refusal[:3]}")
            mark = tracker.mark()
            proxy.refusal = refusal
            proxy.cut_all()
            tracker.wait_complaint(60, says, mark)
            time.sleep(5)
            names_proxy(f"a watch, refused with {refusal}", name, says, tracker.complaints(mark))
            proxy.refusal = ""
            tracker.wait_said(60, "works again", mark)
            stage.workloads.scale("Deployment", f"refused-{refusal[:3]}", "web", 1)
            stage.check(tracker)
            tracker.stop()


def names_proxy(what, name, says, complaints):
    """One line, however many kinds there are."""
    expect_true(f'{what}: one line that names {name}, with "{says}", and no right',
                len(complaints) == 1 and name in complaints[0] and says in complaints[0] and "right" not in complaints[0],
                "\n".join(complaints))


@scenario()
def load_balancer_that_cuts(stage):
    """Every connection is cut after two seconds: the tracker goes on where it was, lists nothing anew, and makes no fuss."""
    seconds, lasted = 2, 45
    with CuttingBalancer(stage.cluster.api_port, seconds) as balancer:
        tracker = stage.tracker("balanced", user="second", server=f"https://127.0.0.1:{balancer.port}")
        mark, end = stage.audit.mark(), time.monotonic() + lasted
        follows_changes(stage, tracker, "balanced")
        for replicas in (1, 4, 2):
            stage.workloads.scale("Deployment", "balanced", "web", replicas)
            stage.check(tracker)
        while time.monotonic() < end:
            time.sleep(1)
        stage.check(tracker)
        tracker.stop()
        expect_true("connections that were cut", balancer.cuts >= lasted // (4 * seconds), f"{balancer.cuts}")
        expect("lists", dict.fromkeys(KINDS, 1), dict(stage.audit.lists(mark, "second")))
        complaints = tracker.complaints()
        expect_true("a line or two about what is normal behind a load balancer", len(complaints) <= 2, "\n".join(complaints))
