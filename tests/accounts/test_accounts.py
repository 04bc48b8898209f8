"""Sign-up, sign-in, invitations and the second factor, as a person meets them."""

import re
import time
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client, RequestFactory

from geoportal.accounts.models import User
from geoportal.accounts.roles import DUTIES, Role
from geoportal.accounts.second_factor import second_factor_fresh
from geoportal.models import Message
from tests import factories

pytestmark = pytest.mark.django_db
EMAIL, PASSWORD = "uji@contoh.invalid", "batik tulis Uji 2026"


def person(**fields: Any) -> User:
    user = User.objects.create_user("uji-orang", email=EMAIL, password=PASSWORD, **fields)
    EmailAddress.objects.create(user=user, email=EMAIL, verified=True, primary=True)
    return user


def sign_in(client: Client, login: str = EMAIL, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/masuk/", {"login": login, "password": password, **more})


def sign_up(client: Client, email: str = EMAIL) -> Any:
    return client.post("/akun/daftar/", {"email": email, "password1": PASSWORD, "password2": PASSWORD})


def link(message: Message) -> str:
    found = re.search(r"https?://[^/\s]+(/\S+)", message.body)
    assert found
    return found[1]


def code(secret: str, steps: int = 0) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))


@pytest.fixture
def secret() -> str:
    return str(generate_totp_secret())


# --- Applicants


def test_an_applicant_confirms_the_address_and_comes_in(client: Client) -> None:
    answer = sign_up(client)
    assert answer.headers["Location"] == "/akun/email/terkirim/"
    assert client.get("/akun/").status_code == 302
    message = Message.objects.get()
    assert (message.recipient, message.kind) == (EMAIL, "email_confirmation_signup")
    other = Client()  # the mail may be read on another device
    page = other.get(link(message))
    assert EMAIL in page.content.decode()
    other.post(link(message))
    assert sign_in(other).headers["Location"] == "/akun/"
    assert EMAIL in other.get("/akun/").content.decode()
    assert User.objects.get().username not in (EMAIL, "uji")


def test_before_that_the_right_password_does_not_help(client: Client) -> None:
    sign_up(client)
    other = Client()
    assert sign_in(other).headers["Location"] == "/akun/email/terkirim/"
    assert "_auth_user_id" not in other.session


def test_nobody_learns_who_has_an_account(client: Client) -> None:
    person()
    known, new = sign_up(client), sign_up(Client(), "lain@contoh.invalid")
    assert (known.status_code, known.headers["Location"]) == (new.status_code, new.headers["Location"])
    kinds = dict(
        zip(*[iter(x for m in Message.objects.all() for x in (m.recipient, m.kind))] * 2, strict=True)
    )
    assert kinds == {EMAIL: "account_already_exists", "lain@contoh.invalid": "email_confirmation_signup"}
    pages = [
        Client().post("/akun/lupa-sandi/", {"email": email}) for email in (EMAIL, "tiada@contoh.invalid")
    ]
    assert len({(page.status_code, page.headers["Location"]) for page in pages}) == 1
    assert Message.objects.count() == 3, "a stranger's address gets no mail"
    wrong = [
        sign_in(Client(), login, "salah salah salah").content for login in (EMAIL, "tiada@contoh.invalid")
    ]
    assert len({re.sub(rb"(csrfmiddlewaretoken|value)=\S+ ?\S*", b"", page) for page in wrong}) == 1


def test_a_forgotten_password_is_replaced_once(client: Client) -> None:
    person()
    client.post("/akun/lupa-sandi/", {"email": EMAIL})
    path = link(Message.objects.get())
    form = client.get(path)
    new = {"password1": "sarung palekat Uji 7", "password2": "sarung palekat Uji 7"}
    assert client.post(form.headers["Location"], new).headers["Location"] == "/akun/lupa-sandi/selesai/"
    assert sign_in(Client()).status_code == 200
    assert sign_in(Client(), password=new["password1"]).status_code == 302
    again = Client().get(path)
    assert again.status_code == 200
    assert "password1" not in again.content.decode()


@pytest.mark.parametrize("path", ["/akun/lupa-sandi/", "/akun/daftar/"])
def test_mails_to_others_are_limited_by_address(client: Client, path: str) -> None:
    answers = [client.post(path, {"email": f"u{n}@contoh.invalid"}).status_code for n in range(31)]
    assert answers[-1] == 429
    assert 429 not in answers[:10]


