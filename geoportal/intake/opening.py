"""From bytes that anybody may have sent to page images: what is allowed, scanned, decoded apart."""

import hashlib
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geoportal.intake import limited
from geoportal.intake.scanning import Scanner, ScannerDown
from geoportal.plugins import plugin

EXTENSIONS: Final = ("jpg", "jpeg", "jfif", "png", "pdf", "heic", "heif")
LIMITS: Final = limited.Limits(seconds=9, cpu_seconds=8, memory=1_536 << 20, file_bytes=8 << 20)
LONGEST_NAME: Final = 150
_HEIF: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"hevc"})
_DECODER: Final = Path(__file__).with_name("decoding.py")
_WORDS: Final[dict[str, Promise]] = {
    "kind": gettext_lazy("This is no JPEG, PNG, HEIC or PDF file. Take a photograph, or save it as PDF."),
    "picture": gettext_lazy("This is no photograph (JPEG, PNG or HEIC). Take a photograph instead."),
    "damaged": gettext_lazy(
        "This file is damaged or was cut off on its way. Open it yourself, then send it again."
    ),
    "large": gettext_lazy(
        "This file is too large to open. Take a photograph with fewer pixels, or scan anew."
    ),
    "small": gettext_lazy("This picture is so small that nothing can be read. Take a larger one."),
    "locked": gettext_lazy("This PDF is locked with a password. Save it without one, then send it again."),
    "pages": gettext_lazy("This PDF has more than 60 pages. Send only the pages that are asked for."),
}


class NotTaken(ValueError):
    """A file that is not taken; the text says why and what to do. Nothing of it is kept."""


@dataclass(frozen=True)
class Allowed:
    """What a page takes. How many files, whoever asks for them says: permits.documents, for example."""

    kinds: frozenset[str]
    most_bytes: int


_PICTURES = frozenset({"jpeg", "png", "heic"})
DOCUMENT: Final = Allowed(_PICTURES | {"pdf"}, 10_000_000)
PHOTOGRAPH: Final = Allowed(_PICTURES, 25_000_000)
PROOF: Final = Allowed(_PICTURES | {"pdf"}, 5_000_000)  # of who has no account


class Received(Protocol):
    """An uploaded file of Django, or any open file."""

    def read(self, size: int = ..., /) -> bytes: ...


@dataclass(frozen=True)
class Opened:
    """`pages`: JPEGs drawn anew, in a folder that ends with the block. `said`: decoding.exif."""

    data: bytes
    sha256: str
    kind: str
    name: str
    pages: list[Path]
    said: dict[str, Any]


def label(name: str) -> str:
    """A name to show: no path, nothing invisible, nothing that turns the reading direction."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(sign for sign in last if sign.isprintable()).strip()
    stem, dot, extension = shown.rpartition(".")
    if len(shown) <= LONGEST_NAME or len(extension) > 10:
        return shown[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - 1 - len(extension)]}{dot}{extension}"


def read(file: Received, most_bytes: int) -> bytes:
    """Raises NotTaken for what is larger, or empty."""
    data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        most = {"most": most_bytes // 1_000_000}
        raise NotTaken(_("This file is larger than %(most)d MB. Take a smaller photograph or scan.") % most)
    if not data:
        raise NotTaken(_("This file is empty. Choose it again."))
    return data


@contextmanager
def opened(file: Received, *, name: str, allowed: Allowed = DOCUMENT) -> Iterator[Opened]:
    """What it is and its page images, as long as the block lasts. Raises NotTaken."""
    shown = label(name)
    _stem, dot, extension = shown.rpartition(".")
    if not dot or extension.lower() not in EXTENSIONS:
        raise NotTaken(_WORDS["kind"])
    data = read(file, allowed.most_bytes)
    if not _may_be_one(data):
        raise NotTaken(_WORDS["kind"])
    _scan(data)
    with TemporaryDirectory() as folder:
        kind, pages, said = _decode(data, folder)
        if kind not in allowed.kinds:
            raise NotTaken(_WORDS["picture"])
        files = [Path(folder, f"{n}.jpg") for n in range(1, pages + 1)]
        yield Opened(data, hashlib.sha256(data).hexdigest(), kind, shown, files, said)


def _may_be_one(data: bytes) -> bool:
    """By its first bytes, which prove nothing: the decoder is only not troubled with the rest."""
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return True
    if data[4:8] == b"ftyp":
        return bool(_HEIF & {data[at : at + 4] for at in (8, *range(16, 64, 4))})
    return data[:1024].lstrip(b"\xef\xbb\xbf\r\n\t \0").startswith(b"%PDF-")


def _scan(data: bytes) -> None:
    scanner: Scanner = plugin("SCANNER")
    try:
        found = scanner.scan(data)
    except ScannerDown as error:
        raise NotTaken(
            _("Files cannot be checked for viruses at the moment. Nothing is lost: try again later.")
        ) from error
    if found:
        raise NotTaken(_("The virus scanner found something in this file. Send another copy."))


def _decode(data: bytes, folder: str) -> tuple[str, int, dict[str, Any]]:
    try:
        done = limited.run(_DECODER, data, LIMITS, folder=folder)
    except subprocess.TimeoutExpired as error:
        raise NotTaken(_WORDS["large"]) from error
    first, _line, second = done.stdout.decode("ascii", "replace").partition("\n")
    answer = first.split()
    if done.returncode or not answer:  # killed by one of its limits
        raise NotTaken(_WORDS["large" if done.returncode < 0 else "damaged"])
    if answer[0] in _WORDS:
        raise NotTaken(_WORDS[answer[0]])
    return answer[0], int(answer[1]), json.loads(second) if second.strip() else {}
