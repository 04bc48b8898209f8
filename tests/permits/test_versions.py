"""Versions of a type: drafted, edited with every problem told, previewed, put into use, retired."""

import io
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.test import Client

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from permits import versions
from permits.models import Application, PermitType, TypeVersion, VersionState
from tests import factories

pytestmark = pytest.mark.django_db
ADMIN = "/admin/permits/typeversion/"
WHOLE: dict[str, Any] = {
    "questions": [
        {"key": "luas", "kind": "number", "label": "Luas lahan", "minimum": 3},
        {"key": "nik", "kind": "text", "label": "NIK Anda", "personal": True, "format": "nik"},
    ],
    "documents": [{"key": "ktp", "label": "KTP pemohon"}],
    "number_template": "503/{seq:03}/{code}/{year}",
    "letter": {
        "title": "Izin {type}",
        "paragraphs": ["Diberikan kepada {holder} dengan luas {luas} m2."],
        "conditions": ["Wajib memasang papan nama."],
    },
}


@pytest.fixture
def boss(client: Client) -> User:
    user = factories.staff(Role.ADMINISTRATOR)
    client.force_login(user)
    return user


def kind() -> PermitType:
    made = factories.permit_type("UJI-VERSI", name="Izin Versi Uji")
    factories.version(made, service_days=3)
    return made


def told(client: Client, version: TypeVersion, text: str) -> str:
    return client.post(f"{ADMIN}{version.pk}/change/", {"text": text}, follow=True).content.decode()


def test_a_draft_is_made_of_the_version_in_use_once(client: Client, boss: User) -> None:
    of = kind()
    for _press in range(2):
        answer = client.post(f"{ADMIN}add/", {"type": of.pk})
        made = TypeVersion.objects.get(type=of, state=VersionState.DRAFT)
        assert answer["Location"] == f"{ADMIN}{made.pk}/change/"
    assert (made.number, made.definition, made.made_by) == (2, {"service_days": 3}, boss)


def test_it_is_edited_previewed_and_put_into_use(client: Client, boss: User) -> None:
    of = kind()
    former = of.versions.get()
    filed = factories.draft(kind=of)
    made = versions.draft(of, by=boss)
    assert 'class="errorlist"' not in told(client, made, json.dumps(WHOLE))
    made.refresh_from_db()
    assert made.definition["questions"][0]["label"] == "Luas lahan"
    page = client.get(f"{ADMIN}{made.pk}/pratinjau/").content.decode()
    for words in ("Luas lahan", "NIK Anda", "KTP pemohon", "Contoh Pemegang Izin", "Contoh: 3 m2"):
        assert words in page
    assert Application.objects.count() == 1  # the preview stored none
    client.post(f"{ADMIN}{made.pk}/langkah/", {"pakai": "Gunakan"})
    former.refresh_from_db()
    made.refresh_from_db()
    assert (former.state, made.state) == (VersionState.RETIRED, VersionState.ACTIVE)
    filed.refresh_from_db()
    assert filed.version == former
    log = LogEntry.objects.filter(user=boss, object_id__in=[str(former.pk), str(made.pk)])
    assert {entry.change_message for entry in log} >= {"put into use", "retired: version 2 is in use"}


def test_the_letter_is_a_pdf_that_says_it_is_no_permit(client: Client, boss: User, tmp_path: Path) -> None:
    of = kind()
    made = versions.draft(of, by=boss)
    versions.change(made, definition=WHOLE)
    answer = client.get(f"{ADMIN}{made.pk}/surat.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    file = tmp_path / "surat.pdf"
    file.write_bytes(answer.content)
    done = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, text=True, check=True)
    for words in ("DRAF", "Contoh Pemegang Izin", "503/001/UJI-VERSI"):
        assert words in done.stdout


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "baris 1"),
        ('{"colour": 1}', "colour"),
        ('{"fee": "1 +", "number_template": "{code}"}', "fee"),
        ('{"fee": "1 +", "number_template": "{code}"}', "{seq}"),
        ('{"service_days": NaN}', "NaN"),
        ("[" * 100_000, ""),
        ('{"procedure": ["a\\u0000b"]}', "procedure"),
        ("", ""),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_stored(
    client: Client, boss: User, text: str, words: str
) -> None:
    made = versions.draft(kind(), by=boss)
    page = told(client, made, text)
    assert 'class="errorlist"' in page
    assert words in page
    made.refresh_from_db()
    assert made.definition == {"service_days": 3}


