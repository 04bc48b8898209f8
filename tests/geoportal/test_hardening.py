"""What every answer carries, whichever view there is; and what is refused before a view is asked."""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as site
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from geoportal import checks, hardening
from geoportal.accounts.roles import Role
from geoportal.public import PUBLIC_ROUTES
from geoportal.wsgi import application
from tests import factories
from tests.geoportal.test_public_surface import WRITTEN, address

pytestmark = pytest.mark.django_db
ROUTES = sorted({route for route, _ in WRITTEN})
OPEN = ("api/", "tiles/")  # CORS *: for other sites' pages
FRAMED = {"statistik/peta/", "favicon.ico"}  # a map in a sandboxed frame, and the icon it asks for


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(factories.staff(Role.ADMINISTRATOR, Role.HEAD, Role.FRONT_OFFICE, Role.BACK_OFFICE))
    return client


def policy(answer: Any) -> dict[str, list[str]]:
    parts = [part.split() for part in answer.headers["Content-Security-Policy"].split(";") if part.strip()]
    return {name: values for name, *values in parts}


def faults(route: str, answer: Any) -> list[str]:
    headers = answer.headers
    csp = policy(answer)
    scripts = [*csp.get("script-src", []), *csp.get("style-src", []), *csp.get("default-src", [])]
    whose = "cross-origin" if route in FRAMED or "Access-Control-Allow-Origin" in headers else "same-origin"
    wanted = {
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": whose,
    }
    found = [f"{name}: {headers.get(name)}" for name, value in wanted.items() if headers.get(name) != value]
    found += [
        f"{word} in the policy" for word in scripts if word.startswith(("'unsafe", "http", "*", "data"))
    ]
    found += [f"no {name}" for name in ("frame-ancestors",) if name not in csp and "sandbox" not in csp]
    if headers.get("Referrer-Policy") not in (
        "strict-origin-when-cross-origin",
        "no-referrer",
        "same-origin",
    ):
        found.append(f"Referrer-Policy: {headers.get('Referrer-Policy')}")
    if "geolocation=(self)" not in headers.get("Permissions-Policy", ""):
        found.append("no Permissions-Policy")
    if headers.get("Access-Control-Allow-Origin") and not route.startswith(OPEN):
        found.append("open to other sites")
    cache = headers.get("Cache-Control", "")
    if answer.cookies and not {"private", "no-store"} & set(re.split(r"[,\s]+", cache)):
        found.append(f"a cookie in an answer that anybody may keep: {cache!r}")
    if route not in PUBLIC_ROUTES:
        found += [] if "no-store" in cache else [f"may be kept: {cache!r}"]
        found += [] if "noindex" in headers.get("X-Robots-Tag", "") else ["may be found"]
    return found


def test_no_answer_lacks_a_header(administrator: Client) -> None:
    found, anybody = {}, Client()
    for route in (one for one in ROUTES if "keluar" not in one):
        client = anybody if route in PUBLIC_ROUTES else administrator
        found[route] = faults(route, client.get(address(route)))
    assert {key: faulty for key, faulty in found.items() if faulty} == {}


def test_pages_that_show_something_of_everybody_are_the_ones_with_a_body(administrator: Client) -> None:
    """The test above asks addresses of nothing; these are real pages, the administration's among them."""
    assert faults("akun/", Client().get("/akun/")) == [], "also where one is sent to sign in"
    for path in ("/", "/akun/", "/petugas/", "/admin/", "/admin/accounts/user/", "/petugas/antrean/"):
        answer = administrator.get(path)
        assert answer.status_code == 200, path
        route = answer.resolver_match.route
        assert faults(route, answer) == [], path


def test_no_page_allows_inline_scripts_and_a_frame_only_its_own_hashes(client: Client) -> None:
    assert not [
        word for words in policy(client.get("/api/docs/")).values() for word in words if "unsafe" in word
    ]
    framed = policy(client.get("/statistik/peta/"))
    assert framed["sandbox"] == ["allow-scripts"]
    assert all(word == "'self'" or word.startswith("'sha256-") for word in framed["script-src"])


# --- Who may say from where a request came


def passed(remote: str, **sent: str) -> set[str]:
    """What is left of a request's headers behind the first middleware."""
    seen: dict[str, Any] = {}

    def view(request: HttpRequest) -> HttpResponse:
        seen.update(request.META)
        return HttpResponse()

    request = RequestFactory().get("/", REMOTE_ADDR=remote, **sent)  # type: ignore[arg-type]
    hardening.ForwardedHeadersMiddleware(view)(request)
    return {name for name in seen if name in sent}


