"""The letters of visits: Surat Tugas for a day, Berita Acara for what was found.

A letter is Indonesian whatever language the clerk reads, so nothing here asks gettext.
"""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import override

from geoportal.accounts.signer import signer_on
from permits import photos, seal, uploads
from permits.letters import wording
from permits.letters.content import Content, Field, Hand, Kind, Photo, Words, letterhead
from permits.letters.render import render
from permits.letters.words import day_in_words, day_with_name
from permits.models import (
    Conflict,
    Doubt,
    Found,
    SignerRole,
    Verdict,
    Visit,
    VisitKind,
    VisitPhoto,
    VisitReport,
)
from permits.points import latlon
from permits.visits import holder_of, number_of, site_of, type_of

_HEADS = ("No.", "Nomor", "Pemegang dan jenis izin", "Alamat")


def assignment(visits: Sequence[Visit]) -> bytes:
    """Surat Tugas for visits of one letter number, planned for one day."""
    first = visits[0]
    assert first.day is not None  # noqa: S101  # permits_visit_planned_for_a_day
    names = [person.called for person in first.inspectors.all()]
    task = (
        f"{settings.OFFICE_NAME} menugaskan nama di bawah ini untuk memeriksa lokasi pada "
        f"{day_with_name(first.day)}:"
    )
    rows = [
        (
            str(n),
            number_of(visit),
            f"{holder_of(visit)}, {type_of(visit).name}",
            ", ".join(part for part in (site_of(visit).address, site_of(visit).village) if part) or "–",
        )
        for n, visit in enumerate(visits, 1)
    ]
    today = timezone.localdate()
    page = Content(
        letterhead(),
        Words(
            "Surat Tugas",
            paragraphs=(task,),
            closing="Mohon bantuan seperlunya bagi petugas. Pemeriksaan ini tidak dipungut biaya.",
        ),
        number=first.letter_number,
        place_and_day=wording.place_and_day(today),
        fields=tuple(Field(f"Petugas {n}", name) for n, name in enumerate(names, 1)),
        signer=signer_on(today),
        rows=(_HEADS, *rows),
    )
    return render(Kind.ASSIGNMENT, page)


_ANSWERS = {"yes": "ya", "no": "TIDAK", "na": "tidak berlaku"}
MOST_SHOWN = 12  # photographs; the others are kept and named


def minutes(
    report: VisitReport, shots: Sequence[tuple[VisitPhoto, str]], *, seal_id: str, site: str
) -> bytes:
    """Berita Acara Pemeriksaan Lapangan on F4. `seal_id` "": a report that does not count carries no seal."""
    visit = report.visit
    when = timezone.localtime(report.recorded_at)
    shown = shots[:MOST_SHOWN]
    files = {
        f"foto{n}.jpg": photos.captioned(row, _burnt(report, row)) for n, (row, _said) in enumerate(shown)
    }
    if report.signature is not None:
        files["tanda.jpg"] = uploads.page_image(report.signature, 1)
    sketch = wording.sketch_of([report.point] if report.point else [], report.area)
    with override("id"):
        page = Content(
            letterhead(),
            _words(report, visit, when),
            number=report.number,
            fields=tuple(field for field in _facts(report, visit) if field.value),
            sketch_svg=sketch,
            sketch_caption=f"Lokasi hasil pemeriksaan ({latlon(report.point)})"
            if report.point
            else "Batas bidang",
            hands=_hands(report),
            photos=tuple(
                Photo(f"foto{n}.jpg", _told(row, said, report, n)) for n, (row, said) in enumerate(shown)
            ),
            seal_url=seal.seal_url(seal_id, site) if seal_id else None,
            seal_code=seal.grouped(seal_id) if seal_id else "",
        )
        return render(Kind.REPORT, page, files=files)


