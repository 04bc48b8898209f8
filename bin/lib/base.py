"""What every script in bin/ shares: places, words on the terminal, locks, stamps and the environment.

Runs on the system's own python3 with nothing but the standard library.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import os
import secrets
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import Callable, Iterable, Iterator, NoReturn

if sys.version_info < (3, 11):  # noqa: UP036 - this file is what says so
    sys.exit(
        f"SAKPORE needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}.\n"
        "Debian 12, Debian 13 and Ubuntu 24.04 bring one: put it first in PATH as python3."
    )

ROOT = Path(__file__).resolve().parent.parent.parent
LOCAL = ROOT / ".local"
VENV_PYTHON = ROOT / ".venv" / "bin" / "python"
CLONE_ID = hashlib.sha1(str(ROOT).encode(), usedforsecurity=False).hexdigest()[:8]
BEAT_SECONDS = 10.0


class SetupError(Exception):
    """Set-up cannot go on; the message says what happened and what to do."""


def say(text: str = "") -> None:
    print(text, flush=True)


def fail(text: str) -> NoReturn:
    raise SetupError(text)


def prepare_local() -> None:
    """.local/ holds secrets, logs and state of this clone: for its owner only."""
    for folder in (LOCAL, LOCAL / "stamps", LOCAL / "log"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


# --- Running programs


@contextlib.contextmanager
def step(name: str) -> Iterator[None]:
    """Announce a step and say how long it took."""
    say(f"-> {name}")
    begin = time.monotonic()
    yield
    say(f"   {name}: {time.monotonic() - begin:.1f} s")


def run(
    command: list[str],
    *,
    log: str,
    env: dict[str, str] | None = None,
    cwd: Path = ROOT,
    show: Callable[[str], str | None] = lambda line: line,
) -> None:
    """Run `command`, keep all it prints in .local/log/<log>.log, and show that it is alive.

    On a terminal the newest line that `show` lets through is kept on one line; elsewhere a line
    every ten seconds. A failure ends set-up with the last lines of the log.
    """
    path = LOCAL / "log" / f"{log}.log"
    terminal = sys.stdout.isatty()
    begin = beat = time.monotonic()
    with path.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        assert process.stdout is not None
        try:
            for line in process.stdout:
                file.write(line)
                text = show(line.strip().rsplit("\r", 1)[-1])
                now = time.monotonic()
                if not text:
                    continue
                if terminal:
                    print(f"\r\033[K   {text[:100]}", end="", flush=True)
                elif now - beat > BEAT_SECONDS:
                    beat = now
                    say(f"   {now - begin:.0f} s: {text[:100]}")
            code = process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
        finally:
            if terminal:
                print("\r\033[K", end="", flush=True)
    if code:
        tail = "\n".join(f"   | {line}" for line in path.read_text(errors="replace").splitlines()[-25:])
        fail(f"{shlex.join(command[:4])} … ended with {code}. Its last lines:\n{tail}\n   All of it: {path}")


def output(command: list[str], *, env: dict[str, str] | None = None, cwd: str | Path = ROOT) -> str:
    """What `command` prints; SetupError with its error text when it fails."""
    done = subprocess.run(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        words = (done.stderr or done.stdout).strip()
        fail(f"{shlex.join(command)} ended with code {done.returncode}:\n{words}")
    return done.stdout.strip()


# --- One set-up at a time, and nothing twice


@contextlib.contextmanager
def lock(path: Path, *, busy: str) -> Iterator[None]:
    """Hold `path` while the block runs; say `busy` and wait when another process holds it."""
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            say(f"{busy} (process {file.read().strip() or '?'}); waiting for it to end …")
            fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield


def digest(paths: Iterable[Path], *extra: str) -> str:
    """A fingerprint of names and contents of files."""
    seal = hashlib.sha256()
    for text in extra:
        seal.update(text.encode() + b"\0")
    for path in sorted(paths):
        seal.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return seal.hexdigest()


def once(name: str, fingerprint: str, action: Callable[[], None]) -> bool:
    """Do `action` unless it was done, to the end, for this fingerprint. True when it was done now."""
    stamp = LOCAL / "stamps" / name
    if stamp.exists() and stamp.read_text() == fingerprint:
        return False
    stamp.unlink(missing_ok=True)
    action()
    stamp.write_text(fingerprint)
    return True


# --- The environment


def read_env(path: Path) -> dict[str, str]:
    """KEY=value lines (quotes and a leading `export` allowed) as a dict."""
    found: dict[str, str] = {}
    if not path.exists():
        return found
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = raw.strip().removeprefix("export ").strip()
        if not line or line.startswith("#"):
            continue
        key, equals, value = line.partition("=")
        if not equals or not key.strip().isidentifier():
            fail(f"{path}, line {number}: expected KEY=value, found: {raw[:60]}")
        try:
            found[key.strip()] = " ".join(shlex.split(value, comments=True))
        except ValueError as error:
            fail(f"{path}, line {number}: {error}; put the value in single quotes")
    return found


def write_env(values: dict[str, str]) -> None:
    """Write .local/env: whole or not at all, readable by its owner only."""
    path = LOCAL / "env"
    draft = LOCAL / "env.new"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("# Written by bin/setup: secrets and database of this clone. Never commit it.\n")
        file.write("# Back it up: without FIELD_KEYS personal data in the database is lost.\n")
        for key, value in values.items():
            file.write(f"export {key}={shlex.quote(value)}\n")
    draft.replace(path)


def new_secrets() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_KEYS": "1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "FIELD_INDEX_KEY": secrets.token_urlsafe(32),
    }


def chosen_environment() -> dict[str, str]:
    """What the operator says: the process environment over .env."""
    return read_env(ROOT / ".env") | dict(os.environ)


def environment() -> dict[str, str]:
    """The operator's environment over .local/env (generated)."""
    generated = read_env(LOCAL / "env")
    chosen = chosen_environment()
    if chosen.get("DATABASE_URL", generated.get("DATABASE_URL")) != generated.get("DATABASE_URL"):
        generated.pop("DATABASE_OWNER_URL", None)  # belongs to the other database
    return generated | chosen | {"PYTHONUNBUFFERED": "1"}


def main(action: Callable[[], int]) -> NoReturn:
    """Run a script: a SetupError becomes a message and code 1, Ctrl-C becomes code 130."""
    try:
        code = action()
    except SetupError as reason:
        print(f"\n{reason}", file=sys.stderr, flush=True)
        code = 1
    except KeyboardInterrupt:
        print("\nInterrupted. Start it again to go on where it was.", file=sys.stderr, flush=True)
        code = 130
    sys.exit(code)
