"""How far the journal is behind the API server."""

import datetime
import time

from harness import objects
from harness.audit_log import time_of
from harness.children import sleep_until
from harness.scenario import expect_true, scenario

CHANGES, PODS, PER_SECOND = 1000, 100, 100


@scenario()
def lag(stage):
    """At 100 changes of pods a second: from the moment at which the server has answered one, by its audit log, to the time that the
    journal gives the event."""
    workloads, api = stage.workloads, stage.api
    workloads.namespace("busy")
    workloads.node_by_hand("busy-1")
    pods = [api.post("/api/v1/namespaces/busy/pods", objects.pod(f"p{i}", "busy:1", node="busy-1")) for i in range(PODS)]
    mark, started = stage.audit.mark(), time.monotonic()
    for i in range(CHANGES):
        sleep_until(started + i / PER_SECOND)
        status = objects.running_status(pods[i % PODS])
        status["containerStatuses"][0]["imageID"] = objects.digest_of(str(i))
        workloads.set_status(pods[i % PODS], status)
    rate = CHANGES / (time.monotonic() - started)
    stage.check()
    answered = {int(each["responseObject"]["metadata"]["resourceVersion"]): time_of(each) for each in stage.audit.entries(mark)
                if each["verb"] == "patch" and "responseObject" in each and each["objectRef"]["namespace"] == "busy"}
    journaled = {each["resource_version"]: seconds_of(each["time"]) for each in stage.main.events()
                 if each["type"] == "pod_observed" and each.get("namespace") == "busy"}
    lags = sorted((journaled[version] - answered[version]) * 1000 for version in answered.keys() & journaled.keys())
    expect_true("nine of ten changes in the journal one by one", len(lags) > CHANGES * 9 // 10, f"{len(lags)} of {CHANGES}")
    median, high = lags[len(lags) // 2], lags[len(lags) * 99 // 100]
    expect_true("less than 100 ms (median) behind the API server", median < 100, f"{median:.0f} ms, 99 % within {high:.0f} ms")
    return f"{len(lags)} changes at {rate:.0f} a second: the journal was behind by {median:.0f} ms (median), {high:.0f} ms (99 %)"


def seconds_of(text):
    """Since 1970, of RFC 3339."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
