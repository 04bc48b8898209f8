"""The letters of visits: Surat Tugas for a day, Berita Acara for what was found.

A letter is Indonesian whatever language the clerk reads, so nothing here asks gettext.
"""

from collections.abc import Sequence

from django.conf import settings
from django.utils import timezone

from geoportal.accounts.signer import signer_on
from permits.letters.content import Content, Field, Kind, Words, letterhead
from permits.letters.render import render
from permits.letters.words import day, day_with_name
from permits.models import Visit
from permits.visits import holder_of, number_of, site_of, type_of

_HEADS = ("No.", "Nomor", "Pemegang dan jenis izin", "Alamat")


def assignment(visits: Sequence[Visit]) -> bytes:
    """Surat Tugas for visits of one letter number, planned for one day."""
    first = visits[0]
    assert first.day is not None  # noqa: S101  # permits_visit_planned_for_a_day
    names = [person.get_full_name() or person.get_username() for person in first.inspectors.all()]
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
    city = settings.OFFICE_CITY.removeprefix("Kota ").removeprefix("Kabupaten ")
    today = timezone.localdate()
    page = Content(
        letterhead(),
        Words(
            "Surat Tugas",
            paragraphs=(task,),
            closing="Mohon bantuan seperlunya bagi petugas. Pemeriksaan ini tidak dipungut biaya.",
        ),
        number=first.letter_number,
        place_and_day=f"{city}, {day(today)}",
        fields=tuple(Field(f"Petugas {n}", name) for n, name in enumerate(names, 1)),
        signer=signer_on(today),
        rows=(_HEADS, *rows),
    )
    return render(Kind.ASSIGNMENT, page)
