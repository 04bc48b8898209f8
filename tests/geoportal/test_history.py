"""Who changed what: kept for every way of writing, told without personal data, changed by nobody."""

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.gis.geos import Point
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction
from django.test import Client

from companies.models import Company, npwp_values
from geoportal import history
from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.fields import EncryptedTextField
from geoportal.models import Change
from permits.models import Letter, Permit, PermitSite
from tests import factories

pytestmark = pytest.mark.django_db


def newest(table: str) -> Change:
    return Change.objects.filter(table=table).latest("pk")


def test_what_a_request_changes_carries_its_account(client: Client) -> None:
    administrator = factories.staff(Role.ADMINISTRATOR)
    kind = factories.permit_type(name="Izin Lama")
    client.force_login(administrator)
    page = client.get(f"/admin/accounts/user/{administrator.pk}/change/")
    form = {name: value or "" for name, value in page.context["adminform"].form.initial.items()}
    form |= {"title": "Penata Perizinan", "roles": administrator.roles}
    answer = client.post(f"/admin/accounts/user/{administrator.pk}/change/", form)
    assert answer.status_code == 302
    found = newest("accounts_user")
    assert (found.by, found.row, found.kind) == (administrator.pk, str(administrator.pk), "update")
    assert (found.before["title"], found.after["title"]) == ("", "Penata Perizinan")
    kind.name = "Izin Baru"
    kind.save()
    assert newest("permits_permittype").by is None  # the request is over


def test_every_way_of_writing_is_kept() -> None:
    permit = factories.permit()
    Permit.objects.filter(pk=permit.pk).update(number="UJI/LAIN")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE permits_permit SET number = 'UJI/SQL' WHERE id = %s", [permit.pk])
    rows = Change.objects.filter(table="permits_permit", row=permit.pk).order_by("pk")
    assert [row.after["number"] for row in rows] == ["UJI/LAIN", "UJI/SQL"]
    assert all(row.role for row in rows)
    letter = factories.letter(permit)
    letter.delete()
    assert newest("permits_letter").before["number"] == letter.number


def test_what_is_written_as_it_was_is_no_change() -> None:
    company = factories.company()
    count = Change.objects.count()
    company.save()
    Company.objects.filter(pk=company.pk).update(name=company.name)
    assert Change.objects.count() == count


def test_a_permit_that_is_first_published_is_no_history_but_its_withdrawal_is() -> None:
    permit = factories.permit(published=False)
    Permit.objects.filter(pk=permit.pk).update(published=True)
    assert not Change.objects.filter(table="permits_permit").exists()
    Permit.objects.filter(pk=permit.pk).update(published=False)
    Permit.objects.filter(pk=permit.pk).update(published=True, number="UJI/DIUBAH")
    assert Change.objects.filter(table="permits_permit").count() == 2


def test_nothing_personal_stands_in_it() -> None:
    user = factories.applicant()
    user.email, user.phone, user.first_name = "rahasia@contoh.example", "081299988877", "Kenari"
    user.save()
    company = factories.company()
    Company.objects.filter(pk=company.pk).update(
        phone="081299988877", email="rahasia@contoh.example", address="Gang Kenari 7",
        point=Point(109.6712345, -6.8854321, srid=4326), **npwp_values("013121660091000"),
    )  # fmt: skip
    permit = factories.permit()
    PermitSite.objects.filter(permit=permit).update(
        address="Gang Kenari 7", point=Point(109.6712345, -6.8854321, srid=4326)
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(c::text, ' ') FROM geoportal_change c")
        text = cursor.fetchone()[0].lower()
    for secret in ("rahasia@", "081299988877", "kenari", "013121660091000", "109.67", "6.885"):
        assert secret not in text
    assert newest("companies_company").after["phone"] == "•"


def test_every_encrypted_column_of_a_remembered_table_is_masked() -> None:
    """So that a new one is not forgotten."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, encode(tgargs, 'escape') FROM pg_trigger"
            " WHERE tgname = 'remember'"
        )
        masked = {table: set(args.split("\\000")[0].split(",")) for table, args in cursor.fetchall()}
    assert {"accounts_user", "companies_company", "permits_permit", "permits_letter"} <= masked.keys()
    for model in apps.get_models():
        table = model._meta.db_table
        for one in model._meta.local_fields:
            secret = isinstance(one, EncryptedTextField) or one.name.endswith("_index")
            if table in masked and secret:
                assert one.column in masked[table], f"{table}.{one.column}"


def test_the_sites_role_writes_history_only_by_what_it_does() -> None:
    company, permit = factories.company(), factories.permit()
    role = connection.ops.quote_name(settings.DATABASE_APP_ROLE)
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}")
        try:
            Company.objects.filter(pk=company.pk).update(name="Contoh Lain")
            cursor.execute("SET sakpore.history = 'off'")  # is not the site's to say
            Permit.objects.filter(pk=permit.pk).update(number="UJI/LAIN")
            for sql in (
                "DELETE FROM geoportal_change",
                "UPDATE geoportal_change SET by = 1",
                "INSERT INTO geoportal_change (\"table\", row) VALUES ('x', 1)",
            ):
                with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                    cursor.execute(sql)
        finally:
            cursor.execute("RESET ROLE; RESET sakpore.history")
    assert newest("companies_company").after == {"name": "Contoh Lain"}


def test_a_request_that_fails_leaves_nobodys_name_behind() -> None:
    with pytest.raises(ZeroDivisionError), history.acting(7):
        raise ZeroDivisionError
    company = factories.company()
    Company.objects.filter(pk=company.pk).update(name="Contoh Lain")
    assert newest("companies_company").by is None
    with history.acting(7):
        Company.objects.filter(pk=company.pk).update(name="Contoh Lagi")
    assert newest("companies_company").by == 7


def test_an_account_made_and_given_roles_is_kept() -> None:
    user = factories.applicant()
    assert newest("accounts_user").kind == "insert"
    User.objects.filter(pk=user.pk).update(roles=[Role.HEAD])
    assert newest("accounts_user").after == {"roles": ["head"]}
    User.objects.filter(pk=user.pk).update(last_login="2026-01-01T00:00:00Z")
    assert newest("accounts_user").after == {"roles": ["head"]}


def test_administrators_read_it_and_nobody_else(client: Client) -> None:
    company = factories.company()
    Company.objects.filter(pk=company.pk).update(name="Contoh Lain")
    for roles, status in (((Role.HEAD,), 403), ((Role.ADMINISTRATOR,), 200)):
        client.force_login(factories.staff(*roles))
        assert client.get("/admin/geoportal/change/").status_code == status
    page = client.get(f"/admin/geoportal/change/{newest('companies_company').pk}/change/").content.decode()
    assert "Contoh Lain" in page
    client.force_login(User.objects.create(username="uji-super", is_staff=True, is_superuser=True))
    assert client.post("/admin/geoportal/change/add/", {}).status_code == 403
    one = f"/admin/geoportal/change/{newest('companies_company').pk}/"
    assert client.post(f"{one}change/", {"table": "x"}).status_code == 403
    assert client.post(f"{one}delete/", {"post": "yes"}).status_code == 403


def test_removing_the_demo_city_is_no_history(zones: None) -> None:
    call_command("load_commodities", verbosity=0)
    permit = factories.permit(factories.company(demo=True), demo=True)
    call_command("demo", remove=True, verbosity=0)
    assert not Permit.objects.filter(pk=permit.pk).exists()
    assert not Letter.objects.exists()
    assert not Change.objects.filter(
        table__in=["permits_permit", "companies_company", "permits_permitsite"]
    ).exists()
