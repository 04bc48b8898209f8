from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.intake import opening
from permits import uploads
from permits.models import Upload
from permits.refusals import Refused
from tests.permits.uploading.files import pdf, picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    return User.objects.create_user("pemohon-uji")


@pytest.fixture
def upload(owner: User) -> Upload:
    return uploads.receive(SimpleUploadedFile("x", pdf()), by=owner, name="surat.pdf")


def addresses(upload: Upload) -> Iterator[str]:
    yield f"/berkas/{upload.public_id}/1/"
    yield f"/berkas/{upload.public_id}/asli/"


def test_the_owner_sees_a_picture_that_can_do_nothing(client: Client, owner: User, upload: Upload) -> None:
    client.force_login(owner)
    answer = client.get(f"/berkas/{upload.public_id}/1/")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert client.get(f"/berkas/{upload.public_id}/2/").status_code == 404
    assert client.get("/berkas/TIDAKADA/1/").status_code == 404


def test_the_original_only_downloads(client: Client, owner: User, upload: Upload) -> None:
    client.force_login(owner)
    answer = client.get(f"/berkas/{upload.public_id}/asli/")
    assert answer.content == pdf()
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{upload.public_id}.pdf"'
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_nobody_and_other_people_see_nothing(client: Client, upload: Upload) -> None:
    for address in addresses(upload):
        assert client.get(address).status_code == 302
    client.force_login(User.objects.create_user("orang-lain"))
    for address in addresses(upload):
        assert client.get(address).status_code == 404


def test_the_storage_is_private(upload: Upload, private_folder: Path) -> None:
    files = [path for path in private_folder.rglob("*") if path.is_file()]
    assert len(files) == 2
    assert {oct(path.stat().st_mode & 0o777) for path in files} == {"0o600"}


def test_a_row_that_cannot_be_written_leaves_no_file(
    private_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(Upload.objects, "create", fail)
    with pytest.raises(RuntimeError):
        uploads.receive(ContentFile(picture()), by=None, name="a.jpg")
    assert not [path for path in private_folder.rglob("*") if path.is_file()]


def test_an_applicant_sends_only_so_many_a_day(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_A_DAY", 1)
    uploads.receive(ContentFile(picture()), by=owner, name="a.jpg")
    with pytest.raises(Refused):
        uploads.receive(ContentFile(picture()), by=owner, name="a.jpg")
    clerk = User.objects.create_user("fo-uji", roles=[Role.FRONT_OFFICE])
    for _ in range(2):
        uploads.receive(ContentFile(picture()), by=clerk, name="a.jpg")


def test_a_decoder_that_is_killed_or_hangs_refuses_and_the_next_file_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    decoder = opening._DECODER
    hungry = tmp_path / "hungry.py"
    for body in (
        "while True: pass",
        "x = bytearray(1 << 31)",
        "open('1.jpg', 'wb').write(bytes(64 << 20))",
        "[open('/dev/null') for _ in range(100)]",
        "import os; os.kill(os.getpid(), 9)",
        "import time; time.sleep(60)",
        "raise SystemExit(3)",
    ):
        hungry.write_text(body)
        monkeypatch.setattr(opening, "_DECODER", hungry)
        monkeypatch.setattr(opening, "LIMITS", replace(opening.LIMITS, seconds=3, cpu_seconds=1))
        with pytest.raises(Refused):
            uploads.receive(ContentFile(picture()), by=None, name="a.jpg")
    monkeypatch.undo()
    assert decoder == opening._DECODER
    assert uploads.receive(ContentFile(picture()), by=None, name="a.jpg").pages == 1
