"""Files that people send: judged, decoded in a process of its own, and shown only as pictures drawn anew."""

import hashlib
import json
import os
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Protocol

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geoportal.accounts.models import User
from geoportal.ids import new_id
from geoportal.plugins import plugin
from permits.models import Upload
from permits.refusals import Refused
from permits.scanning import Scanner, ScannerDown

MOST_BYTES: Final = 10_000_000
MOST_A_DAY: Final = 200  # by one applicant
SECONDS: Final = 40
EXTENSIONS: Final = ("jpg", "jpeg", "jfif", "png", "pdf", "heic", "heif")
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


class Received(Protocol):
    """An uploaded file of Django, or any open file."""

    def read(self, size: int = ..., /) -> bytes: ...


def private() -> Storage:
    return storages["private"]


def receive(file: Received, *, by: User | None, name: str, most_bytes: int = MOST_BYTES) -> Upload:
    """Keeps the original as it came and page images of it. Raises Refused with words for the person."""
    label = Path(name.replace("\\", "/").replace("\0", "")).name[:150]
    if label.rpartition(".")[2].lower() not in EXTENSIONS:
        raise Refused(_WORDS["kind"])
    _count(by)
    return _received(_read(file, most_bytes), by, label)[0]


def receive_picture(data: bytes, *, by: User, name: str) -> tuple[Upload, dict[str, Any]]:
    """As `receive`, for photographs alone; with what their EXIF says: permits.decoding.exif."""
    return _received(data, by, name, pictures=True)


def _received(
    data: bytes, by: User | None, label: str, *, pictures: bool = False
) -> tuple[Upload, dict[str, Any]]:
    _scan(data)
    with TemporaryDirectory() as folder:
        kind, pages, said = _decode(data, Path(folder))
        if pictures and kind == "pdf":
            raise Refused(_WORDS["picture"])
        files = [Path(folder, f"{n}.jpg") for n in range(1, pages + 1)]
        return _keep(data, kind, files, by, label), said


def page_image(upload: Upload, n: int) -> bytes:
    """The picture of page `n`, from 1. Raises FileNotFoundError."""
    if not 1 <= n <= upload.pages:
        raise FileNotFoundError(n)
    with private().open(f"{upload.path}/{n}.jpg") as file:
        return bytes(file.read())


def original(upload: Upload) -> bytes:
    """As it came: for download only, never to be shown in a page."""
    with private().open(f"{upload.path}/original") as file:
        return bytes(file.read())


def _count(by: User | None) -> None:
    if by is None or by.roles:
        return
    since = timezone.now() - timedelta(days=1)
    if Upload.objects.filter(owner=by, made_at__gte=since).count() >= MOST_A_DAY:
        raise Refused(_("You have sent %d files today. Go on tomorrow, or come to the counter.") % MOST_A_DAY)


def _read(file: Received, most_bytes: int) -> bytes:
    data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        most = {"most": most_bytes // 1_000_000}
        raise Refused(_("This file is larger than %(most)d MB. Take a smaller photograph or scan.") % most)
    if not data:
        raise Refused(_("This file is empty. Choose it again."))
    return data


def _scan(data: bytes) -> None:
    scanner: Scanner = plugin("SCANNER")
    try:
        found = scanner.scan(data)
    except ScannerDown as error:
        raise Refused(
            _("Files cannot be checked for viruses at the moment. Nothing is lost: try again later.")
        ) from error
    if found:
        raise Refused(_("The virus scanner found something in this file. Send another copy."))


def _decode(data: bytes, folder: Path) -> tuple[str, int, dict[str, Any]]:
    try:
        done = subprocess.run(  # noqa: S603 - our own script, no argument from outside
            [sys.executable, "-I", str(_DECODER)],
            input=data,
            capture_output=True,
            cwd=folder,
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Refused(_WORDS["large"]) from error
    first, _line, second = done.stdout.decode("ascii", "replace").partition("\n")
    answer = first.split()
    if done.returncode or not answer:  # killed by one of its limits
        raise Refused(_WORDS["large" if done.returncode < 0 else "damaged"])
    if answer[0] in _WORDS:
        raise Refused(_WORDS[answer[0]])
    return answer[0], int(answer[1]), json.loads(second) if second.strip() else {}


def _keep(data: bytes, kind: str, pages: list[Path], by: User | None, name: str) -> Upload:
    public_id = new_id()
    path = f"uploads/{public_id[:2]}/{public_id}"
    written: list[str] = []
    try:
        written.append(private().save(f"{path}/original", ContentFile(data)))
        written += [private().save(f"{path}/{page.name}", ContentFile(page.read_bytes())) for page in pages]
        return Upload.objects.create(
            public_id=public_id,
            sha256=hashlib.sha256(data).hexdigest(),
            size=len(data),
            kind=kind,
            name=name,
            path=path,
            owner=by,
            pages=len(pages),
        )
    except BaseException:
        for name_written in written:
            with suppress(OSError):
                private().delete(name_written)
        raise
