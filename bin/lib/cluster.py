"""The embedded PostgreSQL + PostGIS cluster of this clone, on a unix socket only.

Not root: .local/pg. Root: PostgreSQL refuses to run as root, and a cluster inside a clone under a
0700 parent could not be reached by another user, so it runs as the user `sakpore` in
/var/lib/sakpore-<first 8 of sha1 of the clone's path>.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from base import CLONE_ID, LOCAL, fail, output, say, step

USER = "sakpore"
SUPERUSER = "postgres"
OWNER, APP, PUBLIC = "sakpore_owner", "sakpore_app", "sakpore_public"
DATABASE = "sakpore"
EXTENSIONS = ("postgis", "pg_trgm", "unaccent", "btree_gist", "fuzzystrmatch")
AS_ROOT = os.geteuid() == 0
HOME = Path(f"/var/lib/sakpore-{CLONE_ID}") if AS_ROOT else LOCAL / "pg"
DATA = HOME / "data"
LOG = HOME / "server.log"
MAX_SOCKET_PATH = 107  # bytes, sun_path of Linux

CONFIG = """\
# Written by bin/setup at every start; put your own settings into site.conf beside this file.
listen_addresses = ''
unix_socket_directories = '{socket}'
max_connections = 100
shared_buffers = {buffers}MB
work_mem = 16MB
maintenance_work_mem = 128MB
effective_cache_size = {cache}MB
random_page_cost = 1.1
max_wal_size = 2GB
checkpoint_timeout = 15min
jit = off
log_line_prefix = '%m [%p] %q%u@%d '
"""


def socket_dir() -> Path:
    usual = HOME / "run"
    if len(f"{usual}/.s.PGSQL.5432".encode()) < MAX_SOCKET_PATH:
        return usual
    return Path(f"/tmp/sakpore-{os.geteuid()}-{CLONE_ID}")  # noqa: S108 - made 0700 and checked below


def url(role: str, database: str = DATABASE) -> str:
    return f"postgis://{role}@{quote(str(socket_dir()), safe='')}/{database}"


def holds(database_url: str) -> bool:
    """Whether `database_url` leads into this cluster."""
    return unquote(urlsplit(database_url).netloc).endswith("@" + str(socket_dir()))


def programs() -> Path:
    """The newest PostgreSQL of this machine that has PostGIS."""
    versions = [
        int(control.parts[-3])
        for control in Path("/usr/share/postgresql").glob("[0-9]*/extension/postgis.control")
        if Path("/usr/lib/postgresql", control.parts[-3], "bin/initdb").exists()
    ]
    if not versions:
        fail("There is no PostgreSQL with PostGIS on this machine. bin/setup says how to install it.")
    return Path(f"/usr/lib/postgresql/{max(versions)}/bin")


def program(name: str) -> Path:
    """A program of the version that made the cluster; of the newest version when there is none yet."""
    version = DATA / "PG_VERSION"
    if not version.exists():
        return programs() / name
    path = Path(f"/usr/lib/postgresql/{version.read_text().strip()}/bin/{name}")
    if not path.exists():
        number = version.read_text().strip()
        fail(
            f"The database in {DATA} needs PostgreSQL {number}, which is no longer installed.\n"
            "Install it again, or move the data with pg_upgrade (docs/operating.id.md)."
        )
    return path


def as_user(*command: str | Path) -> list[str]:
    """`command`, run by the unprivileged user when this is root."""
    if not AS_ROOT:
        return [str(part) for part in command]
    person = pwd.getpwnam(USER)
    drop = [f"--reuid={person.pw_uid}", f"--regid={person.pw_gid}", "--clear-groups", "--inh-caps=-all"]
    return ["setpriv", *drop, *(str(part) for part in command)]


def sql(statement: str, database: str = DATABASE, role: str = SUPERUSER) -> str:
    """What one SQL script answers, unaligned, without headings; stops at its first error."""
    head = [str(program("psql")), "-h", str(socket_dir()), "-U", role, "-d", database]
    return output([*head, "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", statement], cwd="/")


def running() -> bool:
    done = subprocess.run(as_user(program("pg_ctl"), "status", "-D", DATA), capture_output=True, cwd="/")
    return done.returncode == 0


def answers() -> bool:
    done = subprocess.run([program("pg_isready"), "-q", "-h", socket_dir(), "-U", SUPERUSER], cwd="/")
    return done.returncode == 0


def _make_user() -> None:
    try:
        pwd.getpwnam(USER)
    except KeyError:
        options = ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
        output(["useradd", *options, USER])


def _own_folder(path: Path) -> None:
    """Make `path` a 0700 folder of the cluster's user; refuse one that somebody else made."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = pwd.getpwnam(USER).pw_uid if AS_ROOT else os.geteuid()
    state = path.lstat()
    if state.st_uid not in {owner, os.geteuid()} or path.is_symlink():
        fail(f"{path} belongs to another user (number {state.st_uid}). Remove it and start again.")
    path.chmod(0o700)
    if AS_ROOT:
        shutil.chown(path, USER, USER)


