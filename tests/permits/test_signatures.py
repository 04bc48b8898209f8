"""From the head's signature to one permit, one number and one valid letter, whatever happens between."""

import signal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from maps.models import Place
from permits import signatures, workflow
from permits.letters import issuing, store
from permits.models import (
    Application,
    Draft,
    DraftKind,
    Issuing,
    IssuingState,
    Letter,
    NumberCounter,
    Permit,
    VoidNumber,
)
from permits.models import ApplicationStatus as Status
from permits.signatures import Chosen, Outcome, Result
from permits.signing.verify import Finding, verify
from tests import factories
from tests.permits import processes
from tests.permits.conftest import PASSPHRASE
from tests.permits.letters.test_issuing import Silent

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("signing", "private")]
SITE = "https://izin.example"


@pytest.fixture
def private(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def head() -> User:
    return factories.staff(Role.HEAD)


def sign(*made: Application, by: User, passphrase: str = PASSPHRASE, **more: Any) -> list[Result]:
    chosen = [Chosen(one) for one in made]
    return signatures.sign_all(
        chosen, by=by, passphrase=passphrase, site=SITE, **{"second_factor": True} | more
    )


def outcomes(results: list[Result]) -> list[Outcome]:
    return [one.outcome for one in results]


def one_of_everything() -> Letter:
    made, permit, letter = Application.objects.get(), Permit.objects.get(), Letter.objects.get()
    assert (made.status, made.permit) == (Status.ISSUED, permit)
    assert (letter.permit, letter.number) == (permit, permit.number)
    assert NumberCounter.objects.exclude(scope="registration").get().last == 1
    assert Place.objects.get().number == permit.number
    assert verify(store.get(letter.file)).finding == Finding.OURS
    assert [e.move for e in made.events.order_by("ordinal")][-2:] == ["sign", "finish"]
    return letter


def test_a_batch_is_signed_and_on_the_map(head: User) -> None:
    made = [factories.at("signing") for _ in range(3)]
    results = sign(*made, by=head)
    assert outcomes(results) == [Outcome.ISSUED] * 3
    assert {one.text for one in results} == set(Place.objects.values_list("number", flat=True))
    assert len(set(Permit.objects.values_list("number", flat=True))) == 3
    for one in made:
        letter = signatures.letter_of(one)
        assert letter is not None
        assert verify(store.get(letter.file)).finding == Finding.OURS
        assert letter.signer_name == head.get_full_name()


def test_a_second_press_signs_nothing_twice(head: User) -> None:
    made = factories.at("signing")
    stale = Application.objects.get()
    assert outcomes(sign(made, by=head) + sign(stale, by=head)) == [Outcome.ISSUED, Outcome.REFUSED]
    one_of_everything()


def test_a_wrong_passphrase_is_tried_once_and_nothing_is_lost(head: User) -> None:
    made = [factories.at("signing") for _ in range(2)]
    results = sign(*made, by=head, passphrase="salah")
    assert outcomes(results) == [Outcome.REFUSED, Outcome.UNTRIED]
    assert results[0].text
    assert [one.status for one in made] == [Status.SIGNING] * 2
    assert not Permit.objects.exists()
    number = Issuing.objects.get().number
    assert outcomes(sign(*made, by=head)) == [Outcome.ISSUED] * 2
    assert Permit.objects.filter(number=number).exists()
    assert NumberCounter.objects.exclude(scope="registration").get().last == 2


def test_who_verified_or_gave_no_second_factor_signs_nothing(head: User) -> None:
    made = factories.at("signing")
    assert outcomes(sign(made, by=head, second_factor=False)) == [Outcome.REFUSED]
    verifier = made.events.get(move="approve").by
    assert verifier is not None
    verifier.roles = [Role.OFFICIAL, Role.HEAD]
    verifier.save()
    assert outcomes(sign(made, by=verifier)) == [Outcome.REFUSED]
    assert outcomes(sign(made, by=factories.staff(Role.OFFICIAL))) == [Outcome.REFUSED]
    assert not Issuing.objects.exists()


def test_an_unknown_outcome_stays_and_is_never_repeated_by_itself(
    head: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, silent = factories.at("signing"), Silent()
    with monkeypatch.context() as patch:
        patch.setattr(issuing, "signer", lambda: silent)
        assert outcomes(sign(made, by=head)) == [Outcome.UNKNOWN]
        row = Issuing.objects.get()
        for _try in range(2):
            again = signatures.carry_on(Chosen(made), row, by=head, passphrase=PASSPHRASE, site=SITE)
            assert again.outcome is Outcome.UNKNOWN
        assert silent.asked == 1
    assert made.status == Status.ISSUING
    done = signatures.carry_on(Chosen(made), row, by=head, passphrase=PASSPHRASE, site=SITE, again=True)
    assert done.outcome is Outcome.ISSUED
    one_of_everything()


def test_a_refusal_is_signed_like_a_permit_and_gives_none(head: User) -> None:
    made = factories.at("review")
    Draft.objects.filter(application=made).update(kind=DraftKind.REFUSAL, reasons="Tidak lengkap")
    made = Application.objects.get()
    workflow.apply(made, "approve_refusal", by=factories.staff(Role.OFFICIAL))
    assert outcomes(sign(made, by=head)) == [Outcome.ISSUED]
    assert (made.status, Permit.objects.count()) == (Status.REFUSED, 0)
    letter = signatures.letter_of(made)
    assert letter is not None
    assert "PENOLAKAN" in letter.number


def test_a_number_of_a_letter_that_became_another_one_is_void(head: User) -> None:
    made = factories.at("signing")
    sign(made, by=head, passphrase="salah")
    number = Issuing.objects.get().number
    workflow.apply(made, "send_back_signing", by=head, data={"note": "Tolak"})
    Draft.objects.filter(application=made).update(kind=DraftKind.REFUSAL, reasons="Tidak lengkap")
    made = Application.objects.get()
    workflow.apply(made, "submit_draft", by=factories.staff(Role.BACK_OFFICE))
    workflow.apply(made, "approve_refusal", by=factories.staff(Role.OFFICIAL))
    assert outcomes(sign(made, by=head)) == [Outcome.ISSUED]
    assert VoidNumber.objects.get().number == number


def test_without_a_head_on_that_day_nothing_is_numbered(head: User) -> None:
    made = factories.at("signing")
    User.objects.filter(roles__contains=[Role.HEAD]).update(is_active=False)
    head.refresh_from_db()
    assert outcomes(sign(made, by=head)) == [Outcome.REFUSED]
    assert not NumberCounter.objects.exclude(scope="registration").exists()


def test_the_worker_finishes_what_needs_no_passphrase(
    head: User, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    made = factories.at("signing")
    with monkeypatch.context() as patch:
        patch.setattr(signatures, "complete", interrupted)
        with pytest.raises(KeyboardInterrupt):
            sign(made, by=head)
    assert Issuing.objects.get().state == IssuingState.STORED
    call_command("finish_letters", dry_run=True)
    assert "1 would be finished" in capsys.readouterr().out
    signatures.finish_later.call(Issuing.objects.get().pk)
    one_of_everything()
    call_command("finish_letters")
    assert "0 finished, 0 left" in capsys.readouterr().out


def interrupted(*_: Any, **__: Any) -> None:
    raise KeyboardInterrupt


@pytest.mark.slow
@pytest.mark.parametrize(
    ("step", "moment"),
    [
        ("permits.letters.issuing.prepare", "after"),
        ("permits.signatures.approve", "after"),
        ("permits.signing.pades.sign", "after"),
        ("permits.letters.store.put", "after"),
        ("permits.signatures.complete", "before"),
        ("permits.signatures.issue", "after"),
        ("permits.letters.issuing.finish", "after"),
        ("permits.signatures.complete", "after"),
    ],
)
def test_a_killed_process_leaves_what_can_be_finished(
    head: User, step: str, moment: str, signing: Path
) -> None:
    factories.at("signing")
    child = processes.start("sign_application", str(signing), PASSPHRASE, str(head.pk), step, moment)
    assert child.wait(60) == -signal.SIGKILL
    made = Application.objects.get()
    row = signatures.issuing_of(made)
    signatures.finish_stored(signatures.waiting())
    made.refresh_from_db()
    if made.status == Status.SIGNING:
        assert row is None
        sign(made, by=head)
    elif made.status == Status.ISSUING:
        assert row is not None
        signatures.carry_on(Chosen(made), row, by=head, passphrase=PASSPHRASE, site=SITE)
    letter = one_of_everything()
    assert letter.issued_on == timezone.localdate()
    if row is not None:
        assert (letter.number, letter.request_id) == (row.number, row.request_id)
