"""No forged or altered letter is ever called genuine, and each gets the one right answer (issue 6)."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from geoportal.intake import limited
from geoportal.plugins import plugin
from maps import file_verdict
from maps.api import validate as api
from maps.pages import validate as pages
from maps.verdict import Outcome
from permits import seal
from permits.models import KeyAct, Letter
from permits.signing import keys, verify
from permits.signing.certificates import read_pem
from permits.signing.verify import Finding, Judgement
from tests import factories
from tests.permits.forgeries import (  # noqa: F401
    FORGERIES,
    Workshop,
    appended,
    judging,
    making,
    overwritten,
    resaved,
    signers,
    unsigned,
)

pytestmark = pytest.mark.django_db
OUTCOMES = {
    Finding.OURS: (404, Outcome.SIGNED_ONLY, "Tanda tangan sah, tetapi bukan surat kami"),
    Finding.COMPROMISED: (404, Outcome.MISMATCH, "kunci yang dinyatakan bocor"),
    Finding.UNTIMELY: (404, Outcome.MISMATCH, "tidak sedang dipakai"),
    Finding.ALTERED: (404, Outcome.MISMATCH, "TIDAK COCOK dengan surat kami"),
    Finding.FOREIGN: (404, Outcome.MISMATCH, "bukan oleh kantor ini"),
    Finding.UNSIGNED: (404, Outcome.UNKNOWN, "Tidak terdaftar"),
    Finding.UNREADABLE: (404, Outcome.MISMATCH, "TIDAK COCOK dengan surat kami"),
    Finding.NOT_PDF: (400, Outcome.MALFORMED, "bukan berkas PDF"),
}


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return making.workshop(tmp_path_factory.mktemp("forgeries"))


@pytest.fixture(scope="session")
def corpus(workshop: Workshop) -> dict[str, bytes]:
    return {words: forgery.build(workshop) for words, forgery in FORGERIES.items()}


@pytest.fixture(scope="session")
def pins(workshop: Workshop) -> dict[str, Any]:
    """As the office below pins them: one retired and one declared compromised a week ago."""
    return {
        fingerprint(workshop, name): {
            "since": time(first),
            "until": time(-7 if name == "retired" else last),
            "compromised": name == "stolen",
        }
        for name, (first, last) in making.TIMES.items()
        if name in making.PINNED
    }


def time(days: int) -> float:
    return (timezone.now() + timedelta(days=days)).timestamp()


def fingerprint(workshop: Workshop, name: str) -> str:
    (der,) = read_pem(workshop.folders[name] / "signer.pem")
    return hashlib.sha256(der).hexdigest()


@pytest.fixture(scope="session")
def judgements(
    corpus: dict[str, bytes], pins: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Judgement]:
    """Of every forgery, by the judge under its own limits; in forks, since each start costs half a second."""
    folder = tmp_path_factory.mktemp("corpus")
    files = [folder / f"{n}.pdf" for n in range(len(corpus))]
    for file, pdf in zip(files, corpus.values(), strict=True):
        file.write_bytes(pdf)
    task = {"judge": str(verify._JUDGE), "pins": pins, "now": time(0)}
    task |= {"limited": limited.__file__, "limits": asdict(verify.LIMITS)}
    command = [sys.executable, "-I", judging.__file__]

    def judged(half: list[Path]) -> list[Any]:
        text = json.dumps(task | {"files": [str(file) for file in half]})
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
        told: list[Any] = json.loads(done.stdout)
        return told

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(judged, (files[::2], files[1::2]))
    answers = dict(zip(list(corpus)[::2], first, strict=True)) | dict(
        zip(list(corpus)[1::2], second, strict=True)
    )
    return {words: verify.read(answer) for words, answer in answers.items()}


@pytest.fixture
def office(workshop: Workshop, settings: Any) -> Iterator[None]:
    """Signs with "ours", has retired one certificate, and has declared another compromised."""
    settings.SIGNER_FOLDER = workshop.folders["ours"].parent / "pinned"
    path = str(workshop.folders["ours"] / "signer.p12")
    backend = "permits.signing.backends.pkcs12.Pkcs12Signer"
    settings.PLUGINS = settings.PLUGINS | {"SIGNER": {"BACKEND": backend, "OPTIONS": {"path": path}}}
    plugin.cache_clear()
    week = timezone.now() - timedelta(days=7)
    for name, act in (("retired", KeyAct.RETIRED), ("stolen", KeyAct.COMPROMISED)):
        keys.declare(act, keys.find(fingerprint(workshop, name)), since=week, reason="Contoh")
    for pdf in (workshop.genuine, workshop.another):
        Letter.objects.create(
            permit=factories.permit(),
            seal_hash=seal.seal_hash(seal.new_seal_id()),
            sha256=hashlib.sha256(pdf).digest(),
            issued_on=timezone.localdate(),
        )
    yield
    plugin.cache_clear()


def test_there_are_enough_of_them() -> None:
    assert len(FORGERIES) >= 60


@pytest.mark.parametrize("words", FORGERIES)
def test_a_forgery_gets_its_one_right_answer(words: str, judgements: Mapping[str, Judgement]) -> None:
    assert judgements[words].finding == FORGERIES[words].finding


@pytest.mark.usefixtures("office")
def test_the_office_pins_what_the_forgeries_are_judged_by(pins: dict[str, Any]) -> None:
    found = keys.pins()
    assert found.keys() == pins.keys()
    for name, pin in pins.items():
        assert found[name]["compromised"] == pin["compromised"]
        for when in ("since", "until"):
            assert abs(found[name][when] - pin[when]) < 3600


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("finding", OUTCOMES)
def test_page_and_api_say_so_and_never_that_it_matches(
    finding: Finding,
    client: Client,
    corpus: dict[str, bytes],
    judgements: Mapping[str, Judgement],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    status, outcome, title = OUTCOMES[finding]
    for module in (pages, api):
        monkeypatch.setattr(module, "MISSES", 1_000)
    words = [one.words for one in FORGERIES.values() if one.finding == finding]
    assert words
    for name in words:
        monkeypatch.setattr(file_verdict, "verify", lambda _pdf, name=name: judgements[name])  # asked above
        sent = SimpleUploadedFile("surat.pdf", corpus[name], "application/pdf")
        response = client.post("/validasi/pdf/", {"pdf": sent})
        page = response.content.decode()
        assert (name, response.status_code, title in page) == (name, status, True)
        assert "COCOK, " not in page
        answer = client.post("/api/v1/validate/", corpus[name], content_type="application/pdf")
        assert answer.status_code == status
        if finding != Finding.NOT_PDF:
            told = answer.json()
            assert (told["outcome"], told["signature"]) == (outcome, finding)
            assert all(change in page for change in told["changes"])


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    "words",
    [
        "a white box and another name are drawn over page one",
        "a forged letter signed by a stranger",
        "a stolen key signs after it was declared compromised",
        "a stream of objects that unpacks to two gigabytes",
        "a hundred thousand brackets",
    ],
)
def test_the_child_process_says_the_same(
    words: str, corpus: dict[str, bytes], judgements: Mapping[str, Judgement]
) -> None:
    assert verify.verify(corpus[words]) == judgements[words]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("a white box and another name are drawn over page one", "Diubah: halaman 1."),
        ("a page is added at the end", "Ditambahkan: halaman 2."),
        ("a page is put in front", "Ditambahkan: halaman 1."),
        ("the last page is taken out", "1 halaman dihilangkan."),
        ("free text is laid over the holder's name", "Ada yang ditumpangkan di halaman 1"),
        ("a file is attached", "Berkas lampirannya diubah."),
        ("a script runs when the file is opened", "berjalan saat berkas dibuka"),
        ("a layer hides the text and shows another", "Lapisan"),
        ("somebody else signs as well", "1 tanda tangan di dalamnya bukan oleh kantor ini."),
        ("a font is exchanged, so that the same codes show other letters", "Diubah: halaman 1."),
        ("saved again, nothing changed", "Isi yang ditandatangani sendiri sudah berbeda"),
        ("one byte within the text of page one", "Isi yang ditandatangani sendiri sudah berbeda"),
        ("a comment behind the end", "9 byte ditambahkan setelah tanda tangan."),
        ("our certificate is named, but a stranger's key signed", "bukan milik sertifikat"),
    ],
)
def test_where_it_was_altered_is_said(words: str, told: str, judgements: Mapping[str, Judgement]) -> None:
    assert any(told in one for one in file_verdict.changes(judgements[words])), list(
        file_verdict.changes(judgements[words])
    )


def test_the_genuine_letters_of_the_workshop_match(client: Client, office: None, workshop: Workshop) -> None:
    for pdf in (workshop.genuine, workshop.another):
        response = client.post("/validasi/pdf/", {"pdf": SimpleUploadedFile("surat.pdf", pdf)})
        assert (response.status_code, "COCOK, izin berlaku" in response.content.decode()) == (200, True)
        assert verify.verify(pdf).finding == Finding.OURS, "and its signature alone would do"


def test_every_forgery_differs_from_every_letter(corpus: dict[str, bytes], workshop: Workshop) -> None:
    digests = {hashlib.sha256(pdf).digest(): words for words, pdf in corpus.items()}
    assert set(digests.values()) == corpus.keys()
    assert not {hashlib.sha256(pdf).digest() for pdf in (workshop.genuine, workshop.another)} & digests.keys()


def test_a_flood_of_unknown_files_is_stopped(
    client: Client, office: None, corpus: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MISSES", 0)
    answer = client.post("/validasi/pdf/", {"pdf": SimpleUploadedFile("s.pdf", corpus["a draft"])})
    assert answer.status_code == 429
