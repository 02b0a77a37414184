"""What a user can get wrong: each ends the start with one line, which says what to do and no secret."""

import json

from harness.scenario import Failed, scenario


@scenario()
def errors(stage):
    """A wrong context, file, token, authority, name, address, proxy and plugin."""
    cluster = stage.cluster

    def config(credential="token", value="tracker-token", **changes):
        """A kubeconfig; `changes` of its cluster, None takes a member away."""
        made = cluster.kubeconfig(credential, value, **changes)
        entry = made["clusters"][0]["cluster"]
        made["clusters"][0]["cluster"] = {key: each for key, each in entry.items() if each is not None}
        with open(stage.path("bad.config"), "w", encoding="utf-8") as file:
            json.dump(made, file)
        return ["--kubeconfig", stage.path("bad.config")]
    no_login = {"apiVersion": "client.authentication.k8s.io/v1", "command": "no-such-login", "installHint": "install it"}
    one_line(stage, "has no context wrong; it has: c", *config(), "--context", "wrong")
    one_line(stage, "cannot be read", "--kubeconfig", stage.path("missing.config"))
    one_line(stage, "does not accept the credentials", *config(value="nonsense"))
    one_line(stage, "is not trusted", *config(**{"certificate-authority": None}))
    one_line(stage, "is not trusted", *config(**{"tls-server-name": "other.example"}))
    one_line(stage, "obeyed only together with the option --insecure-skip-tls-verify",
             *config(**{"certificate-authority": None, "insecure-skip-tls-verify": True}))
    one_line(stage, "cannot be reached", *config(server="https://127.0.0.1:9"))
    one_line(stage, "check the server", *config(server="https://no-such-host.invalid:6443"))
    one_line(stage, "through the proxy", *config(**{"proxy-url": "http://127.0.0.1:9"}))
    one_line(stage, "no-such-login gave no credentials: it cannot be run", *config("exec", no_login))


def one_line(stage, text, *options):
    code, _, complaint = stage.run("watch", "--data", stage.path("never"), *options)
    if code not in (2, 3) or len(complaint.splitlines()) != 1 or text not in complaint or "tracker-token" in complaint:
        raise Failed(f'exit code 2 or 3 and one line with "{text}" and no secret', f"exit code {code} and:\n{complaint}")
