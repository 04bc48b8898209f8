"""The site as bin/serve starts it, and others beside it; each on a port of its own, ended with its block."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from http.client import HTTPException
from pathlib import Path

from base import LOCAL, ROOT, VENV_PYTHON, fail

from bench import load
from bench.cities import City

PORTS = range(8060, 8070)
WORKERS = 2
START_SECONDS = 60.0
_groups: dict[int, int] = {}  # the process group of the server on a port
WARM = ("/peta/", "/peta/daftar/", "/perusahaan/", "/api/v1/permits/?limit=10", "/api/v1/search/?q=batik")


def free_port() -> int:
    free = next((port for port in PORTS if _is_free(port)), None)
    if free is None:
        fail(f"All ports from {PORTS[0]} to {PORTS[-1]} are taken. End what has them and start again.")
    return free


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((load.HOST, port))
        except OSError:
            return False
        return True


@contextmanager
def serving(
    name: str, command: Sequence[str], *, env: dict[str, str], port: int, probe: str, cwd: Path = ROOT
) -> Iterator[int]:
    """Run `command` until the block ends; begin when `probe` is answered below 500. Gives the port."""
    folder = LOCAL / "log"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    log = folder / f"bench-{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            list(command),
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    _groups[port] = process.pid
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(port, probe):
            if process.poll() is not None or time.monotonic() > deadline:
                tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
                fail(f"{name} does not answer. The end of what it printed:\n{tail}")
            time.sleep(0.1)
        yield port
    finally:
        end(process)


def memory(port: int) -> float:
    """MiB that the server on this port holds, with all its workers (shared pages counted once)."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            group = int((folder / "stat").read_text().rpartition(")")[2].split()[2])
            if group == _groups[port]:
                rollup = (folder / "smaps_rollup").read_text()
                total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
        except (OSError, ValueError, StopIteration):  # ended meanwhile
            continue
    return total / 1024


def _answers(port: int, probe: str) -> bool:
    try:
        return load.get(port, probe, timeout=10).status < 500
    except (OSError, HTTPException):
        return False


def end(process: subprocess.Popen[bytes], grace: float = 10.0) -> None:
    """Ends the group that `process` leads."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            os.killpg(process.pid, number)
        try:
            process.wait(grace)
        except subprocess.TimeoutExpired:
            continue
        break


def granian(target: str, port: int, python: Path = VENV_PYTHON, workers: int = WORKERS) -> list[str]:
    """As bin/serve starts it."""
    options = ["--interface", "wsgi", "--no-ws", "--workers", str(workers), "--blocking-threads", "1"]
    return [
        str(python), "-m", "granian", target, "--host", load.HOST, "--port", str(port), *options,
        "--workers-kill-timeout", "5", "--log-level", "warning",
    ]  # fmt: skip


@contextmanager
def site(city: City, workers: int = WORKERS) -> Iterator[int]:
    """This clone's site over `city`."""
    port = free_port()
    command = granian("geoportal.wsgi:application", port, workers=workers)
    with serving("site", command, env=city.env, port=port, probe="/livez"):
        warm(port)
        yield port


def warm(port: int) -> None:
    """Ask until every worker has surely answered: the first answer of each loads code and templates."""
    requests = [load.request(port, path) for path in WARM]
    for _ in range(3):  # new connections each time, since a connection stays with its worker
        load.fire(port, requests, seconds=1.0, connections=2 * WORKERS + 2)


@contextmanager
def trivial(city: City) -> Iterator[int]:
    """An application that does nothing, under the same server: the most that `bench.load` can ask for."""
    port = free_port()
    env = city.env | {"PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
    with serving("trivial", granian("bench.nothing:application", port), env=env, port=port, probe="/"):
        yield port
