"""Suspension, revocation and reinstatement: drafted, verified, signed by three people, then in effect."""

import signal
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.models import Message
from permits import decisions, life, signatures
from permits.letters import store
from permits.models import (
    Act,
    Decision,
    DecisionState,
    Issuing,
    IssuingState,
    Letter,
    NumberCounter,
    Permit,
    PermitAct,
    VoidNumber,
)
from permits.refusals import Refused
from permits.signatures import Outcome, Result
from permits.signing.verify import Finding, verify
from permits.status import Status
from permits.workflow import Forbidden
from tests import factories
from tests.permits import processes
from tests.permits.conftest import PASSPHRASE
from tests.permits.letters.test_render import text_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("signing", "private")]
SITE = "https://izin.example"
WHY = {
    "reason": "Tidak memenuhi syarat uji.\nTidak menjawab teguran uji.",
    "legal_basis": "Pasal 1 Perda Uji",
}


@pytest.fixture
def private(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def head() -> User:
    return factories.staff(Role.HEAD)


@pytest.fixture
def permit() -> Permit:
    factories.village()
    made = factories.permit()
    made.company.memberships.create(user=factories.applicant())
    return made


def drafted(permit: Permit, act: Act = Act.SUSPEND) -> Decision:
    return decisions.draft(permit, act, by=factories.staff(Role.BACK_OFFICE), **WHY)


def verified(permit: Permit, act: Act = Act.SUSPEND) -> Decision:
    made = drafted(permit, act)
    decisions.verify(made, by=factories.staff(Role.OFFICIAL), seen=decisions.version(made))
    return made


def sign(*made: Decision, by: User, passphrase: str = PASSPHRASE, second_factor: bool = True) -> list[Result]:
    chosen = [decisions.Chosen(one) for one in made]
    return signatures.sign_all(chosen, by=by, passphrase=passphrase, site=SITE, second_factor=second_factor)


def test_each_decision_is_a_signed_letter_and_in_effect_with_it(
    client: Client, head: User, permit: Permit, tmp_path: Path
) -> None:
    wanted = [
        (Act.SUSPEND, Status.SUSPENDED, "PEMBEKUAN"),
        (Act.REINSTATE, Status.IN_FORCE, "PEMBERLAKUAN-KEMBALI"),
        (Act.REVOKE, Status.REVOKED, "PENCABUTAN"),
    ]
    for act, status, word in wanted:
        before = life.status_of(permit)
        made = verified(permit, act)
        assert life.status_of(permit) == before
        result = sign(made, by=head)[0]
        assert (result.outcome, made.state) == (Outcome.ISSUED, DecisionState.DONE)
        assert life.status_of(permit) == status
        letter = Letter.objects.get(number=result.text)
        assert word in letter.number
        pdf = store.get(letter.file)
        assert verify(pdf).finding == Finding.OURS
        text = " ".join(text_of(pdf, tmp_path).split())
        for said in (permit.number, "Tidak menjawab teguran uji.", WHY["legal_basis"], "sejak tanggal surat"):
            assert said in text
        told = client.post("/validasi/pdf/", {"pdf": _upload(pdf)}, follow=True).content.decode()
        assert "COCOK" in told
        assert letter.number in told
        assert permit.number in told
    assert list(permit.acts.values_list("act", flat=True)) == [act for act, *_ in wanted]
    assert Message.objects.filter(kind__startswith="permit.").count() == 3


def _upload(pdf: bytes) -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("surat.pdf", pdf, "application/pdf")


def test_the_public_rendition_hides_the_holder_where_the_type_does(head: User, tmp_path: Path) -> None:
    made = factories.permit(type=factories.permit_type("UJI-RAHASIA", holder_public=False))
    sign(verified(made), by=head)
    letter = Letter.objects.get()
    assert made.company.name in text_of(store.get(letter.file), tmp_path)
    assert made.company.name not in text_of(store.get(letter.public_file), tmp_path)


def test_three_people_and_a_second_factor(permit: Permit) -> None:
    roles = [Role.BACK_OFFICE, Role.OFFICIAL, Role.HEAD]
    everything = factories.staff(*roles)
    made = decisions.draft(permit, Act.SUSPEND, by=everything, **WHY)
    with pytest.raises(Forbidden):
        decisions.verify(made, by=everything, seen=decisions.version(made))
    official = factories.staff(Role.OFFICIAL, Role.HEAD)
    decisions.verify(made, by=official, seen=decisions.version(made))
    for somebody in (everything, official, factories.staff(Role.BACK_OFFICE)):
        assert sign(made, by=somebody)[0].outcome is Outcome.REFUSED
    head = factories.staff(Role.HEAD)
    assert sign(made, by=head, second_factor=False)[0].outcome is Outcome.REFUSED
    assert not Issuing.objects.exists()
    for column in ("drafted_by", "verified_by"):
        with pytest.raises(IntegrityError):
            Decision.objects.filter(pk=made.pk).update(signed_by=getattr(made, column))


@pytest.mark.parametrize("role", [role for role in Role if role != Role.BACK_OFFICE])
def test_only_the_back_office_drafts(role: Role, permit: Permit) -> None:
    with pytest.raises(Forbidden):
        decisions.draft(permit, Act.SUSPEND, by=factories.staff(role), **WHY)
    assert not Decision.objects.exists()


@pytest.mark.parametrize("gap", [{"reason": " "}, {"legal_basis": ""}])
def test_reason_and_legal_basis_are_asked_for(gap: dict[str, str], permit: Permit) -> None:
    with pytest.raises(Refused):
        decisions.draft(permit, Act.SUSPEND, by=factories.staff(Role.BACK_OFFICE), **(WHY | gap))


def test_a_text_that_changed_meanwhile_is_not_verified(permit: Permit) -> None:
    made = drafted(permit)
    seen = decisions.version(made)
    decisions.draft(permit, Act.REVOKE, by=factories.staff(Role.BACK_OFFICE), **WHY)
    with pytest.raises(Refused):
        decisions.verify(made, by=factories.staff(Role.OFFICIAL), seen=seen)
    assert Decision.objects.get().act == Act.REVOKE


def test_what_was_revoked_meanwhile_is_not_suspended(head: User, permit: Permit) -> None:
    made = verified(permit)
    Permit.objects.filter(pk=permit.pk).update(revoked_on=timezone.localdate())
    assert sign(made, by=head)[0].outcome is Outcome.REFUSED
    assert not NumberCounter.objects.filter(scope="suspension").exists()


def test_a_wrong_passphrase_keeps_the_number_and_a_dropped_decision_explains_it(
    head: User, permit: Permit
) -> None:
    made = verified(permit)
    assert sign(made, by=head, passphrase="salah")[0].outcome is Outcome.REFUSED
    assert made.state == DecisionState.VERIFIED
    assert life.status_of(permit) == Status.IN_FORCE
    number = Issuing.objects.get().number
    with pytest.raises(Refused):
        decisions.send_back(made, note=" ", by=head)
    decisions.send_back(made, note="Tidak jadi.", by=head, drop=True)
    assert VoidNumber.objects.get().number == number
    other = verified(permit)
    assert sign(other, by=head)[0].text != number


def test_a_draft_that_became_another_letter_gets_another_number(head: User, permit: Permit) -> None:
    made = verified(permit)
    sign(made, by=head, passphrase="salah")
    number = Issuing.objects.get().number
    decisions.send_back(made, note="Cabut saja.", by=head)
    verified(permit, Act.REVOKE)
    made.refresh_from_db()
    assert sign(made, by=head)[0].outcome is Outcome.ISSUED
    assert VoidNumber.objects.get().number == number
    assert life.status_of(permit) == Status.REVOKED


def test_pressed_twice_it_is_signed_once(head: User, permit: Permit) -> None:
    made = verified(permit)
    stale = Decision.objects.get()
    results = sign(made, by=head) + sign(stale, by=head)
    assert [one.outcome for one in results] == [Outcome.ISSUED, Outcome.REFUSED]
    assert PermitAct.objects.count() == Letter.objects.count() == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("step", "moment"),
    [
        ("permits.decisions.approve", "after"),
        ("permits.letters.store.put", "after"),
        ("permits.decisions.complete", "before"),
        ("permits.life.put_in_effect", "after"),
        ("permits.decisions.complete", "after"),
    ],
)
def test_a_killed_process_leaves_what_can_be_finished(
    head: User, permit: Permit, step: str, moment: str, signing: Path
) -> None:
    made = verified(permit)
    child = processes.start("sign_decision", str(signing), PASSPHRASE, str(head.pk), step, moment)
    assert child.wait(60) == -signal.SIGKILL
    row = Issuing.objects.get()
    done, troubles = signatures.finish_stored(signatures.waiting())
    assert not troubles
    row.refresh_from_db()
    assert done == 0 or row.state == IssuingState.FINISHED
    made.refresh_from_db()
    if made.state == DecisionState.ISSUING:
        work = decisions.Chosen(made)
        signatures.carry_on(work, row, by=head, passphrase=PASSPHRASE, site=SITE)
        made.refresh_from_db()
    assert made.state == DecisionState.DONE
    letter, act = Letter.objects.get(), PermitAct.objects.get()
    assert (letter.number, act.document, made.in_effect) == (row.number, letter, act)
    assert life.status_of(permit) == Status.SUSPENDED
    assert Message.objects.filter(kind="permit.suspend").count() == 1