def set_aside() -> None:
    """Move a cluster away whose clone is gone, and with it the keys of its data."""
    if not DATA.exists():
        return
    stop_server()
    kept = HOME.with_name(f"{HOME.name}.{time.strftime('%Y%m%dT%H%M%S')}")
    HOME.rename(kept)
    say(f"   An older clone at this path left a database behind; it is kept in {kept}.")


def create() -> None:
    """Make the cluster, unless there is one; an initdb that was interrupted starts over."""
    if AS_ROOT:
        _make_user()
    _own_folder(HOME)
    _own_folder(socket_dir())
    if (DATA / "PG_VERSION").exists() and not (HOME / "unfinished").exists():
        return
    with step("database cluster"):
        (HOME / "unfinished").touch()
        shutil.rmtree(DATA, ignore_errors=True)
        settings = ["-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-U", SUPERUSER]
        output(as_user(programs() / "initdb", "-D", DATA, *settings), cwd="/")
        (HOME / "unfinished").unlink()


def memory() -> int:
    """MB of this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20


def config(megabytes: int) -> str:
    """For a machine with this much memory, which also runs the site: pages are taken only when used."""
    buffers = min(max(megabytes // 8, 128), 2048)
    return CONFIG.format(socket=socket_dir(), buffers=buffers, cache=max(megabytes // 2, 256))


def _configure() -> None:
    _write(DATA / "sakpore.conf", config(memory()))
    main = (DATA / "postgresql.conf").read_text()
    if "sakpore.conf" not in main:
        lines = "include = 'sakpore.conf'\ninclude_if_exists = 'site.conf'\n"
        _write(DATA / "postgresql.conf", f"{main}\n{lines}")


def _write(path: Path, text: str) -> None:
    path.write_text(text)
    if AS_ROOT:
        shutil.chown(path, USER, USER)


def start() -> None:
    """Start the server unless it runs. Its output goes to server.log beside the data."""
    if running() and answers():
        return
    with step("database server"):
        if not running():
            _configure()
            # pg_ctl keeps the server's output away from ours, or a pipe on bin/setup would never end
            done = subprocess.run(
                as_user(program("pg_ctl"), "start", "-D", DATA, "-l", LOG, "-w", "-t", "60", "-s"),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
            )
            if done.returncode:
                tail = "\n".join(LOG.read_text(errors="replace").splitlines()[-15:]) if LOG.exists() else ""
                fail(f"The database server did not start. The end of {LOG}:\n{tail}")
        for _ in range(300):
            if answers():
                return
            time.sleep(0.1)
        fail(f"The database server does not answer after 30 s. Look at {LOG}.")


def stop_server() -> None:
    if (DATA / "PG_VERSION").exists() and running():
        output(as_user(program("pg_ctl"), "stop", "-D", DATA, "-m", "fast", "-w", "-s"), cwd="/")


def prepare(database: str = DATABASE) -> str:
    """Roles, extensions and the database, each made when it is missing. The database's number."""
    if not database.replace("_", "").isalnum():
        fail(f"DATABASE_URL names the database {database!r}: use letters, digits and _ only.")
    query = f"select oid from pg_database where datname = '{database}'"  # noqa: S608 - checked above
    number = sql(query, "postgres")
    if number and sql("select to_regrole('sakpore_public') is not null", "postgres") == "t":
        return number
    with step(f"database {database}"):
        sql(ROLES, "postgres")
        # in template1, so that test databases have them without a superuser
        sql("".join(f"create extension if not exists {name};" for name in EXTENSIONS), "template1")
        if not number:
            sql(f'create database "{database}" owner {OWNER}', "postgres")
    return sql(query, "postgres")


ROLES = f"""
do $$ begin
  if to_regrole('{OWNER}') is null then create role {OWNER} login createdb; end if;
  if to_regrole('{APP}') is null then create role {APP} login; end if;
  if to_regrole('{PUBLIC}') is null then create role {PUBLIC} nologin; end if;
end $$;
grant {APP}, {PUBLIC} to {OWNER};
grant {PUBLIC} to {APP};
"""
