"""Photographs of visits: the original kept by its hash, the copy for the report with its caption burnt in."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO
from typing import Final
from uuid import UUID

from django.contrib.gis.geos import Point
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont

from geoportal import intake
from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from permits import uploads
from permits.models import Visit, VisitPhoto
from permits.refusals import Refused
from permits.workflow import Forbidden

MOST_BYTES: Final = intake.PHOTOGRAPH.most_bytes
SIDE: Final = 1000  # pixels of the report's copy


class CutOff(Refused):
    """What came is not what was sent."""


def receive(
    visit: Visit, key: UUID, data: bytes, *, digest: bytes | None, by: User
) -> tuple[VisitPhoto, bool]:
    """The photograph, and whether it is new. A second sending finds the first, whatever became of its answer.

    `digest`: SHA-256 as the phone computed it. Raises Refused.
    """
    if not by.has_role(Role.INSPECTOR):
        raise Forbidden(_("Photographs of a visit are sent by inspectors."))
    known = VisitPhoto.objects.select_related("upload").filter(key=key).first()
    if known is not None:
        return _same(known, visit, by), False
    if len(data) > MOST_BYTES:
        raise Refused(too_large())
    if digest is not None and hashlib.sha256(data).digest() != digest:
        raise CutOff(_("This photograph was damaged on its way. It is sent again."))
    upload, said = uploads.receive_picture(data, by=by, name=_("photograph of a visit") + ".jpg")
    point = Point(said["lon"], said["lat"], srid=4326) if "lat" in said else None
    try:
        with transaction.atomic():
            row = VisitPhoto.objects.create(
                visit=visit, key=key, upload=upload, exif_point=point, exif_time=said.get("time", ""), by=by
            )
    except IntegrityError:  # the same photograph, sent twice at the same time
        return _same(VisitPhoto.objects.select_related("upload").get(key=key), visit, by), False
    return row, True


def too_large() -> str:
    most = {"most": MOST_BYTES // 1_000_000}
    return _("This file is larger than %(most)d MB: perhaps a video. Send photographs only.") % most


def _same(known: VisitPhoto, visit: Visit, by: User) -> VisitPhoto:
    if known.visit_id != visit.pk or known.by_id != by.pk:
        raise Refused(_("This photograph belongs to another report. Take it again."))
    return known


def from_another_day(photo: VisitPhoto) -> bool:
    """By the camera's clock, which is local where it names no zone; two days' grace for wrong ones."""
    try:
        taken = parse_datetime(photo.exif_time) if photo.exif_time else None
    except ValueError:
        return False
    if taken is None:
        return False
    taken = taken if timezone.is_aware(taken) else timezone.make_aware(taken)
    return abs(photo.at - taken) > timedelta(days=2)


def captioned(photo: VisitPhoto, lines: Sequence[str]) -> bytes:
    """A JPEG of at most 1,000 pixels with `lines` on a band at its foot."""
    picture = Image.open(BytesIO(uploads.page_image(photo.upload, 1))).convert("RGB")
    picture.thumbnail((SIDE, SIDE))
    size = max(14, picture.width // 45)
    font, step = ImageFont.load_default(size), size + size // 3
    band = Image.new("RGB", (picture.width, step * len(lines) + size), (29, 33, 54))
    draw = ImageDraw.Draw(band)
    for n, line in enumerate(lines):
        draw.text(
            (size // 2, size // 2 + n * step), _fitting(line, font, picture.width - size), "white", font
        )
    whole = Image.new("RGB", (picture.width, picture.height + band.height))
    whole.paste(picture, (0, 0))
    whole.paste(band, (0, picture.height))
    out = BytesIO()
    whole.save(out, "JPEG", quality=78)
    return out.getvalue()


def _fitting(line: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int) -> str:
    while line and font.getlength(line) > width:
        line = line[:-2].rstrip() + "…" if len(line) > 2 else ""
    return line
