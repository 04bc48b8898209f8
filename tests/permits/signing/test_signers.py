"""One contract for every signer, and what each alone can get wrong. Judged by pdfsig and openssl too."""

import base64
import logging
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from django.core.management import call_command
from pyhanko.pdf_utils.reader import PdfFileReader

from permits.checks import own_certificate
from permits.signing import Outcome, Refused, Signed, Signer, UnknownOutcome, development
from permits.signing.backends.bsre import BsreSigner
from permits.signing.backends.pkcs11 import Pkcs11Signer
from permits.signing.backends.pkcs12 import Pkcs12Signer
from tests.contracts import bsre_server
from tests.permits.conftest import PASSPHRASE

REQUEST = UUID(int=7)


def of_file(folder: Path, **options: Any) -> Pkcs12Signer:
    return Pkcs12Signer(str(folder / "signer.p12"), **options)


@pytest.fixture
def bsre(authority: Path) -> Iterator[bsre_server.Server]:
    own = of_file(authority)

    def sign(body: dict[str, Any]) -> tuple[int, Any]:
        made = own.sign(base64.b64decode(body["file"][0]), request_id=uuid4(), passphrase=body["passphrase"])
        if isinstance(made, Signed):
            return 200, {"time": 17, "file": [base64.b64encode(made.pdf).decode()]}
        return 400, {"status_code": 2031, "error": "Passphrase anda salah"}

    with bsre_server.running(sign) as server:
        yield server


def remote(server: bsre_server.Server, authority: Path, **options: Any) -> BsreSigner:
    return BsreSigner(server.url, "uji", "rahasia", "9975014101900001", pins=str(authority), **options)


@pytest.fixture(scope="session")
def token(authority: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pkcs11Signer]:
    """A token of software that holds the same key; its PIN is the passphrase."""
    libraries = sorted(Path("/usr/lib").glob("**/libsofthsm2.so"))
    if not libraries:
        pytest.skip("NO TOKEN: softhsm2 is missing. Install it (apt install softhsm2).")
    folder = tmp_path_factory.mktemp("token")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\n")
    bundle = pkcs12.load_pkcs12((authority / "signer.p12").read_bytes(), PASSPHRASE.encode())
    assert isinstance(bundle.key, rsa.RSAPrivateKey)
    plain = bundle.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(plain)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        for arguments in (
            ["--init-token", "--free", "--label", "uji", "--so-pin", "12345678"],
            ["--import", str(folder / "key.pem"), "--token", "uji", "--label", "kepala", "--id", "A1"],
        ):
            command = ["softhsm2-util", *arguments, "--pin", PASSPHRASE]
            subprocess.run(command, check=True, capture_output=True)
        yield Pkcs11Signer(str(libraries[0]), "uji", "kepala", str(authority / "signer.pem"))


@pytest.fixture(params=["pkcs12", "pkcs11", "bsre"])
def signer(request: pytest.FixtureRequest, authority: Path) -> Signer:
    if request.param == "bsre":
        return remote(request.getfixturevalue("bsre"), authority)
    if request.param == "pkcs11":
        made: Signer = request.getfixturevalue("token")
        return made
    return of_file(authority)