def test_a_weak_password_and_a_false_address_are_told(client: Client) -> None:
    page = client.post("/akun/daftar/", {"email": "bukan", "password1": "123", "password2": "124"})
    assert not User.objects.exists()
    assert 'href="#id_email"' in page.content.decode()


# --- Staff


def test_an_invited_person_comes_in_with_two_factors(client: Client) -> None:
    admin = User.objects.create_user("uji-admin", roles=[Role.ADMINISTRATOR])
    client.force_login(admin)
    new = {"username": "uji-baru", "email": EMAIL, "roles": "front_office", "first_name": "Baru"}
    assert client.post("/admin/accounts/user/add/", new).status_code == 302
    made = User.objects.get(username="uji-baru")
    assert (made.roles, made.is_superuser, made.has_usable_password()) == (["front_office"], False, False)
    path = link(Message.objects.get())
    guest = Client()
    assert guest.get(path).status_code == 200
    assert guest.post(path, {"new_password1": "123", "new_password2": "123"}).status_code == 422
    passwords = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    assert guest.post(path, passwords).headers["Location"] == "/masuk/"
    assert guest.get(path).status_code == 410, "works once"
    sign_in(guest, "uji-baru")
    for page in ("/petugas/", "/admin/", "/admin/companies/company/"):
        assert guest.get(page).headers["Location"] == "/akun/keamanan/aplikasi/"
    assert guest.get("/akun/keamanan/aplikasi/").headers["Location"].startswith("/akun/ulang/")
    guest.post("/akun/ulang/", {"password": PASSWORD})
    form = guest.get("/akun/keamanan/aplikasi/").content.decode()
    found = re.search(r'class="code">\s*([A-Z2-7]{32})', form)
    assert found
    assert guest.post("/akun/keamanan/aplikasi/", {"code": "000000"}).status_code == 200
    assert guest.post("/akun/keamanan/aplikasi/", {"code": code(found[1])}).status_code == 302
    assert guest.get("/petugas/").status_code == 302, "connected is not yet given"
    ask = guest.get("/petugas/").headers["Location"]
    assert (
        guest.post(ask, {"code": code(found[1], 1), "next": "/petugas/"}).headers["Location"] == "/petugas/"
    )
    assert guest.get("/petugas/").status_code == 200


def test_an_invitation_ends(client: Client, settings: Any) -> None:
    call_command("invite", "uji-baru", EMAIL, "--role", "administrator")
    settings.INVITATION_DAYS = -1
    assert client.get(link(Message.objects.get())).status_code == 410
    with pytest.raises(CommandError):
        call_command("invite", "uji-baru", "lain@contoh.invalid", "--role", "head")


def test_only_an_administrator_invites(client: Client) -> None:
    client.force_login(User.objects.create_user("uji-kepala", roles=[Role.HEAD]))
    new = {"username": "uji-baru", "email": EMAIL, "roles": "administrator"}
    assert client.post("/admin/accounts/user/add/", new).status_code == 403
    assert User.objects.count() == 1


def test_an_administrator_cannot_take_over_an_account(client: Client) -> None:
    client.force_login(User.objects.create_user("uji-admin", roles=[Role.ADMINISTRATOR]))
    user = person(roles=[Role.HEAD])
    assert client.get(f"/admin/accounts/user/{user.pk}/password/").status_code == 403
    values = {"username": "uji-orang", "email": EMAIL, "roles": "head", "is_superuser": "on", "password": "x"}
    client.post(f"/admin/accounts/user/{user.pk}/change/", values)
    user.refresh_from_db()
    assert not user.is_superuser
    assert user.check_password(PASSWORD)


def test_signing_in_asks_staff_for_the_code_and_takes_it_once(client: Client, secret: str) -> None:
    TOTP.activate(person(roles=[Role.FRONT_OFFICE]), secret)
    assert sign_in(client).headers["Location"] == "/masuk/kode/"
    assert client.get("/petugas/").headers["Location"].startswith("/masuk/")
    assert client.post("/masuk/kode/", {"code": "000000"}).status_code == 200
    now = code(secret)
    assert client.post("/masuk/kode/", {"code": now}).headers["Location"] == "/petugas/"
    assert client.get("/petugas/").status_code == 200
    thief = Client()
    sign_in(thief)
    assert thief.post("/masuk/kode/", {"code": now}).status_code == 200
    assert "_auth_user_id" not in thief.session


