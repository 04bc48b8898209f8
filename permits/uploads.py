"""Files that people send, as rows: who sent what, and where geoportal.intake keeps it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from geoportal import intake
from geoportal.accounts.models import User
from geoportal.ids import new_id
from permits.models import Upload
from permits.refusals import Refused

MOST_A_DAY: Final = 200  # by one applicant


@contextmanager
def refused() -> Iterator[None]:
    """A file that is not taken is one more reason why something cannot be done."""
    try:
        yield
    except intake.NotTaken as error:
        raise Refused(str(error)) from error


def receive(file: intake.Received, *, by: User | None, name: str) -> Upload:
    """Keeps the original as it came and page images of it. Raises Refused with words for the person."""
    _count(by)
    return _received(file, by, name, intake.DOCUMENT)[0]


def receive_picture(data: bytes, *, by: User, name: str) -> tuple[Upload, dict[str, Any]]:
    """As `receive`, for photographs alone; with what their EXIF says: geoportal.intake.decoding.exif."""
    return _received(BytesIO(data), by, name, intake.PHOTOGRAPH)


def page_image(upload: Upload, n: int) -> bytes:
    """The picture of page `n`, from 1. Raises FileNotFoundError."""
    if not 1 <= n <= upload.pages:
        raise FileNotFoundError(n)
    return intake.page(upload.path, n)


def original(upload: Upload) -> bytes:
    """As it came: for download only, never to be shown in a page."""
    return intake.original(upload.path)


def _count(by: User | None) -> None:
    if by is None or by.roles:
        return
    since = timezone.now() - timedelta(days=1)
    if Upload.objects.filter(owner=by, made_at__gte=since).count() >= MOST_A_DAY:
        raise Refused(_("You have sent %d files today. Go on tomorrow, or come to the counter.") % MOST_A_DAY)


def _received(
    file: intake.Received, by: User | None, name: str, allowed: intake.Allowed
) -> tuple[Upload, dict[str, Any]]:
    public_id = new_id()
    path = f"uploads/{public_id[:2]}/{public_id}"
    with refused(), intake.opened(file, name=name, allowed=allowed) as it:
        intake.keep(it, path)
        try:
            upload = Upload.objects.create(
                public_id=public_id,
                sha256=it.sha256,
                size=len(it.data),
                kind=it.kind,
                name=it.name,
                path=path,
                owner=by,
                pages=len(it.pages),
            )
        except BaseException:
            intake.drop(path, len(it.pages))
            raise
        return upload, it.said