def test_only_a_trusted_proxy_says_who_asked_and_how(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/24", "2001:db8::1"]
    sent = {
        "HTTP_X_FORWARDED_FOR": "198.51.100.1",
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_X_FORWARDED_HOST": "salah.example",
        "HTTP_FORWARDED": "for=198.51.100.1",
        "HTTP_X_REAL_IP": "198.51.100.1",
    }
    assert passed("10.0.0.7", **sent) == set(sent)
    assert passed("::ffff:10.0.0.7", **sent) == set(sent)
    assert passed("2001:db8::1", **sent) == set(sent)
    for stranger in ("10.0.1.7", "203.0.113.9", "2001:db8::2", "", "unix"):
        assert passed(stranger, **sent) == set(), stranger


@pytest.mark.parametrize(
    ("proxies", "https", "found"),
    [
        ([], False, []),
        ([], True, ["geoportal.E005"]),
        (["127.0.0.1", "10.0.0.0/24"], True, []),
        (["nginx"], True, ["geoportal.E004"]),
        (["0.0.0.0/0"], True, ["geoportal.E006"]),
        (["::/0"], False, ["geoportal.E006"]),
    ],
)
def test_wrong_proxies_are_said_at_start(
    settings: Settings, proxies: list[str], https: bool, found: list[str]
) -> None:
    settings.TRUSTED_PROXIES, settings.HTTPS = proxies, https
    assert [message.id for message in checks.trusted_proxies()] == found


@pytest.mark.parametrize(
    ("url", "hosts", "found"),
    [
        ("https://izin.example", ["izin.example"], []),
        ("https://izin.example:8443", [".example"], []),
        ("", ["izin.example"], ["geoportal.W001"]),
        ("http://izin.example", ["izin.example"], ["geoportal.W001"]),
        ("https://izin.example", ["lain.example"], ["geoportal.W002"]),
        ("https://izin.example", ["*"], ["geoportal.W003"]),
    ],
)
def test_the_address_of_the_site_is_checked_before_it_goes_live(
    settings: Settings, url: str, hosts: list[str], found: list[str]
) -> None:
    settings.SITE_URL, settings.ALLOWED_HOSTS = url, hosts
    assert [message.id for message in checks.address()] == found


def test_a_view_sees_nothing_of_the_environment_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}
    monkeypatch.setattr("geoportal.wsgi._site", lambda environ, start: seen.update(environ))
    asked = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_HOST": "localhost", "wsgi.url_scheme": "http"}
    application({**asked, "DATABASE_URL": "postgis://u:rahasia@db/x", "FIELD_KEYS": "1:x"}, lambda *_: None)
    assert seen == asked


#: what only a real installation can mend, and what the library says of a field that is described by hand
ALLOWED = ("permits.W001", "Geometry generation for GeometrySerializerMethodField is not supported")


def test_the_settings_of_production_pass_the_check_for_it() -> None:
    """`check --deploy`, as docs/operating.id.md tells to set them."""
    production = {
        "DEBUG": "0",
        "HTTPS": "1",
        "TRUSTED_PROXIES": "127.0.0.1",
        "SITE_URL": "https://izin.kota.example",
        "ALLOWED_HOSTS": "izin.kota.example",
        "CSRF_TRUSTED_ORIGINS": "https://izin.kota.example",
    }

    def said(**more: str) -> list[str]:
        command = [sys.executable, "manage.py", "check", "--deploy"]
        env = os.environ | production | more
        done = subprocess.run(command, cwd=site.BASE_DIR, env=env, capture_output=True, text=True)
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line.startswith("?:")]
        return [line for line in lines if not any(word in line for word in ALLOWED)]

    assert said() == []
    assert "security.W018" in " ".join(said(DEBUG="1"))


# --- Too much


@pytest.mark.parametrize(
    ("path", "length", "refused"),
    [
        ("/pengaduan/", 33_000_000, False),
        ("/pengaduan/", 33_000_001, True),
        ("/api/v1/validate/", 33_000_001, True),
        ("/permohonan/ABC/isi/dokumen/", 33_000_001, False),
        ("/permohonan/ABC/isi/dokumen/", 110_000_001, True),
        ("/lapangan/kunjungan/ABC/", 260_000_001, True),
        ("/validasi/pdf/", 10**30, True),
    ],
)
def test_a_body_that_nothing_takes_is_not_read(path: str, length: int, refused: bool) -> None:
    def view(_: HttpRequest) -> HttpResponse:
        return HttpResponse("a view")

    request = RequestFactory().post(path, CONTENT_LENGTH=str(length))
    answer = hardening.BodySizeMiddleware(view)(request)
    assert (answer.status_code == 413) is refused
    if refused:
        assert answer.headers["Connection"] == "close"
        assert "33" in answer.content.decode() or length > 33_000_001
        programs = path.startswith(("/api/", "/lapangan/"))
        assert ("problem+json" in answer.headers["Content-Type"]) is programs


