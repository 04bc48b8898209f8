"""Messages are written with what they tell about, sent at most once, and never stuck."""

import os
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as ours
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection, connections, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from geoportal import outbox
from geoportal.models import Channel, Delivery, Message
from geoportal.plugins import plugin
from tests.contracts.gateway_server import Server, running

TO = "uji@contoh.invalid"


def send(**changed: Any) -> list[Message]:
    values = {"email": TO, "kind": "uji", "subject": "Uji", "body": "Isi uji.", "key": "uji.1"}
    return outbox.send(**(values | changed))


def run(message: Message) -> Message:
    outbox.deliver.call(message.pk)
    message.refresh_from_db()
    return message


@pytest.fixture
def gateway(settings: Any) -> Iterator[Server]:
    with running() as server:
        backend = "geoportal.messengers.gateway.HttpGateway"
        spec = {"MESSENGER": {"BACKEND": backend, "OPTIONS": {"url": server.url}}}
        settings.PLUGINS = settings.PLUGINS | spec
        plugin.cache_clear()
        yield server
    plugin.cache_clear()


@pytest.mark.django_db
def test_a_message_is_sent_once_and_says_so() -> None:
    (message,) = send()
    assert (message.status, len(mail.outbox)) == (Delivery.WAITING, 0)
    assert run(message).status == Delivery.SENT
    assert run(message).status == Delivery.SENT
    (sent,) = mail.outbox
    assert (sent.to, sent.subject, sent.body) == ([TO], "Uji", "Isi uji.")
    assert sent.extra_headers["Message-ID"].startswith("<")


@pytest.mark.django_db
def test_the_same_key_writes_nothing_twice() -> None:
    assert send() == send(subject="Lain")
    assert Message.objects.count() == DBTaskResult.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_not_told() -> None:
    with transaction.atomic():
        send()
        transaction.set_rollback(True)
    assert not Message.objects.exists()
    assert not DBTaskResult.objects.exists()


@pytest.mark.django_db
def test_who_it_goes_to_and_what_it_says_is_stored_encrypted() -> None:
    send(subject="Perihal Rahasia", body="Isi Rahasia")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM geoportal_message")
        row = [bytes(v) if isinstance(v, memoryview) else str(v).encode() for v in cursor.fetchone()]
        cursor.execute("SELECT args_kwargs::text FROM django_tasks_database_dbtaskresult")
        row.append(cursor.fetchone()[0].encode())
    for secret in (TO.encode(), b"Perihal Rahasia", b"Isi Rahasia"):
        assert secret not in b"|".join(row)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changed",
    [
        {"subject": "Uji\r\nBcc: lain@contoh.invalid"},
        {"subject": "Uji\nX: y"},
        {"email": "uji@contoh.invalid\r\nBcc: lain@contoh.invalid"},
        {"email": "uji@contoh.invalid, lain@contoh.invalid"},
        {"email": "bukan alamat"},
    ],
)
def test_another_header_cannot_be_smuggled_in(changed: dict[str, str]) -> None:
    with pytest.raises(outbox.BadMessage):
        send(**changed)
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_a_telephone_is_used_only_where_a_gateway_is_configured() -> None:
    assert send(email="", phone="0800 0000 001") == []


@pytest.mark.django_db
def test_a_telephone_gets_the_text(gateway: Server) -> None:
    both = send(phone="0812 3456 7890")
    assert [message.channel for message in both] == [Channel.EMAIL, Channel.PHONE]
    assert run(both[1]).status == Delivery.SENT
    (taken,) = gateway.taken.values()
    assert (taken["to"], taken["text"]) == ("+6281234567890", "Isi uji.")
    with pytest.raises(outbox.BadMessage):
        send(email="", phone="abc", key="uji.2")


@pytest.mark.django_db
def test_an_absent_server_is_asked_again_ever_later_and_then_given_up(gateway: Server) -> None:
    gateway.status = 503
    (message,) = send(email="", phone="0812 3456 7890")
    waits = []
    for _ in range(outbox.MOST_TRIES):
        Message.objects.update(next_try_at=timezone.now())
        run(message)
        waits.append(round((message.next_try_at - timezone.now()).total_seconds() / 60))
    assert waits[:-1] == [2**n for n in range(outbox.MOST_TRIES - 1)]
    assert (message.status, gateway.asked) == (Delivery.FAILED, outbox.MOST_TRIES)
    assert "503" in message.trouble
    gateway.status = 202
    assert outbox.send_again(message)
    assert run(message).status == Delivery.SENT
    assert not outbox.send_again(message), "what was sent is not sent again"


