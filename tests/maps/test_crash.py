"""The database server is killed with kill -9 while permits are written: what remains equals a recount."""

import importlib
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg2
import pytest

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "crash"
WRITERS = 6
PERMITS = 120

pytestmark = pytest.mark.slow


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ModuleType]:
    """A database server of this test alone; no other may be hurt."""
    monkeypatch.syspath_prepend(str(ROOT / "bin" / "lib"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    own, base = importlib.import_module("cluster"), importlib.import_module("base")
    try:
        own.programs()
    except base.SetupError:
        pytest.skip("no PostgreSQL with PostGIS is installed here, only a client: nothing to kill")
    home = own.HOME.with_name(own.HOME.name + "-crash") if own.AS_ROOT else tmp_path / "pg"
    for name, value in {"HOME": home, "DATA": home / "data", "LOG": home / "server.log"}.items():
        monkeypatch.setattr(own, name, value)
    own.stop_server()
    shutil.rmtree(home, ignore_errors=True)
    try:
        own.create()
        own.start()
        own.prepare(DATABASE)
        yield own
    finally:
        own.stop_server()
        shutil.rmtree(home, ignore_errors=True)


def manage(server: ModuleType, *command: str, role: str = "app") -> subprocess.CompletedProcess[str]:
    env = os.environ | {
        "DATABASE_URL": server.url(server.APP, DATABASE),
        "DATABASE_OWNER_URL": server.url(server.OWNER, DATABASE),
        "DATABASE_ROLE": role,
    }
    run = [sys.executable, "manage.py", *command]
    return subprocess.run(run, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def connect(server: ModuleType) -> Any:
    return psycopg2.connect(host=str(server.socket_dir()), user=server.OWNER, dbname=DATABASE)


#: What writers do, over and over, to the row of a table that the dice choose.
WRITES = (
    ("permits_permit", "SET suspended_on = CASE WHEN suspended_on IS NULL THEN date '2020-01-01' END"),
    ("permits_permit", "SET published = NOT published"),
    ("permits_permitsite", "SET point = ST_Translate(point, 0.0001, 0)"),
    ("permits_permitcommodity", "SET commodity_id = 1 + mod(commodity_id, 100)"),
    ("companies_company", "SET consent_location = NOT consent_location"),
)
FOLD = "SELECT maps_tile_version()"


def write(cursor: Any, dice: random.Random) -> None:
    if not dice.randrange(6):
        cursor.execute(FOLD)
        return
    table, change = dice.choice(WRITES)
    cursor.execute(f"SELECT id FROM {table} ORDER BY id OFFSET %s LIMIT 1", [dice.randrange(PERMITS)])
    row = cursor.fetchone()
    cursor.execute("SAVEPOINT tried")
    try:
        cursor.execute(f"UPDATE {table} {change} WHERE id = %s", row or [None])
    except psycopg2.IntegrityError:  # that permit has this commodity already
        cursor.execute("ROLLBACK TO tried")


class Writers:
    """Threads that write until the server is gone, and how many of their commits it has confirmed."""

    def __init__(self, server: ModuleType) -> None:
        self.server = server
        self.confirmed = 0
        self.counted = threading.Condition()
        self.threads = [threading.Thread(target=self.write, args=(seed,)) for seed in range(WRITERS)]

    def write(self, seed: int) -> None:
        dice = random.Random(seed)  # noqa: S311
        try:
            with closing(connect(self.server)) as connection, connection.cursor() as cursor:
                while True:
                    write(cursor, dice)
                    cursor.execute("UPDATE confirmed SET n = n + 1 WHERE writer = %s", [seed])
                    connection.commit()
                    with self.counted:
                        self.confirmed += 1
                        self.counted.notify_all()
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            return  # killed

    def confirm(self, wanted: int) -> None:
        with self.counted:
            assert self.counted.wait_for(lambda: self.confirmed >= wanted, timeout=120)


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"


def kill(server: ModuleType) -> None:
    """kill -9, the postmaster first, so that it can tidy nothing up, then all that it started."""
    lock = server.DATA / "postmaster.pid"
    postmaster = int(lock.read_text().splitlines()[0])
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    processes = [postmaster, *map(int, children)]
    for process in processes:
        if alive(process):
            os.kill(process, signal.SIGKILL)
    while any(map(alive, processes)):
        pass
    # where nobody buries the dead, as in some containers, a new server would take this one for running
    lock.unlink()
    (server.socket_dir() / ".s.PGSQL.5432.lock").unlink()


def test_after_kill_9_amid_writes_the_read_model_equals_a_recount(server: ModuleType) -> None:
    for command in (
        ("migrate", "--no-input"),
        ("grant",),
        ("load_zones",),
        ("load_kbli",),
        ("load_commodities",),
        ("load_catalogue",),
        ("demo", "--permits", str(PERMITS)),
    ):
        done = manage(server, *command, role="owner")
        assert done.returncode == 0, done.stderr
    with closing(connect(server)) as connection, connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE confirmed AS SELECT writer, 0 AS n FROM generate_series(0, {WRITERS}) writer"
        )
        connection.commit()

    for _ in range(2):
        writers = Writers(server)
        for thread in writers.threads:
            thread.start()
        writers.confirm(150)
        with closing(connect(server)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT sum(n) FROM confirmed")
            before = cursor.fetchall()[0][0]
        kill(server)
        for thread in writers.threads:
            thread.join(60)
        server.start()
        with closing(connect(server)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT sum(n), (SELECT count(*) FROM maps_delta) FROM confirmed")
            kept, waiting = cursor.fetchall()[0]
        assert kept >= before, "what was confirmed is there"
        done = manage(server, "publish", "--check", role="owner")
        assert done.returncode == 0, f"{waiting} deltas wait\n{done.stdout}{done.stderr}"
