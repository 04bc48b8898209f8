"""A letter just signed, as the public asks about it: by its QR code, by its file, by the register."""

from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from geoportal.accounts.roles import Role
from permits import signatures
from permits.letters import store
from permits.models import Application, Letter
from permits.signatures import Chosen
from tests import factories
from tests.permits.conftest import PASSPHRASE
from tests.permits.letters.test_render import page_image, text_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("signing")]
NIK = "9975014101900001"


def issued(tmp_path: Path, settings: Any) -> tuple[Application, Letter, bytes]:
    settings.MEDIA_ROOT = tmp_path / "media"
    factories.village()
    made = factories.at(
        "signing",
        letter={"title": "{type}", "paragraphs": ["Untuk {holder}, NIK {nik}."]},
        questions=[{"key": "nik", "kind": "text", "label": "NIK", "personal": True, "required": False}],
    )
    made.set_answers({"nik": NIK}, frozenset({"nik"}))
    made.save()
    head = factories.staff(Role.HEAD)
    site = "http://testserver"
    signatures.sign_all([Chosen(made)], by=head, passphrase=PASSPHRASE, site=site, second_factor=True)
    letter = signatures.letter_of(made)
    assert letter is not None
    return made, letter, store.get(letter.file)


def upload(client: Client, pdf: bytes) -> str:
    sent = SimpleUploadedFile("surat.pdf", pdf, content_type="application/pdf")
    return client.post("/validasi/pdf/", {"pdf": sent}).content.decode()


def test_the_public_finds_checks_and_reads_it(client: Client, tmp_path: Path, settings: Any) -> None:
    made, letter, pdf = issued(tmp_path, settings)
    assert made.permit is not None
    assert made.company is not None
    found = zxingcpp.read_barcode(page_image(pdf, tmp_path))
    assert found is not None
    code = found.text
    assert code.startswith("HTTP://TESTSERVER/V/")
    answer = client.get(code.removeprefix("HTTP://TESTSERVER"))
    assert "COCOK" in answer.content.decode()
    assert letter.number in answer.content.decode()
    assert "COCOK" in upload(client, pdf)
    at = len(pdf) // 2
    changed = upload(client, pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :])
    assert "TIDAK COCOK" in changed
    assert letter.number in client.get("/peta/daftar/?q=Contoh+Baru").content.decode()
    assert made.company.name in client.get("/perusahaan/?q=Contoh+Baru").content.decode()
    register = f"/validasi/{made.permit.public_id}/"
    assert f"{register}salinan.pdf" in client.get(register).content.decode()
    text = text_of(client.get(f"{register}salinan.pdf").content, tmp_path)
    assert letter.number in text
    assert NIK in text_of(pdf, tmp_path)
    assert NIK not in text
    assert code.rpartition("/")[2][:4] not in text


def test_there_is_no_copy_of_what_is_withdrawn_or_unknown(
    client: Client, tmp_path: Path, settings: Any
) -> None:
    made, letter, _pdf = issued(tmp_path, settings)
    assert made.permit is not None
    copy = f"/validasi/{made.permit.public_id}/salinan.pdf"
    assert client.get(copy).status_code == 200
    (settings.MEDIA_ROOT / letter.public_file).write_bytes(b"lain")
    assert client.get(copy).status_code == 404
    Letter.objects.update(withdrawn_on=letter.issued_on, withdrawn_reason="Uji")
    assert client.get(copy).status_code == 404
    assert copy not in client.get(f"/validasi/{made.permit.public_id}/").content.decode()
    assert client.get("/validasi/23456789ABCD/salinan.pdf").status_code == 404