@pytest.mark.django_db
def test_a_try_before_its_time_does_nothing(gateway: Server) -> None:
    gateway.status = 503
    (message,) = send(email="", phone="0812 3456 7890")
    run(message)
    run(message)
    assert (gateway.asked, message.status) == (1, Delivery.WAITING)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "status"),
    [
        (smtplib.SMTPRecipientsRefused({TO: (550, b"no such user")}), Delivery.FAILED),
        (smtplib.SMTPRecipientsRefused({TO: (450, b"later")}), Delivery.WAITING),
        (smtplib.SMTPDataError(554, b"spam"), Delivery.FAILED),
        (smtplib.SMTPDataError(451, b"later"), Delivery.WAITING),
        (smtplib.SMTPServerDisconnected("gone"), Delivery.FAILED),
    ],
)
def test_what_a_mail_server_says_decides(
    monkeypatch: pytest.MonkeyPatch, error: Exception, status: str
) -> None:
    def fail(*_: Any) -> int:
        raise error

    monkeypatch.setattr(EmailBackend, "send_messages", fail)
    (message,) = send()
    assert run(message).status == status
    assert TO not in message.trouble


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_send_it_once(gateway: Server) -> None:
    (message,) = send(email="", phone="0812 3456 7890")

    def work(_: int) -> None:
        try:
            outbox.deliver.call(message.pk)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(24)))
    assert gateway.asked == 1


@pytest.mark.django_db
def test_an_overdue_message_gets_a_new_task() -> None:
    (message,) = send()
    DBTaskResult.objects.all().delete()
    assert outbox.sweep() == 0
    Message.objects.update(next_try_at=timezone.now() - outbox.OVERDUE - timedelta(seconds=1))
    assert (outbox.sweep(), outbox.sweep()) == (1, 0)
    assert DBTaskResult.objects.count() == 1
    assert run(message).status == Delivery.SENT


def child(code: str, **more: str) -> "subprocess.Popen[bytes]":
    url = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
    env = os.environ | {"DATABASE_URL": f"{url.rpartition('/')[0]}/{connection.settings_dict['NAME']}"} | more
    env["DJANGO_SETTINGS_MODULE"] = "geoportal.settings"
    program = f"import django\ndjango.setup()\n{code}"
    return subprocess.Popen([sys.executable, "-c", program], cwd=ours.BASE_DIR, env=env)


WORKS = """
from django.conf import settings
from django.core.management import call_command
settings.EMAIL_FILE_PATH = {folder!r}
call_command("worker", "--no-startup-delay", "--batch")
"""
HANGS = """
import time
from geoportal import outbox
outbox._hand_over = lambda message: time.sleep(60)
outbox.deliver.call({pk})
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_sending_leaves_it_to_a_person(gateway: Server) -> None:
    (message,) = send(email="", phone="0812 3456 7890")
    worker = child(HANGS.format(pk=message.pk))
    try:
        until(lambda: Message.objects.get().status == Delivery.SENDING)
        assert run(message).status == Delivery.SENDING, "its worker lives: nobody else touches it"
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    until(lambda: run(message).status != Delivery.SENDING)
    assert (message.status, gateway.asked) == (Delivery.FAILED, 0)
    assert "worker" in message.trouble
    assert outbox.send_again(message)
    assert run(message).status == Delivery.SENT


@pytest.mark.django_db(transaction=True)
def test_the_worker_sends_what_waits(tmp_path: Path) -> None:
    (message,) = send()
    backend = "django.core.mail.backends.filebased.EmailBackend"
    assert child(WORKS.format(folder=str(tmp_path)), EMAIL_BACKEND=backend).wait(60) == 0
    message.refresh_from_db()
    assert message.status == Delivery.SENT
    (file,) = tmp_path.iterdir()
    assert message_from_bytes(file.read_bytes())["To"] == TO


def until(true: Any) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline, "never came true"
        time.sleep(0.05)