class TestContract:
    def test_it_appends_one_signature_that_outside_judges_accept(
        self, signer: Signer, letter: bytes, tmp_path: Path, authority: Path
    ) -> None:
        made = signer.sign(letter, request_id=REQUEST, passphrase=PASSPHRASE)
        assert isinstance(made, Signed)
        assert made.pdf.startswith(letter)
        path = tmp_path / "letter.pdf"
        path.write_bytes(made.pdf)
        report = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True).stdout
        assert "Signature is Valid" in report
        assert "Total document signed" in report
        assert "ETSI.CAdES.detached" in report
        assert openssl_accepts(made.pdf, tmp_path)

    def test_its_certificate_is_pinned(self, signer: Signer, letter: bytes) -> None:
        made = signer.sign(letter, request_id=REQUEST, passphrase=PASSPHRASE)
        assert isinstance(made, Signed)
        (found,) = PdfFileReader(BytesIO(made.pdf)).embedded_signatures
        assert found.signer_cert.dump() in signer.certificates()

    def test_the_letter_stays_archivable(self, signer: Signer, letter: bytes) -> None:
        made = signer.sign(letter, request_id=REQUEST, passphrase=PASSPHRASE)
        assert isinstance(made, Signed)
        with pikepdf.open(BytesIO(made.pdf)) as document:
            with document.open_metadata() as meta:
                assert meta["pdfaid:conformance"] == "A"
                assert meta["pdfuaid:part"] == "1"
            (field,) = document.Root.AcroForm.Fields
            assert [float(edge) for edge in field.Rect] == [0, 0, 0, 0]

    def test_a_wrong_passphrase_is_refused_in_words_that_do_not_repeat_it(
        self, signer: Signer, letter: bytes, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        made = signer.sign(letter, request_id=REQUEST, passphrase="salah-sekali")
        assert isinstance(made, Refused)
        assert "salah-sekali" not in made.reason + caplog.text + repr(made)

    def test_what_is_no_pdf_is_refused(self, signer: Signer) -> None:
        assert isinstance(signer.sign(b"bukan", request_id=REQUEST, passphrase=PASSPHRASE), Refused)


def openssl_accepts(pdf: bytes, folder: Path) -> bool:
    """The CMS of the signature over the bytes that it covers; the certificate's issuer is not asked for."""
    (found,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    begin, length, after, rest = (int(n) for n in found.byte_range)
    (folder / "content").write_bytes(pdf[begin : begin + length] + pdf[after : after + rest])
    (folder / "cms").write_bytes(found.pkcs7_content)
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", str(folder / "cms")]
    command += ["-content", str(folder / "content"), "-noverify", "-out", "/dev/null"]
    return subprocess.run(command, capture_output=True).returncode == 0


def refusal(made: Outcome) -> str:
    assert isinstance(made, Refused), made
    return made.reason


@pytest.mark.parametrize(("days", "word"), [((-30, -1), "20"), ((1, 30), "20")])
def test_an_expired_or_future_certificate_signs_nothing(
    days: tuple[int, int], word: str, letter: bytes, tmp_path: Path
) -> None:
    development.make(tmp_path / "s", passphrase=PASSPHRASE, days=days)
    made = of_file(tmp_path / "s").sign(letter, request_id=REQUEST, passphrase=PASSPHRASE)
    assert word in refusal(made)


def revocation_list(folder: Path, *, revoke: bool, fresh: bool = True, issuer: Path | None = None) -> Path:
    """As the authority of `folder` would publish it; signed with `issuer`'s key if that is another's."""
    bundle = pkcs12.load_pkcs12((folder / "signer.p12").read_bytes(), PASSPHRASE.encode())
    assert bundle.cert
    key, name = AUTHORITIES[issuer or folder]
    now = datetime.now(UTC)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(name)
        .last_update(now - timedelta(days=9))
        .next_update(now + timedelta(days=1 if fresh else -1))
    )
    if revoke:
        entry = x509.RevokedCertificateBuilder().serial_number(bundle.cert.certificate.serial_number)
        builder = builder.add_revoked_certificate(entry.revocation_date(now - timedelta(days=2)).build())
    path = folder / f"list-{revoke}-{fresh}-{issuer is None}.crl"
    path.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    return path


AUTHORITIES: dict[Path, Any] = {}


@pytest.fixture
def listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A signer whose authority's key the test keeps, to publish revocation lists."""
    made: list[Any] = []
    real = development._key

    def remembered() -> Any:
        made.append(real())
        return made[-1]

    monkeypatch.setattr(development, "_key", remembered)
    for name in ("listed", "stranger"):
        development.make(tmp_path / name, passphrase=PASSPHRASE)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Contoh CA pengembangan")])
    AUTHORITIES[tmp_path / "listed"], AUTHORITIES[tmp_path / "stranger"] = (
        (made[0], subject),
        (made[2], subject),
    )
    return tmp_path / "listed"


def test_a_revoked_certificate_signs_nothing(listed: Path, letter: bytes) -> None:
    def ask(path: Path) -> Outcome:
        return of_file(listed, crls=[str(path)]).sign(letter, request_id=REQUEST, passphrase=PASSPHRASE)

    assert isinstance(ask(revocation_list(listed, revoke=False)), Signed)
    assert str(datetime.now(UTC).year) in refusal(ask(revocation_list(listed, revoke=True)))
    for useless in (
        revocation_list(listed, revoke=False, fresh=False),
        revocation_list(listed, revoke=False, issuer=listed.parent / "stranger"),
        listed / "missing.crl",
        listed / "signer.pem",
    ):
        assert useless.name in refusal(ask(useless))


def test_without_a_certificate_the_default_says_what_to_do(tmp_path: Path, letter: bytes) -> None:
    assert "bin/setup" in refusal(of_file(tmp_path).sign(letter, request_id=REQUEST, passphrase="x"))


def test_a_time_stamp_service_that_is_down_signs_nothing(authority: Path, letter: bytes) -> None:
    late = of_file(authority, tsa_url="http://127.0.0.1:9/tsa")
    assert refusal(late.sign(letter, request_id=REQUEST, passphrase=PASSPHRASE))


def test_a_token_that_is_not_there_signs_nothing(token: Pkcs11Signer, letter: bytes, tmp_path: Path) -> None:
    for module, label, file in (
        (token.module, "lain", token.path),
        (str(tmp_path / "none.so"), "uji", token.path),
        (token.module, "uji", tmp_path / "none.pem"),
    ):
        other = Pkcs11Signer(module, label, "kepala", str(file))
        assert refusal(other.sign(letter, request_id=REQUEST, passphrase=PASSPHRASE))
    keyless = Pkcs11Signer(token.module, "uji", "lain", str(token.path))
    assert refusal(keyless.sign(letter, request_id=REQUEST, passphrase=PASSPHRASE))


class TestBsre:
    def ask(self, server: bsre_server.Server, authority: Path, letter: bytes, **options: Any) -> Outcome:
        return remote(server, authority, **options).sign(letter, request_id=REQUEST, passphrase=PASSPHRASE)

    def test_an_answer_that_never_comes_is_unknown(
        self, bsre: bsre_server.Server, authority: Path, letter: bytes
    ) -> None:
        bsre.silent.set()
        assert isinstance(self.ask(bsre, authority, letter, seconds=0.3), UnknownOutcome)
        assert len(bsre.asked) == 1, "never repeated by itself"

    @pytest.mark.parametrize(
        ("status", "answer", "expected"),
        [
            (500, b"<html>", UnknownOutcome),
            (502, b"", UnknownOutcome),
            (500, {"status_code": 2031, "error": "Passphrase anda salah"}, Refused),
            (400, {"error": "User tidak terdaftar"}, Refused),
            (200, {"time": 1, "file": []}, UnknownOutcome),
            (200, b"no json", UnknownOutcome),
            (302, b"", Refused),
        ],
    )
    def test_errors(
        self,
        status: int,
        answer: Any,
        expected: type,
        bsre: bsre_server.Server,
        authority: Path,
        letter: bytes,
    ) -> None:
        bsre.sign = lambda _body: (status, answer)
        assert isinstance(self.ask(bsre, authority, letter), expected)

    def test_another_document_is_refused(
        self,
        bsre: bsre_server.Server,
        authority: Path,
        letter: bytes,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        changed = letter.replace(b"%PDF-1.7", b"%PDF-1.6")
        other = of_file(authority).sign(changed, request_id=REQUEST, passphrase=PASSPHRASE)
        assert isinstance(other, Signed)
        for wrong in (other.pdf, letter, letter + b"\n", b"", letter + other.pdf):
            encoded = base64.b64encode(wrong).decode()
            monkeypatch.setattr(bsre, "sign", lambda _body, encoded=encoded: (200, {"file": [encoded]}))
            assert "BSrE" in refusal(self.ask(bsre, authority, letter))

    def test_a_service_that_is_not_there_was_sent_nothing(self, authority: Path, letter: bytes) -> None:
        gone = BsreSigner("http://127.0.0.1:9", "uji", "rahasia", "0", pins=str(authority))
        assert isinstance(gone.sign(letter, request_id=REQUEST, passphrase=PASSPHRASE), Refused)

    def test_the_letter_and_the_invisible_signature_are_what_is_sent(
        self, bsre: bsre_server.Server, authority: Path, letter: bytes
    ) -> None:
        self.ask(bsre, authority, letter)
        (body,) = bsre.asked
        assert base64.b64decode(body["file"][0]) == letter
        assert body["signatureProperties"][0]["tampilan"] == "INVISIBLE"
        assert str(REQUEST) in body["signatureProperties"][0]["reason"]


def test_the_command_makes_a_certificate_once(tmp_path: Path) -> None:
    folder = tmp_path / "signer"
    call_command("make_signer", folder=folder, dry_run=True)
    assert not folder.exists()
    call_command("make_signer", folder=folder)
    first = (folder / "signer.p12").read_bytes()
    assert {path.stat().st_mode & 0o77 for path in folder.iterdir()} == {0}
    call_command("make_signer", folder=folder)
    assert (folder / "signer.p12").read_bytes() == first


def _told(folder: Path, **options: Any) -> str:
    out = StringIO()
    call_command("make_signer", folder=folder, stdout=out, **options)
    return out.getvalue()


def test_a_folder_from_before_authorities_gets_its_own_and_keeps_its_key(
    signing: Path, settings: Any
) -> None:
    old = signing.with_name("before")
    shutil.copytree(signing, old)
    authority = (old / "authority.pem").read_bytes()
    (old / "authority.pem").unlink()
    settings.SIGNER_FOLDER = old
    assert "permits.W003" in {one.id for one in own_certificate()}
    before = {path.name: path.read_bytes() for path in old.iterdir()}
    assert "would be taken" in _told(old, dry_run=True)
    assert {path.name: path.read_bytes() for path in old.iterdir()} == before
    assert "authority.pem added" in _told(old)
    assert (old / "authority.pem").read_bytes() == authority
    assert {path.name: path.read_bytes() for path in old.iterdir()} == before | {"authority.pem": authority}
    assert "permits.W003" not in {one.id for one in own_certificate()}
    assert "nothing to do" in _told(old)


@pytest.mark.parametrize("spoiled", ["", "falsch", None])
def test_what_cannot_be_completed_is_said_and_left_alone(
    authority: Path, tmp_path: Path, spoiled: str | None
) -> None:
    """Without its passphrase; with another one; by itself, with nothing above it."""
    shutil.copytree(authority, tmp_path / "old")
    folder = tmp_path / "old"
    (folder / "authority.pem").unlink()
    if spoiled is None:
        bundle = pkcs12.load_pkcs12((folder / "signer.p12").read_bytes(), PASSPHRASE.encode())
        assert bundle.cert is not None
        alone = pkcs12.serialize_key_and_certificates(
            b"alone", cast("Any", bundle.key), bundle.cert.certificate, None,
            BestAvailableEncryption(PASSPHRASE.encode()),
        )  # fmt: skip
        (folder / "signer.p12").write_bytes(alone)
    elif spoiled:
        (folder / "passphrase.txt").write_text(spoiled)
    else:
        (folder / "passphrase.txt").unlink()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    told = _told(folder)
    assert "Nothing was changed" in told
    assert "docs/keys.md" in told
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
