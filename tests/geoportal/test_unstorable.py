"""A NUL character, which PostgreSQL cannot hold: refused, wherever it came in, and nothing is done."""

import pytest
from django.test import Client

from geoportal.accounts.roles import Role
from permits.models import Note
from tests import factories

pytestmark = pytest.mark.django_db


def test_in_an_address(client: Client) -> None:
    client.force_login(factories.applicant())
    assert client.get("/permohonan/a%00b/").status_code == 400
    answer = client.get("/api/v1/permits/a%00b/")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.django_db(transaction=True)  # as a request is: no transaction around it
def test_in_a_form(client: Client) -> None:
    made = factories.at("submitted")
    client.force_login(factories.staff(Role.FRONT_OFFICE))
    assert client.post(f"/petugas/permohonan/{made.public_id}/catatan/", {"teks": "a\0b"}).status_code == 400
    assert not Note.objects.exists()
