"""The site as bin/serve starts it, in processes of its own, for what only real HTTP shows."""

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(env: Mapping[str, str], *options: str, workers: int, ready: str) -> Iterator[int]:
    """The port, once `ready` answers there; `options` of granian beyond the usual."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "geoportal.wsgi:application", "--interface", "wsgi"]
    command += ["--no-ws", "--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)]
    command += ["--blocking-threads", "1", *options]
    server = subprocess.Popen(command, cwd=ROOT, env=env)
    try:
        _wait(f"http://localhost:{port}{ready}", server)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def _wait(address: str, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(150):
        assert server.poll() is None, "the server ended before it answered"
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"{address} did not answer")
