"""Letters in the private storage, named by their SHA-256: writing one twice is writing it once."""

import hashlib

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage


class Damaged(Exception):
    """The storage does not hold what was put there under this name."""


def put(pdf: bytes) -> str:
    """Stores `pdf` and returns its name. What a crash cut off is replaced."""
    digest = hashlib.sha256(pdf).hexdigest()
    name = f"letters/{digest[:2]}/{digest}.pdf"
    if default_storage.exists(name):
        try:
            get(name)
        except Damaged:
            default_storage.delete(name)
        else:
            return name
    default_storage.save(name, ContentFile(pdf))
    get(name)  # two that store the same at the same time: the second gets another name, and the first stays
    return name


def get(name: str) -> bytes:
    """The file as it was stored. Raises Damaged."""
    try:
        with default_storage.open(name) as file:
            content: bytes = file.read()
    except OSError as error:
        raise Damaged(f"{name}: {error.strerror}") from error
    if hashlib.sha256(content).hexdigest() != name.rpartition("/")[2].removesuffix(".pdf"):
        raise Damaged(f"{name}: its content does not fit its name")
    return content
