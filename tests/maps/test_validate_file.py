"""A PDF is checked by upload: its SHA-256 first, then strictly its signatures. Pages and API say the same."""

import hashlib
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import override

from maps.api import validate as api
from maps.pages import validate as pages
from permits import seal
from permits.letters.content import Kind
from permits.letters.render import render
from permits.models import Letter, Permit
from permits.signing import Signed, development
from permits.signing.backends.pkcs12 import Pkcs12Signer
from permits.status import Status
from tests import factories
from tests.maps.test_validate import in_status
from tests.permits.letters.example import content

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signing")]
SANDI = "contoh-sandi"


def signed(folder: Path) -> bytes:
    signer = Pkcs12Signer(str(folder / "signer.p12"))
    made = signer.sign(render(Kind.PERMIT, content()), request_id=uuid4(), passphrase=SANDI)
    assert isinstance(made, Signed)
    return made.pdf


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = {name: tmp_path_factory.mktemp("signer") / name for name in ("ours", "theirs")}
    for folder in made.values():
        development.make(folder, passphrase=SANDI)
    return made


@pytest.fixture(scope="module")
def files(folders: dict[str, Path]) -> dict[str, bytes]:
    genuine = signed(folders["ours"])
    middle = len(genuine) // 3
    return {
        "genuine": genuine,
        "one byte": genuine[:middle] + bytes([genuine[middle] ^ 1]) + genuine[middle + 1 :],
        "appended": genuine + b"\n%appended",
        "signed, never issued": signed(folders["ours"]),
        "by another": signed(folders["theirs"]),
        "not signed": render(Kind.PERMIT, content()),
        "no pdf": b"PK\x03\x04 surat",
    }


@pytest.fixture
def signing(folders: dict[str, Path], settings: Any) -> None:
    settings.SIGNER_FOLDER = folders["ours"]


@pytest.fixture
def permit(files: dict[str, bytes]) -> Permit:
    made = factories.permit()
    letter_of(made, files["genuine"])
    return made


def letter_of(permit: Permit | None, pdf: bytes, **more: Any) -> Letter:
    hashes = {"seal_hash": seal.seal_hash(seal.new_seal_id()), "sha256": hashlib.sha256(pdf).digest()}
    return Letter.objects.create(permit=permit, issued_on=date(2026, 2, 3), **hashes | more)


def upload(client: Client, pdf: bytes) -> tuple[int, str]:
    sent = SimpleUploadedFile("surat.pdf", pdf, "application/pdf")
    response = client.post("/validasi/pdf/", {"pdf": sent})
    return response.status_code, response.content.decode()


CASES = [
    ("genuine", 200, "genuine", "COCOK, izin berlaku sampai"),
    ("one byte", 404, "mismatch", "TIDAK COCOK dengan surat kami"),
    ("appended", 404, "mismatch", "TIDAK COCOK dengan surat kami"),
    ("signed, never issued", 404, "signed_only", "Tanda tangan sah, tetapi bukan surat kami"),
    ("by another", 404, "mismatch", "TIDAK COCOK dengan surat kami"),
    ("not signed", 404, "unknown", "Tidak terdaftar"),
]


@pytest.mark.usefixtures("permit")
@pytest.mark.parametrize(("case", "status", "outcome", "words"), CASES)
def test_page_and_api_give_the_same_verdict(
    client: Client, files: dict[str, bytes], case: str, status: int, outcome: str, words: str
) -> None:
    code, page = upload(client, files[case])
    assert (code, words in page) == (status, True)
    for answer in (
        client.post("/api/v1/validate/", files[case], content_type="application/pdf"),
        client.post("/api/v1/validate/", {"file": BytesIO(files[case])}),
    ):
        assert (answer.status_code, answer.json()["outcome"]) == (status, outcome)
        assert answer.json()["title"] in page
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_the_verdict_tells_what_became_of_the_permit_and_the_letter(
    client: Client, permit: Permit, files: dict[str, bytes]
) -> None:
    Permit.objects.update(revoked_on=date(2026, 3, 1))
    code, page = upload(client, files["genuine"])
    assert (code, "COCOK, tetapi izin dicabut" in page) == (200, True)
    assert permit.number in page
    Letter.objects.update(withdrawn_on=date(2026, 4, 1), withdrawn_reason="Salah cetak")
    code, page = upload(client, files["genuine"])
    assert (code, "Salah cetak" in page) == (410, True)
    Permit.objects.update(published=False)
    Letter.objects.update(withdrawn_on=None)
    code, page = upload(client, files["genuine"])
    assert (code, permit.number in page) == (410, False)


