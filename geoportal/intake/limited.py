"""A script of ours over a file from anybody, in a process of its own with limits.

The child starts as this very file, which sets the limits before a byte of the input is read; it sees no
setting and no secret. Its standard output is the answer.
"""

import json
import os
import resource
import runpy
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Limits:
    seconds: float  # by the clock
    cpu_seconds: int
    memory: int  # bytes
    file_bytes: int  # of each file that it writes


def run(
    script: Path, data: bytes, limits: Limits, *, folder: str = "/"
) -> "subprocess.CompletedProcess[bytes]":
    """Raises subprocess.TimeoutExpired; a negative return code is the signal that ended it."""
    return subprocess.run(  # noqa: S603 - our own script, no argument from outside
        [sys.executable, "-I", "-B", __file__, json.dumps(asdict(limits)), str(script)],
        input=data,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={"PATH": os.defpath, "LANG": "C.UTF-8"},
        timeout=limits.seconds,
        check=False,
    )


def limit(limits: Limits) -> None:
    for what, most in (
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    limit(Limits(**json.loads(sys.argv[1])))
    runpy.run_path(sys.argv[2], run_name="__main__")
