"""Databases of invented permits, one a size, kept between runs and made again when their making changed."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import cluster
import psycopg2
import steps
from base import LOCAL, ROOT, VENV_PYTHON, digest, fail, run, say, step

PREFIX = "sakpore_bench_"
BASE = f"{PREFIX}base"  # tables and reference data, from which every other is copied
SEED = 1


@dataclass(frozen=True)
class City:
    """A database of `size` invented permits; `env` is the environment of a site that serves it."""

    name: str
    size: int
    env: dict[str, str]

    @property
    def dsn(self) -> str:
        """As its owner."""
        return dsn(self.env["DATABASE_OWNER_URL"])

    def ask(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        day = f"-c timezone={self.env.get('TIME_ZONE', 'Asia/Jakarta')}"  # current_date is the city's
        with closing(psycopg2.connect(self.dsn, options=day)) as connection, connection.cursor() as cursor:
            connection.autocommit = True  # VACUUM wants it
            cursor.execute(sql, params or None)
            return cursor.fetchall() if cursor.description else []

    def one(self, sql: str, *params: Any) -> Any:
        return self.ask(sql, *params)[0][0]

    def manage(self, *arguments: str, log: str) -> None:
        """A management command in this database."""
        run(steps.manage(*arguments), log=f"bench-{log}", env=self.env | {"STATEMENT_TIMEOUT_MS": "0"})


def dsn(url: str) -> str:
    """What libpq understands, of an address as Django takes it."""
    return "postgresql:" + url.partition(":")[2]


def with_database(url: str, name: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, f"/{name}", parts.query, parts.fragment))


def environment_of(env: dict[str, str], name: str) -> dict[str, str]:
    """`env` for database `name` on the same server."""
    owner = env.get("DATABASE_OWNER_URL", env["DATABASE_URL"])
    return env | {
        "DATABASE_URL": with_database(env["DATABASE_URL"], name),
        "DATABASE_OWNER_URL": with_database(owner, name),
        "DEBUG": "0",
        "HTTPS": "0",
    }


def is_embedded(env: dict[str, str]) -> bool:
    return cluster.holds(env["DATABASE_URL"])


@contextmanager
def _maintenance(env: dict[str, str]) -> Iterator[Any]:
    """A cursor of the owner outside of the database that is made or dropped."""
    if is_embedded(env):
        address = dsn(cluster.url(cluster.SUPERUSER, "postgres"))
    else:
        address = dsn(env.get("DATABASE_OWNER_URL", env["DATABASE_URL"]))
    with closing(psycopg2.connect(address)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor


def drop(env: dict[str, str], name: str) -> None:
    if not name.startswith(PREFIX):
        raise ValueError(f"{name} is not a database of bin/bench")
    with _maintenance(env) as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def all_names(env: dict[str, str]) -> list[str]:
    with _maintenance(env) as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE left(datname, %s) = %s", [len(PREFIX), PREFIX])
        return sorted(row[0] for row in cursor.fetchall())


def create(env: dict[str, str], name: str) -> City:
    """A database with all tables and reference data and no permit; one of this name is dropped first."""
    return copy(env, base(env), name)


def copy(env: dict[str, str], of: City, name: str) -> City:
    """A database with all that `of` holds; one of this name is dropped first."""
    city = City(name, of.size, environment_of(env, name))
    _make(env, name, template=of.name)
    city.manage("grant", log="grant")  # rights on the database itself are not copied
    return city


def base(env: dict[str, str]) -> City:
    """Tables and reference data, made when they are missing or of other code."""
    city = City(BASE, 0, environment_of(env, BASE))
    made_by = {
        "fixtures": _digest("fixtures"),
        "loaders": _digest("geoportal/geography", "companies"),
        **_migrations(),
    }
    if BASE not in all_names(env) or _stamp(city) != made_by:
        _make(env, BASE)
        city.manage("migrate", "--no-input", log="migrate")
        city.manage("grant", log="grant")
        for command in steps.LOADERS:
            city.manage(*command, log=command[0])
        _write_stamp(city, made_by)
    return city


def _make(env: dict[str, str], name: str, template: str = "") -> None:
    drop(env, name)
    if is_embedded(env) and not template:
        cluster.prepare(name)
        return
    owner = urlsplit(env.get("DATABASE_OWNER_URL", env["DATABASE_URL"])).username
    with _maintenance(env) as cursor:
        more = f' TEMPLATE "{template}"' if template else ""
        more += f' OWNER "{owner}"' if owner else ""
        try:
            cursor.execute(f'CREATE DATABASE "{name}"{more}')
        except psycopg2.Error as error:
            fail(f"The database {name} could not be made: {error}The owner's role needs CREATEDB.")
    made = City(name, 0, environment_of(env, name))
    if not made.one("SELECT count(*) FROM pg_extension WHERE extname = 'postgis'"):
        for extension in cluster.EXTENSIONS:
            made.ask(f"CREATE EXTENSION IF NOT EXISTS {extension}")


def _migrations() -> dict[str, str]:
    """Each migration and each file of SQL, by its fingerprint."""
    paths = [path for app in steps.APPS for path in (ROOT / app).rglob("*.sql")]
    paths += [path for app in steps.APPS for path in (ROOT / app).rglob("migrations/0*.py")]
    return {str(path.relative_to(ROOT)): digest([path])[:12] for path in sorted(paths)}


def _digest(*folders: str) -> str:
    """A fingerprint of all data and code in some folders, migrations aside."""
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    wanted = [
        path for path in paths if path.suffix in (".py", ".toml", ".csv") and "migrations" not in path.parts
    ]
    return digest(wanted)[:12]


def seals(size: int) -> Path:
    """Where the seals of a city's invented letters are written."""
    return LOCAL / "bench" / f"seals-{size}.csv"


