"""Long-running programs of one script: started together, restarted when one dies, stopped together."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from base import ROOT, fail, say

MAX_DEATHS = 3
WITHIN_SECONDS = 60.0
GRACE_SECONDS = 10.0
START_SECONDS = 60.0
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def _end_with_parent() -> None:
    """Between fork and exec: when the script itself is killed, its child is told to end."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    name: str
    command: list[str]
    env: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command,
            cwd=ROOT,
            env=self.env,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches the script only, which then ends them in order
            preexec_fn=_end_with_parent,
        )

    def ended(self) -> int | None:
        return None if self.process is None else self.process.poll()

    def signal(self, number: int) -> None:
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, number)


def supervise(
    children: list[Child], *, before_restart: Callable[[], None], started: Callable[[], bool]
) -> None:
    """Run `children` until SIGINT, SIGTERM or SIGHUP; one that dies is started again.

    One that dies MAX_DEATHS times within a minute ends all. `started` is asked until it says True, and all
    ends when it does not within START_SECONDS.
    """
    stopping = False

    def stop(number: int, frame: object) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    ready = False
    deadline = time.monotonic() + START_SECONDS
    try:
        for child in children:
            child.start()
        while not stopping:
            time.sleep(0.2)
            ready = ready or started()
            if not ready and time.monotonic() > deadline:
                fail(f"The site does not answer after {START_SECONDS:.0f} s. What is printed above says why.")
            for child in children:
                if child.ended() is not None and not stopping:
                    _revive(child, before_restart)
    finally:
        _end(children)


def _revive(child: Child, before_restart: Callable[[], None]) -> None:
    now = time.monotonic()
    child.deaths = [moment for moment in child.deaths if now - moment < WITHIN_SECONDS] + [now]
    if len(child.deaths) >= MAX_DEATHS:
        fail(
            f"{child.name} ended {MAX_DEATHS} times within a minute (last code: {child.ended()}).\n"
            "Giving up and stopping everything. What it printed above says why."
        )
    say(f"!! {child.name} ended with code {child.ended()}; starting it again.")
    before_restart()
    child.start()


def _end(children: list[Child]) -> None:
    for child in children:
        child.signal(signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while any(child.ended() is None and child.process for child in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    for child in children:
        child.signal(signal.SIGKILL)
        if child.process is not None:
            child.process.wait()
