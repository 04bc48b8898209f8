"""The Berita Acara: what an inspector found, as a sealed PDF whose hash stands in the event of the report."""

import hashlib
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from geoportal.accounts.models import User
from permits import seal, workflow
from permits.letters import store
from permits.letters.content import Content, Field, Kind, Words, letterhead
from permits.letters.render import CannotRender, render
from permits.letters.wording import place_and_day, place_is_public, sketch_of
from permits.letters.words import day_in_words
from permits.models import Application, Event, Inspection, Letter, Verdict
from permits.numbers import allocate
from permits.points import latlon
from permits.refusals import Refused

NUMBERS: Final = "{seq:04}/BA/{month_roman}/{year}"


def hand_in(
    application: Application, visit: Inspection, *, by: User, site: str, seen: int | None = None
) -> Event:
    """The move "report" with its Berita Acara: all of it or nothing. Raises Refused.

    `site`: where the QR code leads.
    """
    today = timezone.localdate()
    with transaction.atomic():
        rows = Application.objects.select_for_update(of=("self",))
        locked = rows.select_related("version__type", "company", "former").get(pk=application.pk)
        visit.application, visit.by = locked, by
        number, seal_id = allocate(NUMBERS, on=today, scope=Kind.REPORT.value), seal.new_seal_id()
        pdf = inspection_report(locked, visit, number=number, seal_id=seal_id, site=site)
        digest = hashlib.sha256(pdf)
        visit.letter = Letter.objects.create(
            kind=Kind.REPORT,
            number=number,
            seal_hash=seal.seal_hash(seal_id),
            sha256=digest.digest(),
            file=store.put(pdf),
            issued_on=today,
        )
        data = {"report": visit, "sha256": digest.hexdigest()}
        event = workflow.apply(locked, "report", by=by, data=data, seen=seen)
    application.refresh_from_db()
    return event


def inspection_report(
    application: Application, visit: Inspection, *, number: str = "", seal_id: str = "", site: str = ""
) -> bytes:
    """The PDF about one visit; with a seal where `seal_id` and `site` are given. Raises Refused."""
    sites = list(application.sites.select_related("village"))
    kind, company = application.version.type, application.company
    form = company.legal_form if company else application.holder_form
    holder = company.name if company else application.holder_name
    secret = not place_is_public(kind, form)
    with override("id"):  # a letter's language, whatever the clerk reads
        verdict = str(Verdict(visit.verdict).label)
    fields = [
        Field("Nomor pendaftaran", application.registration_number or ""),
        Field("Jenis izin", kind.name),
        Field("Pemegang izin", holder, personal=not kind.holder_public),
        Field("Pemohon", application.applicant_name, personal=True),
        Field("Lokasi", "; ".join(one.address for one in sites if one.address), personal=secret),
        Field("Kelurahan", ", ".join(dict.fromkeys(one.village.name for one in sites if one.village))),
        Field("Titik hasil pemeriksaan", latlon(visit.point) if visit.point else "", personal=secret),
        Field("Kesimpulan", verdict),
        Field("Pemeriksa", visit.by.called),
        Field("NIP", visit.by.nip),
    ]
    points = [visit.point] if visit.point else [one.point for one in sites if one.point]
    content = Content(
        letterhead=letterhead(),
        text=Words(
            "Berita Acara Cek Lokasi",
            (f"Pada hari {day_in_words(visit.visited_on)}, lokasi permohonan berikut telah diperiksa.",),
            tuple(line.strip() for line in visit.notes.splitlines() if line.strip()),
            "Demikian berita acara ini dibuat dengan sebenarnya.",
        ),
        number=number,
        place_and_day=place_and_day(timezone.localdate()),
        fields=tuple(field for field in fields if field.value),
        seal_url=seal.seal_url(seal_id, site) if seal_id and site else None,
        seal_code=seal.grouped(seal_id) if seal_id else "",
        sketch_svg=sketch_of(points, next((one.area for one in sites if one.area), None)),
        sketch_caption="Lokasi yang diperiksa",
    )
    try:
        return render(Kind.REPORT, content)
    except CannotRender as error:
        raise Refused(str(error)) from error
