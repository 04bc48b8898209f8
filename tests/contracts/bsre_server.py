"""A server on this machine that signs as BSrE's eSign service documents it, or badly when told to."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.contracts.serving import Handler, LocalServer, serving


class Server(LocalServer):
    """`sign` makes (status, answer) of a request's body; `asked` holds every body; `silent`: no answer."""

    def __init__(self, sign: Callable[[dict[str, Any]], tuple[int, Any]]) -> None:
        super().__init__(_Handler)
        self.sign, self.silent = sign, threading.Event()
        self.asked: list[dict[str, Any]] = []
        self.released = threading.Event()


class _Handler(Handler):
    server: Server

    def answer(self) -> None:
        body = json.loads(self.body())
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
        self.reply(status, answer if isinstance(answer, bytes) else json.dumps(answer).encode())


@contextmanager
def running(sign: Callable[[dict[str, Any]], tuple[int, Any]]) -> Iterator[Server]:
    with serving(Server(sign)) as server:
        try:
            yield server
        finally:
            server.released.set()