def _words(report: VisitReport, visit: Visit, when: datetime) -> Words:
    about = "pemantauan izin" if visit.kind == VisitKind.MONITORING else "pemeriksaan lapangan"
    names = ", ".join(report.team) or report.by.get_full_name()
    first = (
        f"Pada hari {day_in_words(when.date())}, pukul {when:%H.%M}, telah dilakukan {about} atas "
        f"{type_of(visit).name}, {holder_of(visit)}, nomor {number_of(visit)}, oleh {names}."
    )
    result = Verdict(report.verdict).label if report.verdict else Found(report.found).label
    paragraphs = [first, f"Hasil: {result}."]
    if report.findings:
        paragraphs.append(f"Temuan: {report.findings}")
    if report.conditions:
        paragraphs.append("Syarat yang diminta: " + "; ".join(report.conditions) + ".")
    if report.conflict:
        paragraphs.append(f"Laporan ini disimpan dan tidak berlaku: {Conflict(report.conflict).label}.")
    if report.doubts:
        doubts = "; ".join(str(Doubt(one).label) for one in report.doubts)
        paragraphs.append(f"Catatan program: {doubts}.")
    checked = tuple(
        f"{item['label']}: {_ANSWERS[answer['value']]}" + (f" ({answer['note']})" if answer["note"] else "")
        for item in visit.checklist
        if (answer := report.answers.get(item["key"]))
    )
    closing = "Demikian berita acara ini dibuat dengan sebenarnya."
    return Words("Berita Acara Pemeriksaan Lapangan", tuple(paragraphs), checked, closing)


def _facts(report: VisitReport, visit: Visit) -> list[Field]:
    site = site_of(visit)
    measured = ""
    if report.measured is not None and report.accuracy is not None:
        measured = (
            f"{latlon(report.measured)}, ketelitian {report.accuracy:.0f} m, {len(report.readings)} bacaan"
        )
    return [
        Field("Alamat", ", ".join(part for part in (site.address, site.village) if part)),
        Field("Titik yang diajukan", latlon(report.declared) if report.declared else ""),
        Field("Hasil ukur", measured),
        Field("Titik yang dipastikan", _confirmed(report)),
        Field("Jarak dari yang diajukan", f"{report.distance:.0f} m" if report.distance is not None else ""),
        Field("Kelurahan", report.village),
        Field("Luas bidang", f"{report.area_m2:.0f} m²" if report.area_m2 is not None else ""),
        Field("Alasan kunjungan", visit.reason),
    ]


def _confirmed(report: VisitReport) -> str:
    if report.point is None:
        return "tidak ada"
    return latlon(report.point) + (" (digeser petugas di peta)" if report.corrected else "")


def _hands(report: VisitReport) -> tuple[Hand, ...]:
    names = ", ".join(report.team) or report.by.get_full_name()
    role = str(SignerRole(report.signer_role).label) if report.signer_role else str(SignerRole.OWNER.label)
    if report.signature is not None:
        other = Hand(role, report.signer_name, "tanda.jpg")
    else:
        other = Hand(role, report.signer_name or f"Tidak ditandatangani: {report.unsigned_reason or '–'}")
    return Hand("Petugas pemeriksa", names), other


def _burnt(report: VisitReport, row: VisitPhoto) -> list[str]:
    """Address, coordinates, time: what stays with the picture wherever it goes."""
    site = site_of(report.visit)
    spot = row.exif_point or report.point
    where = f"{latlon(spot)} ({'dari foto' if row.exif_point else 'dari laporan'})" if spot else "tanpa titik"
    taken = row.exif_time.replace("T", " ") or f"{timezone.localtime(report.recorded_at):%Y-%m-%d %H:%M}"
    return [", ".join(part for part in (site.address, site.village) if part) or "–", where, taken]


def _told(row: VisitPhoto, said: str, report: VisitReport, n: int) -> str:
    away = report.photos[n]["metres"]
    parts = [said, f"{away:.0f} m dari titik" if away is not None else "", row.upload.sha256[:12]]
    return f"{n + 1}. " + ", ".join(part for part in parts if part)