@pytest.mark.parametrize("length", ["", "0", "-5", "1e3", "12, 13", "²"])
def test_lengths_that_are_none_never_break_it(client: Client, length: str) -> None:
    answer = client.generic("POST", "/validasi/pdf/", b"", CONTENT_LENGTH=length)
    assert answer.status_code in (400, 413)


def test_a_form_with_too_many_fields_is_refused_in_words(client: Client) -> None:
    answer = client.post("/lacak/", {f"a{n}": "1" for n in range(1001)})
    assert answer.status_code == 400
    assert "Permintaan tidak dipahami" in answer.content.decode()


def test_an_unknown_host_is_refused_and_never_repeated(client: Client) -> None:
    for host in ("salah.example", "localhost.salah.example", "localhost@salah.example", "localhost:80:90"):
        answer = client.get("/masuk/", headers={"Host": host})
        assert answer.status_code == 400
        assert "salah.example" not in answer.content.decode()
    forwarded = client.get("/validasi/", headers={"X-Forwarded-Host": "salah.example"})
    assert "salah.example" not in forwarded.content.decode()


# --- What others ask for


def test_security_txt_says_whom_to_tell_and_ends_within_a_year(client: Client, settings: Settings) -> None:
    settings.OFFICE_EMAIL, settings.SITE_URL = "izin@contoh.example", "https://izin.example"

    def told() -> dict[str, str]:
        answer = client.get("/.well-known/security.txt")
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        return dict(line.split(": ", 1) for line in answer.content.decode().splitlines())

    fields = told()
    assert fields["Contact"] == "mailto:izin@contoh.example"
    assert fields["Canonical"] == "https://izin.example/.well-known/security.txt"
    left = datetime.fromisoformat(fields["Expires"]) - datetime.now(UTC)
    assert timedelta(days=30) < left < timedelta(days=365)
    settings.OFFICE_EMAIL = ""
    assert told()["Contact"] == "https://izin.example/pengaduan/"
    settings.SECURITY_CONTACT = "tel:+62-285-000000"
    assert told()["Contact"] == "tel:+62-285-000000"


def test_robots_are_kept_from_nothing_that_says_noindex_itself(client: Client) -> None:
    """A page that a robot may not open cannot tell it to forget the address."""
    text = client.get("/robots.txt").content.decode()
    forbidden = re.findall(r"^Disallow: (\S+)$", text, re.MULTILINE)
    assert "/tiles/" in forbidden
    for path in ("/V/ABC", "/petugas/", "/akun/", "/lama/x"):
        assert not path.startswith(tuple(forbidden))
        assert "noindex" in client.get(path).headers["X-Robots-Tag"]


def test_cookies_say_how_they_are_kept(client: Client) -> None:
    client.get("/masuk/")
    client.post("/bahasa/", {"language": "en"})
    kept = client.cookies[site.LANGUAGE_COOKIE_NAME]
    assert (kept["httponly"], kept["samesite"]) == (True, "Lax")
    token = client.cookies[site.CSRF_COOKIE_NAME]
    assert (token["httponly"], token["samesite"], token["path"]) == (True, "Lax", "/")


def test_header_and_footer_are_drawn_once_but_lead_back_to_ones_own_page(client: Client) -> None:
    """They are kept in the process; what differs between readers must differ all the same."""

    def shown(path: str, language: str = "id") -> str:
        client.cookies[site.LANGUAGE_COOKIE_NAME] = language
        return " ".join(client.get(path).content.decode().split())

    first, second = shown("/validasi/?nomor="), shown("/layanan/?q=%22%3E%3Cscript%3E")
    assert 'name="next" value="/validasi/?nomor="' in first
    assert 'name="next" value="/layanan/?q=%22%3E%3Cscript%3E"' in second
    assert 'href="/validasi/" aria-current="page"' in first
    assert 'href="/validasi/" aria-current' not in second
    assert "Layanan" in first.partition("</footer>")[0].rpartition("<footer")[2]
    assert "Services" in shown("/validasi/?nomor=", "en").rpartition("<footer")[2]
    for page in (first, second):
        assert "\ue000" not in page
