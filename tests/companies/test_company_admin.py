"""The form of a company in the administration: personal columns are for who keeps them; opening is kept."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from companies.models import npwp_values
from geoportal.accounts.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db
SECRETS = ("013121660091000", "081299988877", "kenari@contoh.example")


@pytest.mark.parametrize(("role", "shown"), [(Role.FRONT_OFFICE, True), (Role.INSPECTOR, False)])
def test_who_keeps_it_reads_it_and_that_is_kept(client: Client, role: Role, shown: bool) -> None:
    npwp, phone, email = SECRETS
    company = factories.company(phone=phone, email=email, **npwp_values(npwp))
    user = factories.staff(role)
    client.force_login(user)
    page = client.get(f"/admin/companies/company/{company.pk}/change/").content.decode()
    assert company.name in page
    assert [secret in page for secret in SECRETS] == [shown] * 3
    opened = LogEntry.objects.filter(user=user, object_id=str(company.pk))
    assert [one.change_message for one in opened] == (["data pribadi dibuka"] if shown else [])


def test_where_nothing_is_personal_nothing_is_told(client: Client) -> None:
    company = factories.company()
    client.force_login(factories.staff(Role.ADMINISTRATOR))
    assert client.get(f"/admin/companies/company/{company.pk}/change/").status_code == 200
    assert client.get("/admin/companies/company/999999/change/").status_code == 302
    assert not LogEntry.objects.exists()
