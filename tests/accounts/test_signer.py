"""Who signs on which day."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from geoportal.accounts.models import Acting, Substitution, User
from geoportal.accounts.roles import Role
from geoportal.accounts.signer import may_sign, signer_on

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 10)


@pytest.fixture
def head() -> User:
    return User.objects.create_user(
        "uji-kepala",
        first_name="Kepala",
        last_name="Uji",
        roles=[Role.HEAD],
        title="Kepala Dinas Contoh",
        rank="Pembina",
        nip="199901012020011001",
    )


@pytest.fixture
def deputy() -> User:
    return User.objects.create_user("uji-wakil", first_name="Wakil", last_name="Uji", title="Sekretaris Uji")


def substitute(user: User, since: date, until: date | None, acting: Acting = Acting.PLH) -> Substitution:
    made = Substitution(user=user, acting=acting, since=since, until=until, decree="800/UJI/2026")
    made.full_clean()
    made.save()
    return made


def test_the_head_signs(head: User, deputy: User) -> None:
    assert (may_sign(head, DAY), may_sign(deputy, DAY)) == (True, False)
    signer = signer_on(DAY)
    assert signer is not None
    assert (signer.name, signer.title, signer.rank) == ("Kepala Uji", "Kepala Dinas Contoh", "Pembina")
    assert (signer.nip, signer.acting) == ("199901012020011001", "")


def test_on_its_days_only_the_substitute_signs_in_the_name_of_the_post(head: User, deputy: User) -> None:
    substitute(deputy, DAY, DAY + timedelta(days=2))
    for day, who in [(-1, head), (0, deputy), (2, deputy), (3, head)]:
        on = DAY + timedelta(days=day)
        assert [user for user in (head, deputy) if may_sign(user, on)] == [who]
    signer = signer_on(DAY)
    assert signer is not None
    assert (signer.name, signer.title, signer.acting) == ("Wakil Uji", "Kepala Dinas Contoh", "Plh.")
    assert signer.decree == "800/UJI/2026"


def test_a_vacant_post_is_filled_by_decree_until_told_otherwise(deputy: User) -> None:
    assert signer_on(DAY) is None
    substitute(deputy, DAY, None, Acting.PLT)
    signer = signer_on(DAY + timedelta(days=400))
    assert signer is not None
    assert signer.acting == "Plt."
    assert may_sign(deputy, DAY + timedelta(days=400))


def test_whose_account_is_closed_signs_nothing(head: User, deputy: User) -> None:
    substitute(deputy, DAY, None)
    deputy.is_active = False
    deputy.save()
    assert not may_sign(deputy, DAY)
    assert not may_sign(head, DAY), "the decree still stands: it is ended first"
    assert signer_on(DAY) is None


def test_two_substitutes_on_one_day_are_refused_in_words_and_by_the_database(
    head: User, deputy: User
) -> None:
    substitute(deputy, DAY, DAY + timedelta(days=5))
    with pytest.raises(ValidationError):
        substitute(head, DAY + timedelta(days=5), None)
    with pytest.raises(ValidationError):
        substitute(head, DAY + timedelta(days=9), DAY + timedelta(days=8))
    with pytest.raises(IntegrityError), transaction.atomic():
        Substitution.objects.create(user=head, acting=Acting.PLT, since=DAY, decree="x")
    substitute(head, DAY + timedelta(days=6), None)


def test_the_administrator_enters_a_decree(client: Client, head: User, deputy: User) -> None:
    client.force_login(User.objects.create_user("uji-admin", roles=[Role.ADMINISTRATOR]))
    values = {"user": deputy.pk, "acting": "Plh.", "since": "2026-03-10", "until": "", "decree": "1/UJI/2026"}
    assert client.post("/admin/accounts/substitution/add/", values).status_code == 302
    assert may_sign(deputy, DAY)
    assert client.get("/admin/accounts/substitution/").status_code == 200
    again = client.post("/admin/accounts/substitution/add/", values)
    assert again.status_code == 200
    client.force_login(deputy)
    assert client.post("/admin/accounts/substitution/add/", values).status_code in (302, 403)
    assert Substitution.objects.count() == 1
