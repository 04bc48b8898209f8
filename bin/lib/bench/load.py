"""Requests over HTTP/1.1 with keep-alive, from one process or several, as fast as the answers come.

A closed loop: each connection asks its next address when it has its answer. Plain sockets, so that on a
machine of few cores nearly all of them are left to what is measured (bench.servers.trivial tells how much).
"""

from __future__ import annotations

import http.client
import multiprocessing
import selectors
import socket
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe

HOST = "127.0.0.1"
TIMEOUT = 30.0
PROCESSES = 1
CONNECTIONS = 4  # two for each of the site's two workers, so that none waits for us


class LoadError(Exception):
    """A server closed, stalled, or did not speak HTTP."""


@dataclass
class Run:
    """What came back: ms of each request, statuses, bytes of all bodies."""

    seconds: float
    ms: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    body_bytes: int = 0

    @property
    def rate(self) -> float:
        return len(self.ms) / self.seconds

    @property
    def bytes_each(self) -> float:
        return self.body_bytes / max(len(self.ms), 1)

    def expect(self, *statuses: int) -> Run:
        """Itself, when every answer had one of these statuses; a figure of failures is none."""
        wrong = {status: n for status, n in self.statuses.items() if status not in statuses}
        if wrong or not self.ms:
            raise LoadError(f"answers had other statuses than {statuses}: {wrong or 'there was none'}")
        return self


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


def get(port: int, path: str, headers: Mapping[str, str] | None = None, timeout: float = TIMEOUT) -> Answer:
    """One request, for checks and ETags. Header names of the answer in lower case."""
    link = http.client.HTTPConnection(HOST, port, timeout=timeout)
    try:
        link.request("GET", path, headers=dict(headers or {}))
        answer = link.getresponse()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        link.close()


