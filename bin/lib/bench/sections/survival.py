"""Permits are issued while workers and the database server are killed with kill -9: nothing is lost."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from base import LOCAL, ROOT, VENV_PYTHON, fail, say

from bench import checks, cities, machine, victim
from bench.cities import City
from bench.results import Result
from bench.sections import Bench
from bench.victim import Victim

FOLDER = LOCAL / "bench" / "survival"
SCRIPT = ROOT / "bin" / "lib" / "bench" / "inside" / "survival.py"
MOST_SECONDS = 1200.0


@dataclass(frozen=True)
class Plan:
    """`worker_every`, `server_every`: how many permits are issued between two kills; `sample`: how many
    signatures are verified strictly."""

    applications: int
    workers: int
    worker_every: int
    server_every: int
    sample: int


FULL, QUICK = Plan(500, 4, 12, 60, 50), Plan(6, 2, 3, 4, 1)


@dataclass
class Crowd:
    """Heads of office at work, each started again when it was killed."""

    city: City
    running: dict[int, subprocess.Popen[str]] = field(default_factory=dict)
    killed: int = 0
    started: int = 0

    def start(self, place: int) -> None:
        ledger, self.started = FOLDER / f"told-{place}", self.started + 1
        self.running[place] = _inside(self.city, "sign", _secret(), ledger, self.started)

    def kill(self, dice: random.Random) -> None:
        if self.running:
            one = self.running[dice.choice(list(self.running))]
            if one.poll() is None:
                os.kill(one.pid, signal.SIGKILL)
                self.killed += 1

    def look(self) -> None:
        """Starts again what was killed; who found nothing to sign went home; anything else is a fault."""
        for place, one in list(self.running.items()):
            if one.poll() is None:
                continue
            _output, errors = one.communicate()
            if one.returncode == -signal.SIGKILL:
                self.start(place)
            elif one.returncode:
                fail(f"a head of office ended with {one.returncode}:\n{errors[-3000:]}")
            else:
                del self.running[place]

    def end(self) -> None:
        for one in self.running.values():
            one.kill()
            one.communicate()


def _secret() -> Path:
    return FOLDER / "signer" / "passphrase.txt"


def _inside(city: City, *arguments: object) -> subprocess.Popen[str]:
    path = f"{SCRIPT.parents[2]}:{ROOT}"
    more = {
        "DJANGO_SETTINGS_MODULE": "geoportal.settings",
        "PYTHONPATH": path,
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return subprocess.Popen(
        [VENV_PYTHON, SCRIPT, *map(str, arguments)],
        cwd=ROOT, env=city.env | more, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def _done(city: City, *arguments: object) -> str:
    process = _inside(city, *arguments)
    output, errors = process.communicate()
    if process.returncode:
        fail(f"{arguments[0]} ended with {process.returncode}:\n{errors[-3000:]}")
    return output


def told(what: str) -> dict[int, str]:
    """Number by application, of all that a head was told to be `what`."""
    found = {}
    for path in FOLDER.glob("told-*"):
        for line in path.read_text().splitlines():
            word, key, number = line.split(maxsplit=2)
            if word == what:
                found[int(key)] = number
    return found


def work(city: City, server: Victim, plan: Plan) -> Crowd:
    """Until nothing waits for a signature; kills come as often as permits are issued."""
    dice = random.Random(1)  # noqa: S311
    crowd = Crowd(city)
    deadline = time.monotonic() + MOST_SECONDS
    next_worker, next_server = plan.worker_every, plan.server_every
    try:
        for place in range(plan.workers):
            crowd.start(place)
        while crowd.running:
            time.sleep(dice.random() * 0.1)
            if time.monotonic() > deadline:
                fail(f"After {MOST_SECONDS:.0f} s there are still letters to sign.")
            issued = len(told("issued"))
            if issued >= next_worker:
                next_worker = issued + plan.worker_every
                crowd.kill(dice)
            if issued >= next_server:
                next_server = issued + plan.server_every
                if (server.whole + server.parts) % 3 == 1:
                    server.kill_part(dice)
                else:
                    server.kill()
            crowd.look()
    finally:
        crowd.end()
    return crowd


@dataclass
class Found:
    issued: int = 0
    lost: int = 0
    duplicates: int = 0
    gaps: int = 0
    twice: int = 0


def count(city: City, plan: Plan) -> Found:
    """What a recount finds: of these figures only `issued` may be above 0."""
    one = city.one
    signed, issued = told("signed"), told("issued")
    letters = city.ask(
        "SELECT a.id, l.number, p.number, l.file, l.sha256, l.public_file, e.signed, e.refused"
        " FROM permits_application a JOIN permits_permit p ON p.id = a.permit_id"
        " JOIN permits_letter l ON l.permit_id = p.id"
        " JOIN permits_issuing i ON i.letter_id = l.id AND i.subject = 'application:' || a.id"
        " JOIN maps_place m ON m.permit_id = p.id AND m.number = p.number,"
        " LATERAL (SELECT count(*) FILTER (WHERE move = 'sign') AS signed,"
        "  count(*) FILTER (WHERE move = 'signer_refused') AS refused"
        "  FROM permits_event WHERE application_id = a.id) e WHERE a.status = 'issued'"
    )
    by_application = {row[0]: row[1] for row in letters}
    found = Found(issued=len(by_application))
    found.lost = plan.applications - found.issued
    found.lost += sum(by_application.get(key) != number for key, number in {**signed, **issued}.items())
    found.duplicates = len(letters) - len({row[1] for row in letters})
    found.duplicates += len(letters) - len({bytes(row[4]) for row in letters})
    for table in ("permits_letter", "permits_permit", "maps_place"):
        found.duplicates += abs(one(f"SELECT count(*) FROM {table}") - found.issued)  # noqa: S608
    for _key, number, permit_number, name, digest, public_name, signatures, refusals in letters:
        file = (FOLDER / "media" / name).read_bytes()
        checks.same(f"the permit's number in {name}", permit_number, number)
        checks.same(name, hashlib.sha256(file).digest(), bytes(digest))
        checks.same(f"{public_name} is there", (FOLDER / "media" / public_name).is_file(), True)
        found.twice += (file.count(b"/ByteRange") != 1) + (signatures != 1 + refusals)
    return found


def check(city: City, found: Found, heard: dict[str, int]) -> str:
    found.gaps = heard["gaps"]
    checks.same("letters whose signature is strictly valid", heard["ours"], heard["verified"])
    checks.same("applications with a broken log", city.one("SELECT count(*) FROM permits_broken_logs()"), 0)
    return (
        f"{found.issued:,} permits have one letter each, whose file fits its hash and holds one signature;"
        f" {heard['verified']} of them were strictly verified; all are on the map, where `publish --check`"
        " finds no difference; no log is broken"
    )


def run(bench: Bench, result: Result) -> None:
    plan = QUICK if bench.options.quick else FULL
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(mode=0o700, parents=True)
    try:
        with victim.server(cities.base(bench.env)) as (server, city):
            own = {
                "MEDIA_ROOT": str(FOLDER / "media"),
                "SIGNER_FOLDER": str(FOLDER / "signer"),
                "SIGNER_OPTIONS": json.dumps({"path": str(FOLDER / "signer" / "signer.p12")}),
            }
            city = City(city.name, city.size, city.env | own)
            result.machine |= machine.database(city)
            _done(city, "make", plan.applications)
            _measure(city, server, plan, result)
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)


def _measure(city: City, server: Victim, plan: Plan, result: Result) -> None:
    say(f"   {plan.applications} applications wait for the signature; {plan.workers} processes sign them")
    begin = time.monotonic()
    crowd = work(city, server, plan)
    left = city.one("SELECT count(*) FROM permits_application WHERE status <> 'issued'")
    stored = city.one("SELECT count(*) FROM permits_issuing WHERE state = 'stored'")
    seconds = time.monotonic() - begin
    heard = json.loads(_done(city, "end", _secret(), FOLDER / "told-end", plan.sample).splitlines()[-1])
    found = count(city, plan)
    text = check(city, found, heard)
    table = result.table(
        f"{plan.applications} applications, {plan.workers} processes that sign and issue",
        "issued", "kills of workers", "kills of PostgreSQL, all of it", "kills of one of its processes",
        "lost", "double numbers, letters or permits", "gaps", "double signatures", "seconds",
    )  # fmt: skip
    table.add(
        found.issued, crowd.killed, server.whole, server.parts, found.lost, found.duplicates, found.gaps,
        found.twice, f"{seconds:.0f}",
    )  # fmt: skip
    files = sum(1 for path in (FOLDER / "media").rglob("*.pdf"))
    result.note(
        f"""All kills are kill -9, amid the work. At the end {left} applications were unfinished: {stored}
        signed and stored, finished by `finish_letters`, the others by the head who presses again.
        {files - 2 * found.issued} files of the storage belong to no letter: their process was killed between
        storing them and saying so, and the next one made the letter anew, with the same number."""
    )
    checks.same("lost, double, gaps, signed twice", (found.lost, found.duplicates, found.gaps, found.twice),
                (0, 0, 0, 0))  # fmt: skip
    checks.same("issued", found.issued, plan.applications)
    if not (crowd.killed and server.whole):
        raise checks.Wrong(
            f"{crowd.killed} workers and {server.whole} servers were killed: that proves nothing"
        )
    result.checks.append(text)
