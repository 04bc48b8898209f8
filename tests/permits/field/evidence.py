"""Photographs and reports as phones send them."""

import base64
from functools import cache
from io import BytesIO
from typing import Any
from uuid import uuid4

from django.utils import timezone
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from geoportal.accounts.models import User
from permits import photos
from permits.models import Visit

LAT, LON = ((6, 1), (53, 1), (2040, 100)), ((109, 1), (40, 1), (3000, 100))  # about factories.HERE


def exif(
    lat: Any = LAT, lon: Any = LON, sides: tuple[str, str] = ("S", "E"), time: str = "2026:11:24 10:00:00"
) -> Image.Exif:
    found = Image.Exif()
    if lat is not None:
        rational = [tuple(IFDRational(*pair) for pair in parts) for parts in (lat, lon)]
        found[0x8825] = {1: sides[0], 2: rational[0], 3: sides[1], 4: rational[1]}
    if time:
        found[0x8769] = {0x9003: time, 0x9011: "+07:00"}
    return found


@cache
def picture(seed: int = 0, size: tuple[int, int] = (320, 240)) -> bytes:
    return photograph(Image.Exif(), seed, size)


def photograph(
    said: Image.Exif, seed: int = 0, size: tuple[int, int] = (320, 240), kind: str = "JPEG"
) -> bytes:
    image = Image.radial_gradient("L").resize(size).convert("RGB")
    image.paste(((seed * 37) % 256, (seed * 91) % 256, 90), (0, 0, size[0] // 3, size[1]))
    out = BytesIO()
    image.save(out, kind, exif=said.tobytes())
    return out.getvalue()


def signature() -> str:
    out = BytesIO()
    image = Image.new("RGB", (300, 120), "white")
    image.paste((29, 33, 54), (30, 40, 260, 60))
    image.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def sent(visit: Visit, by: User, n: int = 1, data: bytes | None = None) -> list[dict[str, str]]:
    """`n` photographs that arrived, as a report names them."""
    found = []
    for seed in range(n):
        row, _new = photos.receive(visit, uuid4(), data or picture(seed), digest=None, by=by)
        found.append({"key": str(row.key), "caption": f"Foto {seed}"})
    return found


def told(visit: Visit, by: User, **change: Any) -> dict[str, Any]:
    """A whole report of an inspection."""
    now = timezone.now().isoformat()
    plain = {
        "format": 1,
        "recorded_at": now,
        "sent_at": now,
        "verdict": "fits",
        "answers": {item["key"]: {"value": "yes", "note": ""} for item in visit.checklist},
        "findings": "",
        "conditions": [],
        "readings": [{"lat": -6.8891, "lon": 109.6752, "accuracy": 6, "at": now}],
        "signer_name": "Ibu Contoh",
        "signer_role": "owner",
        "signature": signature(),
    }
    if "photos" not in change:
        plain["photos"] = sent(visit, by)
    return plain | change
