"""A killed worker leaves nothing stuck: a real worker process, a real kill."""

import os
import signal
import subprocess
import sys
import time
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from geoportal.management.commands.worker import MAX_ATTEMPTS, hold_lock, sweep

pytestmark = pytest.mark.django_db(transaction=True)


@task()
def slow() -> None:
    time.sleep(60)


@pytest.fixture
def environment() -> dict[str, str]:
    """Makes a child process use the test database."""
    url = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
    base = url.rpartition("/")[0]
    return os.environ | {"DATABASE_URL": f"{base}/{connection.settings_dict['NAME']}"}


def wait_for(status: str) -> Any:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        row = DBTaskResult.objects.get()
        if row.status == status:
            return row
        time.sleep(0.1)
    raise AssertionError(f"still {row.status}, wanted {status}")


def test_a_killed_workers_task_is_ready_again(environment: dict[str, str]) -> None:
    slow.enqueue()
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "worker", "--no-startup-delay", "--interval", "0.1"],
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for("RUNNING")
        assert sweep() == (0, 0), "its worker lives: the task is not touched"
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    deadline = time.monotonic() + 10
    while (freed := sweep()) == (0, 0) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert freed == (1, 0)
    assert DBTaskResult.objects.get().status == "READY"


def test_a_task_that_kills_its_workers_is_given_up() -> None:
    slow.enqueue()
    DBTaskResult.objects.update(status="RUNNING", worker_ids=[f"gone-{n}" for n in range(MAX_ATTEMPTS)])
    assert sweep() == (0, 1)
    assert DBTaskResult.objects.get().status == "FAILED"


def test_a_lock_belongs_to_one_worker() -> None:
    slow.enqueue()
    DBTaskResult.objects.update(status="RUNNING", worker_ids=["alive"])
    lock = hold_lock("alive")
    try:
        assert sweep() == (0, 0)
    finally:
        lock.close()
    deadline = time.monotonic() + 10
    while (freed := sweep()) == (0, 0) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert freed == (1, 0)
