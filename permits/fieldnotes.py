"""What a phone or a form says about a visit, read and judged before anything is kept."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib.gis.geos import Point, Polygon
from django.utils import timezone
from django.utils.translation import gettext as _

from permits import geotag
from permits.definitions.reading import storable
from permits.models import Found, SignerRole, Verdict, Visit, VisitKind
from permits.points import read_latlon, read_outline

ANSWERS: Final = ("yes", "no", "na")
MOST_PHOTOS: Final = 40
MOST_SIGNATURE: Final = 300_000  # bytes


class Invalid(ValueError):
    """`problems`: what is to be put right, in words, all at once."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


@dataclass(frozen=True)
class Shot:
    key: UUID
    caption: str


@dataclass(frozen=True)
class Notes:
    recorded_at: datetime
    verdict: str = ""
    found: str = ""
    answers: dict[str, dict[str, str]] = field(default_factory=dict)
    findings: str = ""
    conditions: list[str] = field(default_factory=list)
    readings: list[geotag.Reading] = field(default_factory=list)
    corrected: Point | None = None
    area: Polygon | None = None
    photos: list[Shot] = field(default_factory=list)
    signer_name: str = ""
    signer_role: str = ""
    unsigned_reason: str = ""
    signature: bytes = b""


class _Reader:
    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data, self.problems = data, list[str]()

    def text(self, key: str, longest: int) -> str:
        value = self.data.get(key, "")
        return value.strip()[:longest] if isinstance(value, str) and storable(value) else ""

    def list(self, key: str) -> list[Any]:
        value = self.data.get(key)
        return value if isinstance(value, list) else []


def key_of(text: Any) -> UUID | None:
    try:
        return UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None


def read(data: Any, visit: Visit) -> Notes:
    """Raises Invalid."""
    reader = _Reader(data if isinstance(data, Mapping) else {})
    now = timezone.now()
    notes = Notes(
        recorded_at=geotag.moment(reader.data.get("recorded_at")) or now,
        answers=_answers(reader, visit),
        findings=reader.text("findings", 4000),
        conditions=[
            line.strip()[:500]
            for line in reader.list("conditions")[:30]
            if isinstance(line, str) and line.strip() and storable(line)
        ],
        readings=geotag.read(reader.data.get("readings")),
        corrected=read_latlon(reader.text("corrected", 60)),
        area=_area(reader),
        photos=_photos(reader),
        signer_name=" ".join(reader.text("signer_name", 150).split()),
        **_verdict(reader, visit),
        **_signature(reader),
    )
    found_nothing = notes.found == Found.NOT_FOUND
    if notes.verdict != Verdict.FITS and notes.found != Found.FOUND and not notes.findings:
        reader.problems.append(_("Say what was found: the decision rests on it."))
    if visit.kind == VisitKind.INSPECTION and not notes.signature and not notes.unsigned_reason:
        reader.problems.append(_("Let the owner or a witness sign, or write why nobody signed."))
    if notes.signature and not notes.signer_name:
        reader.problems.append(_("Write the name of whoever signed."))
    if not notes.photos and not found_nothing and visit.kind == VisitKind.INSPECTION:
        reader.problems.append(_("Take at least one photograph of the place."))
    if reader.problems:
        raise Invalid(reader.problems)
    return notes


def _verdict(reader: _Reader, visit: Visit) -> dict[str, Any]:
    verdict, found = reader.text("verdict", 20), reader.text("found", 20)
    if visit.kind == VisitKind.MONITORING:
        if found not in Found:
            reader.problems.append(_("Say whether the place was found."))
        return {"found": found}
    if verdict not in Verdict:
        reader.problems.append(_("Choose the verdict."))
    return {"verdict": verdict}


def _answers(reader: _Reader, visit: Visit) -> dict[str, dict[str, str]]:
    raw = reader.data.get("answers")
    raw = raw if isinstance(raw, Mapping) else {}
    found, open_ = {}, []
    for item in visit.checklist:
        one = raw.get(item["key"])
        inner = _Reader(one if isinstance(one, Mapping) else {})
        value = inner.text("value", 3)
        if value in ANSWERS:
            found[item["key"]] = {"value": value, "note": inner.text("note", 500)}
        else:
            open_.append(item["label"])
    if open_ and visit.kind == VisitKind.INSPECTION:
        reader.problems.append(_("Answer the whole checklist; missing: %s") % "; ".join(open_[:5]))
    return found


def _area(reader: _Reader) -> Polygon | None:
    text = reader.text("outline", 8000)
    area = read_outline(text) if text else None
    if text and area is None:
        reader.problems.append(
            _("The outline encloses nothing: draw at least three corners, and lines that do not cross.")
        )
    return area


def _photos(reader: _Reader) -> list[Shot]:
    found: dict[UUID, Shot] = {}
    for one in reader.list("photos"):
        inner = _Reader(one if isinstance(one, Mapping) else {})
        key = key_of(inner.data.get("key"))
        if key is not None:
            found[key] = Shot(key, inner.text("caption", 200))
    if len(found) > MOST_PHOTOS:
        reader.problems.append(_("At most %d photographs for one visit.") % MOST_PHOTOS)
    return list(found.values())


def _signature(reader: _Reader) -> dict[str, Any]:
    role = reader.text("signer_role", 8)
    picture, head = reader.data.get("signature") or "", "data:image/png;base64,"
    data = b""
    if isinstance(picture, str) and picture.startswith(head) and len(picture) < MOST_SIGNATURE * 4 // 3:
        try:
            data = base64.b64decode(picture.removeprefix(head), validate=True)
        except binascii.Error:
            data = b""
    if picture and not data:
        reader.problems.append(_("The signature cannot be read. Let it be drawn again."))
    return {
        "signature": data,
        "signer_role": role if role in SignerRole else "",
        "unsigned_reason": "" if data else reader.text("unsigned_reason", 300),
    }
