"""What was declared about the office's signing certificates: permits.signing.keys."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class KeyAct(models.TextChoices):
    RETIRED = "retired", _("No longer used")
    COMPROMISED = "compromised", _("Declared compromised")


class KeyStatement(models.Model):
    """From `since` on, this holds for a certificate. Append-only; the earliest date counts.

    Public: anybody who verifies a letter without us wants to know it.
    """

    fingerprint = models.CharField(_("SHA-256 of the certificate"), max_length=64, db_index=True)
    subject = models.CharField(_("subject"), max_length=300)
    act = models.CharField(_("statement"), max_length=11, choices=KeyAct)
    since = models.DateTimeField(_("since"))
    reason = models.CharField(_("reason"), max_length=300)
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("statement about a signing certificate")
        verbose_name_plural = _("statements about signing certificates")

    def __str__(self) -> str:
        return f"{self.subject}: {self.act}"
