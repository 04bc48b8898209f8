"""Messages to people: written in the caller's transaction, sent by the worker, each at most once.

    outbox.send(to_user=user, kind="returned", subject=…, body=…, key=f"application.{pk}.event.{n}")

A row goes waiting -> sending -> sent. "sending" is committed before anything leaves, so a worker that is
killed in between leaves a row that says so; whoever finds it closes it as not sent, outcome unknown, for a
person to look at (send_again), instead of sending it a second time.
"""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final, Protocol

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.validators import validate_email
from django.db import connection, transaction
from django.utils import timezone
from django_tasks import task

from geoportal.fields import blind_index
from geoportal.messengers import GatewayUnavailable, MessageRefused, OutcomeUnknown, messenger
from geoportal.models import Channel, Delivery, Message
from geoportal.phones import as_international

MOST_TRIES: Final = 8  # over four hours: 1, 2, 4 … minutes apart
OVERDUE: Final = timedelta(minutes=10)
_LOCK_SPACE: Final = 7304


class BadMessage(ValueError):
    """A subject or recipient that cannot be one: a line break would start another header."""


class Reachable(Protocol):
    email: str
    phone: str


def mail_or_phone(contact: str) -> tuple[str, str]:
    """What somebody left to be reached by, as an e-mail address and a telephone number: one is ""."""
    return (contact, "") if "@" in contact else ("", contact)


def send(
    *,
    to_user: Reachable | None = None,
    email: str = "",
    phone: str = "",
    kind: str,
    subject: str,
    body: str,
    key: str,
) -> list[Message]:
    """Writes a message for each way to reach the person; by telephone only where MESSENGER is configured.

    The same `key` again writes nothing. Nobody to reach: an empty list. Raises BadMessage.
    """
    email = email or (to_user.email if to_user else "")
    phone = phone or (to_user.phone if to_user else "")
    if any(sign in subject for sign in "\r\n\0"):
        raise BadMessage("a subject is one line")
    wanted: list[tuple[Channel, str]] = []
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            raise BadMessage("this is no e-mail address") from error
        wanted.append((Channel.EMAIL, email))
    if phone and messenger().configured:
        number = as_international(phone)
        if not number:
            raise BadMessage("this is no telephone number")
        wanted.append((Channel.PHONE, number))
    with transaction.atomic():
        return [_write(channel, to, kind, subject, body, key) for channel, to in wanted]


def _write(channel: Channel, to: str, kind: str, subject: str, body: str, key: str) -> Message:
    values = {"kind": kind, "recipient": to, "subject": subject, "body": body, "next_try_at": timezone.now()}
    message, new = Message.objects.get_or_create(key=key, channel=channel, defaults=values)
    if new:
        deliver.enqueue(message.pk)
    return message


@task()
def deliver(message_id: int) -> None:
    """One try. Whatever comes of it is written into the row; the next try is a task of its own."""
    with _alone(message_id) as alone:
        if not alone:
            return
        message = _claim(message_id)
        if message is None:
            return
        try:
            _hand_over(message)
        except GatewayUnavailable as error:
            _again(message, str(error))
        except (MessageRefused, OutcomeUnknown) as error:
            _close(message, Delivery.FAILED, f"{type(error).__name__}: {error}")
        else:
            _close(message, Delivery.SENT)


def send_again(message: Message) -> bool:
    """A person decided to: a message that was not sent waits once more."""
    with transaction.atomic():
        changed = Message.objects.filter(pk=message.pk, status=Delivery.FAILED).update(
            status=Delivery.WAITING, attempts=0, trouble="", next_try_at=timezone.now()
        )
        if changed:
            deliver.enqueue(message.pk)
    return bool(changed)


def sweep() -> int:
    """Gives every message that is overdue a new task, whatever became of its old one."""
    late = Message.objects.filter(
        status__in=[Delivery.WAITING, Delivery.SENDING], next_try_at__lt=timezone.now() - OVERDUE
    )
    found = list(late.values_list("pk", flat=True)[:500])
    for pk in found:
        with transaction.atomic():
            Message.objects.filter(pk=pk).update(next_try_at=timezone.now())
            deliver.enqueue(pk)
    return len(found)


@contextmanager
def _alone(message_id: int) -> Iterator[bool]:
    """Whether no other living process has this message in its hands; the lock dies with its process."""
    lock = [_LOCK_SPACE, message_id % 2**31]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", lock)
        row = cursor.fetchone()
        got = bool(row and row[0])
    try:
        yield got
    finally:
        if got:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", lock)


def _claim(message_id: int) -> Message | None:
    """Waiting becomes sending. One found sending belonged to a process that died with it."""
    with transaction.atomic():
        rows = Message.objects.select_for_update(skip_locked=True)
        message = rows.filter(pk=message_id, status__in=[Delivery.WAITING, Delivery.SENDING]).first()
        if message is None or message.next_try_at > timezone.now() + timedelta(seconds=5):
            return None
        if message.status == Delivery.SENDING:
            _close(message, Delivery.FAILED, "OutcomeUnknown: the worker ended while sending")
            return None
        message.status, message.attempts = Delivery.SENDING, message.attempts + 1
        message.save(update_fields=["status", "attempts"])
    return message


def _close(message: Message, status: Delivery, trouble: str = "") -> None:
    message.status, message.trouble = status, trouble[:200]
    message.sent_at = timezone.now() if status == Delivery.SENT else None
    message.save(update_fields=["status", "trouble", "sent_at"])


def _again(message: Message, trouble: str) -> None:
    if message.attempts >= MOST_TRIES:
        _close(message, Delivery.FAILED, f"given up after {message.attempts} tries: {trouble}")
        return
    with transaction.atomic():
        message.next_try_at = timezone.now() + timedelta(minutes=2 ** (message.attempts - 1))
        message.status, message.trouble = Delivery.WAITING, trouble[:200]
        message.save(update_fields=["next_try_at", "status", "trouble"])
        deliver.using(run_after=message.next_try_at).enqueue(message.pk)


def _hand_over(message: Message) -> None:
    key = (blind_index(f"{message.key}.{message.channel}", "outbox") or b"").hex()
    if message.channel == Channel.PHONE:
        messenger().send(to=message.recipient, text=message.body, key=key)
        return
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ")
    mail = EmailMessage(
        message.subject, message.body, None, [message.recipient], headers={"Message-ID": f"<{key}@{host}>"}
    )
    server = get_connection()
    try:
        server.open()
    except (OSError, smtplib.SMTPException) as error:
        raise GatewayUnavailable(f"the mail server does not answer: {type(error).__name__}") from error
    try:
        mail.connection = server
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = {code for code, _ in error.recipients.values()}
        raise (MessageRefused if min(codes) >= 500 else GatewayUnavailable)(f"recipient: {codes}") from error
    except smtplib.SMTPResponseException as error:
        refused = MessageRefused if error.smtp_code >= 500 else GatewayUnavailable
        raise refused(f"the mail server answered {error.smtp_code}") from error
    except (OSError, smtplib.SMTPException) as error:
        raise OutcomeUnknown(type(error).__name__) from error
    finally:
        server.close()
