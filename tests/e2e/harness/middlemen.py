"""Proxies and a load balancer on loopback, each in threads of its own for as long as its `with` lasts."""

import contextlib
import socket
import socketserver
import struct
import threading
import time


class _Middleman:
    """`asked`: the HOST:PORT of each connection that it was asked for."""

    def __init__(self):
        self.asked, self._open, self._lock = [], set(), threading.Lock()
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                with contextlib.suppress(OSError), outer._kept(self.request):
                    outer.serve(self.request)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            request_queue_size = 128  # a tracker comes with a connection for each kind at once; five is what one gets unasked

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]

    def serve(self, client):
        raise NotImplementedError

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self.cut_all()

    def cut_all(self):
        """Every connection that is open now."""
        with self._lock:
            for each in self._open:
                _shut_down(each)

    @contextlib.contextmanager
    def _kept(self, connection):
        with self._lock:
            self._open.add(connection)
        try:
            yield connection
        finally:
            with self._lock:
                self._open.discard(connection)
            _close(connection)

    def connect(self, client, host, port, deadline=None):
        """Both ways until one side ends, or until the deadline of time.monotonic(); whether that was it."""
        server = socket.create_connection((host, port), timeout=10)
        server.settimeout(None)
        with self._kept(server):
            done = threading.Event()
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=_pump, args=(source, sink, done), daemon=True).start()
            return not done.wait(None if deadline is None else max(0, deadline - time.monotonic()))


class ConnectProxy(_Middleman):
    """HTTP CONNECT; `heads`: all that it was told before each connection; `refusal`: what it answers instead ("403 Forbidden")."""

    def __init__(self, refusal=""):
        super().__init__()
        self.heads, self.refusal = b"", refusal

    def serve(self, client):
        head = b""
        while b"\r\n\r\n" not in head and len(head) < 65536:
            more = client.recv(1)  # not a byte of what is for the server
            if not more:
                return
            head += more
        self.heads += head
        verb, target, _ = head.split(b"\r\n")[0].decode().split(" ")
        if verb != "CONNECT":
            client.sendall(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n")
            return
        self.asked.append(target)
        if self.refusal:
            # As Squid does: with headers and a page of its own.
            client.sendall(f"HTTP/1.1 {self.refusal}\r\nProxy-Authenticate: Basic realm=\"proxy\"\r\n"
                           "Content-Type: text/html\r\nContent-Length: 13\r\n\r\n<p>Denied</p>".encode())
            return
        host, _, port = target.rpartition(":")
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self.connect(client, host, int(port))


class SocksProxy(_Middleman):
    """SOCKS5 (RFC 1928) without a password; `names`: what only it can resolve."""

    def __init__(self, names):
        super().__init__()
        self._names = names

    def serve(self, client):
        _, methods = _exactly(client, 2)
        _exactly(client, methods)
        client.sendall(b"\x05\x00")
        _, command, _, kind = _exactly(client, 4)
        if kind == 3:
            host = _exactly(client, _exactly(client, 1)[0]).decode()
        else:
            family, size = (socket.AF_INET, 4) if kind == 1 else (socket.AF_INET6, 16)
            host = socket.inet_ntop(family, _exactly(client, size))
        port, = struct.unpack("!H", _exactly(client, 2))
        self.asked.append(f"{host}:{port}")
        if command != 1 or (kind == 3 and host not in self._names):
            client.sendall(b"\x05\x04\x00\x01" + bytes(6))  # host unreachable
            return
        client.sendall(b"\x05\x00\x00\x01" + bytes(6))
        self.connect(client, self._names.get(host, host), port)


class CuttingBalancer(_Middleman):
    """Passes everything to a port, and cuts each connection after so many seconds, without a word."""

    def __init__(self, to_port, seconds):
        super().__init__()
        self._to_port, self._seconds, self.cuts = to_port, seconds, 0

    def serve(self, client):
        if self.connect(client, "127.0.0.1", self._to_port, time.monotonic() + self._seconds):
            with self._lock:
                self.cuts += 1
            # A reset rather than an end that looks as if it were meant.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _pump(source, sink, done):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    done.set()


def _exactly(connection, count):
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise OSError("the client went away")
        data += more
    return data


def _shut_down(connection):
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _close(connection):
    # A pump may be about to read from it.
    _shut_down(connection)
    connection.close()
