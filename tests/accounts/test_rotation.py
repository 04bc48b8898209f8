"""Keys are changed while everything stays readable; a run that is cut off goes on where it stopped."""

import base64

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django.fixtures import Settings

from companies.models import Company, npwp_values
from geoportal.accounts import rotation
from geoportal.accounts.adapter import AccountAdapter, SecondFactorAdapter
from geoportal.fields import CannotDecrypt, decrypt
from tests import factories

pytestmark = pytest.mark.django_db
OLD, NEW = (f"{n}:{base64.b64encode(sign * 32).decode()}" for n, sign in ((7, b"a"), (8, b"b")))
NPWP, PHONE = "013121660091000", "+628110000001"


@pytest.fixture
def written(settings: Settings) -> Company:
    """Under the old keys."""
    settings.FIELD_KEYS, settings.FIELD_INDEX_KEY = [OLD], "lama"
    user = factories.applicant()
    AccountAdapter().set_phone(user, PHONE, verified=True)
    sealed = SecondFactorAdapter().encrypt("RAHASIA")
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": sealed, "n": 1})
    factories.at("submitted")
    return factories.company(phone=PHONE, email="usaha@contoh.example", **npwp_values(NPWP))


def first_bytes() -> set[int]:
    found: set[int] = set()
    with connection.cursor() as cursor:
        for column in rotation.columns():
            cursor.execute(
                f'SELECT DISTINCT get_byte("{column.column}", 0) FROM "{column.table}"'
                f' WHERE "{column.column}" IS NOT NULL'
            )
            found |= {row[0] for row in cursor.fetchall()}
    return found


def test_every_value_moves_to_the_new_key_and_reads_the_same(written: Company, settings: Settings) -> None:
    settings.FIELD_KEYS, settings.FIELD_INDEX_KEY = [NEW, OLD], "baru,lama"
    assert first_bytes() == {7}
    assert Company.objects.with_npwp(NPWP).get() == written  # before anything moved
    assert AccountAdapter().get_user_by_phone(PHONE) is not None
    call_command("rotate_keys")
    assert first_bytes() == {8}
    settings.FIELD_KEYS, settings.FIELD_INDEX_KEY = [NEW], "baru"
    moved = Company.objects.with_npwp(NPWP).get()
    assert (moved.npwp, moved.phone, moved.email) == (NPWP, PHONE, "usaha@contoh.example")
    holder = AccountAdapter().get_user_by_phone(PHONE)
    assert holder is not None
    assert holder.phone == PHONE
    factor = Authenticator.objects.get()
    assert SecondFactorAdapter().decrypt(factor.data["secret"]) == "RAHASIA"
    assert factor.data["n"] == 1


def test_again_it_changes_nothing(
    written: Company, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.FIELD_KEYS, settings.FIELD_INDEX_KEY = [NEW, OLD], "baru,lama"
    call_command("rotate_keys")
    capsys.readouterr()
    call_command("rotate_keys")
    assert "rotate_keys: 0 values and 0 second factors" in capsys.readouterr().out


def test_a_run_that_was_cut_off_goes_on(
    written: Company, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(4):
        factories.company(phone=f"+62811000010{n}")
    settings.FIELD_KEYS = [NEW, OLD]
    monkeypatch.setattr(rotation, "BATCH", 2)
    column = next(one for one in rotation.columns() if str(one) == "companies_company.phone")
    next(rotation.reencrypt(column))  # and the process dies
    assert rotation.waiting(column) == 3
    assert sum(rotation.reencrypt(column)) == 3
    assert rotation.waiting(column) == 0
    assert {one.phone for one in Company.objects.all()} >= {PHONE, "+628110000103"}


def test_a_key_that_is_missing_stops_it_and_nothing_is_lost(written: Company, settings: Settings) -> None:
    settings.FIELD_KEYS = [NEW]
    with pytest.raises(CommandError, match="does not name"):
        call_command("rotate_keys")
    settings.FIELD_KEYS = [NEW, OLD]
    written.refresh_from_db()
    assert written.phone == PHONE


def test_a_dry_run_counts(written: Company, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    settings.FIELD_KEYS = [NEW, OLD]
    call_command("rotate_keys", dry_run=True)
    assert "companies_company.phone: 1" in capsys.readouterr().out
    assert first_bytes() == {7}


def test_every_encrypted_column_and_index_is_known_without_being_listed() -> None:
    known = {str(one) for one in rotation.columns()}
    assert {"accounts_user.phone", "permits_application.personal", "geoportal_message.body"} <= known
    assert {str(one) for one in rotation.indexes()} >= {
        "accounts_user.phone_index",
        "companies_company.npwp_index",
    }


def test_the_old_key_alone_reads_nothing_that_was_moved(written: Company, settings: Settings) -> None:
    settings.FIELD_KEYS = [NEW, OLD]
    call_command("rotate_keys")
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM accounts_user WHERE phone IS NOT NULL")
        stored = bytes(cursor.fetchone()[0])
    settings.FIELD_KEYS = [OLD]
    with pytest.raises(CannotDecrypt):
        decrypt(stored, "accounts.user.phone")
