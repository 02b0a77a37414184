"""Child processes that do not outlive this one, and the ports that they listen on."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import time

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(with_signal=signal.SIGKILL):
    """For the process that calls it: when the thread that made it ends, so does it."""
    _libc.prctl(_PR_SET_PDEATHSIG, int(with_signal))


def start(command, log, environment=None, errors=None, folder=None):
    """Standard output is added to the file `log`, standard error to `errors`, or to `log`, too. Call it in the main thread."""
    with open(log, "ab") as out, open(errors or log, "ab") as err:
        return subprocess.Popen([str(each) for each in command], stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                env=environment, cwd=folder, start_new_session=True, preexec_fn=die_with_parent)


def end(process, with_signal=signal.SIGTERM, seconds=20):
    """Whether it ended by itself; if not within so many seconds, it is killed."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(with_signal)
    try:
        process.wait(seconds)
        return True
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False


def runs(process):
    return process is not None and process.poll() is None


def free_ports(count):
    """Ports of 127.0.0.1 that nobody listened on a moment ago."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def output_of(command, seconds=120, environment=None):
    """(exit code, standard output, standard error) of a program that ends by itself."""
    done = subprocess.run([str(each) for each in command], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=seconds, env=environment)
    return done.returncode, done.stdout, done.stderr


def environment(**changes):
    """This process's own, without what would lead a client astray; `None` takes a variable away."""
    kept = {name: value for name, value in os.environ.items()
            if not name.lower().endswith("_proxy") and name not in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST")}
    kept.update({name: value for name, value in changes.items() if value is not None})
    return kept


def sleep_until(moment):
    """`moment`: of time.monotonic()."""
    left = moment - time.monotonic()
    if left > 0:
        time.sleep(left)
