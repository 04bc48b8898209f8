"""Where files lie: a folder each in the private storage, with "original" and "1.jpg", "2.jpg" … in it.

The original is kept as it came, since drawing anew destroys an applicant's own signature; it is never shown.
"""

import logging
from contextlib import suppress

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from geoportal.intake.opening import NotTaken, Opened

log = logging.getLogger(__name__)


def keep(it: Opened, folder: str) -> None:
    """All of it or nothing. Raises NotTaken where the storage takes nothing: full, or not there."""
    try:
        default_storage.save(f"{folder}/original", ContentFile(it.data))
        for path in it.pages:
            default_storage.save(f"{folder}/{path.name}", ContentFile(path.read_bytes()))
    except OSError as error:
        drop(folder, len(it.pages))
        log.exception("a file could not be stored")
        raise NotTaken(
            _("Files cannot be kept at the moment. Nothing was changed: try again later, or come to us.")
        ) from error


def drop(folder: str, pages: int) -> None:
    """Takes back what keep() wrote, or a part of it."""
    names = ["original", *(f"{n}.jpg" for n in range(1, pages + 1))]
    for name in (*(f"{folder}/{name}" for name in names), folder):
        with suppress(OSError):
            default_storage.delete(name)


def page(folder: str, n: int) -> bytes:
    """The picture of page `n`, from 1. Raises FileNotFoundError."""
    return read(f"{folder}/{n}.jpg")


def original(folder: str) -> bytes:
    """As it came: for download only, never to be shown in a page. Raises FileNotFoundError."""
    return read(f"{folder}/original")


def read(name: str) -> bytes:
    with default_storage.open(name) as file:
        return bytes(file.read())
