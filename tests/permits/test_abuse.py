"""What one signed-in person can make much of, and where it ends."""

import pytest
from django.test import Client
from django.urls import reverse

from geoportal.accounts.roles import Role
from permits import applications
from permits.applications import MOST_DRAFTS, Consent
from permits.models import Application, Purpose
from permits.pages.apply import MOST_PINS
from permits.refusals import Refused
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_person_has_only_so_many_drafts(client: Client) -> None:
    person, kind = factories.applicant(), factories.version().type
    for _ in range(MOST_DRAFTS):
        made = applications.begin(kind, Purpose.NEW, by=person)
        Application.objects.filter(pk=made.pk).update(revision=1)  # something was written in it
    with pytest.raises(Refused):
        applications.begin(kind, Purpose.NEW, by=person)
    client.force_login(person)
    assert client.post("/permohonan/baru/", {"jenis": kind.code})["Location"] == "/permohonan/baru/"
    assert str(MOST_DRAFTS) in client.get("/permohonan/baru/").content.decode()
    assert Application.objects.filter(applicant=person).count() == MOST_DRAFTS
    applications.begin(kind, Purpose.NEW, by=factories.applicant())  # nobody else is held up


def test_the_counter_files_for_as_many_as_come() -> None:
    clerk, kind = factories.staff(Role.FRONT_OFFICE), factories.version().type
    made = {
        applications.begin(kind, Purpose.NEW, by=clerk, consent=Consent(True)).pk
        for _ in range(MOST_DRAFTS + 1)
    }
    assert len(made) == MOST_DRAFTS + 1


def test_new_pins_end_and_the_newest_one_stays(client: Client) -> None:
    made = factories.at("submitted")
    assert made.applicant is not None
    client.force_login(made.applicant)
    for _ in range(MOST_PINS):
        client.post(reverse("apply-pin", args=[made.public_id]))
    made.refresh_from_db()
    newest = made.pin_hash
    answer = client.post(reverse("apply-pin", args=[made.public_id]), follow=True)
    made.refresh_from_db()
    assert made.pin_hash == newest
    assert "Pakai yang terbaru" in answer.content.decode()
