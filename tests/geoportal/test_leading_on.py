"""No address that a stranger wrote into a link is led to: asked of every route there is."""

from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client

from geoportal.accounts.roles import Role
from geoportal.public import PUBLIC_ROUTES
from tests import factories
from tests.geoportal.test_public_surface import WRITTEN, address

pytestmark = pytest.mark.django_db
# the administration's lists and forms are Django's, and lead to each other: one of them stands for all
ROUTES = sorted({route for route, _ in WRITTEN if not route.startswith("admin/") or route.count("/") < 3})
#: every name under which this site, Django or allauth take an address to go on to, and some that people try
NAMES = (
    "next",
    "kembali",
    "back",
    "return",
    "return_to",
    "redirect",
    "redirect_to",
    "url",
    "to",
    "_popup",
    "r",
)
EVIL = (
    "https://salah.example/",
    "//salah.example/",
    "///salah.example/",
    "/\\salah.example/",
    "\\\\salah.example/",
    "https:salah.example",
    "https:///salah.example/",
    "http://testserver@salah.example/",
    "http://testserver.salah.example/",
    " https://salah.example/",
    "\thttps://salah.example/",
    "/\t/salah.example/",
    "javascript:alert(1)",
    "data:text/html,x",
)
#: where an address is taken: (path, whether by POST, what else is sent)
TAKEN: tuple[tuple[str, bool, dict[str, str]], ...] = (
    ("/bahasa/", True, {"language": "en"}),
    ("/masuk/", True, {"login": "contoh.uji", "password": "kata sandi uji yang panjang"}),
    ("/masuk/", False, {}),
    ("/admin/login/", False, {}),
    ("/keluar/", True, {}),
    ("/akun/keamanan/ulang/", False, {}),
    ("/akun/ulang/", True, {"password": "kata sandi uji yang panjang"}),
    ("/petugas/antrean/bagi/", True, {}),
)


def leads_away(location: str) -> bool:
    """As a browser reads it: backslashes are slashes, tabs and line breaks are nothing."""
    read = location.strip().replace("\\", "/")
    for blank in "\t\r\n":
        read = read.replace(blank, "")
    parts = urlsplit(read)
    if read.startswith("//") or parts.netloc or parts.scheme:
        return parts.netloc != "testserver" or parts.scheme not in ("http", "https", "")
    return False


def test_the_judge_knows_what_leads_away() -> None:
    assert not [one for one in EVIL if not leads_away(one)]
    assert not [one for one in ("/peta/", "?a=1", "http://testserver/akun/", "") if leads_away(one)]


def test_no_route_leads_to_where_a_stranger_wants(client: Client) -> None:
    user = factories.staff(Role.ADMINISTRATOR, Role.HEAD, Role.FRONT_OFFICE, Role.BACK_OFFICE)
    evil = dict.fromkeys(NAMES, EVIL[0])
    away = {}
    for route in ROUTES:
        for posted in (False, True):
            client.cookies.clear()
            if route not in PUBLIC_ROUTES:
                client.force_login(user)  # anew: some routes end a session
            path = f"{address(route)}?{urlencode(evil)}"
            referer = {"Referer": EVIL[0]}
            answer = client.post(path, evil, headers=referer) if posted else client.get(path, headers=referer)
            if leads_away(answer.headers.get("Location", "")):
                away[route] = answer.headers["Location"]
    assert away == {}


@pytest.mark.parametrize(("path", "posted", "more"), TAKEN)
def test_every_way_of_writing_it_is_refused(
    client: Client, path: str, posted: bool, more: dict[str, str]
) -> None:
    user = factories.staff(Role.FRONT_OFFICE, name="contoh.uji")
    user.set_password("kata sandi uji yang panjang")
    user.save()
    for evil in EVIL:
        client.cookies.clear()
        if not path.startswith(("/masuk/", "/admin/")):
            client.force_login(user)
        sent = dict.fromkeys(NAMES, evil)
        query = f"{path}?{urlencode(sent)}"
        answer = client.post(query, {**sent, **more}) if posted else client.get(query)
        assert not leads_away(answer.headers.get("Location", "")), evil
        if answer.status_code == 200:
            for attribute in ("href", "action", "formaction"):
                assert f'{attribute}="{evil}' not in answer.content.decode()


def test_an_address_of_ours_is_led_to(client: Client) -> None:
    answer = client.post("/bahasa/", {"language": "en", "next": "/peta/?q=batik"})
    assert answer.headers["Location"] == "/peta/?q=batik"
