"""Sign-up by telephone, where MESSENGER is configured: a code, and nobody learns who has an account."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.models import Message
from geoportal.plugins import plugin
from tests import factories
from tests.contracts.gateway_server import running

pytestmark = pytest.mark.django_db
PHONE, TYPED, PASSWORD = "+6281234567890", "0812-3456-7890", "batik tulis Uji 2026"


@pytest.fixture
def by_phone(settings: Any) -> Iterator[None]:
    with running() as server:
        settings.PLUGINS = settings.PLUGINS | {
            "MESSENGER": {
                "BACKEND": "geoportal.messengers.gateway.HttpGateway",
                "OPTIONS": {"url": server.url},
            }
        }
        settings.ACCOUNT_LOGIN_METHODS = {"email", "username", "phone"}
        settings.ACCOUNT_SIGNUP_FIELDS = ["email*", "phone", "password1*", "password2*"]
        plugin.cache_clear()
        cache.clear()
        yield
        plugin.cache_clear()


def sign_up(client: Client, **told: str) -> Any:
    return client.post("/akun/daftar/", {"password1": PASSWORD, "password2": PASSWORD} | told)


def code() -> str:
    found = re.search(r"SAKPORE: (\S+)\.", Message.objects.filter(kind="phone_code").latest("pk").body)
    assert found
    return found[1]


@pytest.mark.usefixtures("by_phone")
class TestWithMessenger:
    def test_an_account_by_code_and_signing_in_however_the_number_is_typed(self, client: Client) -> None:
        assert 'name="phone"' in client.get("/akun/daftar/").content.decode()
        assert sign_up(client, phone=TYPED)["Location"] == "/akun/telepon/"
        user = User.objects.get()
        assert (user.phone, user.phone_index, user.email) == (PHONE, None, "")
        assert TYPED not in user.username
        page = client.get("/akun/telepon/")
        assert PHONE in page.content.decode()
        assert "_auth_user_id" not in client.session
        wrong = client.post("/akun/telepon/", {"code": "SALAH1"})
        assert wrong.status_code == 200
        assert client.post("/akun/telepon/", {"code": code()}).status_code == 302
        user.refresh_from_db()
        assert user.phone_index is not None
        assert client.session["_auth_user_id"] == str(user.pk)
        for typed in (TYPED, "+62 812 3456 7890", "6281234567890"):
            client.logout()
            client.post("/masuk/", {"login": typed, "password": PASSWORD})
            assert client.session.get("_auth_user_id") == str(user.pk), typed
        client.logout()
        assert client.post("/masuk/", {"login": TYPED, "password": "salah-salah"}).status_code == 200

    def test_a_number_that_has_an_account_gets_the_same_answer(self, client: Client) -> None:
        sign_up(client, phone=TYPED)
        client.post("/akun/telepon/", {"code": code()})
        stranger = Client()
        first, known = Client(), stranger
        new = sign_up(first, phone="0813 0000 0001")
        old = sign_up(known, phone=TYPED)
        assert (new.status_code, new["Location"]) == (old.status_code, old["Location"])
        pages = [
            re.sub(r"\+62\d+|csrf\S+ value=\S+|nonce-\S+", "", one.get("/akun/telepon/").content.decode())
            for one in (first, known)
        ]
        assert pages[0] == pages[1]
        assert User.objects.count() == 2
        for guess in ("", "AAAAAA", "000000"):
            assert known.post("/akun/telepon/", {"code": guess}).status_code in (200, 302)
        assert "_auth_user_id" not in known.session

    def test_codes_are_not_guessed_for_long(self, client: Client) -> None:
        sign_up(client, phone=TYPED)
        right = code()
        for n in range(5):
            client.post("/akun/telepon/", {"code": f"AAAA{n}A"})
        client.post("/akun/telepon/", {"code": right})
        assert "_auth_user_id" not in client.session
        assert User.objects.get().phone_index is None

    def test_one_number_gets_few_messages(self) -> None:
        for _n in range(8):
            sign_up(Client(), phone=TYPED)
        assert Message.objects.filter(kind="phone_code").count() == 5

    @pytest.mark.parametrize(
        "told", [{}, {"phone": "12"}, {"phone": "bukan"}, {"phone": TYPED, "email": "uji@contoh.invalid"}]
    )
    def test_what_is_no_way_to_reach_anybody_is_refused(self, client: Client, told: dict[str, str]) -> None:
        answer = sign_up(client, **told)
        assert answer.status_code == 200
        assert answer.context["form"].errors
        assert not User.objects.exists()

    def test_nothing_is_misconfigured(self) -> None:
        call_command("check", fail_level="WARNING")

    def test_by_email_everything_is_as_before(self, client: Client) -> None:
        assert sign_up(client, email="uji@contoh.invalid")["Location"] == "/akun/email/terkirim/"
        client.post("/masuk/", {"login": "uji@contoh.invalid", "password": PASSWORD})
        assert "_auth_user_id" not in client.session

    def test_a_number_noted_on_an_account_signs_nobody_in(self, client: Client) -> None:
        user = User.objects.create_user("uji", email="uji@contoh.invalid", password=PASSWORD, phone=PHONE)
        client.post("/masuk/", {"login": TYPED, "password": PASSWORD})
        assert "_auth_user_id" not in client.session
        assert user.phone_index is None


def test_without_a_messenger_there_is_no_such_way(client: Client) -> None:
    assert 'name="phone"' not in client.get("/akun/daftar/").content.decode()
    sign_up(client, phone=TYPED)
    assert not User.objects.exists()
    assert client.get("/akun/telepon/")["Location"].startswith("/masuk/")


@pytest.mark.usefixtures("by_phone")
def test_a_forgotten_password_is_reset_by_an_address_that_an_administrator_noted(client: Client) -> None:
    """As the guide for operators says: nobody sets another's password, and a telephone gets no reset link."""
    sign_up(client, phone=TYPED)
    client.post("/akun/telepon/", {"code": code()})
    user = User.objects.get()
    administrator = Client()
    administrator.force_login(factories.staff(Role.ADMINISTRATOR))
    where, address = f"/admin/accounts/user/{user.pk}/", "warga@contoh.example"
    assert administrator.get(f"{where}password/").status_code == 403
    values = {"username": user.username, "email": address, "roles": "", "is_active": "on"}
    assert administrator.post(f"{where}change/", values).status_code == 302

    new = "sarung palekat Uji 7"
    at_home = Client()
    at_home.post("/akun/lupa-sandi/", {"email": address})
    link = re.search(r"/akun/lupa-sandi/\S+", Message.objects.latest("pk").body)
    assert link
    form = at_home.get(link[0])["Location"]
    assert at_home.post(form, {"password1": new, "password2": new}).status_code == 302
    at_home.post("/masuk/", {"login": address, "password": new})
    if "_auth_user_id" not in at_home.session:  # the address is confirmed first
        confirm = re.search(r"/akun/email/konfirmasi/\S+", Message.objects.latest("pk").body)
        assert confirm
        at_home.post(confirm[0])
        at_home.post("/masuk/", {"login": address, "password": new})
    assert at_home.session["_auth_user_id"] == str(user.pk)
    assert "_auth_user_id" not in _signed_in(TYPED, PASSWORD)  # the old one is over


def _signed_in(login: str, password: str) -> Any:
    browser = Client()
    browser.post("/masuk/", {"login": login, "password": password})
    return browser.session
