import base64

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from pytest_django.fixtures import Settings

from companies.models import Company, npwp_values
from geoportal import fields
from tests import factories

OLD = "1:" + base64.b64encode(b"a" * 32).decode()
NEW = "2:" + base64.b64encode(b"b" * 32).decode()


@pytest.mark.django_db
def test_the_database_never_sees_the_text() -> None:
    made = factories.company(phone="0285-999999", **npwp_values("013121660091000"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT c::text FROM companies_company c")
        row = cursor.fetchone()[0]
    for personal in ("0285-999999", "013121660091000"):
        assert personal not in row
        assert personal.encode().hex() not in row
    made.refresh_from_db()
    assert (made.phone, made.npwp) == ("0285-999999", "013121660091000")


@pytest.mark.django_db
def test_blind_index_finds_without_decrypting() -> None:
    made = factories.company(**npwp_values("013121660091000"))
    factories.company(**npwp_values("999999999999999"))
    assert Company.objects.with_npwp("013121660091000").get() == made
    with pytest.raises(TypeError, match="blind index"):
        Company.objects.filter(npwp="013121660091000")


@pytest.mark.django_db
def test_empty_is_stored_as_null() -> None:
    made = factories.company(phone="")
    assert Company.objects.filter(phone__isnull=True).get() == made
    made.refresh_from_db()
    assert made.phone == ""


def test_rotation_reads_old_and_writes_new(settings: Settings) -> None:
    settings.FIELD_KEYS = [OLD]
    before = fields.encrypt("rahasia", "x")
    settings.FIELD_KEYS = [NEW, OLD]
    assert fields.decrypt(before, "x") == "rahasia"
    after = fields.encrypt("rahasia", "x")
    assert (before[0], after[0]) == (1, 2)
    settings.FIELD_KEYS = [OLD]
    with pytest.raises(fields.CannotDecrypt):
        fields.decrypt(after, "x")


def test_a_value_moved_to_another_column_or_altered_is_refused() -> None:
    stored = fields.encrypt("rahasia", "companies.company.phone")
    with pytest.raises(fields.CannotDecrypt):
        fields.decrypt(stored, "companies.company.email")
    with pytest.raises(fields.CannotDecrypt):
        fields.decrypt(stored[:-1] + bytes([stored[-1] ^ 1]), "companies.company.phone")
    with pytest.raises(fields.CannotDecrypt):
        fields.decrypt(b"", "companies.company.phone")


@pytest.mark.parametrize("bad", ["", "1", "1:short", "0:" + OLD[2:], "x:" + OLD[2:]])
def test_a_bad_key_is_named_at_start(bad: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="FIELD_KEYS"):
        fields.key_ring((bad,))