def test_the_pages_lead_from_draft_to_the_holders_letter(
    client: Client, head: User, permit: Permit, django_assert_max_num_queries: Any
) -> None:
    url = f"/petugas/izin/{permit.public_id}/"
    clerk, official = factories.staff(Role.BACK_OFFICE), factories.staff(Role.OFFICIAL)
    client.force_login(clerk)
    assert client.get("/petugas/izin/", {"nomor": f" {permit.number} "}).headers["Location"] == url
    assert client.get("/petugas/izin/", {"nomor": "\0 <b>"}).status_code == 200
    with django_assert_max_num_queries(12):
        assert 'name="legal_basis"' in client.get(url).content.decode()
    assert client.post(url, {"act": "suspend", "reason": "x"}).status_code == 422
    assert client.post(url, {"act": "reinstate"} | WHY).status_code == 422
    assert client.post(url, {"act": "suspend"} | WHY)["Location"] == url
    made = Decision.objects.get()
    move = f"/petugas/izin/putusan/{made.pk}/"
    assert client.post(move, {"langkah": "verifikasi", "dilihat": decisions.version(made)}).status_code == 302
    made.refresh_from_db()
    assert made.state == DecisionState.DRAFTED
    client.force_login(official)
    with django_assert_max_num_queries(12):
        page = client.get(url).content.decode()
    assert "verifikasi" in page
    assert client.get(f"{move}draf.pdf")["Content-Type"] == "application/pdf"
    assert permit.number in client.get("/petugas/izin/").content.decode()
    client.post(move, {"langkah": "verifikasi", "dilihat": decisions.version(made)})
    client.force_login(head)
    page = client.get("/petugas/tanda-tangan/").content.decode()
    assert permit.number in page
    assert (
        client.post("/petugas/tanda-tangan/", {"putusan": [made.pk, "x"], "sandi": "salah"}).status_code
        == 422
    )
    answer = client.post("/petugas/tanda-tangan/", {"putusan": [made.pk], "sandi": PASSPHRASE})
    assert answer["Location"] == "/petugas/tanda-tangan/"
    act = PermitAct.objects.get()
    assert act.document is not None
    letter = f"/usaha/putusan/{act.document.pk}/surat.pdf"
    assert letter in client.get(url).content.decode()
    client.force_login(permit.company.memberships.get().user)
    assert letter in client.get("/usaha/").content.decode()
    assert client.get(letter).content == store.get(act.document.file)
    client.force_login(factories.applicant())
    assert client.get(letter).status_code == 403
    assert client.get(url).status_code == 403
    assert client.post(move, {"langkah": "batalkan", "catatan": "x"}).status_code == 403


def test_a_decision_left_between_number_and_file_is_taken_up_on_the_page(
    client: Client, head: User, permit: Permit
) -> None:
    made = verified(permit)
    decisions.approve(made, by=head, second_factor=True)
    client.force_login(head)
    page = client.get("/petugas/tanda-tangan/").content.decode()
    assert f'value="decision:{made.pk}"' in page
    go_on = {"lanjutkan": f"decision:{made.pk}", "sandi": PASSPHRASE}
    assert client.post("/petugas/tanda-tangan/", go_on).status_code == 302
    made.refresh_from_db()
    assert made.state == DecisionState.DONE
    assert client.post("/petugas/tanda-tangan/", go_on | {"lanjutkan": "decision:x"}).status_code == 302
