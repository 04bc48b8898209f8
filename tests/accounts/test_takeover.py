"""An account is not found out, not guessed, not kept by who lost it."""

import re
from collections import Counter
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from geoportal import outbox
from geoportal.accounts.devices import called
from geoportal.accounts.models import User
from geoportal.accounts.passwords import GuessableValidator
from geoportal.accounts.roles import Role
from geoportal.models import Message
from tests.accounts.test_accounts import EMAIL, PASSWORD, link, person, sign_in, sign_up

pytestmark = pytest.mark.django_db
STRANGER = "tiada@contoh.invalid"


@pytest.fixture
def hashing(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often a password was hashed, to be kept or to be compared: what takes the time."""
    done: Counter[str] = Counter()
    for name in ("encode", "verify"):
        plain = getattr(Argon2PasswordHasher, name)

        def counted(self: Any, *args: Any, _plain: Any = plain) -> Any:
            done["all"] += 1
            return _plain(self, *args)

        monkeypatch.setattr(Argon2PasswordHasher, name, counted)
    return done


# --- Nobody learns who has an account, not even by the time it takes


@pytest.mark.parametrize(
    "login",
    [EMAIL, EMAIL.upper(), "uji-orang", "uji-nonaktif", "uji-tanpa-sandi", STRANGER, "tiada", "a\u0301", ""],
)
def test_each_failed_sign_in_hashes_once(client: Client, hashing: Counter[str], login: str) -> None:
    person()
    User.objects.create_user("uji-nonaktif", password=PASSWORD, is_active=False)
    User.objects.create_user("uji-tanpa-sandi")
    hashing.clear()
    answer = sign_in(client, login, "salah salah salah")
    assert answer.status_code == 200
    assert hashing["all"] == (1 if login else 0), "an empty name is told at its field"


def test_signing_up_hashes_once_and_writes_one_message_whoever_has_an_account(hashing: Counter[str]) -> None:
    person()
    hashing.clear()
    done = {}
    for email in (EMAIL, STRANGER):
        before = hashing["all"]
        answer = sign_up(Client(), email)
        done[email] = (answer.status_code, answer.headers["Location"], hashing["all"] - before)
    assert done[EMAIL] == done[STRANGER] == (302, "/akun/email/terkirim/", 1)
    assert Counter(Message.objects.values_list("recipient", flat=True)) == {EMAIL: 1, STRANGER: 1}


def test_a_forgotten_password_is_as_much_work_for_a_stranger_who_gets_nothing(
    hashing: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    person()
    written: list[str] = []
    plain = outbox.send

    def noted(**values: Any) -> Any:
        written.append(values["kind"])
        return plain(**values)

    monkeypatch.setattr(outbox, "send", noted)
    hashing.clear()
    seen = {}
    for email in (EMAIL, STRANGER):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = Client().post("/akun/lupa-sandi/", {"email": email})
        inserts = [re.match(r'INSERT INTO "(\w+)"', query["sql"]) for query in queries]
        tables = [found[1] for found in inserts if found]
        seen[email] = (answer.status_code, answer.headers["Location"], tables, hashing["all"])
    known, stranger = seen[EMAIL], seen[STRANGER]
    assert (known[0], known[1], known[3]) == (stranger[0], stranger[1], stranger[3])
    assert set(known[2]) == {"geoportal_message", "django_tasks_database_dbtaskresult"} <= set(stranger[2])
    assert written == ["password_reset_key", "password_reset_key"]
    assert [message.recipient for message in Message.objects.all()] == [EMAIL]


# --- Passwords


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "P@ssw0rd2026!",
        "Pekalongan2026",
        "pekalonganpekalongan",
        "Sakpore-2026-12",
        "dpmptsp12345",
        "qwertyuiop12",
        "bismillah123",
        "123456789012",
        "aaaaaaaaaaaa",
        "abababababab",
        "rahasia!!!!!",
        "IndonesiaMerdeka"[:9] + "17081945",
        "iloveyou2026",
    ],
)
def test_what_is_tried_first_is_no_password(client: Client, password: str) -> None:
    client.post("/akun/daftar/", {"email": EMAIL, "password1": password, "password2": password})
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "password", [PASSWORD, "kuda baterai staples benar", "Xk2#mPq9vL!z", "sarung palekat Uji 7"]
)
def test_several_words_and_random_signs_are_one(password: str) -> None:
    GuessableValidator().validate(password)


def test_a_password_like_ones_own_name_is_none(client: Client) -> None:
    weak = "uji@contoh.invalid"
    client.post("/akun/daftar/", {"email": weak, "password1": weak, "password2": weak})
    assert not User.objects.exists()


def test_the_rule_is_said_where_a_password_is_chosen(client: Client) -> None:
    with pytest.raises(ValidationError):
        GuessableValidator().validate("password1234")
    assert "mudah diingat" in client.get("/akun/daftar/").content.decode()


# --- Devices that are signed in


def test_one_device_is_signed_out_and_the_others_stay(client: Client) -> None:
    person()
    phone, cafe = Client(headers={"User-Agent": "Mozilla/5.0 (Linux; Android 13) Chrome/120"}), Client()
    for browser in (client, phone, cafe):
        sign_in(browser)
    page = client.get("/akun/sesi/").content.decode()
    assert "Chrome, Android" in page
    lost = UserSession.objects.get(user_agent__contains="Android")
    assert client.post(f"/akun/sesi/{lost.pk}/keluar/").status_code == 302
    assert phone.get("/akun/").status_code == 302
    assert (client.get("/akun/").status_code, cafe.get("/akun/").status_code) == (200, 200)
    assert client.get(f"/akun/sesi/{lost.pk}/keluar/").status_code in (404, 405)


def test_nobody_signs_out_somebody_elses_device(client: Client) -> None:
    person()
    sign_in(client)
    session = UserSession.objects.get()
    other = Client()
    other.force_login(User.objects.create_user("uji-lain"))
    assert other.post(f"/akun/sesi/{session.pk}/keluar/").status_code == 404
    assert Client().post(f"/akun/sesi/{session.pk}/keluar/").status_code == 302
    assert client.get("/akun/").status_code == 200


@pytest.mark.parametrize(
    ("says", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0", "Firefox, Linux"),
        ("", ""),
    ],
)
def test_a_device_is_called_as_people_know_it(says: str, words: str) -> None:
    assert called(says) == words


# --- What is taken away ends with the next request


def test_an_account_that_is_switched_off_ends_with_the_next_request(client: Client) -> None:
    user = person(roles=[Role.FRONT_OFFICE])
    client.force_login(user)
    assert client.get("/petugas/").status_code == 200
    User.objects.update(is_active=False)
    assert client.get("/petugas/").headers["Location"].startswith("/masuk/")
    assert sign_in(Client()).headers["Location"] == "/akun/nonaktif/"


def test_a_new_password_ends_every_other_session(client: Client) -> None:
    person()
    thief = Client()
    for browser in (client, thief):
        sign_in(browser)
    Client().post("/akun/lupa-sandi/", {"email": EMAIL})
    owner = Client()
    path = link(Message.objects.get())
    new = {"password1": "sarung palekat Uji 7", "password2": "sarung palekat Uji 7"}
    owner.post(owner.get(path).headers["Location"], new)
    assert [browser.get("/akun/").status_code for browser in (client, thief)] == [302, 302]


def test_a_second_factor_taken_away_ends_every_session(client: Client) -> None:
    user = person(roles=[Role.HEAD])
    client.force_login(user)
    admin = Client()
    admin.force_login(User.objects.create_user("uji-admin", roles=[Role.ADMINISTRATOR]))
    UserSession.objects.get_or_create(
        session_key=client.session.session_key, defaults={"user": user, "ip": "192.0.2.1", "user_agent": ""}
    )
    admin.post("/admin/accounts/user/", {"action": "take_second_factor", "_selected_action": [str(user.pk)]})
    assert client.get("/petugas/").headers["Location"].startswith("/masuk/")


def test_nobody_gives_themselves_a_role(client: Client) -> None:
    admin = person(roles=[Role.ADMINISTRATOR])
    client.force_login(admin)
    values = {"username": "uji-orang", "email": EMAIL, "roles": "administrator,head", "is_active": "on"}
    client.post(f"/admin/accounts/user/{admin.pk}/change/", values)
    admin.refresh_from_db()
    assert admin.roles == ["administrator"]
    other = User.objects.create_user("uji-lain", email="lain@contoh.invalid")
    EmailAddress.objects.create(user=other, email=other.email, verified=True, primary=True)
    client.post(
        f"/admin/accounts/user/{other.pk}/change/",
        {"username": "uji-lain", "roles": "inspector", "is_active": "on"},
    )
    other.refresh_from_db()
    assert other.roles == ["inspector"]


# --- Invitations


def test_an_invitation_is_void_once_the_account_is_another(client: Client) -> None:
    admin = User.objects.create_user("uji-admin", roles=[Role.ADMINISTRATOR])
    client.force_login(admin)
    client.post(
        "/admin/accounts/user/add/", {"username": "uji-baru", "email": EMAIL, "roles": "front_office"}
    )
    path = link(Message.objects.get())
    guest = Client()
    assert guest.get(path).status_code == 200
    User.objects.filter(username="uji-baru").update(email="lain@contoh.invalid")
    assert guest.get(path).status_code == 410
    User.objects.filter(username="uji-baru").update(email=EMAIL, is_active=False)
    assert guest.get(path).status_code == 410
    assert guest.get(path.replace(":", ";")).status_code in (404, 410)
    assert guest.get("/akun/undangan/1-x:y:z/").status_code == 410
