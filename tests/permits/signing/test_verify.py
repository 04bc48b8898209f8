"""What a file's signatures prove, tried with the ways a letter can be forged."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pikepdf
import pytest
from pyhanko.pdf_utils.generic import NumberObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers

from permits.signing import Signed
from permits.signing.backends.pkcs12 import Pkcs12Signer
from permits.signing.verify import LIMITS, Finding, verify
from tests.permits.conftest import PASSPHRASE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signing")]


def signed_by(folder: Path, letter: bytes) -> bytes:
    made = Pkcs12Signer(str(folder / "signer.p12")).sign(letter, request_id=uuid4(), passphrase=PASSPHRASE)
    assert isinstance(made, Signed)
    return made.pdf


@pytest.fixture(scope="module")
def genuine(authority: Path, letter: bytes) -> bytes:
    return signed_by(authority, letter)


def test_a_letter_as_it_was_signed(genuine: bytes) -> None:
    assert verify(genuine).finding == Finding.OURS


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_one_byte_changed(genuine: bytes, letter: bytes, share: float) -> None:
    at = int(len(letter) * share)
    changed = genuine[:at] + bytes([genuine[at] ^ 1]) + genuine[at + 1 :]
    assert verify(changed).finding in {Finding.ALTERED, Finding.UNREADABLE}


def test_something_appended(genuine: bytes) -> None:
    assert verify(genuine + b"\n% more").finding == Finding.ALTERED
    writer = IncrementalPdfFileWriter(BytesIO(genuine))
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page["/Rotate"] = writer.add_object(NumberObject(90))
    writer.update_container(page)
    out = BytesIO()
    writer.write(out)
    assert verify(out.getvalue()).finding == Finding.ALTERED


def test_signed_again_by_somebody_else(genuine: bytes, other: Path) -> None:
    signer = signers.SimpleSigner.load_pkcs12(str(other / "signer.p12"), passphrase=PASSPHRASE.encode())
    out = BytesIO()
    metadata = signers.PdfSignatureMetadata(field_name="Kedua")
    signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(genuine)), metadata, signer=signer, output=out)
    assert verify(out.getvalue()).finding == Finding.ALTERED


def test_signed_by_somebody_else_alone(other: Path, letter: bytes) -> None:
    assert verify(signed_by(other, letter)).finding == Finding.FOREIGN


def test_saved_again(genuine: bytes) -> None:
    out = BytesIO()
    with pikepdf.open(BytesIO(genuine)) as document:
        document.save(out)
    assert verify(out.getvalue()).finding == Finding.ALTERED


def test_not_signed_not_a_pdf_and_broken(letter: bytes, genuine: bytes) -> None:
    assert verify(letter).finding == Finding.UNSIGNED
    assert verify(b"PK\x03\x04 a text document").finding == Finding.NOT_PDF
    assert verify(b"").finding == Finding.NOT_PDF
    assert verify(b"%PDF-1.7\n" + b"garbage " * 100).finding == Finding.UNREADABLE
    assert verify(genuine[: len(genuine) // 2]).finding == Finding.UNREADABLE


def test_a_file_that_is_too_hard_is_given_up(letter: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("permits.signing.verify.LIMITS", replace(LIMITS, seconds=0.001))
    assert verify(letter).finding == Finding.UNREADABLE
