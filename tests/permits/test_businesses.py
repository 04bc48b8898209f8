"""/usaha/: the businesses of a person; consent given or withdrawn there counts on the public page at once."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from companies.models import Company, ConsentRecord, LegalForm, Membership
from geoportal.accounts.models import User
from maps.models import Place, PublicCompany
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client: Client) -> User:
    user = factories.applicant()
    client.force_login(user)
    return user


def business(owner: User, name: str = "Contoh Warung Uji", **fields: object) -> Company:
    values = {"legal_form": LegalForm.SOLE_PROPRIETOR, "phone": "0812 0000 0000"} | fields
    made = factories.company(name, **values)
    Membership.objects.create(company=made, user=owner)
    return made


def test_only_ones_own_businesses_are_listed_with_their_permits(client: Client, owner: User) -> None:
    made = business(owner)
    permit = factories.permit(made)
    factories.permit(factories.company("Contoh Orang Lain"))
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/usaha/").content.decode()
    assert len(queries) <= 12
    assert "Contoh Warung Uji" in page
    assert f"/permohonan/baru/?izin={permit.public_id}" in page
    assert "Contoh Orang Lain" not in page


def test_without_a_business_the_way_to_one_is_told(client: Client, owner: User) -> None:
    assert "Belum ada usaha" in client.get("/usaha/").content.decode()


def test_consent_counts_on_the_public_page_at_once_and_is_recorded_once(client: Client, owner: User) -> None:
    factories.village()
    made = business(owner)
    factories.permit(made)
    where = f"/usaha/{made.slug}/persetujuan/"
    assert PublicCompany.objects.get(pk=made.pk).withheld
    for _press in range(2):
        client.post(where, {"apa": "location", "boleh": "ya"})
    shown = PublicCompany.objects.get(pk=made.pk)
    assert (shown.withheld, shown.address) == (False, made.address)
    client.post(where, {"apa": "location", "boleh": "tidak"})
    hidden = PublicCompany.objects.get(pk=made.pk)
    assert (hidden.withheld, hidden.address) == (True, "")
    place = Place.objects.get(company_id=made.pk)
    assert (place.withheld, place.quality, place.address) == (True, "village", "")
    page = client.get(f"/perusahaan/{made.slug}/").content.decode()
    assert made.address not in page
    assert list(ConsentRecord.objects.values_list("what", "given", "by")) == [
        ("location", True, owner.pk),
        ("location", False, owner.pk),
    ]


def test_contact_is_a_consent_of_its_own(client: Client, owner: User) -> None:
    made = business(owner, legal_form=LegalForm.PT)
    factories.permit(made)
    client.post(f"/usaha/{made.slug}/persetujuan/", {"apa": "contact", "boleh": "ya"})
    assert PublicCompany.objects.get(pk=made.pk).phone == "0812 0000 0000"
    client.post(f"/usaha/{made.slug}/persetujuan/", {"apa": "contact", "boleh": "tidak"})
    assert not PublicCompany.objects.get(pk=made.pk).phone


@pytest.mark.parametrize("data", [{}, {"apa": "location"}, {"apa": "npwp", "boleh": "ya"}, {"boleh": "x"}])
def test_what_is_no_consent_changes_nothing(client: Client, owner: User, data: dict[str, str]) -> None:
    made = business(owner)
    client.post(f"/usaha/{made.slug}/persetujuan/", data)
    assert not ConsentRecord.objects.exists()


def test_nobody_speaks_for_somebody_elses_business(client: Client, owner: User) -> None:
    other = business(factories.applicant())
    where = f"/usaha/{other.slug}/persetujuan/"
    assert client.post(where, {"apa": "location", "boleh": "ya"}).status_code == 404
    assert client.get(where).status_code == 405
    assert not ConsentRecord.objects.exists()
    client.logout()
    assert client.get("/usaha/").status_code == 302
