"""What the machine itself must have: Python and Debian packages. Installs only what is missing."""

from __future__ import annotations

import ctypes.util
import importlib.util
import os
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import NoReturn

import cluster
from base import SetupError, fail, read_env, run, say, step

POSTGIS = "postgresql-N-postgis-3"
BROWSER = ["chromium", "fonts-dejavu-core"]
# for the tests: outside judges of letters, and a token of software
JUDGES = {"pdfsig": "poppler-utils", "openssl": "openssl", "softhsm2-util": "softhsm2"}
LOCK_SECONDS = 400  # another apt may be at work on a machine that has just booted


def browser() -> str | None:
    """Chromium for the tests: $CHROMIUM, else the usual names. Ubuntu's stub that wants snap is none."""
    wanted = os.environ.get("CHROMIUM")
    if wanted:
        return shutil.which(wanted)
    for name in ("chromium", "google-chrome", "chromium-browser"):
        path = shutil.which(name)
        if path and b"snap" not in Path(path).read_bytes()[:4000]:
            return path
    return None


def missing(*, server: bool, tests: bool) -> list[str]:
    """Debian packages whose work cannot be done with what is there; no apt is asked."""
    wanted: list[str] = []
    if server:
        try:
            cluster.programs()
        except SetupError:
            wanted.append(POSTGIS)
        if cluster.AS_ROOT and not shutil.which("setpriv"):
            wanted.append("util-linux")
    if not wanted and not (ctypes.util.find_library("gdal") and ctypes.util.find_library("geos_c")):
        wanted.append("gdal-bin")  # PostGIS brings these two libraries; an existing server does not
    if not shutil.which("objdump"):
        wanted.append("binutils")  # how Python finds GDAL and GEOS
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        wanted.append("python3-venv")
    if not Path(sysconfig.get_path("include"), "Python.h").exists():
        wanted.append("python3-dev")  # psycopg2 is built from source
    if not shutil.which("gcc"):
        wanted += ["gcc", "libc6-dev"]
    if not shutil.which("pg_config") or not list(Path("/usr/include").glob("postgresql/libpq-fe.h")):
        wanted.append("libpq-dev")
    if not shutil.which("msgfmt"):
        wanted.append("gettext")
    return wanted + (_missing_for_tests() if tests else [])


def _missing_for_tests() -> list[str]:
    wanted = [] if browser() else list(BROWSER)
    for program, package in JUDGES.items():
        if not shutil.which(program):
            wanted.append(package)
    return wanted


def ensure_packages(*, server: bool, tests: bool) -> None:
    """Install what is missing, or tell the commands that do it."""
    wanted = missing(server=server, tests=tests)
    if not wanted:
        return
    if "chromium" in wanted and _release()["ID"] == "ubuntu":
        # Ubuntu's package only fetches a snap, which needs snapd and a network of its own
        wanted = [name for name in wanted if name not in BROWSER]
        say("!! NO BROWSER: Ubuntu has no Chromium as a Debian package; tests in a browser are skipped.")
        say("!! Install Google Chrome or Chromium yourself and set CHROMIUM=/path/to/it to run them.")
        tests = False
        if not wanted:
            return
    prefix = _right_to_install()
    if prefix is None or not shutil.which("apt-get"):
        _tell(wanted)
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive"]
    apt += ["apt-get", "-o", f"DPkg::Lock::Timeout={LOCK_SECONDS}"]
    with step(f"Debian packages: {', '.join(wanted)}"):
        run([*apt, "update"], log="apt-update", cwd=Path("/"))
        names = _real_names(wanted)
        if prefix == [] and names != wanted:
            _no_system_cluster()
        install = [*apt, "install", "-y", "--no-install-recommends", *names]
        run(install, log="apt-install", cwd=Path("/"), show=_apt_line)
    still = missing(server=server, tests=tests)
    if still:
        fail(f"Installed, yet still missing: {', '.join(still)}. The log: .local/log/apt-install.log")


def _right_to_install() -> list[str] | None:
    """What to put before apt-get: nothing for root, sudo where it asks no password, else None."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n"]
    return None


def _tell(wanted: list[str]) -> NoReturn:
    if not shutil.which("apt-get"):
        names = ", ".join(wanted).replace(POSTGIS, "PostgreSQL 15 or newer with PostGIS 3")
        fail(
            f"This machine lacks: {names}.\n"
            "It has no apt-get, so bin/setup cannot install them. Install them with your system's own tools\n"
            "and start this again. SAKPORE is tried on Debian 12, Debian 13 and Ubuntu 24.04."
        )
    fail(
        "Some Debian packages are missing, and this user may not install them (neither root nor sudo\n"
        "without a password). Let somebody who may run:\n\n"
        "    sudo apt-get update\n"
        f"    sudo apt-get install --no-install-recommends {' '.join(_real_names(wanted))}\n\n"
        "and start this again."
    )


def _real_names(wanted: list[str]) -> list[str]:
    """`wanted` with the newest PostGIS that apt knows, or the one of this release of Debian or Ubuntu."""
    if POSTGIS not in wanted:
        return wanted
    search = ["apt-cache", "search", "--names-only", "^postgresql-[0-9]+-postgis-3$"]
    listing = subprocess.run(search, capture_output=True, text=True).stdout
    versions = [
        int(version) for version in re.findall(r"^postgresql-(\d+)-postgis-3 ", listing, re.MULTILINE)
    ]
    release = _release()
    usual = {"debian 12": 15, "debian 13": 17, "ubuntu 24.04": 16}
    newest = max(versions, default=usual.get(f"{release['ID']} {release['VERSION_ID']}", 0))
    if not newest:
        fail("apt knows no package postgresql-N-postgis-3. On Ubuntu: enable the component `universe`.")
    return [f"postgresql-{newest}-postgis-3" if name == POSTGIS else name for name in wanted]


def _no_system_cluster() -> None:
    """Keep Debian from making and starting a cluster that nobody here uses, unless one was set up before."""
    folder = Path("/etc/postgresql-common/createcluster.d")
    if not folder.parent.exists():
        folder.mkdir(parents=True)
        (folder / "sakpore.conf").write_text("create_main_cluster = false\n")


def _apt_line(line: str) -> str | None:
    return line if line.startswith(("Get:", "Unpacking", "Setting up")) else None


def _release() -> dict[str, str]:
    return {"ID": "", "VERSION_ID": ""} | read_env(Path("/etc/os-release"))