def ensure(env: dict[str, str], size: int) -> City:
    """The city of `size` permits, made when it is missing or was made by other code than this."""
    name = f"{PREFIX}{size}"
    city = City(name, size, environment_of(env, name))
    made_by = {"recipe": _digest("permits/demo", "fixtures"), **_migrations()}
    if name in all_names(env):
        known = _stamp(city)
        if known == made_by:
            return city
        grown = known.get("recipe") == made_by["recipe"] and all(
            made_by.get(key) == was for key, was in known.items()
        )
        if known and grown:  # only new migrations
            city.manage("migrate", "--no-input", log="migrate")
            city.manage("grant", log="grant")
            _settle(city, made_by)
            return city
        say(f"   {name} is unfinished or was made by other code: it is made again")
    begin = time.monotonic()
    with step(f"city of {size:,} permits ({name})"):
        create(env, name)
        seals(size).parent.mkdir(mode=0o700, exist_ok=True)
        city.manage(
            "demo", "--permits", str(size), "--seed", str(SEED), "--seals", str(seals(size)), log="demo"
        )
        _settle(city, made_by)
    say(f"   {size / (time.monotonic() - begin):,.0f} permits/s")
    return city


def _settle(city: City, made_by: dict[str, str]) -> None:
    """Fold what waits, recount, gather statistics; last, write down what made it: now all is there."""
    while city.one("SELECT maps_fold_deltas()") > 0:
        pass
    city.manage("publish", "--check", log="publish")  # the read model equals a recount of what was loaded
    city.ask("VACUUM ANALYZE")
    _write_stamp(city, made_by)


def _write_stamp(city: City, made_by: dict[str, str]) -> None:
    city.ask("CREATE TABLE IF NOT EXISTS bench_stamp (what text PRIMARY KEY, fingerprint text)")
    city.ask("DELETE FROM bench_stamp")
    for what, fingerprint in made_by.items():
        city.ask("INSERT INTO bench_stamp VALUES (%s, %s)", what, fingerprint)


def _stamp(city: City) -> dict[str, str]:
    if not city.one("SELECT to_regclass('bench_stamp') IS NOT NULL"):
        return {}
    return {str(what): str(fingerprint) for what, fingerprint in city.ask("SELECT * FROM bench_stamp")}


def python(city: City, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a module of bench inside Django, in this city's database; what it prints."""
    path = f"{Path(__file__).resolve().parent.parent}:{ROOT}"
    command = [str(VENV_PYTHON), "-m", f"bench.inside.{module}", *arguments]
    env = city.env | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if done.returncode:
        told = done.stderr.strip()
        fail(f"bench.inside.{module}: {told.splitlines()[-1] if told else done.returncode}\n{told[-2000:]}")
    return done


def ask_inside(city: City, module: str, request: Sequence[Any] | dict[str, Any]) -> Any:
    """Hand `request` as JSON to bench.inside.<module> in Django; the JSON that it answers."""
    path = LOCAL / "bench" / f"{module}.request.json"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_text(json.dumps(request))
    return json.loads(python(city, module, str(path)).stdout.splitlines()[-1])
