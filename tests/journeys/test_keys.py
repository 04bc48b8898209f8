"""Security keys, by Chromium's virtual authenticator: connected, signed in with, and fresh for signing."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Journey
from tests.journeys.test_letter import TABLET, on_site
from tests.journeys.test_pages import faults

pytestmark = pytest.mark.journey
Start = Callable[..., Journey]
PASSWORD = "sarung palekat Uji 7"

HEAD = f"""
from allauth.account.models import EmailAddress
from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
name, email = "uji-kunci", "kunci@contoh.invalid"
user = User.objects.create_user(name, email=email, password="{PASSWORD}", roles=[Role.HEAD])
EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
"""
#: As if an hour had passed since the second factor was given.
AN_HOUR_LATER = """
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
for row in UserSession.objects.filter(user__username="uji-kunci"):
    session = SessionStore(row.session_key)
    for record in session.get("account_authentication_methods", []):
        record["at"] -= 3600
    session.save()
"""
KEYS = """
from allauth.mfa.models import Authenticator
print(*Authenticator.objects.filter(user__username="uji-kunci").values_list("type", flat=True))
"""


def plug_in(page: Page) -> tuple[Any, str]:
    """A key that somebody touches whenever it is asked."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    added = tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return tools, str(added["authenticatorId"])


def sign_in(page: Page, site: str) -> None:
    page.goto(f"{site}/masuk/")
    page.locator("#id_login").fill("uji-kunci")
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()


def test_a_key_is_connected_lets_in_and_is_asked_again_before_signing(journey: Start, site: str) -> None:
    on_site(HEAD)
    reader = journey(TABLET)
    page = reader.page
    tools, key = plug_in(page)
    sign_in(page, site)

    # nothing opens to staff before a second factor is connected
    page.goto(f"{site}/petugas/")
    if "/akun/ulang/" in page.url:
        page.locator("#id_password").fill(PASSWORD)
        page.get_by_role("button", name="Lanjut").click()
    page.wait_for_url("**/akun/keamanan/aplikasi/**")
    page.get_by_role("link", name="kunci keamanan").click()
    assert faults(reader) == []
    page.locator("#id_name").fill("Kunci uji")
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(lambda url: "tambah" not in url)
    assert "webauthn" in on_site(KEYS)
    stored = tools.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]
    assert [one["rpId"] for one in stored] == ["localhost"]

    # signing in: password, then the key
    page.context.clear_cookies()
    sign_in(page, site)
    page.wait_for_url("**/masuk/kode/**")
    page.locator("#mfa_webauthn_authenticate").click()
    page.wait_for_url("**/petugas/")

    # signing needs it anew, and leads back
    page.goto(f"{site}/petugas/tanda-tangan/")
    expect(page.locator("h1")).to_be_visible()
    assert "/akun/" not in page.url
    on_site(AN_HOUR_LATER)
    page.goto(f"{site}/petugas/tanda-tangan/")
    page.wait_for_url("**/akun/keamanan/kunci/ulang/**")
    assert faults(reader) == []
    before = tools.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"][0]["signCount"]
    page.locator("#mfa_webauthn_reauthenticate").click()
    page.wait_for_url("**/petugas/tanda-tangan/")
    after = tools.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"][0]["signCount"]
    assert after > before

    # without the key nobody comes in, whoever knows the password
    thief = journey(TABLET)
    sign_in(thief.page, site)
    thief.page.wait_for_url("**/masuk/kode/**")
    thief.page.goto(f"{site}/petugas/")
    assert "/masuk/" in thief.page.url
