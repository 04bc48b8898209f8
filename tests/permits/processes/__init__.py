"""Real processes on the test database: what a thread in one process cannot show."""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.db import connection


def environment() -> dict[str, str]:
    """Of a child that works on this test's database."""
    url = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
    here = f"{url.rpartition('/')[0]}/{connection.settings_dict['NAME']}"
    return os.environ | {
        "DATABASE_URL": here,
        "DATABASE_OWNER_URL": here,
        "DJANGO_SETTINGS_MODULE": "geoportal.settings",
        "PYTHONPATH": str(settings.BASE_DIR),
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
    }


def start(module: str, *arguments: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, str(Path(__file__).parent / f"{module}.py"), *arguments]
    return subprocess.Popen(command, env=environment())
