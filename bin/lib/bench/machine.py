"""What it was measured on: enough to compare, nothing that names a machine or a path."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import system
from base import ROOT, read_env

from bench.cities import City

PACKAGES = ("Django", "granian", "psycopg2", "djangorestframework-gis")


def system_python() -> str:
    """The Python that bin/* are started with, outside of .venv."""
    return str(Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}")


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")


def facts() -> dict[str, str]:
    cpu = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = re.search(r"^MemTotal:\s*(\d+) kB", Path("/proc/meminfo").read_text(), re.MULTILINE)
    found = {
        "Commit": commit(),
        "Processor": f"{cpu[1] if cpu else platform.machine()}, {os.cpu_count()} cores",
        "Memory": f"{int(memory[1]) / 1024**2:.0f} GiB" if memory else "?",
        "System": read_env(Path("/etc/os-release")).get("PRETTY_NAME", platform.system()),
        "Python": platform.python_version(),
        "Load before": f"{os.getloadavg()[0]:.1f} (other work on the machine; 0 would be none)",
    }
    return found | {name: importlib.metadata.version(name) for name in PACKAGES}


def commit() -> str:
    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
        return done.stdout.strip()

    head = git("rev-parse", "--short=9", "HEAD") or "unknown"
    changed = git("status", "--porcelain", "--untracked-files=no", "--", ":!docs", ":!tests")
    return f"{head} with changes" if changed else head


def database(city: City) -> dict[str, str]:
    names = ("shared_buffers", "work_mem", "jit")
    settings = ", ".join(f"{name} {city.one('SELECT current_setting(%s)', name)}" for name in names)
    server, postgis = city.one("SHOW server_version").split()[0], city.one("SELECT postgis_lib_version()")
    return {
        "PostgreSQL": f"{server}, PostGIS {postgis}",
        "Database": settings,
    }


def browser_version() -> str:
    path = system.browser()
    if path is None:
        return ""
    done = subprocess.run([path, "--version", "--no-sandbox"], capture_output=True, text=True)
    return done.stdout.strip()
