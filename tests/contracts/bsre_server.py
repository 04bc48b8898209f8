"""A server on this machine that signs as BSrE's eSign service documents it, or badly when told to."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Server(ThreadingHTTPServer):
    """`sign` makes (status, answer) of a request's body; `asked` holds every body; `silent`: no answer."""

    daemon_threads = True

    def __init__(self, sign: Callable[[dict[str, Any]], tuple[int, Any]]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.sign, self.silent = sign, threading.Event()
        self.asked: list[dict[str, Any]] = []
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(body)
        status: int
        answer: Any
        wanted = "Basic " + base64.b64encode(b"uji:rahasia").decode()
        if self.path != "/api/v2/sign/pdf" or self.headers["Authorization"] != wanted:
            status, answer = 401, {"error": "Unauthorized"}
        else:
            status, answer = self.server.sign(body)
        if self.server.silent.is_set():
            self.server.released.wait(30)
            return
        raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: Any) -> None:
        """Nothing: the tests look at `asked`."""


@contextmanager
def running(sign: Callable[[dict[str, Any]], tuple[int, Any]]) -> Iterator[Server]:
    server = Server(sign)
    thread = threading.Thread(target=server.serve_forever, args=[0.05], daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
