"""The Berita Acara: rendered with the report, sealed, its hash in the event's chain."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from permits import minutes, workflow
from permits.letters import store
from permits.models import Application, Inspection, Letter, NumberCounter, Verdict
from permits.models import ApplicationStatus as Status
from permits.refusals import Refused
from tests import factories
from tests.permits.letters.test_render import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private")]
SITE = "https://izin.example"
FOUND = "Papan nama uji terpasang.\nAkses jalan uji lebar."


@pytest.fixture
def private(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def inspector() -> User:
    return factories.staff(Role.INSPECTOR)


@pytest.fixture
def visited() -> Application:
    factories.village()
    made = factories.at("processing", needs_inspection=True)
    workflow.apply(made, "order_inspection", by=factories.staff(Role.BACK_OFFICE))
    return made


def visit(**fields: Any) -> Inspection:
    return Inspection(
        **{"verdict": Verdict.FITS_WITH_NOTES, "notes": FOUND, "visited_on": timezone.localdate()} | fields
    )


def test_the_report_is_stored_sealed_and_in_the_events_chain(
    visited: Application, inspector: User, tmp_path: Path
) -> None:
    event = minutes.hand_in(visited, visit(point=factories.HERE), by=inspector, site=SITE)
    letter = Letter.objects.get()
    pdf = store.get(letter.file)
    assert event.facts["sha256"] == hashlib.sha256(pdf).hexdigest() == bytes(letter.sha256 or b"").hex()
    assert visited.status == Status.PROCESSING
    assert visited.inspections.get().letter == letter
    text = " ".join(text_of(pdf, tmp_path).split())
    for said in (letter.number, "Sesuai dengan catatan", "Akses jalan uji lebar.", inspector.get_full_name()):
        assert said in text
    assert str(visited.registration_number) in text


def test_markup_in_the_findings_is_text(visited: Application, inspector: User, tmp_path: Path) -> None:
    minutes.hand_in(visited, visit(notes='#include "x" <script> $'), by=inspector, site=SITE)
    assert '#include "x" <script> $' in text_of(store.get(Letter.objects.get().file), tmp_path)


@pytest.mark.parametrize("role", [Role.OFFICIAL, Role.HEAD])
def test_who_may_not_report_takes_no_number(visited: Application, role: Role) -> None:
    with pytest.raises(Refused):
        minutes.hand_in(visited, visit(), by=factories.staff(role), site=SITE)
    with pytest.raises(Refused):
        minutes.hand_in(visited, visit(), by=factories.staff(Role.INSPECTOR), site=SITE, seen=1)
    assert not Letter.objects.exists()
    assert not Inspection.objects.exists()
    assert not NumberCounter.objects.filter(scope="report").exists()


def test_the_desks_and_the_applicant_download_it_and_it_validates(
    client: Client, visited: Application, inspector: User
) -> None:
    client.force_login(inspector)
    case = f"/petugas/permohonan/{visited.public_id}/"
    data = {
        "dilihat": visited.events_count,
        "verdict": "fits",
        "visited_on": timezone.localdate().isoformat(),
    }
    late = data | {"visited_on": (timezone.localdate() + timedelta(days=1)).isoformat()}
    assert client.post(f"{case}laporan/", late).status_code == 422
    client.post(f"{case}laporan/", data)
    made = visited.inspections.get()
    assert made.letter is not None
    path = f"berita-acara/{made.pk}.pdf"
    assert case + path in client.get(case).content.decode()
    pdf = client.get(case + path).content
    assert pdf == store.get(made.letter.file)
    assert client.get(f"{case}berita-acara/999999.pdf").status_code == 404
    own = f"/permohonan/{visited.public_id}/"
    assert visited.applicant is not None
    client.force_login(visited.applicant)
    assert own + path in client.get(own).content.decode()
    assert client.get(own + path).content == pdf
    client.force_login(factories.applicant())
    assert client.get(own + path).status_code == 404
    client.logout()
    sent = SimpleUploadedFile("ba.pdf", pdf, "application/pdf")
    told = client.post("/validasi/pdf/", {"pdf": sent}, follow=True).content.decode()
    assert made.letter.number in told
    assert "COCOK" in told
