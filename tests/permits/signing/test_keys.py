"""Rotation, expiry and compromise of a key, rehearsed: what becomes of letters that are signed already."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as configured
from django.core.cache import caches
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.utils import timezone

from geoportal.plugins import plugin
from maps.file_verdict import verdict_for_pdf
from maps.verdict import Outcome
from permits import seal
from permits.letters import store
from permits.models import KeyAct, KeyStatement, Letter
from permits.refusals import Refused
from permits.signing import Signed, development, keys, signer
from permits.signing.certificates import read_pem
from permits.signing.verify import Finding, verify
from tests import factories
from tests.permits.conftest import PASSPHRASE
from tests.permits.forgeries.tools import sign

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office")]


@pytest.fixture(scope="module")
def heads(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The certificates of two heads, one after the other, and one that has ended."""
    times = {"first": (-300, 400), "second": (-1, 700), "ended": (-700, -3)}
    made = {name: tmp_path_factory.mktemp("heads") / name for name in times}
    for name, days in times.items():
        development.make(made[name], passphrase=PASSPHRASE, days=days)
    return made


@pytest.fixture
def office(heads: dict[str, Path], tmp_path: Path, settings: Any) -> Path:
    """SIGNER_FOLDER of an office that the first head signs for."""
    settings.MEDIA_ROOT = tmp_path / "media"
    folder = tmp_path / "signer"
    folder.mkdir()
    settings.SIGNER_FOLDER = folder
    appoint(folder, heads, "first", settings)
    return folder


def appoint(folder: Path, heads: dict[str, Path], name: str, settings: Any) -> None:
    """docs/keys.md: lay the certificate beside the others, point SIGNER_OPTIONS to the new key."""
    for file, source in ((f"{name}.pem", "signer.pem"), (f"{name}-authority.pem", "authority.pem")):
        (folder / file).write_bytes((heads[name] / source).read_bytes())
    (folder / f"{name}.p12").write_bytes((heads[name] / "signer.p12").read_bytes())
    options = {"path": str(folder / f"{name}.p12")}
    backend = "permits.signing.backends.pkcs12.Pkcs12Signer"
    settings.PLUGINS = settings.PLUGINS | {"SIGNER": {"BACKEND": backend, "OPTIONS": options}}
    plugin.cache_clear()


@pytest.fixture(autouse=True)
def _forget_signer() -> Any:
    yield
    plugin.cache_clear()


def fingerprint(folder: Path) -> str:
    (der,) = read_pem(folder / "signer.pem")
    return hashlib.sha256(der).hexdigest()


def signed(letter: bytes) -> bytes:
    made = signer().sign(letter, request_id=uuid4(), passphrase=PASSPHRASE)
    assert isinstance(made, Signed)
    return made.pdf


def issued(pdf: bytes, on: date | None = None) -> Letter:
    return Letter.objects.create(
        permit=factories.permit(),
        seal_hash=seal.seal_hash(seal.new_seal_id()),
        sha256=hashlib.sha256(pdf).digest(),
        file=store.put(pdf),
        number=f"UJI/{Letter.objects.count() + 1}",
        issued_on=on or timezone.localdate(),
    )