def test_what_was_in_use_is_never_edited(client: Client, boss: User) -> None:
    active = kind().versions.get()
    page = client.get(f"{ADMIN}{active.pk}/change/").content.decode()
    assert "service_days" in page
    assert "<textarea" not in page
    assert client.post(f"{ADMIN}{active.pk}/change/", {"text": "{}"}).status_code == 403
    with pytest.raises(versions.CannotChange):
        versions.change(active, definition={})
    with pytest.raises(versions.CannotChange):
        versions.activate(active, by=boss)


def test_retiring_the_version_in_use_closes_the_type(client: Client, boss: User) -> None:
    of = kind()
    active = of.versions.get()
    client.post(f"{ADMIN}{active.pk}/langkah/", {"pensiun": "Pensiunkan"})
    assert not PermitType.objects.online().exists()
    page = client.post(
        f"{ADMIN}{active.pk}/langkah/", {"pensiun": "Pensiunkan"}, follow=True
    ).content.decode()
    assert "sudah dipensiunkan" in page
    assert versions.draft(of, by=boss).definition == {"service_days": 3}  # from the newest there is


def test_a_version_written_past_the_checks_is_not_put_into_use(client: Client, boss: User) -> None:
    made = TypeVersion.objects.create(type=kind(), number=2, definition={"colour": 1})
    page = client.get(f"{ADMIN}{made.pk}/pratinjau/")
    assert page.status_code == 422
    assert "colour" in page.content.decode()
    assert client.get(f"{ADMIN}{made.pk}/surat.pdf").status_code == 422
    client.post(f"{ADMIN}{made.pk}/langkah/", {"pakai": "Gunakan"})
    made.refresh_from_db()
    assert made.state == VersionState.DRAFT


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_only_administrators_see_and_change_them(client: Client, role: Role) -> None:
    made = versions.draft(kind(), by=factories.staff(Role.ADMINISTRATOR))
    client.force_login(factories.staff(role))
    for page in ("", "add/", f"{made.pk}/change/", f"{made.pk}/pratinjau/", f"{made.pk}/surat.pdf"):
        assert client.get(ADMIN + page).status_code == 403
    assert client.post(f"{ADMIN}{made.pk}/langkah/", {"pakai": "Gunakan"}).status_code == 403
    made.refresh_from_db()
    assert made.state == VersionState.DRAFT


def test_load_catalogue_leaves_alone_what_was_put_into_use_by_hand(boss: User) -> None:
    call_command("load_catalogue", stdout=io.StringIO(), stderr=io.StringIO())
    made = versions.draft(PermitType.objects.get(code="SIP-FISIO"), by=boss)
    versions.change(made, definition=WHOLE)
    versions.activate(made, by=boss)
    call_command("load_catalogue", stdout=io.StringIO(), stderr=io.StringIO())
    made.refresh_from_db()
    assert made.state == VersionState.ACTIVE


def test_every_shipped_type_can_be_previewed(client: Client, boss: User) -> None:
    call_command("load_catalogue", examples=True, verbosity=0)
    for version in TypeVersion.objects.filter(type__location_kind__in=["signboard", "parcel", "practice"])[
        :12
    ]:
        assert client.get(f"{ADMIN}{version.pk}/pratinjau/").status_code == 200
        assert client.get(f"{ADMIN}{version.pk}/surat.pdf").status_code == 200