@pytest.mark.parametrize(
    ("status", "outcome", "words"),
    [
        (Status.IN_FORCE, "genuine", "COCOK, izin berlaku sampai"),
        (Status.ENDING, "genuine", "COCOK, izin berlaku sampai"),
        (Status.EXPIRED, "genuine_but", "COCOK, tetapi izin habis masa berlaku"),
        (Status.SUSPENDED, "genuine_but", "COCOK, tetapi izin dibekukan"),
        (Status.REVOKED, "genuine_but", "COCOK, tetapi izin dicabut"),
        (Status.REPLACED, "genuine_but", "COCOK, tetapi izin sudah diganti izin baru"),
    ],
)
def test_a_genuine_letter_is_told_right_in_every_state(
    client: Client, files: dict[str, bytes], status: Status, outcome: str, words: str
) -> None:
    permit = in_status(status)
    letter_of(permit, files["genuine"])
    code, page = upload(client, files["genuine"])
    assert (code, words in page, permit.number in page) == (200, True, True)
    told = client.post("/api/v1/validate/", files["genuine"], content_type="application/pdf").json()
    assert (told["outcome"], told["status"], told["permit"]) == (outcome, status.value, permit.public_id)
    assert (told["signature"], told["changes"]) == (None, []), "the register knows it: nothing else is asked"
    successor = permit.replaced_by.public_id if permit.replaced_by else None
    assert told["replaced_by"] == successor
    if successor:
        assert f'href="/validasi/{successor}/"' in page


@pytest.mark.parametrize(
    "kind", [Kind.REFUSAL, Kind.SUSPENSION, Kind.REVOCATION, Kind.REINSTATED, Kind.REPORT, Kind.ASSIGNMENT]
)
def test_every_other_kind_of_letter_is_ours_and_no_permit(
    client: Client, files: dict[str, bytes], kind: Kind
) -> None:
    letter_of(None, files["genuine"], kind=kind, number="9/UJI/2026")
    code, page = upload(client, files["genuine"])
    with override("id"):
        label = str(kind.label)
    assert (code, f"COCOK: {label} dari kantor ini" in page, "9/UJI/2026" in page) == (200, True, True)
    assert "dan bukan izin" in page


def test_bills_receipts_and_renditions_are_not_letters_that_a_file_can_prove(client: Client) -> None:
    """They are set anew for whoever asks, and unsigned: their QR code leads to what holds."""
    for pdf in (
        render(Kind.BILL, content()),
        render(Kind.RECEIPT, content()),
        render(Kind.PERMIT, content(public=True)),
    ):
        code, page = upload(client, pdf)
        assert (code, "tidak bertanda tangan elektronik" in page) == (404, True)


def test_a_letter_of_refusal_is_ours_and_no_permit(client: Client, files: dict[str, bytes]) -> None:
    letter_of(None, files["genuine"], kind=Kind.REFUSAL, number="9/TOLAK/2026")
    code, page = upload(client, files["genuine"])
    assert (code, "9/TOLAK/2026" in page) == (200, True)
    assert "COCOK" in page
    assert "izin berlaku" not in page


@pytest.mark.usefixtures("permit")
def test_a_known_hash_is_enough(client: Client, files: dict[str, bytes]) -> None:
    known, other = (hashlib.sha256(files[name]).hexdigest() for name in ("genuine", "by another"))
    for digest, status, outcome in ((known, 200, "genuine"), (other, 404, "unknown")):
        assert client.post("/validasi/pdf/", {"sha256": digest}).status_code == status
        answer = client.post("/api/v1/validate/", {"sha256": digest}, content_type="application/json")
        assert (answer.status_code, answer.json()["outcome"]) == (200, outcome)


def test_what_is_no_pdf_too_large_or_missing(
    client: Client, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, page = upload(client, files["no pdf"])
    assert (code, "bukan berkas PDF" in page) == (400, True)
    code, page = upload(client, b"")
    assert (code, "pdf_error" in page) == (400, True)
    assert client.post("/validasi/pdf/", {}).status_code == 400
    assert client.post("/validasi/pdf/", {"sha256": "x" * 64}).status_code == 400
    assert client.get("/validasi/pdf/").status_code == 302
    for body, kind, status in (
        (files["no pdf"], "application/pdf", 400),
        (b"", "application/pdf", 400),
        (b"{", "application/json", 400),
        (b"[1]", "application/json", 400),
        (b'{"sha256": "kurang"}', "application/json", 400),
        (b"surat", "text/plain", 415),
    ):
        answer = client.post("/api/v1/validate/", body, content_type=kind)
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert client.get("/api/v1/validate/").status_code == 405
    assert client.options("/api/v1/validate/").headers["Access-Control-Allow-Headers"] == "Content-Type"
    for module in (api, pages):
        monkeypatch.setattr(module, "MOST_BYTES", 1000)
    code, page = upload(client, files["not signed"])
    assert (code, "pdf_error" in page) == (413, True)
    answer = client.post("/api/v1/validate/", files["not signed"], content_type="application/pdf")
    assert (answer.status_code, answer.json()["title"]) == (413, "File too large")


@pytest.mark.usefixtures("permit")
def test_files_that_we_do_not_know_are_limited_and_known_ones_never(
    client: Client, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (api, pages):
        monkeypatch.setattr(module, "MISSES", 1)
    assert upload(client, files["not signed"])[0] == 404
    assert upload(client, files["not signed"])[0] == 429
    answer = client.post("/api/v1/validate/", files["not signed"], content_type="application/pdf")
    assert (answer.status_code, "Retry-After" in answer.headers) == (429, True)
    assert upload(client, files["genuine"])[0] == 200


def test_nothing_keeps_or_passes_on_a_file(client: Client, files: dict[str, bytes]) -> None:
    response = client.post("/validasi/pdf/", {"pdf": SimpleUploadedFile("s.pdf", files["not signed"])})
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
