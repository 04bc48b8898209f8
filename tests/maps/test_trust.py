"""The page about what a check proves, the published certificates, and the way to check without us."""

import hashlib
import subprocess
from html import unescape
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as configured
from django.test import Client

from geoportal.plugins import plugin
from maps.pages import trust
from permits.signing import Signed, signer
from permits.signing.certificates import read_pem
from tests.permits.conftest import PASSPHRASE, authority, letter, other, signing  # noqa: F401
from tests.permits.forgeries.tools import later

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signing")]


def check(folder: Path) -> tuple[int, str]:
    """Exactly what the page and docs/keys.md tell people to type."""
    done = subprocess.run(["/bin/bash", "-e", "-c", trust.CHECK], cwd=folder, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def folder(tmp_path: Path, client: Client, letter: bytes) -> Path:  # noqa: F811
    """What somebody has at hand: a letter, and the chain from our page."""
    made = signer().sign(letter, request_id=uuid4(), passphrase=PASSPHRASE)
    assert isinstance(made, Signed)
    (tmp_path / "surat.pdf").write_bytes(made.pdf)
    (tmp_path / "rantai.pem").write_bytes(client.get("/validasi/sertifikat/rantai.pem").content)
    return tmp_path


def test_the_commands_of_the_page_verify_a_letter(folder: Path, authority: Path) -> None:  # noqa: F811
    code, told = check(folder)
    assert code == 0, told
    assert "Tanda tangan mencakup seluruh berkas" in told
    assert "CMS Verification successful" in told
    printed = told.replace(":", "").lower()
    (der,) = read_pem(authority / "signer.pem")
    assert hashlib.sha256(der).hexdigest() in printed


def test_the_commands_refuse_a_changed_letter(folder: Path) -> None:
    file = folder / "surat.pdf"
    good = file.read_bytes()
    at = len(good) // 3
    file.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
    assert check(folder)[0] != 0
    file.write_bytes(later(good, lambda writer: writer.update_root()))
    code, told = check(folder)
    assert (code != 0) or "mencakup seluruh" not in told


def test_the_commands_refuse_a_letter_of_another_authority(
    folder: Path,
    other: Path,  # noqa: F811
) -> None:
    (folder / "rantai.pem").write_bytes((other / "authority.pem").read_bytes())
    code, told = check(folder)
    assert code != 0
    assert "successful" not in told


def test_docs_and_page_say_the_same(client: Client) -> None:
    page = unescape(client.get("/validasi/sertifikat/").content.decode())
    assert trust.CHECK in page
    assert trust.CHECK in (Path(configured.BASE_DIR) / "docs" / "keys.md").read_text()


def test_certificates_are_published_and_nothing_secret_with_them(client: Client, authority: Path) -> None:  # noqa: F811
    (der,) = read_pem(authority / "signer.pem")
    own = hashlib.sha256(der).hexdigest()
    page = client.get("/validasi/sertifikat/").content.decode()
    assert ":".join(own[n : n + 2] for n in range(0, 64, 2)).upper() in page
    answer = client.get(f"/validasi/sertifikat/{own}.pem")
    assert answer.content.decode().split() == (authority / "signer.pem").read_text().split()
    chain = client.get("/validasi/sertifikat/rantai.pem").content
    assert chain.split() == (authority / "authority.pem").read_bytes().split()
    for content in (page.encode(), answer.content, chain):
        assert b"PRIVATE" not in content
    assert client.get(f"/validasi/sertifikat/{'0' * 64}.pem").status_code == 404


def test_without_certificates_the_page_says_so(client: Client, tmp_path: Path, settings: Any) -> None:
    settings.SIGNER_FOLDER = tmp_path
    options = {"path": str(tmp_path / "none.p12")}
    backend = "permits.signing.backends.pkcs12.Pkcs12Signer"
    settings.PLUGINS = settings.PLUGINS | {"SIGNER": {"BACKEND": backend, "OPTIONS": options}}
    plugin.cache_clear()
    page = client.get("/validasi/sertifikat/").content.decode()
    assert "Belum ada sertifikat" in page
    assert client.get("/validasi/sertifikat/rantai.pem").status_code == 404


def test_what_a_code_alone_does_not_prove_is_said_where_verdicts_stand(client: Client) -> None:
    page = client.get("/validasi/arti/").content.decode()
    for words in ("Kode QR saja", "difoto dan dicetak", "Yang masih dapat menipu"):
        assert words in page
    for path in ("/validasi/", "/V/23456789ABCDEFGHJKMNPQRSTV", "/validasi/23456789ABCD/"):
        assert 'href="/validasi/arti/"' in client.get(path).content.decode()
