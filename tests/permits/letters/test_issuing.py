"""From a number to a letter that validation knows, with everything that can happen between."""

import hashlib
import signal
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from permits import numbers
from permits.letters import issuing, store
from permits.letters.content import Content, Kind
from permits.models import Issuing, IssuingState, KeyAct, Letter, NumberCounter, Permit, VoidNumber
from permits.signing import Refused, UnknownOutcome, keys
from permits.signing.verify import Finding, verify
from tests import factories
from tests.permits import processes
from tests.permits.conftest import PASSPHRASE
from tests.permits.letters.example import content

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("signing", "private")]
SITE = "https://izin.example"
TEMPLATE = "{seq:04}/UJI/{year}"
DAY = date(2026, 11, 24)


@pytest.fixture
def private(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


def prepare(text: Content | None = None, subject: str = "uji:1", kind: Kind = Kind.PERMIT) -> Issuing:
    with transaction.atomic():
        return issuing.prepare(
            kind,
            text or content(),
            subject=subject,
            template=TEMPLATE,
            scope="UJI",
            code="UJI",
            on=DAY,
            by=None,
        )


def produce(row: Issuing, passphrase: str = PASSPHRASE, **more: Any) -> Any:
    return issuing.produce(row, passphrase=passphrase, site=SITE, **more)


def finish(row: Issuing, permit: Permit | None) -> Letter:
    with transaction.atomic():
        return issuing.finish(row, permit=permit, by=None)


def one_valid_letter() -> Letter:
    """Exactly one number, one letter and one file, which is signed by us."""
    letter = Letter.objects.get()
    row = Issuing.objects.get()
    assert row.state == IssuingState.FINISHED
    assert row.letter == letter
    assert (row.number, row.request_id) == (letter.number, letter.request_id)
    assert NumberCounter.objects.get().last == 1
    assert numbers.unexplained(TEMPLATE, on=DAY, scope="UJI", code="UJI") == []
    pdf = store.get(letter.file)
    assert hashlib.sha256(pdf).digest() == bytes(letter.sha256 or b"")
    assert verify(pdf).finding == Finding.OURS
    return letter


def test_nothing_is_signed_with_a_key_that_was_declared_compromised(private: Path) -> None:
    row = prepare()
    (key,) = keys.pinned()
    keys.declare(KeyAct.COMPROMISED, key, since=timezone.now(), reason="Contoh")
    assert isinstance(produce(row), Refused)
    row.refresh_from_db()
    assert row.state == IssuingState.PREPARED, "the number waits for the new key"
    assert not private.exists()


def test_a_letter_is_issued(private: Path) -> None:
    permit = factories.permit()
    row = prepare()
    assert row.number == "0001/UJI/2026"
    made = produce(row)
    assert made.state == IssuingState.STORED
    assert finish(row, permit) == finish(row, permit)
    letter = one_valid_letter()
    assert letter.permit == permit
    assert (letter.signer_name, letter.signer_title) == ("Contoh Kepala", "Plt. Kepala Kantor Perizinan Uji")
    assert store.get(letter.public_file) != store.get(letter.file)
    assert len(list(private.rglob("*.pdf"))) == 2
    assert produce(row).state == IssuingState.FINISHED
    with pytest.raises(issuing.CannotIssue):
        prepare()


def test_the_text_is_stored_encrypted_and_read_back() -> None:
    row = prepare(content(address=("Jl. Rumah 9",), rows=(("a", "b"),), english=content().text))
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM permits_issuing")
        assert b"Contoh Pemegang" not in bytes(cursor.fetchone()[0])
    row.refresh_from_db()
    assert Content.load(row.content) == content(
        address=("Jl. Rumah 9",), rows=(("a", "b"),), english=content().text, number=row.number
    )


def test_a_refused_signature_keeps_the_number_and_the_request() -> None:
    row = prepare()
    assert isinstance(produce(row, "salah"), Refused)
    row.refresh_from_db()
    assert (row.state, bool(row.trouble)) == (IssuingState.PREPARED, True)
    again = prepare(content(holder="Contoh Lain"))
    assert (again.pk, again.number, again.request_id) == (row.pk, row.number, row.request_id)
    produce(again)
    finish(again, factories.permit())
    one_valid_letter()


class Silent:
    """A signer whose answer is lost. `asked` counts the requests."""

    repeatable = False

    def __init__(self) -> None:
        self.asked = 0

    def sign(self, pdf: bytes, **_: Any) -> UnknownOutcome:
        self.asked += 1
        return UnknownOutcome("BSrE tidak menjawab")

    def certificates(self) -> list[bytes]:
        return []


def test_an_unknown_outcome_is_never_repeated_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = Silent()
    row = prepare()
    with monkeypatch.context() as patch:
        patch.setattr(issuing, "signer", lambda: silent)
        for _try in range(3):
            assert isinstance(produce(row), UnknownOutcome)
        assert silent.asked == 1
        assert prepare().state == IssuingState.UNKNOWN
        with pytest.raises(issuing.CannotIssue), transaction.atomic():
            issuing.finish(row, permit=factories.permit(), by=None)
        produce(row, again=True)
        assert silent.asked == 2
    produce(row, again=True)
    finish(row, Permit.objects.first() or factories.permit())
    one_valid_letter()


def test_work_that_was_cut_off_at_a_remote_signer_has_an_unknown_outcome(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    silent = Silent()
    row = prepare()
    Issuing.objects.update(state=IssuingState.DISPATCHED)
    monkeypatch.setattr(issuing, "signer", lambda: silent)
    assert isinstance(produce(row), UnknownOutcome)
    assert silent.asked == 0


def test_a_number_that_is_given_up_is_explained() -> None:
    row = prepare()
    with pytest.raises(ValueError):
        issuing.give_up(row, reason=" ", by=None)
    issuing.give_up(row, reason="Salah jenis izin", by=None)
    assert VoidNumber.objects.get().number == row.number
    with pytest.raises(issuing.CannotIssue):
        produce(row)
    assert prepare().number == "0002/UJI/2026"
    assert numbers.unexplained(TEMPLATE, on=DAY, scope="UJI", code="UJI") == []


def test_a_file_that_is_gone_or_changed_is_not_issued(private: Path) -> None:
    row = produce(prepare())
    (private / row.file).write_bytes(b"lain")
    with pytest.raises(issuing.CannotIssue, match=row.file):
        finish(row, factories.permit())
    assert not Letter.objects.exists()


def test_a_file_that_a_crash_cut_off_is_written_again(private: Path) -> None:
    name = store.put(b"%PDF uji")
    (private / name).write_bytes(b"%PD")
    with pytest.raises(store.Damaged):
        store.get(name)
    assert store.put(b"%PDF uji") == name
    assert store.get(name) == b"%PDF uji"


def test_two_people_at_one_letter() -> None:
    row = prepare()
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [issuing._LOCK, row.pk])
            with pytest.raises(issuing.CannotIssue):
                produce(row)
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [issuing._LOCK, row.pk])
    finally:
        other.close()
    assert produce(row).state == IssuingState.STORED