def test_codes_cannot_be_guessed(client: Client, secret: str) -> None:
    TOTP.activate(person(roles=[Role.FRONT_OFFICE]), secret)
    sign_in(client)
    for _ in range(10):
        client.post("/masuk/kode/", {"code": "000000"})
    client.post("/masuk/kode/", {"code": code(secret)})
    assert "_auth_user_id" not in client.session


def test_a_session_without_second_factor_opens_nothing_to_staff(client: Client) -> None:
    user = person(roles=[Role.FRONT_OFFICE])
    client.force_login(user, second_factor=False)  # type: ignore[call-arg]
    assert client.get("/petugas/").status_code == 302
    assert client.get("/admin/").status_code == 302
    assert client.get("/peta/").status_code == 200, "what is public stays so"
    applicant = User.objects.create_user("uji-pemohon")
    other = Client()
    other.force_login(applicant, second_factor=False)  # type: ignore[call-arg]
    assert other.get("/akun/").status_code == 200


def test_a_role_taken_away_ends_with_the_next_request(client: Client) -> None:
    user = person(roles=[Role.FRONT_OFFICE])
    client.force_login(user)
    assert client.get("/petugas/").status_code == 200
    User.objects.update(roles=[])
    assert client.get("/petugas/").status_code == 403
    assert client.get("/admin/").status_code == 302


def test_a_fresh_second_factor_grows_old(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    user = person(roles=[Role.HEAD])
    client.force_login(user)
    request = RequestFactory().get("/")
    request.user, request.session = user, client.session
    assert second_factor_fresh(request)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 599)
    assert second_factor_fresh(request)
    monkeypatch.setattr(time, "time", lambda: now + 601)
    assert not second_factor_fresh(request)
    request.user = User.objects.create_user("uji-lain")
    assert not second_factor_fresh(request, minutes=60), "another's"


def test_staff_keep_their_last_second_factor(client: Client, secret: str) -> None:
    user = person(roles=[Role.HEAD])
    TOTP.activate(user, secret)
    sign_in(client)
    client.post("/masuk/kode/", {"code": code(secret)})
    client.post("/akun/keamanan/aplikasi/lepas/")
    assert Authenticator.objects.filter(user=user, type="totp").exists()


def test_the_secret_is_stored_encrypted(secret: str) -> None:
    TOTP.activate(person(), secret)
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator")
        assert secret not in cursor.fetchone()[0]


def test_other_sessions_are_listed_and_ended(client: Client) -> None:
    person()
    other = Client()
    for browser in (client, other):
        sign_in(browser)
    assert client.get("/akun/sesi/").content.decode().count('class="entry"') == 2
    client.post("/akun/sesi/")
    assert other.get("/akun/").status_code == 302
    assert client.get("/akun/").status_code == 200


def test_a_lost_telephone_is_forgotten_by_the_administrator(client: Client, secret: str) -> None:
    user = person(roles=[Role.HEAD])
    TOTP.activate(user, secret)
    client.force_login(User.objects.create_user("uji-admin", roles=[Role.ADMINISTRATOR]))
    values = {"action": "take_second_factor", "_selected_action": [str(user.pk)]}
    client.post("/admin/accounts/user/", values)
    assert not Authenticator.objects.exists()


def test_every_role_says_what_it_may_do(client: Client) -> None:
    assert set(DUTIES) == set(Role)
    client.force_login(person(roles=[Role.HEAD, Role.INSPECTOR]))
    page = client.get("/akun/").content.decode()
    assert page.count("<dt>") == 2


@pytest.mark.parametrize(
    "path",
    [
        "/akun/email/",
        "/akun/keamanan/",
        "/akun/keamanan/kunci/",
        "/akun/keamanan/kunci/tambah/",
        "/akun/keamanan/aplikasi/",
        "/akun/sandi/",
        "/akun/sesi/",
    ],
)
def test_pages_of_ones_own_account_open(client: Client, path: str) -> None:
    person()
    sign_in(client)
    client.post("/akun/ulang/", {"password": PASSWORD})
    page = client.get(path)
    assert page.status_code == 200
    assert 'id="isi"' in page.content.decode()


def test_a_sign_in_without_a_name_is_a_wrong_one_and_no_failure_of_ours(client: Client) -> None:
    assert sign_in(client, login="").status_code == 200
    assert client.post("/masuk/").status_code == 200


def test_whoever_is_signed_in_has_no_code_to_give(client: Client) -> None:
    client.force_login(factories.applicant())
    assert client.get("/akun/telepon/").headers["Location"] == "/akun/"
