"""Letters, their numbers, and letters on their way from a number to a signed file."""

from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from geoportal.fields import EncryptedTextField
from permits.letters.content import Kind
from permits.models.permit import Permit


class NumberCounter(models.Model):
    """The last number given in a scope and period; upserted in the transaction that takes it."""

    scope = models.CharField(_("scope"), max_length=60)
    period = models.CharField(_("period"), max_length=10, blank=True)
    last = models.PositiveIntegerField(_("last number"))

    class Meta:
        verbose_name = _("counter of numbers")
        verbose_name_plural = _("counters of numbers")
        constraints = [models.UniqueConstraint(fields=["scope", "period"], name="permits_numbercounter_once")]


class VoidNumber(models.Model):
    """A number that was given and that no letter carries, and why. Append-only."""

    number = models.CharField(_("number"), max_length=100, unique=True)
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("void number")
        verbose_name_plural = _("void numbers")

    def __str__(self) -> str:
        return self.number


class Letter(models.Model):
    """A letter that was issued. Only the hash of its seal id is kept: permits.seal.

    `file` and `public_file` are names in the private storage; letters from before this system have none.
    """

    permit = models.ForeignKey(
        Permit, models.PROTECT, null=True, blank=True, related_name="letters", verbose_name=_("permit")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.PERMIT)
    number = models.CharField(_("number"), max_length=100, blank=True)
    seal_hash = models.BinaryField(_("hash of the seal"), max_length=32, unique=True)
    sha256 = models.BinaryField(_("SHA-256 of the file"), max_length=32, unique=True, null=True, blank=True)
    file = models.CharField(_("file"), max_length=100, blank=True)
    public_file = models.CharField(_("public rendition"), max_length=100, blank=True)
    request_id = models.UUIDField(_("request"), unique=True, null=True, blank=True)
    signer_name = models.CharField(_("signer"), max_length=150, blank=True)
    signer_title = models.CharField(_("signer's title"), max_length=200, blank=True)
    issued_on = models.DateField(_("issued on"))
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)
    withdrawn_reason = models.CharField(_("reason of the withdrawal"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(kind=Kind.PERMIT) | models.Q(permit__isnull=False),
                name="permits_letter_of_a_permit",
            )
        ]

    def __str__(self) -> str:
        return self.number or f"letter of {self.permit_id}"


class IssuingState(models.TextChoices):
    PREPARED = "prepared", _("Number given")
    DISPATCHED = "dispatched", _("Sent to the signer")
    UNKNOWN = "unknown", _("Outcome unknown")
    STORED = "stored", _("Signed and stored")
    FINISHED = "finished", _("Issued")
    VOID = "void", _("Given up")


class IssuingQuerySet(models.QuerySet["Issuing"]):
    def open(self) -> Self:
        return self.exclude(state__in=[IssuingState.FINISHED, IssuingState.VOID])

    def finishable(self) -> Self:
        """Signed and stored: what is left needs no passphrase."""
        return self.filter(state=IssuingState.STORED)


class Issuing(models.Model):
    """A letter between its number and its signed file; every step can be repeated: permits.letters.issuing.

    `subject` names what it is for ("application:12"); `content` is the letter as the signer approved it.
    """

    subject = models.CharField(_("subject"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    number = models.CharField(_("number"), max_length=100, unique=True)
    request_id = models.UUIDField(_("request"), unique=True, default=uuid4, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=IssuingState, default=IssuingState.PREPARED, editable=False
    )
    content = EncryptedTextField(_("content"), context="permits.issuing.content")
    issued_on = models.DateField(_("issued on"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("by")
    )
    prepared_at = models.DateTimeField(_("prepared at"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)
    trouble = models.CharField(_("what happened"), max_length=300, blank=True)
    seal_hash = models.BinaryField(_("hash of the seal"), max_length=32, null=True)
    sha256 = models.BinaryField(_("SHA-256 of the file"), max_length=32, null=True)
    file = models.CharField(_("file"), max_length=100, blank=True)
    public_file = models.CharField(_("public rendition"), max_length=100, blank=True)
    letter = models.OneToOneField(
        Letter, models.PROTECT, null=True, editable=False, related_name="issuing", verbose_name=_("letter")
    )

    objects = IssuingQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter being issued")
        verbose_name_plural = _("letters being issued")
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "kind"],
                condition=~models.Q(state=IssuingState.VOID),
                name="permits_issuing_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=[IssuingState.STORED, IssuingState.FINISHED])
                | models.Q(sha256__isnull=False, seal_hash__isnull=False),
                name="permits_issuing_stored_has_file",
            ),
            models.CheckConstraint(
                condition=models.Q(state=IssuingState.FINISHED, letter__isnull=False)
                | (~models.Q(state=IssuingState.FINISHED) & models.Q(letter__isnull=True)),
                name="permits_issuing_finished_has_letter",
            ),
        ]

    def __str__(self) -> str:
        return self.number
