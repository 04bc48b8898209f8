"""A tracking service on this machine, as permits.post.http asks it, or a bad one when told to be."""

import json
from contextlib import AbstractContextManager
from urllib.parse import parse_qs, urlsplit

from tests.contracts.serving import Handler, LocalServer, serving


class Server(LocalServer):
    """`known` is what it says of a number; `status` and `body` replace the answer; `hangs_up`: none."""

    path = "/status"

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.known: dict[str, dict[str, str]] = {}
        self.status, self.body, self.hangs_up, self.token = 0, b"", False, ""


class _Handler(Handler):
    server: Server

    def answer(self) -> None:
        if self.server.hangs_up:
            self.close_connection = True
            return
        found = self.server.known.get(parse_qs(urlsplit(self.path).query).get("resi", [""])[0])
        status = self.server.status or (200 if found else 404)
        if self.server.token and self.headers["Authorization"] != f"Bearer {self.server.token}":
            status = 401
        self.reply(status, self.server.body or json.dumps(found or {}).encode())


def running() -> AbstractContextManager[Server]:
    return serving(Server())
