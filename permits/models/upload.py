from django.db import models
from django.utils.translation import gettext_lazy as _

from geoportal.accounts.models import User
from geoportal.fields import EncryptedTextField
from geoportal.ids import new_id


class UploadKind(models.TextChoices):
    JPEG = "jpeg", _("JPEG picture")
    PNG = "png", _("PNG picture")
    HEIC = "heic", _("HEIC picture")
    PDF = "pdf", _("PDF")


class Upload(models.Model):
    """A file that somebody sent. Shown are the page images made of it; the original is kept as it came.

    `path`: its folder in the private storage, see geoportal.intake.keeping.
    """

    public_id = models.CharField(_("public id"), max_length=12, unique=True, default=new_id, editable=False)
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64)
    size = models.PositiveIntegerField(_("bytes"))
    kind = models.CharField(_("kind"), max_length=4, choices=UploadKind)
    name = EncryptedTextField(_("file name"), context="permits.upload.name")
    path = models.CharField(_("folder of the file"), max_length=40)
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, verbose_name=_("sent by"))
    pages = models.PositiveSmallIntegerField(_("pages"))
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        indexes = [models.Index(fields=["owner", "made_at"], name="permits_upload_owner")]

    def __str__(self) -> str:
        return self.public_id
