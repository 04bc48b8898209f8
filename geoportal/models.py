from django.db import models
from django.utils.translation import gettext_lazy as _

from geoportal.fields import EncryptedTextField


class Attempt(models.Model):
    """How often one key did one thing in the current window. Written only by geoportal.limits."""

    bucket = models.CharField(max_length=40)
    key = models.BinaryField(max_length=16)  # keyed hash: no address or name is stored
    hits = models.PositiveIntegerField()
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bucket", "key"], name="geoportal_attempt_once")]
        indexes = [models.Index(fields=["since"], name="geoportal_attempt_since")]

    def __str__(self) -> str:
        return f"{self.bucket}: {self.hits}"


class Channel(models.TextChoices):
    EMAIL = "email", _("e-mail")
    PHONE = "phone", _("phone message")


class Delivery(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("not sent")


class Message(models.Model):
    """One message to one person. Written and moved on only by geoportal.outbox."""

    key = models.CharField(_("key"), max_length=120)
    channel = models.CharField(_("sent by"), max_length=5, choices=Channel)
    kind = models.CharField(_("about"), max_length=40)
    recipient = EncryptedTextField(_("recipient"), context="geoportal.message.recipient")
    subject = EncryptedTextField(_("subject"), context="geoportal.message.subject")
    body = EncryptedTextField(_("text"), context="geoportal.message.body")
    status = models.CharField(_("status"), max_length=7, choices=Delivery, default=Delivery.WAITING)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(_("next try at"))
    trouble = models.CharField(_("trouble"), max_length=200, blank=True)  # a kind of error, no address
    created_at = models.DateTimeField(_("written at"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [models.UniqueConstraint(fields=["key", "channel"], name="geoportal_message_once")]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                name="geoportal_message_open",
                condition=models.Q(status__in=["waiting", "sending"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.status}"


class ChangeKind(models.TextChoices):
    INSERT = "insert", _("made")
    UPDATE = "update", _("changed")
    DELETE = "delete", _("removed")


class Change(models.Model):
    """One row that was written: see geoportal.history. Written by triggers alone, and never changed.

    `before` and `after` hold the columns that differ; of personal ones only that they did ("•"). `by` is the
    number of an account (this app knows none), `role` that of the database which wrote.
    """

    table = models.CharField(_("table"), max_length=63)
    row = models.CharField(_("row"), max_length=40)
    kind = models.CharField(_("what was done"), max_length=6, choices=ChangeKind)
    before = models.JSONField(_("before"))
    after = models.JSONField(_("after"))
    by = models.BigIntegerField(_("by"), null=True)
    role = models.CharField(_("role of the database"), max_length=63)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        indexes = [
            models.Index(fields=["table", "row", "id"], name="geoportal_change_of"),
            models.Index(fields=["by", "id"], name="geoportal_change_by"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.row}: {self.kind}"
