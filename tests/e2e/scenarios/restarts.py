"""The tracker or the API server stops, and goes on."""

import signal
import time

from harness.audit_log import KINDS
from harness.scenario import expect, expect_true, scenario, until

EACH_ONCE = dict.fromkeys(KINDS, 1)


@scenario()
def api_server_restarted(stage):
    """Killed with SIGKILL in mid-watch: each kind is watched again."""
    workloads = stage.workloads
    workloads.namespace("restarted")
    workloads.make("Deployment", "restarted", "cart", 2, "cart:1")
    stage.check()
    stage.cluster.restart_api_server()
    workloads.scale("Deployment", "restarted", "cart", 4)
    stage.check()
    stage.wait_watching()


@scenario()
def api_server_away_for_a_minute(stage):
    """One line of complaint for the server, whatever the number of kinds; then everything goes on by itself."""
    workloads = stage.workloads
    workloads.namespace("away")
    workloads.make("Deployment", "away", "cart", 2, "cart:1")
    # One that has not told of such trouble before.
    stage.main.stop()
    stage.main.start()
    stage.check()
    stage.wait_watching()
    mark = stage.main.mark()
    stage.cluster.stop_api_server()
    time.sleep(60)
    stage.cluster.start_api_server()
    workloads.scale("Deployment", "away", "cart", 3)
    stage.check(seconds=20)
    stage.wait_watching()
    complaints = stage.main.complaints(mark)
    expect_true("one line of complaint about an API server that is away", len(complaints) == 1, "\n".join(complaints))


@scenario()
def restart_without_gap(stage):
    """The tracker stopped and started: no list at all, and one watch more of each kind in the API server, by its gauge of open ones."""
    workloads = stage.workloads
    workloads.namespace("gapless")
    workloads.make("Deployment", "gapless", "cart", 4, "cart:1")
    # Each kind must have a position that this API server knows: it has forgotten what was before its start.
    stage.wait_watching()
    stage.check()
    stage.main.stop()
    stage.main.check_replay()
    mark = stage.audit.mark()
    # Others' watches, for which there must be no change while this runs, as they come back after the server's restart.
    others = stage.stable_watches()
    stage.main.start()
    workloads.scale("Deployment", "gapless", "cart", 2)
    stage.check()
    want = {kind: others[kind] + 1 for kind in KINDS}
    until(20, f"one watch more of each kind: {want}", lambda: stage.watches() == want, stage.watches)
    expect("lists by a restart", [], stage.audit.list_lines(mark))


@scenario()
def killed_and_behind(stage):
    """The tracker killed with SIGKILL, pods made and deleted behind its back: no list either, the watch has them."""
    workloads = stage.workloads
    workloads.namespace("behind")
    workloads.make("StatefulSet", "behind", "redis", 2, "redis:7")
    stage.wait_watching()
    stage.check()
    stage.main.stop(signal.SIGKILL)
    mark = stage.audit.mark()
    workloads.delete("StatefulSet", "behind", "redis")
    workloads.make("Deployment", "behind", "till", 3, "till:1")
    stage.main.start()
    stage.check()
    expect("lists by a restart after SIGKILL, though nothing was compacted", [], stage.audit.list_lines(mark))


@scenario()
def compacted(stage):
    """Likewise, and etcd compacted: 410, then exactly one list of each kind."""
    workloads = stage.workloads
    workloads.namespace("compacted")
    workloads.make("Deployment", "compacted", "till", 3, "till:1")
    stage.check()
    stage.main.stop(signal.SIGKILL)
    workloads.delete("Deployment", "compacted", "till")
    workloads.make("Deployment", "compacted", "desk", 2, "desk:1")
    audited, said = stage.audit.mark(), stage.main.mark()
    stage.cluster.compact_etcd(stage.api.get("/api/v1/pods", limit=1)["metadata"]["resourceVersion"])
    # The API server remembers recent events itself: only a new one has none of before.
    stage.cluster.restart_api_server()
    stage.main.start()
    stage.check()
    stage.main.wait_said(20, "listing anew", said)
    stage.wait_watching()
    expect("lists after a gap", EACH_ONCE, dict(stage.audit.lists(audited)))


@scenario()
def two_trackers(stage):
    """A second one, in JSON, says the same."""
    workloads = stage.workloads
    workloads.namespace("two")
    workloads.make("Deployment", "two", "desk", 2, "desk:1")
    second = stage.tracker("second", "--encoding", "json", user="second").start()
    stage.check(second)
    workloads.scale("Deployment", "two", "desk", 4)
    stage.check()
    stage.check(second)
    expect("the inventory of the second tracker", sorted(stage.main.inventory()), sorted(second.inventory()))
    second.stop()
    second.check_replay()
