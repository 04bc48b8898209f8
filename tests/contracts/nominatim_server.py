"""A server on this machine that answers /search as Nominatim documents it, or badly when told to."""

import json
import time
from contextlib import AbstractContextManager, suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.contracts.serving import Handler, LocalServer, serving


class Server(LocalServer):
    """Knows `places` ({display_name, lat, lon, place_rank}); `asked` holds every question."""

    def __init__(self) -> None:
        super().__init__(_Handler)
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


class _Handler(Handler):
    server: Server

    def answer(self) -> None:
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.server.asked.append(query | {"path": url.path, "agent": self.headers["User-Agent"]})
        time.sleep(self.server.wait)
        body = (self.server.body or json.dumps(self.server.answer(query))).encode()
        with suppress(ConnectionError):  # who asked did not wait
            self.reply(self.server.status, body)


def running() -> AbstractContextManager[Server]:
    return serving(Server())
