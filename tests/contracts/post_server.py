"""A tracking service on this machine, as permits.post.http asks it, or a bad one when told to be."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Server(ThreadingHTTPServer):
    """`known` is what it says of a number; `status` and `body` replace the answer; `hangs_up`: none."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.known: dict[str, dict[str, str]] = {}
        self.status, self.body, self.hangs_up, self.token = 0, b"", False, ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/status"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        if self.server.hangs_up:
            self.close_connection = True
            return
        found = self.server.known.get(parse_qs(urlsplit(self.path).query).get("resi", [""])[0])
        status = self.server.status or (200 if found else 404)
        if self.server.token and self.headers["Authorization"] != f"Bearer {self.server.token}":
            status = 401
        body = self.server.body or json.dumps(found or {}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: the tests look at the answers."""


@contextmanager
def running() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
