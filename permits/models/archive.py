"""Letters from before this system, known by number, file and the address their QR code leads to."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from permits.models.permit import Permit


class ArchivedLetter(models.Model):
    """Written by `import_letters` alone. The public asks by SQL functions: permits/sql/archive.sql."""

    number = models.CharField(_("number"), max_length=100, unique=True)
    number_key = models.CharField(_("number without punctuation"), max_length=100, db_index=True)
    issued_on = models.DateField(_("issued on"))
    sha256 = models.BinaryField(_("SHA-256 of the file"), max_length=32, unique=True, null=True, blank=True)
    old_target = models.CharField(
        _("where its QR code leads"), max_length=300, unique=True, null=True, blank=True
    )
    permit = models.ForeignKey(
        Permit, models.PROTECT, null=True, blank=True, related_name="archived", verbose_name=_("permit")
    )

    class Meta:
        verbose_name = _("letter from before")
        verbose_name_plural = _("letters from before")

    def __str__(self) -> str:
        return self.number
