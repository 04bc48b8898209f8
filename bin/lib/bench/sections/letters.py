"""Letters from a number to a stored signature: time of one, speed of two processes, memory, and crowds."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import time
from typing import Any

import steps
from base import LOCAL, ROOT, VENV_PYTHON, fail, say

from bench import checks, cities
from bench.cities import City
from bench.results import Result
from bench.sections import Bench
from bench.stats import median, percentile, significant

NAME = f"{cities.PREFIX}letters"
SCRIPT = ROOT / "bin" / "lib" / "bench" / "inside" / "letters.py"
FOLDER = LOCAL / "bench" / "letters"
ALONE, PAIR = 500, 200  # letters of one process, and of each of two
CROWD, SIGNATURES, ROLLED_BACK = 32, 2_000, 3  # of each 20: 15 %
QUICK = (6, 4, 3, 60)


def issue(city: City, count: int, processes: int, each: int, label: str) -> tuple[list[Any], float]:
    """What every process says, and the seconds from their first to their last letter's end."""
    secret = FOLDER / "signer" / "passphrase.txt"
    env = city.env | {"DJANGO_SETTINGS_MODULE": "geoportal.settings", "PYTHONPATH": str(ROOT)}
    begin = time.monotonic()
    crowd = [
        subprocess.Popen(
            [VENV_PYTHON, SCRIPT, secret, f"{label}-{n}", str(count), str(each)],
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for n in range(processes)
    ]
    told = [one.communicate() for one in crowd]
    for one, (_, errors) in zip(crowd, told, strict=True):
        if one.returncode:
            fail(f"a process that issues letters ended with {one.returncode}:\n{errors[-2000:]}")
    return [json.loads(output) for output, _ in told], time.monotonic() - begin


def check(city: City, letters: int) -> str:
    """One number, one letter and one whole file for every permit; no gap; no two of anything."""
    rows = city.ask("SELECT number, sha256, request_id, seal_hash, file FROM permits_letter")
    checks.same("letters", len(rows), letters)
    for n, what in enumerate(("numbers", "files", "requests", "seals")):
        different = {bytes(row[n]) if isinstance(row[n], memoryview) else row[n] for row in rows}
        checks.same(f"different {what}", len(different), letters)
    numbers = sorted(int(row[0].split("/")[0]) for row in rows)
    checks.same("numbers without a gap", numbers == list(range(1, letters + 1)), True)
    checks.same("counter", city.one("SELECT last FROM permits_numbercounter"), letters)
    checks.same("void numbers", city.one("SELECT count(*) FROM permits_voidnumber"), 0)
    checks.same("permits on the map", city.one("SELECT count(DISTINCT permit_id) FROM maps_place"), letters)
    for _number, digest, _request, _seal, name in rows:
        file = (FOLDER / "media" / name).read_bytes()
        checks.same(name, hashlib.sha256(file).digest(), bytes(digest))
        checks.same(f"signatures in {name}", file.count(b"/ByteRange"), 1)
    return f"{letters:,} letters: as many numbers, files and signatures, no gap, none twice, all on the map"


def prepare(bench: Bench) -> City:
    """An empty city with a signer and a storage of its own."""
    return with_signer(cities.create(bench.env, NAME))


def with_signer(city: City) -> City:
    """`city`, with a certificate and a storage of its own in FOLDER."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    own = {
        "MEDIA_ROOT": str(FOLDER / "media"),
        "SIGNER_FOLDER": str(FOLDER / "signer"),
        "SIGNER_OPTIONS": json.dumps({"path": str(FOLDER / "signer" / "signer.p12")}),
        "STATEMENT_TIMEOUT_MS": "0",
    }
    city = City(city.name, city.size, city.env | own)
    subprocess.run(steps.manage("make_signer"), cwd=ROOT, env=city.env, check=True, capture_output=True)
    return city


def run(bench: Bench, result: Result) -> None:
    alone, pair, processes, signatures = QUICK if bench.options.quick else (ALONE, PAIR, CROWD, SIGNATURES)
    city = prepare(bench)
    try:
        table = result.table(
            "From a number to a stored signature (PKCS#12, no time stamp)",
            "processes", "letters", "median, ms", "p95, ms", "letters/s",
        )  # fmt: skip
        say(f"   {alone} letters by one process")
        (one,), _seconds = issue(city, alone, 1, 0, "alone")
        _row(table, 1, [one])
        say(f"   {pair} letters by each of two")
        two, _seconds = issue(city, pair, 2, 0, "pair")
        _row(table, 2, two)
        result.checks.append(check(city, alone + 2 * pair))
        _memory(result, one["memory"])
        say(f"   {processes} processes, {signatures} signatures, 15 % rolled back")
        crowd, seconds = issue(city, signatures // processes + 1, processes, ROLLED_BACK, "crowd")
        made = sum(len(one["seconds"]) for one in crowd)
        cancelled = sum(one["cancelled"] for one in crowd)
        result.checks.append(f"{processes} processes: " + check(city, alone + 2 * pair + made))
        result.notes.append(
            f"{processes} processes signed {made + cancelled:,} times in {seconds:.0f} s, start-up included; "
            f"{cancelled} ({cancelled / (made + cancelled):.0%}) were rolled back with their number."
        )
    finally:
        cities.drop(bench.env, NAME)
        shutil.rmtree(FOLDER, ignore_errors=True)


def _row(table: Any, processes: int, told: list[Any]) -> None:
    seconds = [value for one in told for value in one["seconds"]]
    speed = sum(len(one["seconds"]) / sum(one["seconds"]) for one in told)
    table.add(
        processes, len(seconds), significant(median(seconds) * 1000),
        significant(percentile(seconds, 0.95) * 1000), significant(speed),
    )  # fmt: skip


def _memory(result: Result, memory: list[float]) -> None:
    table = result.table("Memory of the process that issued them, MiB", "after letters", "resident")
    marks = sorted({min(n, len(memory)) for n in (1, 50, 100, 200, 300, 400, 500)})
    for n in marks:
        table.add(n, significant(memory[n - 1]))
    grown = memory[-1] - memory[min(49, len(memory) - 1)]
    result.notes.append(f"From the 50th to the last letter the process grew by {grown:.1f} MiB.")
