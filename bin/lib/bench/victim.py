"""A database server that may be killed: a cluster of its own, so that no other is hurt."""

from __future__ import annotations

import importlib.util
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cluster
from base import LOCAL, SetupError, fail

from bench.cities import City, environment_of
from bench.sections import Skipped

DATABASE = "survival"
_PLAIN = ("--no-owner", "--no-privileges", "--no-comments", "--exclude-table-data=spatial_ref_sys")
_HOME = cluster.HOME.with_name(cluster.HOME.name + "-survival") if cluster.AS_ROOT else LOCAL / "pg-survival"


def _module() -> Any:
    """bin/lib/cluster.py once more, about another place."""
    spec = importlib.util.spec_from_file_location("bench_victim_cluster", cluster.__file__)
    if spec is None or spec.loader is None:
        raise ImportError(cluster.__file__)
    own: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(own)
    own.HOME, own.DATA, own.LOG = _HOME, _HOME / "data", _HOME / "server.log"
    own.CLONE_ID += "-survival"
    return own


def remove() -> None:
    if _HOME.exists():
        _module().stop_server()
        shutil.rmtree(_HOME, ignore_errors=True)


@contextmanager
def server(of: City) -> Iterator[tuple[Victim, City]]:
    """A server with a copy of the database `of`, until the block ends."""
    own = _module()
    try:
        own.programs()
    except SetupError as reason:
        raise Skipped(
            "there is no PostgreSQL server on this machine, only a client: nothing to kill"
        ) from reason
    remove()
    try:
        own.create()
        own.start()
        own.prepare(DATABASE)
        _copy(own, of)
        env = environment_of(of.env, DATABASE) | {
            "DATABASE_URL": own.url(own.APP, DATABASE),
            "DATABASE_OWNER_URL": own.url(own.OWNER, DATABASE),
        }
        city = City(DATABASE, of.size, env)
        city.manage("grant", log="grant")
        yield Victim(own), city
    finally:
        remove()


def _copy(own: Any, of: City) -> None:
    """Of pg_dump's text the line goes that hides our functions from the indexes that call them."""
    dump = subprocess.run(
        [own.program("pg_dump"), *_PLAIN, "-d", of.dsn],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    lines = [line for line in dump.stdout.splitlines(True) if "set_config('search_path'" not in line]
    to = ["-h", own.socket_dir(), "-U", own.OWNER, "-d", DATABASE]
    done = subprocess.run(
        [own.program("psql"), *to, "-Xq", "-v", "ON_ERROR_STOP=1"],
        input="".join(lines), capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        fail(f"The database could not be copied into a cluster of its own:\n{done.stderr[-1000:]}")


class Victim:
    """How often it was killed, and how."""

    def __init__(self, own: Any) -> None:
        self.own = own
        self.whole = self.parts = 0

    def _postmaster(self) -> int:
        return int((self.own.DATA / "postmaster.pid").read_text().splitlines()[0])

    def _children(self) -> list[int]:
        pid = self._postmaster()
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def kill(self) -> None:
        """The postmaster first, so that it can tidy nothing up, then all that it started; then it starts."""
        processes = [self._postmaster(), *self._children()]
        for process in processes:
            if _alive(process):
                os.kill(process, signal.SIGKILL)
        while any(map(_alive, processes)):
            time.sleep(0.01)
        # where nobody buries the dead, as in some containers, a new server would take this one for running
        (self.own.DATA / "postmaster.pid").unlink()
        (self.own.socket_dir() / ".s.PGSQL.5432.lock").unlink()
        self.whole += 1
        self.own.start()

    def kill_part(self, dice: random.Random) -> None:
        """A process that serves somebody: the postmaster then ends all others and recovers by itself."""
        serving = [one for one in self._children() if b"[local]" in _command(one)]
        if not serving:
            return
        os.kill(dice.choice(serving), signal.SIGKILL)
        self.parts += 1
        deadline = time.monotonic() + 60
        while not self.own.answers():
            if time.monotonic() > deadline:
                fail("The database server did not recover within a minute of a kill.")
            time.sleep(0.1)


def _alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def _command(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""
