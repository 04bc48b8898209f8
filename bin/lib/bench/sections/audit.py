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
APPLICATIONS, PAIRS = 200, 2_000
QUICK = (20, 40)
LOG = 100_000  # events of the log that is verified
GOAL = 1.0  # ms

_APPLICATIONS = """
WITH version AS (SELECT min(id) AS id FROM permits_typeversion)
INSERT INTO permits_application (
    public_id, registration_number, pin_hash, submission_hash, version_id, purpose, status,
    events_count, head, revision, holder_name, holder_form, holder_nib, consent_location, consent_contact,
    answers, created_at, changed_at)
SELECT lpad(n::text, 12, '0'), 'UJI-' || n, '', '', version.id, 'new', 'draft', 0, '',
    0, '', '', '', false, false, '{}', now(), now()
FROM version, generate_series(1, %s) n RETURNING id
"""
_EVENT = """
INSERT INTO {table} (application_id, ordinal, move, source, target, role, at, note, facts, previous, hash)
VALUES (%s, %s, 'submit_draft', %s, %s, 'system', clock_timestamp(), 'Catatan contoh',
    '{{"letter": "permit"}}', %s, %s)
"""
#: The same columns, indexes and references, and no trigger of ours.
_PLAIN = """
CREATE TABLE plain_application (LIKE permits_application INCLUDING ALL);
INSERT INTO plain_application SELECT * FROM permits_application;
CREATE TABLE plain_event (LIKE permits_event INCLUDING ALL);
ALTER TABLE plain_event
    ADD FOREIGN KEY (application_id) REFERENCES plain_application DEFERRABLE INITIALLY DEFERRED,
    ADD FOREIGN KEY (by_id) REFERENCES accounts_user DEFERRABLE INITIALLY DEFERRED;
"""
_MOVE = "UPDATE plain_application SET status = %s WHERE id = %s"


class Log:
    """Applications that go to and fro between two statuses, an event a transaction; each has a plain twin."""

    def __init__(self, connection: Any, applications: int) -> None:
        self.connection, self.cursor = connection, connection.cursor()
        self.cursor.execute(_APPLICATIONS, [applications])
        self.ids = [row[0] for row in self.cursor.fetchall()]
        self.cursor.execute(_PLAIN)
        connection.commit()
        self.status = dict.fromkeys(self.ids, "draft")
        self.count = dict.fromkeys(self.ids, 0)

    def next(self, application: int) -> list[Any]:
        source = self.status[application]
        self.status[application] = target = "review" if source == "drafting" else "drafting"
        self.count[application] += 1
        return [application, self.count[application], source, target, b"0" * 32, b"0" * 32]

    def pair(self, application: int, chain_first: bool) -> tuple[float, float]:
        """ms to the end of COMMIT: of the plain twin, of the chained row."""
        values = self.next(application)
        ms = {}
        for chain in (chain_first, not chain_first):
            begin = time.perf_counter()
            if chain:
                self.cursor.execute(_EVENT.format(table="permits_event"), values)
            else:
                self.cursor.execute(_EVENT.format(table="plain_event"), values)
                self.cursor.execute(_MOVE, [values[3], application])
            self.connection.commit()
            ms[chain] = (time.perf_counter() - begin) * 1000
        return ms[False], ms[True]


def run(bench: Bench, result: Result) -> None:
    applications, pairs = QUICK if bench.options.quick else (APPLICATIONS, PAIRS)
    city = cities.create(bench.env, NAME)
    FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    own = {"ANCHOR_DIR": str(FOLDER), "ANCHOR_KEY": str(FOLDER / "key.pem"), "STATEMENT_TIMEOUT_MS": "0"}
    city = City(city.name, city.size, city.env | own)
    try:
        with closing(psycopg2.connect(city.dsn)) as connection:
            log = Log(connection, applications)
            _cost(log, result, pairs)
            _verify(city, log, result, 0 if bench.options.quick else LOG)
    finally:
        cities.drop(bench.env, NAME)


def _cost(log: Log, result: Result, count: int) -> None:
    say(f"   {count} events, each with and without the chain")
    times = [log.pair(log.ids[n % len(log.ids)], n % 2 == 0) for n in range(count)]
    columns = ("how", "events", "median, ms", "p95, ms", "to reach")
    table = result.table("An event of an application, to the end of COMMIT", *columns)
    plain, chained = [pair[0] for pair in times], [pair[1] for pair in times]
    for name, ms in (("plain rows, no trigger", plain), ("numbered, chained, guarded", chained)):
        table.add(name, count, significant(median(ms)), significant(percentile(ms, 0.95)), "")
    added = median([with_ - without for without, with_ in times])
    table.add("added, pair by pair", "", significant(added), "", f"median at most {GOAL:g}")


def _verify(city: City, log: Log, result: Result, wanted: int) -> None:
    say(f"   a log of {max(wanted, sum(log.count.values())):,} events, anchored and verified")
    for _ in range((wanted - sum(log.count.values())) // len(log.ids)):
        for application in log.ids:
            log.cursor.execute(_EVENT.format(table="permits_event"), log.next(application))
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
