"""What the hash chain costs a write, with and without it side by side; how fast a whole log is verified."""

from __future__ import annotations

import time
from contextlib import closing
from typing import Any

import psycopg2
from base import LOCAL, say

from bench import checks, cities
from bench.cities import City
from bench.results import Result
from bench.sections import Bench
from bench.stats import median, percentile, significant

NAME = f"{cities.PREFIX}audit"
FOLDER = LOCAL / "bench" / "audit"
APPLICATIONS, ROUNDS, EACH = 200, 10, 200
QUICK = (20, 2, 20)
LOG = 100_000  # events of the log that is verified
GOAL = 1.0  # ms

_APPLICATIONS = """
WITH version AS (SELECT min(id) AS id FROM permits_typeversion)
INSERT INTO permits_application (
    public_id, registration_number, pin_hash, submission_hash, version_id, purpose, status,
    events_count, head, revision, holder_name, holder_form, holder_nib, consent_location, consent_contact,
    answers, created_at,
    changed_at)
SELECT lpad(n::text, 12, '0'), 'UJI-' || n, '', '', version.id, 'new', 'draft', 0, '',
    0, '', '', '', false, false, '{}', now(), now()
FROM version, generate_series(1, %s) n RETURNING id
"""
_EVENT = """
INSERT INTO permits_event (
    application_id, ordinal, move, source, target, role, at, note, facts, previous, hash)
VALUES (%s, %s, 'submit_draft', %s, %s, 'system', clock_timestamp(), 'Catatan contoh', '{"letter": "permit"}',
    %s, %s)
"""
_PLAIN = "UPDATE permits_application SET status = %s WHERE id = %s"
_TRIGGERS = ("permits_event", "permits_application")


class Log:
    """Applications that go to and fro between two statuses, an event a transaction."""

    def __init__(self, connection: Any, applications: int) -> None:
        self.connection, self.cursor = connection, connection.cursor()
        self.cursor.execute(_APPLICATIONS, [applications * 2])
        ids = [row[0] for row in self.cursor.fetchall()]
        connection.commit()
        self.chained, self.plain = ids[:applications], ids[applications:]
        self.status = dict.fromkeys(ids, "draft")
        self.count = dict.fromkeys(ids, 0)

    def write(self, application: int, chain: bool) -> float:
        """ms to the end of COMMIT."""
        source = self.status[application]
        target = "review" if source == "drafting" else "drafting"
        n = self.count[application] + 1
        begin = time.perf_counter()
        self.cursor.execute(_EVENT, [application, n, source, target, b"0" * 32, b"0" * 32])
        if not chain:
            self.cursor.execute(_PLAIN, [target, application])
        self.connection.commit()
        ms = (time.perf_counter() - begin) * 1000
        self.status[application], self.count[application] = target, n
        return ms

    def triggers(self, on: bool) -> None:
        for table in _TRIGGERS:
            self.cursor.execute(f"ALTER TABLE {table} {'ENABLE' if on else 'DISABLE'} TRIGGER USER")
        self.connection.commit()


def run(bench: Bench, result: Result) -> None:
    applications, rounds, each = QUICK if bench.options.quick else (APPLICATIONS, ROUNDS, EACH)
    city = cities.create(bench.env, NAME)
    FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    city = City(city.name, city.size, city.env | {
        "ANCHOR_DIR": str(FOLDER), "ANCHOR_KEY": str(FOLDER / "key.pem"), "STATEMENT_TIMEOUT_MS": "0",
    })  # fmt: skip
    try:
        with closing(psycopg2.connect(city.dsn)) as connection:
            log = Log(connection, applications)
            _cost(log, result, rounds, each)
            _remove(log)
            _verify(city, log, result, 0 if bench.options.quick else LOG)
    finally:
        cities.drop(bench.env, NAME)


def _cost(log: Log, result: Result, rounds: int, each: int) -> None:
    times: dict[bool, list[float]] = {True: [], False: []}
    say(f"   {rounds} rounds of {each} events, each with and without the chain")
    for _ in range(rounds):
        for chain, ids in ((True, log.chained), (False, log.plain)):
            log.triggers(chain)
            times[chain] += [log.write(ids[n % len(ids)], chain) for n in range(each)]
    log.triggers(True)
    table = result.table(
        "An event of an application, to the end of COMMIT",
        "how",
        "events",
        "median, ms",
        "p95, ms",
        "to reach",
    )
    for chain, name in (
        (False, "plain rows, no trigger"),
        (True, "numbered, chained and guarded by triggers"),
    ):
        ms = times[chain]
        table.add(name, len(ms), significant(median(ms)), significant(percentile(ms, 0.95)), "")
    added = median(times[True]) - median(times[False])
    table.add("added by the chain", "", significant(added), "", f"at most {GOAL:g} ms")


def _remove(log: Log) -> None:
    """The rows that were written without a chain are broken logs."""
    log.triggers(False)
    log.cursor.execute("DELETE FROM permits_event WHERE application_id = ANY (%s)", [log.plain])
    log.cursor.execute("DELETE FROM permits_application WHERE id = ANY (%s)", [log.plain])
    log.connection.commit()
    log.triggers(True)


def _verify(city: City, log: Log, result: Result, wanted: int) -> None:
    say(f"   a log of {max(wanted, sum(log.count[n] for n in log.chained)):,} events, anchored and verified")
    done = sum(log.count[n] for n in log.chained)
    if wanted > done:
        turns = (wanted - done) // len(log.chained)
        for application in log.chained:
            for _ in range(turns):
                source = log.status[application]
                log.status[application] = target = "review" if source == "drafting" else "drafting"
                log.cursor.execute(_EVENT, [application, 0, source, target, b"", b""])
            log.connection.commit()
    events = city.one("SELECT count(*) FROM permits_event")
    seconds = {}
    for command in ("anchor", "verify_audit"):
        begin = time.perf_counter()
        city.manage(command, log=command)  # ends the section when it finds a fault
        seconds[command] = time.perf_counter() - begin
    checks.same("applications with a broken log", city.one("SELECT count(*) FROM permits_broken_logs()"), 0)
    result.checked(f"verify_audit finds nothing wrong in {events:,} events and their anchor")
    table = result.table(f"A log of {events:,} events", "command", "seconds, start of Django included")
    for command, value in seconds.items():
        table.add(f"manage.py {command}", significant(value))
