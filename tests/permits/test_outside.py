"""Buttons that ask a service of others: so many questions of one person, and then none is asked."""

from typing import Any

import pytest
from django.test import Client

from geoportal.accounts.roles import Role
from permits.models import Delivery, Way
from permits.pages import answers
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "MOST_ASKED", 2)


def test_the_geocoder_is_asked_so_often_and_then_says_why(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    class Geocoder:
        def search(self, words: str, *, limit: int) -> list[Any]:
            asked.append(words)
            return []

    monkeypatch.setattr("geoportal.geography.geocoding.geocoder", Geocoder)
    client.force_login(factories.applicant())
    told = [client.get("/permohonan/alamat/?q=jalan contoh").json() for _ in range(4)]
    assert len(asked) == 2
    assert told[1] == {"found": []}
    assert "Terlalu sering" in told[3]["problem"]
    client.force_login(factories.applicant())
    assert client.get("/permohonan/alamat/?q=jalan contoh").json() == {"found": []}, "another person may"
    assert client.get("/permohonan/alamat/?q=").json() == {"found": []}


def test_the_payment_service_is_asked_so_often(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr("permits.online.look", lambda one, by: asked.append(one))
    monkeypatch.setattr("permits.online.ask_account", lambda one, by: asked.append(one))
    application = factories.draft()
    assert application.applicant is not None
    client.force_login(application.applicant)
    pages = [
        client.post(f"/permohonan/{application.public_id}/tagihan/", {what: "1"}, follow=True)
        for what in ("periksa", "rekening", "periksa", "rekening")
    ]
    assert len(asked) == 2
    assert "Terlalu sering" in pages[3].content.decode()


def test_the_post_is_asked_so_often(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def ask(row: Any) -> bool:
        asked.append(row)
        return True

    monkeypatch.setattr("permits.delivery.ask_the_post", ask)
    row = Delivery.objects.create(
        application=factories.draft(), way=Way.POST, recipient="Pemohon Uji", address="Jalan Uji No. 1"
    )
    client.force_login(factories.staff(Role.BACK_OFFICE))
    path = f"/petugas/pos/{row.application.public_id}/"
    pages = [client.post(path, {"langkah": "tanya"}, follow=True) for _ in range(3)]
    assert len(asked) == 2
    assert "Terlalu sering" in pages[2].content.decode()