def test_the_steps_cannot_be_undone_by_a_transaction_around_them() -> None:
    row = prepare()
    with pytest.raises(RuntimeError), transaction.atomic():
        produce(row)


def test_a_refusal_needs_no_permit() -> None:
    row = prepare(kind=Kind.REFUSAL, text=content(address=("Jl. Rumah 9",)))
    produce(row)
    assert finish(row, None).permit is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("step", "moment"),
    [
        ("permits.numbers.allocate", "after"),
        ("permits.letters.issuing.prepare", "after"),
        ("permits.letters.issuing.render", "after"),
        ("permits.signing.pades.sign", "before"),
        ("permits.signing.pades.sign", "after"),
        ("permits.letters.store.put", "after"),
        ("permits.letters.issuing._stored", "after"),
        ("permits.letters.issuing.finish", "before"),
        ("permits.letters.issuing.finish", "after"),
    ],
)
def test_a_killed_process_leaves_what_can_be_finished(step: str, moment: str, signing: Path) -> None:
    permit = factories.permit()
    child = processes.start("issue_letter", str(signing), PASSPHRASE, step, moment)
    assert child.wait(60) == -signal.SIGKILL
    known = Issuing.objects.values_list("number", "request_id").first()
    row = prepare()
    if known:
        assert (row.number, row.request_id) == known
    produce(row)
    finish(row, permit)
    letter = one_valid_letter()
    assert not Letter.objects.exclude(pk=letter.pk).exists()
