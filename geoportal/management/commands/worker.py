"""The worker: django-tasks' own, plus a sweep that frees what a killed worker left RUNNING.

django-tasks-db has no reaper. Each worker holds an advisory lock of its id on a connection of its own for as
long as it lives; a RUNNING row whose lock nobody holds belongs to the dead.
"""

import logging
import threading
from typing import Any

from django.conf import settings
from django.db import connection, connections
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Command as DatabaseWorker

from geoportal import daily, outbox

log = logging.getLogger("geoportal.worker")
SWEEP_SECONDS = 30
MAX_ATTEMPTS = 5
_LOCK_SPACE = 7303

# worker_ids lists everyone who ever claimed the row; its last entry is who has it now.
_SWEEP = f"""
WITH dead AS (
    SELECT id, jsonb_array_length(worker_ids) AS attempts FROM django_tasks_database_dbtaskresult
    WHERE status = 'RUNNING' AND jsonb_array_length(worker_ids) > 0
      AND NOT EXISTS (
        SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = {_LOCK_SPACE} AND objsubid = 2
          AND objid = (hashtext(worker_ids ->> -1)::bigint & 4294967295)::oid
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
    FOR UPDATE SKIP LOCKED)
UPDATE django_tasks_database_dbtaskresult t
SET status = CASE WHEN attempts >= {MAX_ATTEMPTS} THEN 'FAILED' ELSE 'READY' END,
    started_at = NULL, finished_at = CASE WHEN attempts >= {MAX_ATTEMPTS} THEN now() END
FROM dead WHERE t.id = dead.id RETURNING t.status
"""  # noqa: S608  constants of this module


def sweep() -> tuple[int, int]:
    """Frees tasks of dead workers; returns (made ready again, given up after MAX_ATTEMPTS)."""
    with connection.cursor() as cursor:
        cursor.execute(_SWEEP)
        statuses = [row[0] for row in cursor.fetchall()]
    return statuses.count("READY"), statuses.count("FAILED")


def hold_lock(worker_id: str) -> Any:
    """A connection that holds the worker's lock until it is closed or the process dies."""
    own = connections.create_connection("default")
    with own.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", [_LOCK_SPACE, worker_id])
    return own


def _sweep_for_ever(stop: threading.Event) -> None:
    while not stop.wait(SWEEP_SECONDS):
        try:
            ready, failed = sweep()
            if ready or failed:
                log.warning("sweep: %d tasks of dead workers are ready again, %d given up", ready, failed)
            if late := outbox.sweep():
                log.warning("outbox: %d overdue messages get a new try", late)
            if done := daily.run_if_due():
                log.info("daily: %s", done)
        except Exception:
            log.exception("sweep failed; trying again in %d s", SWEEP_SECONDS)
        finally:
            connection.close()


class Command(DatabaseWorker):
    help = "Run tasks from the database queue, and free those that a killed worker left behind."

    def handle(self, *args: Any, **options: Any) -> None:
        options["worker_id"] = options.get("worker_id") or get_random_string(32)
        options["reload"] = options["reload"] and settings.DEBUG
        lock = hold_lock(options["worker_id"])
        ready, failed = sweep()
        self.stdout.write(
            f"worker {options['worker_id'][:8]}: running; {ready} tasks freed, {failed} given up"
        )
        stop = threading.Event()
        threading.Thread(target=_sweep_for_ever, args=(stop,), daemon=True).start()
        try:
            super().handle(*args, **options)
        finally:
            stop.set()
            lock.close()
