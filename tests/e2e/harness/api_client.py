"""What scenarios say to an API server: JSON over one kept connection, with the rights of whoever's token it is."""

import http.client
import json
import ssl
import urllib.parse

_SECONDS = 60  # as long as an API server gives itself
MERGE_PATCH = "application/merge-patch+json"


class ApiError(Exception):
    """The server refused; `status` is HTTP's."""

    def __init__(self, method, path, status, message):
        super().__init__(f"{method} {path}: {status} {message}")
        self.status = status


class ApiClient:
    """One thread at a time. Raises ApiError, or OSError and http.client.HTTPException when there is no answer."""

    def __init__(self, port, authority, token):
        self._port, self._authority, self._token = port, authority, token
        self._connection = None

    def get(self, path, **query):
        return self._json("GET", path, query=query)

    def text(self, path, **query):
        return self._request("GET", path, query=query).decode()

    def post(self, path, body, content_type="application/json"):
        return self._json("POST", path, body, content_type)

    def put(self, path, body):
        return self._json("PUT", path, body)

    def patch(self, path, body, content_type=MERGE_PATCH):
        return self._json("PATCH", path, body, content_type)

    def delete(self, path, how=None, grace_seconds=None):
        """`how`: Background, Foreground or Orphan."""
        options = {"kind": "DeleteOptions", "apiVersion": "v1"}
        if how:
            options["propagationPolicy"] = how
        if grace_seconds is not None:
            options["gracePeriodSeconds"] = grace_seconds
        return self._json("DELETE", path, options)

    def exists(self, path):
        return self.status_of(path) == 200

    def status_of(self, path, **query):
        try:
            self._request("GET", path, query=query)
            return 200
        except ApiError as refused:
            return refused.status

    def close(self):
        if self._connection:
            self._connection.close()
        self._connection = None

    def _json(self, method, path, body=None, content_type="application/json", query=None):
        return json.loads(self._request(method, path, body, content_type, query))

    def _request(self, method, path, body=None, content_type="application/json", query=None):
        if query:
            path += "?" + urllib.parse.urlencode(query)
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": "Bearer " + self._token, "Accept": "application/json"}
        if content is not None:
            headers["Content-Type"] = content_type
        answer = self._answer(method, path, content, headers)
        text = answer.read()
        if answer.status >= 300:
            raise ApiError(method, path, answer.status, _message(text))
        return text

    def _answer(self, method, path, content, headers):
        was_kept = self._connection is not None
        try:
            if not was_kept:
                trust = ssl.create_default_context(cafile=self._authority)
                self._connection = http.client.HTTPSConnection("127.0.0.1", self._port, timeout=_SECONDS, context=trust)
            self._connection.request(method, path, content, headers)
            return self._connection.getresponse()
        except (OSError, http.client.HTTPException):
            self.close()
            # A connection that was kept may be one to a server that has been started anew since.
            if was_kept:
                return self._answer(method, path, content, headers)
            raise


def _message(text):
    try:
        return json.loads(text).get("message", "")
    except ValueError:
        return text[:200].decode(errors="replace")
