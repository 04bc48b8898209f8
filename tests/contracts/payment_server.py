"""A payment service on this machine, as permits.payments.http asks it, or a bad one when told to be."""

import json
from contextlib import AbstractContextManager

from tests.contracts.serving import Handler, LocalServer, serving


class Server(LocalServer):
    """`orders` by the bill's number; `said` by reference; `status` and `body` replace the answer."""

    path = "/orders"

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.orders: dict[str, dict[str, str]] = {}
        self.asked: list[dict[str, object]] = []
        self.said: dict[str, str] = {}
        self.status, self.body, self.hangs_up, self.token = 0, b"", False, ""


class _Handler(Handler):
    server: Server

    def answer(self) -> None:
        server = self.server
        if server.hangs_up:
            self.close_connection = True
            return
        found: dict[str, str] | None
        if self.command == "POST":
            told = json.loads(self.body())
            server.asked.append(told)
            n = len(server.orders) + 1
            found = server.orders.setdefault(
                told["number"], {"reference": f"R/{n}", "account": f"8808{n:06}"}
            )
        else:
            reference = self.path.rpartition("/")[2].replace("%2F", "/")
            known = {order["reference"] for order in server.orders.values()}
            found = {"status": server.said.get(reference, "unpaid")} if reference in known else None
        status = server.status or (200 if found else 404)
        if server.token and self.headers["Authorization"] != f"Bearer {server.token}":
            status = 401
        self.reply(status, server.body or json.dumps(found or {}).encode())


def running() -> AbstractContextManager[Server]:
    return serving(Server())
