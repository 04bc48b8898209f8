"""Drafts, letters and receipts as files, and the page where the head signs."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from permits import signatures
from permits.letters import issuing, store
from permits.models import Application, Issuing, IssuingState, Letter, Permit
from permits.models import ApplicationStatus as Status
from tests import factories
from tests.permits.conftest import PASSPHRASE
from tests.permits.letters.test_issuing import Silent
from tests.permits.letters.test_render import text_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("signing", "private")]
SIGN = "/petugas/tanda-tangan/"


@pytest.fixture
def private(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


def signed_in(client: Client, *roles: Role) -> User:
    user = factories.staff(*roles)
    client.force_login(user)
    return user


def url(name: str, made: Application) -> str:
    return reverse(name, args=[made.public_id])


def press(client: Client, *made: Application, passphrase: str = PASSPHRASE) -> Any:
    picked = [f"{one.public_id}.{one.events_count}" for one in made]
    return client.post(SIGN, {"berkas": picked, "sandi": passphrase})


def test_a_draft_is_shown_to_who_writes_verifies_and_signs_and_is_marked(
    client: Client, tmp_path: Path
) -> None:
    made = factories.at("signing")
    for role in (Role.BACK_OFFICE, Role.OFFICIAL, Role.HEAD):
        signed_in(client, role)
        answer = client.get(url("case-draft-pdf", made))
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "private, no-store"
        assert url("case-draft-pdf", made) in client.get(url("case", made)).content.decode()
    assert "DRAF – BELUM BERLAKU SEBAGAI IZIN" in text_of(answer.content, tmp_path)
    picture = client.get(url("case-draft-image", made))
    assert picture["Content-Type"] == "image/jpeg"
    assert picture.content.startswith(b"\xff\xd8")
    for role in (Role.FRONT_OFFICE, Role.INSPECTOR):
        signed_in(client, role)
        assert client.get(url("case-draft-pdf", made)).status_code == 403
        assert url("case-draft-pdf", made) not in client.get(url("case", made)).content.decode()
    client.force_login(made.applicant or factories.applicant())
    assert client.get(url("case-draft-pdf", made)).status_code == 403
    signed_in(client, Role.BACK_OFFICE)
    assert client.get(url("case-draft-pdf", factories.at("processing"))).status_code == 404


def test_the_head_signs_several_at_once_and_the_applicant_has_the_letter(client: Client) -> None:
    made = [factories.at("signing") for _ in range(2)]
    signed_in(client, Role.HEAD)
    page = client.get(SIGN).content.decode()
    assert all(str(one.registration_number) in page for one in made)
    answer = press(client, *made)
    assert answer["Location"] == SIGN
    assert "2 surat" in client.get(SIGN).content.decode()
    assert Permit.objects.filter(published=True).count() == 2
    owner = made[0].applicant
    assert owner is not None
    client.force_login(owner)
    assert url("apply-letter", made[0]) in client.get(url("apply-own", made[0])).content.decode()
    letter = client.get(url("apply-letter", made[0]))
    found = signatures.letter_of(made[0])
    assert found is not None
    assert letter.content == store.get(found.file)
    assert letter["Cache-Control"] == "private, no-store"
    assert client.get(url("apply-letter", made[1])).status_code == 404  # somebody else's
    assert client.get(url("case-letter", made[0])).status_code == 403
    signed_in(client, Role.FRONT_OFFICE)
    assert client.get(url("case-letter", made[0])).content == letter.content
    assert url("case-letter", made[0]) in client.get(url("case", made[0])).content.decode()


def test_only_who_signs_today_opens_the_page_and_with_a_fresh_second_factor(client: Client) -> None:
    made = factories.at("signing")
    signed_in(client, Role.OFFICIAL, Role.BACK_OFFICE)
    assert client.get(SIGN).status_code == 403
    assert press(client, made).status_code == 403
    head = signed_in(client, Role.HEAD)
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 601
    session.save()
    assert "/akun/" in press(client, made)["Location"]
    assert not Issuing.objects.exists()
    client.force_login(head)
    press(client, made)
    assert Letter.objects.count() == 1


def test_what_is_refused_is_told_and_the_passphrase_is_nowhere(client: Client) -> None:
    made = [factories.at("signing") for _ in range(2)]
    signed_in(client, Role.HEAD)
    answer = press(client, *made, passphrase="sandi-salah")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Belum dicoba" in page
    assert "sandi-salah" not in page
    assert "sandi-salah" not in str(list(Issuing.objects.values()))
    assert press(client).status_code == 302  # nothing chosen
    assert press(client, *made).status_code == 422  # for the first, what the page said before is stale
    assert Letter.objects.count() == 1
    press(client, *Application.objects.filter(status=Status.SIGNING))
    assert Letter.objects.count() == 2


def test_an_unknown_outcome_is_shown_and_needs_the_heads_word(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, silent = factories.at("signing"), Silent()
    signed_in(client, Role.HEAD)
    with monkeypatch.context() as patch:
        patch.setattr(issuing, "signer", lambda: silent)
        assert "BSrE tidak menjawab" in press(client, made).content.decode()
        go_on = {"lanjutkan": made.public_id, "sandi": PASSPHRASE}
        assert client.post(SIGN, go_on).status_code == 422
        assert silent.asked == 1
    assert "BSrE tidak menjawab" in client.get(SIGN).content.decode()
    assert client.post(SIGN, go_on | {"pasti": "1"}).status_code == 302
    assert Issuing.objects.get().state == IssuingState.FINISHED
    assert client.post(SIGN, go_on | {"pasti": "1"}).status_code == 302
    assert Letter.objects.count() == 1


def test_who_verified_cannot_choose_the_case(client: Client) -> None:
    made = factories.at("signing")
    verifier = made.events.get(move="approve").by
    assert verifier is not None
    verifier.roles = [Role.HEAD]
    verifier.save()
    client.force_login(verifier)
    assert "disabled" in client.get(SIGN).content.decode()
    assert press(client, made).status_code == 422
    assert not Issuing.objects.exists()


def test_the_receipt_is_a_pdf_with_the_pin_while_it_is_known(client: Client, tmp_path: Path) -> None:
    made = factories.draft()
    owner = made.applicant
    assert owner is not None
    client.force_login(owner)
    sent = client.post(url("apply-summary", made), {"kunci": factories.KEY})
    made.refresh_from_db()
    pin = client.get(sent["Location"]).context["pin"]
    answer = client.get(url("apply-receipt-pdf", made))
    assert answer["Cache-Control"] == "private, no-store"
    text = text_of(answer.content, tmp_path)
    assert pin in text
    assert str(made.registration_number) in text
    client.cookies.pop("pin")
    assert pin not in text_of(client.get(url("apply-receipt-pdf", made)).content, tmp_path)
    client.force_login(factories.applicant())
    assert client.get(url("apply-receipt-pdf", made)).status_code == 404


def test_the_signing_page_takes_at_most_twelve_queries(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    for _n in range(3):
        factories.at("signing")
    factories.at("issuing")
    signed_in(client, Role.HEAD)
    client.get("/petugas/")
    with django_assert_max_num_queries(12):
        assert client.get(SIGN).status_code == 200
    made = Application.objects.filter(status=Status.SIGNING)[0]
    with django_assert_max_num_queries(12):
        assert client.get(url("case", made)).status_code == 200