def request(port: int, path: str, headers: Mapping[str, str] | None = None) -> bytes:
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: localhost:{port}",
        "Accept-Encoding: gzip",
        "Connection: keep-alive",
    ]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class _Link:
    """One connection: sends, and reads until an answer is whole."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.began = 0.0
        self._connect()

    def _connect(self) -> None:
        self.socket = socket.create_connection((HOST, self.port), timeout=TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.closes = False

    def send(self, data: bytes) -> None:
        self._buffer = bytearray()
        self._need = -1
        self.began = time.perf_counter()
        self.socket.sendall(data)

    def read(self) -> tuple[int, int] | None:
        """(status, bytes of the body) once the answer is whole."""
        part = self.socket.recv(1 << 18)
        if not part:
            raise LoadError("the server closed the connection in the middle of an answer")
        self._buffer += part
        if self._need < 0:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return None
            self._head(bytes(self._buffer[:end]), end + 4)
        if self._chunked:
            size = _unchunked(self._buffer, self._begin) if self._buffer.endswith(b"0\r\n\r\n") else -1
            return None if size < 0 else (self._status, size)
        if len(self._buffer) < self._need:
            return None
        return self._status, self._need - self._begin

    def _head(self, head: bytes, begin: int) -> None:
        first, *lines = head.split(b"\r\n")
        if not first.startswith(b"HTTP/1."):
            raise LoadError("an answer is not HTTP/1.x")
        self._status = int(first.split(b" ", 2)[1])
        fields = {
            name.strip().lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)
        }
        self._begin = begin
        empty = self._status in (204, 304)
        self._chunked = not empty and fields.get(b"transfer-encoding", b"").lower() == b"chunked"
        length = b"0" if empty or self._chunked else fields.get(b"content-length")
        if length is None:
            raise LoadError("an answer does not say how long it is")
        self._need = begin + int(length)
        self.closes = fields.get(b"connection", b"").lower() == b"close"

    def renew(self) -> None:
        self.socket.close()
        self._connect()


def _unchunked(data: bytearray, position: int) -> int:
    """Bytes of the chunked body that begins at `position`; -1 when it is not whole."""
    total = 0
    while (end := data.find(b"\r\n", position)) >= 0:
        size = int(data[position:end].split(b";")[0], 16)
        if size == 0:
            return total
        total += size
        position = end + 2 + size + 2
    return -1


def _work(port: int, requests: Sequence[bytes], seconds: float, links: int, first: int, pipe: Pipe) -> None:
    try:
        pipe.send(_shoot(port, requests, seconds, links, first))
    except (OSError, LoadError, ValueError) as error:
        pipe.send(f"{type(error).__name__}: {error}")


def _shoot(port: int, requests: Sequence[bytes], seconds: float, links: int, first: int) -> Run:
    open_links = [_Link(port) for _ in range(links)]
    try:
        return _rounds(open_links, requests, seconds, first)
    finally:
        for link in open_links:
            link.socket.close()


def _rounds(links: Sequence[_Link], requests: Sequence[bytes], seconds: float, first: int) -> Run:
    chooser = selectors.DefaultSelector()
    turn = first
    for link in links:
        chooser.register(link.socket, selectors.EVENT_READ, link)
        link.send(requests[turn % len(requests)])
        turn += 1
    begin = time.perf_counter()
    until = begin + seconds
    run = Run(seconds)
    while (now := time.perf_counter()) < until or not run.ms:  # a slow answer is waited for
        events = chooser.select(TIMEOUT)
        if not events:
            raise LoadError(f"no answer within {TIMEOUT:.0f} s")
        for key, _ in events:
            link = key.data
            answer = link.read()
            if answer is None:
                continue
            now = time.perf_counter()
            run.ms.append((now - link.began) * 1000)
            run.statuses[answer[0]] += 1
            run.body_bytes += answer[1]
            if link.closes:
                chooser.unregister(link.socket)
                link.renew()
                chooser.register(link.socket, selectors.EVENT_READ, link)
            link.send(requests[turn % len(requests)])
            turn += 1
    run.seconds = now - begin
    return run


@dataclass
class Storm:
    """Requests due at a steady rate, whether or not the server kept up; ms from when each was due."""

    due: int = 0
    sent: int = 0
    run: Run = field(default_factory=lambda: Run(0.0))


def storm(port: int, requests: Sequence[bytes], *, rate: float, seconds: float, connections: int) -> Storm:
    """Ask `rate` times a second, as a crowd does; where all connections wait, what is due waits too."""
    idle = [_Link(port) for _ in range(connections)]
    links = list(idle)
    chooser = selectors.DefaultSelector()
    found = Storm()
    begin = time.perf_counter()
    try:
        while (now := time.perf_counter()) < begin + seconds or len(idle) < connections:
            found.due = int(min(now - begin, seconds) * rate)
            while idle and found.sent < found.due and now < begin + seconds:
                link = idle.pop()
                link.send(requests[found.sent % len(requests)])
                link.began = begin + found.sent / rate  # when it was due
                found.sent += 1
                chooser.register(link.socket, selectors.EVENT_READ, link)
            for key, _ in chooser.select(0.001):
                link = key.data
                answer = link.read()
                if answer is None:
                    continue
                found.run.ms.append((time.perf_counter() - link.began) * 1000)
                found.run.statuses[answer[0]] += 1
                found.run.body_bytes += answer[1]
                chooser.unregister(link.socket)
                if link.closes:
                    link.renew()
                idle.append(link)
            if now > begin + seconds + TIMEOUT:
                raise LoadError(f"{connections - len(idle)} requests had no answer within {TIMEOUT:.0f} s")
    finally:
        for link in links:
            link.socket.close()
    found.run.seconds = time.perf_counter() - begin
    return found


def fire(
    port: int,
    requests: Sequence[bytes],
    *,
    seconds: float,
    processes: int = PROCESSES,
    connections: int = CONNECTIONS,
    first: int = 0,
) -> Run:
    """Ask for `requests` in turn, from the `first` on, for so many seconds; over all processes together."""
    if processes == 1:
        return _shoot(port, requests, seconds, connections, first)
    fork = multiprocessing.get_context("fork")
    workers = []
    for number in range(processes):
        ours, theirs = fork.Pipe(duplex=False)
        links = connections // processes + (number < connections % processes)
        start = first + number * len(requests) // processes
        worker = fork.Process(target=_work, args=(port, requests, seconds, links, start, theirs))
        worker.start()
        workers.append((worker, ours))
    total = Run(seconds)
    failure = ""
    for worker, pipe in workers:
        part = pipe.recv() if pipe.poll(seconds + TIMEOUT + 5) else "a process gave no result"
        worker.join(5)
        if worker.is_alive():
            worker.kill()
        if isinstance(part, str):
            failure = part
            continue
        total.ms += part.ms
        total.statuses += part.statuses
        total.body_bytes += part.body_bytes
        total.seconds = max(total.seconds, part.seconds)
    if failure:
        raise LoadError(failure)
    return total
