"""Files that prove something: really looked into, stored privately under a random name."""

import hashlib
import secrets
import warnings
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image

MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 64_000_000  # of a photograph; a decoded PNG of that size would need four bytes each
ACCEPT = ".pdf,.jpg,.jpeg,.png"
TYPES = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}


@dataclass(frozen=True)
class Proof:
    """`content` as it came; `name` is random and says only what was found inside."""

    name: str
    sha256: str
    content: ContentFile  # type: ignore[type-arg]


def read(upload: UploadedFile) -> Proof:  # type: ignore[type-arg]
    """Raises ValidationError for what is empty, too large, or no PDF and no JPEG or PNG that decodes."""
    if not upload.size:
        raise ValidationError(_("The file is empty. Choose it once more."))
    if upload.size > MAX_BYTES:
        raise ValidationError(
            _("The file is larger than 5 MB. Take a smaller photo, or scan it less finely.")
        )
    data = upload.read(MAX_BYTES + 1)
    extension = _is_pdf(data) or _is_picture(data)
    if not extension:
        raise ValidationError(
            _("Neither a PDF nor a JPEG or PNG picture that can be opened. Choose another file.")
        )
    name = f"{secrets.token_hex(16)}.{extension}"
    return Proof(name, hashlib.sha256(data).hexdigest(), ContentFile(data))


def _is_pdf(data: bytes) -> str:
    return "pdf" if data.startswith(b"%PDF-") and b"%%EOF" in data[-2048:] else ""


def _is_picture(data: bytes) -> str:
    """Decodes the picture; phones write MPO, a JPEG with a second picture behind, which counts as JPEG."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(ContentFile(data), formats=["JPEG", "PNG"]) as picture:
                extension = "png" if picture.format == "PNG" else "jpg"
                limit = MAX_PIXELS // 4 if extension == "png" else MAX_PIXELS
                if picture.width * picture.height > limit:
                    return ""
                picture.draft("RGB", (512, 512))  # JPEG only: decodes at an eighth of the size
                picture.load()
                return extension
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return ""
