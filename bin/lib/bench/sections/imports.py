"""import_oss of exports in the real layout: seconds, rows a second, and the most memory it ever held."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import steps
from base import LOCAL, ROOT, fail, say

from bench import checks, cities, exports, machine
from bench.cities import City
from bench.exports import Written
from bench.results import Result
from bench.sections import Bench
from bench.stats import significant

SIZES = (10_000, 100_000)
QUICK_SIZES = (300,)
NAME = f"{cities.PREFIX}import"


@dataclass(frozen=True)
class Cost:
    seconds: float
    peak_mib: float


def measured(command: list[str], env: dict[str, str], log: Path) -> Cost:
    """Run `command`; its time and the peak of its resident memory."""
    begin = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-10:])
        fail(f"{' '.join(command[1:3])} ended with code {process.returncode}:\n{tail}")
    return Cost(time.monotonic() - begin, usage.ru_maxrss / 1024)


def check(city: City, written: Written) -> str:
    """Every good row became a permit, every ruined one was refused, one company for each NIB."""
    permits = city.one("SELECT count(*) FROM permits_permit WHERE source = 'oss'")
    checks.same("permits after the import", permits, written.good)
    checks.same(
        "companies after the import", city.one("SELECT count(*) FROM companies_company"), written.companies
    )
    checks.same("public places", city.one("SELECT count(DISTINCT permit_id) FROM maps_place"), written.good)
    refused = written.rows - written.good
    return (
        f"{written.rows:,} rows became {permits:,} public permits of {written.companies:,} companies,"
        f" {refused:,} rows planted bad were refused"
    )


def run(bench: Bench, result: Result) -> None:
    table = result.table(
        "import_oss, by rows of the export", "rows", "run", "seconds", "rows/s", "peak memory, MiB"
    )
    folder = LOCAL / "bench"
    folder.mkdir(mode=0o700, exist_ok=True)
    idle = 0.0
    for size in QUICK_SIZES if bench.options.quick else SIZES:
        file = folder / f"oss-{size}.csv"
        written = exports.write(file, size)
        city = cities.create(bench.env, NAME)
        env = city.env | {"STATEMENT_TIMEOUT_MS": "0", "PYTHONUNBUFFERED": "1"}
        log = LOCAL / "log" / "bench-import.log"
        idle = idle or measured(steps.manage("check"), env, log).peak_mib
        for what in ("first", "again, nothing new"):
            say(f"   {size:,} rows, {what}")
            cost = measured(steps.manage("import_oss", str(file)), env, log)
            result.checks.append(f"{what}: " + check(city, written))
            speed = significant(size / cost.seconds)
            table.add(f"{size:,}", what, significant(cost.seconds), speed, f"{cost.peak_mib:.0f}")
        result.machine |= machine.database(city)
        file.unlink()
        file.with_name(f"{file.stem}.rejected.csv").unlink(missing_ok=True)
    cities.drop(bench.env, NAME)
    result.note(
        f"""Memory is that of the command's process alone; a command that does nothing needs {idle:.0f} MiB.
        What the database server takes is set by its settings."""
    )
