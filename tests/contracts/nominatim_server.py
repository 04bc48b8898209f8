"""A server on this machine that answers /search as Nominatim documents it, or badly when told to."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Server(ThreadingHTTPServer):
    """Knows `places` ({display_name, lat, lon, place_rank}); `asked` holds every question."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.places: list[dict[str, Any]] = []
        self.asked: list[dict[str, str]] = []
        self.status, self.body, self.wait = 200, "", 0.0  # a body that is not "" replaces the answer

    @property
    def domain(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def answer(self, query: dict[str, str]) -> list[dict[str, Any]]:
        found = [place for place in self.places if query["q"].lower() in place["display_name"].lower()]
        if query.get("bounded") == "1":
            west, south, east, north = map(float, query["viewbox"].split(","))
            found = [
                p for p in found if west <= float(p["lon"]) <= east and south <= float(p["lat"]) <= north
            ]
        return found[: int(query.get("limit", "10"))]


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.server.asked.append(query | {"path": url.path, "agent": self.headers["User-Agent"]})
        time.sleep(self.server.wait)
        body = (self.server.body or json.dumps(self.server.answer(query))).encode()
        try:
            self.send_response(self.server.status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except ConnectionError:
            pass  # who asked did not wait

    def log_message(self, *_: Any) -> None:
        """Nothing: the tests look at `asked`."""


@contextmanager
def running() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
