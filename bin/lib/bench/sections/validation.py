"""Validation at speed: half a million letters, by code, by permit and by uploaded file, over HTTP."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from base import say

from bench import checks, cities, load, machine, servers
from bench.cities import City
from bench.load import Run
from bench.results import Result
from bench.sections import Bench
from bench.sections import letters as issuing
from bench.stats import median, percentile, significant

NAME = f"{cities.PREFIX}validation"
LETTERS, QUICK_LETTERS = 500_000, 300
ASKED, FILES, QUICK_FILES = 2_000, 12, 3
SEED = 11
MOST_MS, LEAST_RATE = 100, 400  # what is wanted of a look-up by id
KNOWN_MS, OTHER_MS = 200, 1000  # ... and of a file
# synthetic seals: the sixteen hex digits written in letters that a seal may have
_SEAL = "left(translate(md5('bench seal ' || g), '0123456789abcdef', '23456789ABCDEFGH'), 26)"
_FILL = f"""
WITH holders AS (
    SELECT id, number, row_number() OVER (ORDER BY id) AS n FROM permits_permit WHERE NOT registered_only
)
INSERT INTO permits_letter (permit_id, kind, number, seal_hash, sha256, file, public_file, signer_name,
                            signer_title, issued_on, withdrawn_reason)
SELECT h.id, 'permit', h.number, sha256('sakpore.seal.v1'::bytea || '\\x00'::bytea || {_SEAL}::bytea),
       sha256(('bench file ' || g)::bytea), '', '', 'Contoh Kepala', 'Kepala Dinas', date '2026-01-05', ''
FROM generate_series(1, %s) g JOIN holders h ON h.n = (g - 1) %% (SELECT count(*) FROM holders) + 1
"""  # noqa: S608


def seal_of(n: int) -> str:
    """The code of synthetic letter `n`: _SEAL, once more."""
    hexed = hashlib.md5(f"bench seal {n}".encode(), usedforsecurity=False).hexdigest()
    return hexed.translate(str.maketrans("0123456789abcdef", "23456789ABCDEFGH"))[:26]


@dataclass(frozen=True)
class Kind:
    """What is asked, the statuses of right answers, and the most ms that are wanted of its p95."""

    requests: Sequence[bytes]
    statuses: tuple[int, ...]
    most_ms: int
    least_rate: int = 0


def run(bench: Bench, result: Result) -> None:
    count = QUICK_LETTERS if bench.options.quick else LETTERS
    files = QUICK_FILES if bench.options.quick else FILES
    city = _prepare(bench, count, files)
    try:
        result.machine |= machine.database(city)
        real = _real_letters(city, files)
        known, unknown = real[: files // 2 + 1], real[files // 2 + 1 :]
        for (
            pdf
        ) in unknown:  # as if another office, or an older database, had issued them with our certificate
            city.ask(
                "UPDATE permits_letter SET sha256 = sha256(sha256) WHERE sha256 = %s",
                hashlib.sha256(pdf).digest(),
            )
        city.ask("VACUUM ANALYZE permits_letter")
        with servers.site(city) as port:
            result.checks.append(_check(city, port, count))
            kinds = _kinds(city, port, count, known, unknown)
            _measure(bench, result, port, kinds, f"{count:,} letters, {city.size:,} permits")
    finally:
        cities.drop(bench.env, NAME)
        shutil.rmtree(issuing.FOLDER, ignore_errors=True)


def _prepare(bench: Bench, count: int, files: int) -> City:
    """A copy of the large city with `count` synthetic letters, and `files` that were really signed."""
    city = issuing.with_signer(cities.copy(bench.env, bench.city(LETTERS), NAME))
    say(f"   {count:,} synthetic letters")
    city.ask(_FILL, count)
    issuing.issue(city, files, 1, 0, "signed")
    # every request below says that it comes from another address: misses are limited by address
    return City(city.name, city.size, city.env | {"TRUSTED_PROXIES": "127.0.0.1"})


def _real_letters(city: City, files: int) -> list[bytes]:
    names = city.ask("SELECT file FROM permits_letter WHERE file <> '' ORDER BY id")
    checks.same("letters that were really signed", len(names), files)
    return [(issuing.FOLDER / "media" / name).read_bytes() for (name,) in names]


def _check(city: City, port: int, count: int) -> str:
    chance = random.Random(SEED)  # noqa: S311 - the same letters every time
    for n in chance.sample(range(1, count + 1), 20):
        number, status = city.ask(
            "SELECT p.number, p.public_id FROM permits_letter l JOIN permits_permit p ON p.id = l.permit_id"
            " WHERE l.sha256 = %s",
            hashlib.sha256(f"bench file {n}".encode()).digest(),
        )[0]
        told = checks.read(port, f"/api/v1/validate/{seal_of(n)}/")
        checks.same(f"letter {n}", (told["number"], told["permit"]), (number, status))
        checks.same(f"outcome of {n}", told["outcome"] in ("genuine", "genuine_but"), True)
        checks.same(f"page of {n}", number.encode() in checks.answer(port, f"/V/{seal_of(n)}"), True)
    checks.same("a code of nobody", load.get(port, f"/V/{seal_of(count + 1)}").status, 404)
    return (
        f"20 of {count:,} letters are told with the number and permit that SQL says; a code of nobody is 404"
    )


def _from(n: int) -> dict[str, str]:
    return {"X-Forwarded-For": f"198.{18 + n // 65536 % 2}.{n // 256 % 256}.{n % 256}"}


def _post(port: int, path: str, body: bytes, kind: str, n: int) -> bytes:
    headers = {**_from(n), "Content-Type": kind, "Content-Length": str(len(body))}
    return load.request(port, path, headers).replace(b"GET ", b"POST ", 1) + body


def _page_post(port: int, pdf: bytes, n: int) -> bytes:
    """As the form of /validasi/ sends it."""
    mark = f"contoh{n}"
    head = f'--{mark}\r\nContent-Disposition: form-data; name="pdf"; filename="surat.pdf"\r\n\r\n'
    body = head.encode() + pdf + f"\r\n--{mark}--\r\n".encode()
    return _post(port, "/validasi/pdf/", body, f"multipart/form-data; boundary={mark}", n)


def _kinds(
    city: City, port: int, count: int, known: Sequence[bytes], unknown: Sequence[bytes]
) -> dict[str, Kind]:
    chance = random.Random(SEED + 1)  # noqa: S311
    chosen = [chance.randrange(1, count + 1) for _ in range(min(ASKED, count))]
    permits = [
        row[0]
        for row in city.ask(
            "SELECT public_id FROM maps_place WHERE first_site ORDER BY md5(id::text) LIMIT %s", len(chosen)
        )
    ]
    altered = [pdf[:2000] + bytes([pdf[2000] ^ 1]) + pdf[2001:] for pdf in known]
    many = range(400)  # addresses, so that no limit is reached

    def get(paths: Sequence[str]) -> list[bytes]:
        return [load.request(port, path, _from(n)) for n, path in enumerate(paths)]

    def uploads(pdfs: Sequence[bytes], base: int) -> list[bytes]:
        return [_page_post(port, pdfs[n % len(pdfs)], base + n) for n in many]

    return {
        "/V/<code>, the verdict about a letter": Kind(
            get([f"/V/{seal_of(n)}" for n in chosen]), (200,), MOST_MS, LEAST_RATE
        ),
        "/validasi/<id>/, the register page": Kind(
            get([f"/validasi/{key}/" for key in permits]), (200,), MOST_MS, LEAST_RATE
        ),
        "API by code": Kind(
            get([f"/api/v1/validate/{seal_of(n)}/" for n in chosen]), (200,), MOST_MS, LEAST_RATE
        ),
        "a code of nobody (counted as a miss)": Kind(
            get([f"/V/{seal_of(count + n)}" for n in range(1, 20_001)]), (404,), MOST_MS
        ),
        "uploaded, a letter of ours": Kind(uploads(known, 0), (200,), KNOWN_MS),
        "API, its SHA-256 only": Kind(
            [
                _post(
                    port,
                    "/api/v1/validate/",
                    b'{"sha256": "%s"}' % hashlib.sha256(known[n % len(known)]).hexdigest().encode(),
                    "application/json",
                    n,
                )
                for n in many
            ],
            (200,),
            KNOWN_MS,
        ),
        "uploaded, our signature but not in the register": Kind(uploads(unknown, 10_000), (404,), OTHER_MS),
        "uploaded, one byte changed": Kind(uploads(altered, 20_000), (404,), OTHER_MS),
    }


def _idle(port: int) -> None:
    """Waits for what was asked last and is still worked on: a file takes longer than a round's end waits."""
    with ThreadPoolExecutor(8) as crowd:  # so many that every worker gets some
        list(crowd.map(lambda _: load.get(port, "/livez"), range(16)))


