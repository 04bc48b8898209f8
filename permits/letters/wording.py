"""The letters about an application: the type's text with its fields filled, and what this case adds.

A letter is Indonesian whatever language the clerk reads, so nothing here asks gettext.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

import shapely
from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry, Point, Polygon
from django.utils import timezone
from django.utils.translation import override

from companies.models import PERSONS, Commodity
from geoportal.accounts.signer import signer_on
from geoportal.geography.models import Zone
from permits import questions
from permits.definitions import LetterText, Question, QuestionKind, definition_of
from permits.definitions.parts import FIELD
from permits.issuing import Surveyed, surveyed, term
from permits.letters import sketch
from permits.letters.content import Content, Field, Kind, Words, letterhead
from permits.letters.words import day
from permits.models import (
    Application,
    ApplicationSite,
    Draft,
    DraftKind,
    LocationKind,
    LocationPublic,
    PermitSite,
    PermitType,
    Purpose,
)
from permits.points import latlon

Site = ApplicationSite | PermitSite
_AROUND = 0.02  # degrees: villages whose borders a sketch may show
_PLAIN = LetterText("{type}", ("Izin ini diberikan kepada {holder}, beralamat di {address}.",))
_COPY = LetterText(
    "Salinan {type}",
    ("Surat ini adalah salinan atas izin nomor {former} yang diberikan kepada {holder}, {address}.",),
    closing="Salinan ini dibuat atas permohonan pemegang izin.",
)
_CLOSURE = LetterText(
    "Pencabutan {type} atas permohonan",
    ("Izin nomor {former} yang diberikan kepada {holder}, {address}, dicabut atas permohonan pemegangnya.",),
    closing="Sejak tanggal surat ini izin tersebut tidak berlaku lagi.",
)
_REFUSAL = (
    "Sehubungan dengan permohonan {type} dengan nomor pendaftaran {registration} tanggal {submitted_on}, "
    "dengan ini kami sampaikan bahwa permohonan tersebut tidak dapat dikabulkan."
)
_AFTER_REFUSAL = (
    "Saudara dapat mengajukan permohonan baru setelah hal tersebut dipenuhi, atau mengajukan keberatan "
    "tertulis kepada kantor kami dalam 21 hari kerja sejak surat ini diterima."
)


def kind_of(draft: Draft) -> Kind:
    return Kind.REFUSAL if draft.kind == DraftKind.REFUSAL else Kind.PERMIT


def letter_of(application: Application, *, on: date) -> Content:
    """What the draft of `application` becomes, signed on `on` by whoever signs that day. Not numbered yet."""
    sites = _sites(application)
    if application.draft.kind == DraftKind.REFUSAL:
        return _refusal(application, sites, on)
    return _permit(application, sites, on)


def receipt_of(application: Application, *, pin: str, site: str) -> Content:
    """Its QR code leads to where the application is followed. `pin` "": it is not known any more."""
    number = application.registration_number or ""
    sent = timezone.localtime(application.submitted_at)
    return Content(
        letterhead=letterhead(),
        text=Words(
            "Tanda Terima Permohonan",
            ("Permohonan berikut telah kami terima.",),
            closing="Ikuti perkembangannya dengan nomor pendaftaran dan PIN, tanpa perlu akun. "
            "Simpan tanda terima ini dan jangan tunjukkan PIN kepada orang lain.",
        ),
        number=number,
        fields=(
            Field("Jenis izin", application.version.type.name),
            Field("Keperluan", _PURPOSES[Purpose(application.purpose)]),
            Field("Pemegang izin", _holder(application)),
            Field("Pemohon", application.applicant_name),
            Field("Diterima", f"{day(sent.date())}, pukul {sent:%H.%M}"),
        ),
        pin=pin,
        seal_url=f"{site}/lacak/?nomor={number}",
    )  # fmt: skip


_PURPOSES = {
    Purpose.NEW: "Baru",
    Purpose.RENEWAL: "Perpanjangan",
    Purpose.CHANGE: "Perubahan",
    Purpose.COPY: "Salinan",
    Purpose.CLOSURE: "Pencabutan atas permohonan",
}


def _permit(application: Application, sites: list[Site], on: date) -> Content:
    kind, draft = application.version.type, application.draft
    own = definition_of(application.version).letter or _PLAIN
    own = {Purpose.COPY: _COPY, Purpose.CLOSURE: _CLOSURE}.get(Purpose(application.purpose), own)
    text = replace(
        own,
        conditions=tuple(draft.conditions) or own.conditions,
        copies_to=tuple(draft.copies_to) or own.copies_to,
    )
    begin, until = term(application, on)
    form = application.company.legal_form if application.company else application.holder_form
    values = _values(application, sites, on, until)
    filled = text.filled(values)
    facts = [
        Field("Pemegang izin", _holder(application), personal=not kind.holder_public, label_en="Holder"),
        Field("NIB", _nib(application), personal=not kind.holder_public, label_en="NIB"),
        Field("Lokasi", values["address"], personal=not place_is_public(kind, form), label_en="Place"),
        Field("Kelurahan", values["village"], label_en="Village"),
        Field("Nomor izin", values["former"], label_en="Permit"),
        *_personal(application, text),
        Field("Nomor pendaftaran", application.registration_number or "", label_en="Application"),
        Field("Berlaku", f"{day(begin)} sampai {values['valid_until']}", label_en="In force"),
    ]
    svg = _sketch(application, sites)
    return Content(
        letterhead=letterhead(),
        text=words_of(filled),
        english=words_of(filled.bilingual) if filled.bilingual else None,
        place_and_day=place_and_day(on),
        holder=_holder(application),
        holder_personal=not kind.holder_public,
        fields=tuple(fact for fact in facts if fact.value),
        copies_to=filled.copies_to,
        signer=signer_on(on),
        sketch_svg=svg,
        sketch_caption=_caption(application, values, sites) if svg else "",
    )


def _refusal(application: Application, sites: list[Site], on: date) -> Content:
    reasons = tuple(line.strip() for line in application.draft.reasons.splitlines() if line.strip())
    values = _values(application, sites, on, None)
    text = LetterText("Penolakan Permohonan", (_REFUSAL,), reasons, closing=_AFTER_REFUSAL)
    # the reasons are the clerk's own words: a brace in them is a brace
    words = replace(words_of(text.filled(values)), conditions=reasons)
    return Content(
        letterhead=letterhead(),
        text=words,
        about=f"Penolakan permohonan {application.version.type.name}",
        place_and_day=place_and_day(on),
        holder=_holder(application),
        address=(values["address"],) if values["address"] else (),
        copies_to=tuple(application.draft.copies_to),
        signer=signer_on(on),
    )


def words_of(text: LetterText) -> Words:
    return Words(text.title, text.paragraphs, text.conditions, text.closing)


def place_and_day(on: date) -> str:
    city = settings.OFFICE_CITY.removeprefix("Kota ").removeprefix("Kabupaten ")
    return f"{city}, {day(on)}"


def _holder(application: Application) -> str:
    return application.company.name if application.company else application.holder_name


def _nib(application: Application) -> str:
    return (application.company.nib or "") if application.company else application.holder_nib


def _sites(application: Application) -> list[Site]:
    """A copy or a closure is about the places of its permit."""
    own: list[Site] = list(application.sites.select_related("village"))
    if own or application.former is None:
        return own
    return list(application.former.sites.select_related("village"))


def place_is_public(kind: PermitType, form: str) -> bool:
    """In a public rendition, which stays as it is: only what needs no consent that could be withdrawn."""
    person = not form or form in PERSONS
    return kind.location_public == LocationPublic.EXACT and (
        not person or kind.location_kind == LocationKind.PRACTICE
    )


def _values(application: Application, sites: list[Site], on: date, until: date | None) -> dict[str, str]:
    """What {fields} of a text stand for."""
    answers = application.all_answers
    asked = definition_of(application.version).questions
    villages = dict.fromkeys(site.village.name for site in sites if site.village)
    sent = application.submitted_at
    return {question.key: _answer(question, answers.get(question.key)) for question in asked} | {
        "number": "{number}",  # given later: Content.numbered
        "type": application.version.type.name,
        "holder": _holder(application),
        "company": _holder(application),
        "applicant": application.applicant_name,
        "nib": _nib(application),
        "address": "; ".join(site.address for site in sites if site.address),
        "village": ", ".join(villages),
        "issued_on": day(on),
        "valid_until": day(until) if until else "tanpa batas waktu",
        "former": application.former.number if application.former else "",
        "registration": application.registration_number or "",
        "submitted_on": day(timezone.localdate(sent)) if sent else "",
    }


def _answer(question: Question, value: Any) -> str:
    if value is None or value == "" or value == []:
        return ""
    match question.kind:
        case QuestionKind.DATE:
            try:
                return day(date.fromisoformat(str(value)))
            except ValueError:
                return str(value)
        case QuestionKind.YES_NO:
            return "ya" if value in (True, "yes") else "tidak"
        case QuestionKind.NUMBER:
            return str(value).replace(".", ",")
        case QuestionKind.CHOICE:
            return str(dict(question.options).get(str(value), value))
        case QuestionKind.POINT | QuestionKind.POLYGON:
            with override("id"):
                return questions.read(question, value)
        case QuestionKind.COMMODITY:
            names = Commodity.objects.filter(slug__in=value).values_list("name", flat=True)
            return ", ".join(names)
    return str(value)


def _personal(application: Application, text: LetterText) -> Iterable[Field]:
    """Personal data that the letter names stands among its facts too: the public rendition hides those."""
    named = set(FIELD.findall(json.dumps(asdict(text))))
    answers = application.all_answers
    for question in definition_of(application.version).questions:
        if question.personal and question.key in named:
            yield Field(question.label, _answer(question, answers.get(question.key)), personal=True)
    if "applicant" in named and application.applicant_name != _holder(application):
        yield Field("Pemohon", application.applicant_name, personal=True, label_en="Applicant")


def _sketch(application: Application, sites: list[Site]) -> str | None:
    found = surveyed(application)
    drawn = [one.area for one in found.values() if one.area]
    area = next(iter(drawn), None) or next((site.area for site in sites if site.area), None)
    points = [
        found.get(site.ordinal, Surveyed()).point or (site.point if area is None else None) for site in sites
    ]
    return sketch_of([point for point in points if point], area)


def sketch_of(points: Sequence[Point], area: Polygon | None) -> str | None:
    """A sketch with the borders of the villages around; None where no place is known."""
    if not points and area is None:
        return None
    box = Polygon.from_bbox((area or points[0].buffer(_AROUND)).extent)
    box.srid = 4326
    near = Zone.objects.villages().filter(area__bboverlaps=box).values_list("area", flat=True)
    around = [_shape(village) for village in near if village]
    return sketch.draw(list(map(_shape, points)), _shape(area) if area else None, around=around)


def _caption(application: Application, values: dict[str, str], sites: list[Site]) -> str:
    parts = [part for part in (values["address"], values["village"]) if part]
    found = surveyed(application).get(sites[0].ordinal, Surveyed()) if len(sites) == 1 else Surveyed()
    point = found.point or (sites[0].point if len(sites) == 1 else None)
    if point is not None:
        parts.append(f"({latlon(point)})")
    return f"Lokasi: {', '.join(parts)}"


def _shape(geometry: GEOSGeometry) -> Any:
    return shapely.from_wkb(bytes(geometry.wkb))
