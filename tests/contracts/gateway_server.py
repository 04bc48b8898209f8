"""A server on this machine that takes messages as messengers.gateway posts them, or badly when told to."""

import json
from contextlib import AbstractContextManager
from typing import Any

from tests.contracts.serving import Handler, LocalServer, serving


class Server(LocalServer):
    """`taken` holds what was delivered, once an id; `status` is answered; `hangs_up`: nothing is."""

    path = "/send"

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.taken: dict[str, dict[str, Any]] = {}
        self.asked = 0
        self.status, self.hangs_up, self.token = 202, False, ""


class _Handler(Handler):
    server: Server

    def answer(self) -> None:
        message = json.loads(self.body())
        self.server.asked += 1
        if self.server.hangs_up:
            self.close_connection = True
            return
        status = self.server.status
        if self.server.token and self.headers["Authorization"] != f"Bearer {self.server.token}":
            status = 401
        if status < 300:
            self.server.taken[message["id"]] = message
        self.reply(status)


def running() -> AbstractContextManager[Server]:
    return serving(Server())