def _measure(bench: Bench, result: Result, port: int, kinds: dict[str, Kind], title: str) -> None:
    table = result.table(
        f"{title}, 2 workers of 1 thread as in bin/serve, {bench.options.rounds} rounds",
        "what", "median ms", "p95 ms", "with 4 at a time: p95 ms", "requests/s", "wanted",
    )  # fmt: skip
    alone: dict[str, list[Run]] = {what: [] for what in kinds}
    together: dict[str, list[Run]] = {what: [] for what in kinds}
    for turn in range(
        1 if bench.options.quick else 0, 2 if bench.options.quick else bench.options.rounds + 1
    ):
        for what, kind in kinds.items():
            first = turn * 53
            _idle(port)
            if not turn:
                load.fire(port, kind.requests, seconds=bench.seconds / 2).expect(*kind.statuses)
                continue
            one = load.fire(port, kind.requests, seconds=bench.seconds / 2, connections=1, first=first)
            _idle(port)
            four = load.fire(port, kind.requests, seconds=bench.seconds / 2, first=first + 200)
            alone[what].append(one.expect(*kind.statuses))
            together[what].append(four.expect(*kind.statuses))
    missed = []
    for what, kind in kinds.items():
        p95 = median([percentile(run.ms, 0.95) for run in together[what]])
        rate = median([run.rate for run in together[what]])
        wanted = f"p95 <= {kind.most_ms} ms" + (f", >= {kind.least_rate}/s" if kind.least_rate else "")
        table.add(
            what,
            significant(median([median(run.ms) for run in alone[what]])),
            significant(median([percentile(run.ms, 0.95) for run in alone[what]])),
            significant(p95),
            significant(rate),
            wanted,
        )
        if p95 > kind.most_ms or rate < kind.least_rate:
            missed.append(what)
    if bench.options.quick:
        return
    result.note(f"Not reached: {'; '.join(missed)}." if missed else "All that is wanted was reached.")
    with servers.trivial(bench.real()) as other:
        idle = load.fire(other, [load.request(other, "/")], seconds=bench.seconds).expect(200)
    result.note(
        f"""The load generator itself gets {significant(idle.rate)} answers a second from an application
        that does nothing, under the same server. The letters are synthetic, made by SQL; the files that are
        uploaded were really signed. Every request comes from one of many addresses, so that no limit of
        misses is reached, and every miss is counted in the database."""
    )