def command(*arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command("signer", *arguments, stdout=out, **options)
    return out.getvalue()


def test_rotation(heads: dict[str, Path], office: Path, letter: bytes, settings: Any) -> None:
    old = signed(letter)
    issued(old)
    unknown = sign(letter, heads["first"], at=timezone.now() - timedelta(days=5))
    appoint(office, heads, "second", settings)
    told = command("retire", fingerprint(heads["first"])[:12], reason="Pergantian kepala")
    assert "retired since" in told
    new = signed(letter)
    issued(new)
    assert verdict_for_pdf(old).outcome == Outcome.GENUINE, "an issued letter is known by its hash"
    assert verdict_for_pdf(new).outcome == Outcome.GENUINE
    assert verify(unknown).finding == Finding.OURS, "dated in its time"
    assert verify(sign(letter, heads["first"], at=timezone.now() + timedelta(hours=1))).finding == (
        Finding.UNTIMELY
    )
    listed = command("list")
    assert listed.count("retired since") == 1
    assert "2 certificates" in listed


def test_a_key_can_be_retired_from_a_coming_day_on(heads: dict[str, Path], letter: bytes) -> None:
    later = (timezone.now() + timedelta(days=3)).isoformat()
    command("retire", fingerprint(heads["first"]), since=later, reason="Masa jabatan berakhir")
    assert keys.trouble() == ""
    assert verify(signed(letter)).finding == Finding.OURS


def test_expiry(heads: dict[str, Path], office: Path, letter: bytes, settings: Any) -> None:
    appoint(office, heads, "ended", settings)
    old = sign(letter, heads["ended"], at=timezone.now() - timedelta(days=30))
    issued(old, timezone.localdate() - timedelta(days=30))
    assert verdict_for_pdf(old).outcome == Outcome.GENUINE
    refused = signer().sign(letter, request_id=uuid4(), passphrase=PASSPHRASE)
    assert not isinstance(refused, Signed)
    assert "permits.W002" in {one.id for one in run_checks(include_deployment_checks=True)}


def test_compromise(heads: dict[str, Path], office: Path, letter: bytes, settings: Any) -> None:
    before = signed(letter)
    issued(before, timezone.localdate() - timedelta(days=90))
    doubtful = signed(letter)
    recent = issued(doubtful)
    lost = sign(letter, heads["first"], at=timezone.now() - timedelta(days=90))
    since = (timezone.now() - timedelta(days=7)).isoformat()
    told = command("compromised", fingerprint(heads["first"]), since=since, reason="Komputer dicuri")
    assert "1 letters carry its signature since then" in told
    assert recent.number in told
    for pdf in (before, doubtful):
        assert verdict_for_pdf(pdf).outcome == Outcome.GENUINE, "what the register knows stays as it is"
    answer = verdict_for_pdf(lost)
    assert (answer.outcome, answer.signature) == (Outcome.MISMATCH, Finding.COMPROMISED)
    assert keys.trouble() != ""
    appoint(office, heads, "second", settings)
    assert keys.trouble() == ""
    assert verify(signed(letter)).finding == Finding.OURS
    assert verify(lost).finding == Finding.COMPROMISED, "nothing brings it back"
    seal.withdraw_letter(recent, by=None, reason="Tidak ditandatangani oleh kepala")
    assert verdict_for_pdf(doubtful).outcome == Outcome.WITHDRAWN


def test_nothing_is_signed_with_a_key_that_was_given_up(heads: dict[str, Path], letter: bytes) -> None:
    key = keys.find(fingerprint(heads["first"]))
    keys.declare(KeyAct.RETIRED, key, since=timezone.now() - timedelta(minutes=1), reason="Contoh")
    assert "docs/keys.md" in keys.trouble()
    keys.declare(KeyAct.COMPROMISED, key, since=timezone.now() - timedelta(days=1), reason="Contoh")
    assert "docs/keys.md" not in keys.trouble()


def test_the_earliest_date_counts_and_nothing_is_taken_back(heads: dict[str, Path]) -> None:
    key = keys.find(fingerprint(heads["first"]))
    for days in (3, 9, 1):
        when = timezone.now() - timedelta(days=days)
        keys.declare(KeyAct.COMPROMISED, key, since=when, reason=f"{days} hari")
    (found,) = keys.pinned()
    assert found.reason == "9 hari"
    role = connection.ops.quote_name(configured.DATABASE_APP_ROLE)
    for text in ("UPDATE permits_keystatement SET reason = 'x'", "DELETE FROM permits_keystatement"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {role}; {text}")
    assert KeyStatement.objects.count() == 3


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        (("retire",), {"reason": "x"}, "Which certificate"),
        (("retire", "ab"), {"reason": "x"}, "ab"),
        (("retire", "0" * 64), {"reason": "x"}, "0000"),
        (("retire", "{own}"), {}, "alasan"),
        (("compromised", "{own}"), {"reason": "x", "since": "2199-01-01"}, "sudah lewat"),
        (("compromised", "{own}"), {"reason": "x", "since": "kemarin"}, "no date"),
        (("compromised", "{own}"), {"reason": "x", "since": "2026-13-45"}, "no date"),
    ],
)
def test_what_the_command_refuses(
    arguments: tuple[str, ...], options: dict[str, str], words: str, heads: dict[str, Path]
) -> None:
    typed = [one.format(own=fingerprint(heads["first"])) for one in arguments]
    with pytest.raises(CommandError, match=words):
        command(*typed, **options)
    assert KeyStatement.objects.count() == 0


def test_a_dry_run_declares_nothing(heads: dict[str, Path]) -> None:
    assert "would be declared" in command("compromised", fingerprint(heads["first"]), dry_run=True)
    assert KeyStatement.objects.count() == 0


def test_a_letter_whose_file_is_damaged_is_named(heads: dict[str, Path], letter: bytes) -> None:
    Letter.objects.filter(pk=issued(signed(letter)).pk).update(file="letters/hilang.pdf")
    told = command("compromised", fingerprint(heads["first"]), reason="Contoh", since="2026-01-01T08:00")
    assert "cannot be read" in told


def test_authorities_are_no_signers(heads: dict[str, Path], letter: bytes) -> None:
    assert [key.subject for key in keys.pinned()] == ["Contoh Kepala (pengembangan)"]
    assert [one.subject for one in keys.authorities()] == [key.certificate.issuer for key in keys.pinned()]
    with pytest.raises(Refused):
        keys.find(hashlib.sha256(read_pem(heads["first"] / "authority.pem")[0]).hexdigest())


def test_checks_speak_of_a_chain_that_is_missing(office: Path) -> None:
    def told() -> set[str | None]:
        return {one.id for one in run_checks(include_deployment_checks=True)}

    assert "permits.W003" not in told()
    (office / "first-authority.pem").unlink()
    assert "permits.W003" in told()


def test_a_declaration_is_public(client: Client, heads: dict[str, Path]) -> None:
    own = fingerprint(heads["first"])
    assert "Dipakai" in client.get("/validasi/sertifikat/").content.decode()
    when = datetime(2026, 3, 2, 12, tzinfo=UTC)
    keys.declare(KeyAct.COMPROMISED, keys.find(own), since=when, reason="Komputer dicuri")
    caches["pages"].clear()
    page = client.get("/validasi/sertifikat/").content.decode()
    for words in ("Dinyatakan bocor", "2 Maret 2026", "Komputer dicuri"):
        assert words in page
