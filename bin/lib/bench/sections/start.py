"""How long a second bin/serve takes until the site answers, in a clone of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from http.client import HTTPException
from pathlib import Path

from base import LOCAL, ROOT, fail, output, say

from bench import load, machine, servers
from bench.results import Result
from bench.sections import Bench
from bench.stats import median, significant

CLONE = LOCAL / "bench" / "clone"
FIRST_SECONDS = 1800.0
STOP = "import sys; sys.path.insert(0, 'bin/lib'); import cluster; cluster.stop_server()"
OWN = ("DATABASE_URL", "DATABASE_OWNER_URL", "SECRET_KEY", "FIELD_KEYS", "FIELD_INDEX_KEY", "PYTHONPATH")


def clone() -> None:
    """A fresh clone of what is committed; what an older one left is removed first."""
    remove()
    CLONE.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    output(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(CLONE)])


def remove() -> None:
    """The clone, its database server and its data."""
    if not CLONE.exists():
        return
    script = [machine.system_python(), "-c", STOP + "; print(cluster.HOME)"]
    done = subprocess.run(script, cwd=CLONE, env=_env(), capture_output=True, text=True)
    home = Path(done.stdout.strip() or "/nonexistent")
    if home.name.startswith("sakpore-"):  # root: the cluster is not inside the clone
        shutil.rmtree(home, ignore_errors=True)
    shutil.rmtree(CLONE, ignore_errors=True)


def _env() -> dict[str, str]:
    """Nothing of this clone's own settings: the other one makes its own."""
    return {name: value for name, value in os.environ.items() if name not in OWN}


def serve(port: int, limit: float) -> float:
    """Seconds until a started bin/serve answers its front page; then it is ended."""
    begin = time.monotonic()
    log = LOCAL / "log" / "bench-start.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [machine.system_python(), "bin/serve"],
            cwd=CLONE,
            env=_env() | {"PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    try:
        while time.monotonic() < begin + limit:
            try:
                if load.get(port, "/peta/", timeout=5).status == 200:
                    return time.monotonic() - begin
            except (OSError, HTTPException):
                time.sleep(0.05)
            if process.poll() is not None:
                break
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-10:])
        fail(f"bin/serve does not answer. The end of what it printed:\n{tail}")
    finally:
        servers.end(process, grace=20.0)


def run(bench: Bench, result: Result) -> None:
    rounds = min(bench.options.rounds, 3)
    port = servers.free_port()
    try:
        say("   a fresh clone sets itself up (some minutes)")
        clone()
        first = serve(port, FIRST_SECONDS)
        again = [serve(port, 120.0) for _ in range(rounds)]
        output([machine.system_python(), "-c", STOP], cwd=CLONE, env=_env())
        cold = serve(port, 120.0)
    finally:
        remove()
    result.checks.append("each time the map page answers 200")
    result.machine["Clone"] = machine.commit()
    table = result.table(
        "Seconds from bin/serve until /peta/ answers, demo city", "start", "seconds", "to reach"
    )
    table.add("first of a fresh clone (packages, database, demo city)", significant(first), "")
    table.add(
        f"second, database server running (median of {rounds})", significant(median(again)), "at most 10"
    )
    table.add("second, database server stopped", significant(cold), "at most 10")
    result.note(
        """The first start installs packages from whatever cache and mirror the machine has; the system's
        own packages were there before."""
    )
