"""What only real processes show: exact limits over several workers, and what HTTP itself refuses."""

import http.client
import os
import secrets
import socket
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import urlencode

import pytest
from django.db import connection

from geoportal.ids import ALPHABET
from tests.servers import served

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS, TRIES, MOST, AT_ONCE = 3, 400, 50, 16
HERE = "203.0.113.5"


@pytest.fixture
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The production server as bin/serve starts it, with TLS said by a proxy on this machine."""
    url = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
    here = f"{url.rpartition('/')[0]}/{connection.settings_dict['NAME']}"
    env = os.environ | {
        "DATABASE_URL": here,
        "DATABASE_OWNER_URL": here,
        "DEBUG": "0",
        "HTTPS": "1",
        "SITE_URL": "https://localhost",
        "ALLOWED_HOSTS": "localhost",
        "TRUSTED_PROXIES": "127.0.0.1",
    }
    options = ("--http1-buffer-size", "65536", "--log-level", "error")
    with served(env, *options, workers=WORKERS, ready="/livez") as port:
        yield port


def ask(
    port: int, method: str, path: str, body: str = "", **headers: str
) -> tuple[int, http.client.HTTPResponse, bytes]:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        sent = {"Host": "localhost", "X-Forwarded-Proto": "https", "X-Forwarded-For": HERE}
        link.request(method, path, body or None, sent | {k.replace("_", "-"): v for k, v in headers.items()})
        answer = link.getresponse()
        return answer.status, answer, answer.read()
    finally:
        link.close()


def raw(port: int, text: bytes) -> bytes:
    """The first line of the answer to what no client would send; b"" where the server hangs up."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=30)) as link:
        try:
            link.sendall(text)
            return link.recv(4096).partition(b"\r\n")[0]
        except ConnectionError:
            return b""


def unknown_seal() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(26))


def spoofed(n: int) -> dict[str, str]:
    """Each says to come from elsewhere; the proxy has written at the end from where it really came."""
    return {"X_Forwarded_For": f"198.51.100.{n % 250}, {HERE}", "X_Real_IP": f"198.51.100.{n % 250}"}


def test_exactly_the_limit_passes_over_all_processes(port: int) -> None:
    def validate(n: int) -> int:
        return ask(port, "GET", f"/V/{unknown_seal()}", **spoofed(n))[0]

    with ThreadPoolExecutor(AT_ONCE) as crowd:
        assert Counter(crowd.map(validate, range(TRIES))) == {404: MOST, 429: TRIES - MOST}

    page = ask(port, "GET", "/masuk/")
    cookie = page[1].headers["Set-Cookie"].partition(";")[0]
    token = page[2].decode().partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]

    def sign_in(n: int) -> int:
        form = {"csrfmiddlewaretoken": token, "login": f"contoh.{n}", "password": "keliru sekali"}
        kind = "application/x-www-form-urlencoded"
        headers = spoofed(n) | {"Content_Type": kind, "Cookie": cookie, "Referer": "https://localhost/masuk/"}
        return ask(port, "POST", "/masuk/", urlencode(form), **headers)[0]

    with ThreadPoolExecutor(AT_ONCE) as crowd:
        assert Counter(crowd.map(sign_in, range(TRIES))) == {200: MOST, 429: TRIES - MOST}
    # two headers of one name are one list: what the client wrote itself does not help it
    text = f"GET /V/{unknown_seal()} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\n"
    text += "".join(f"X-Forwarded-For: {one}\r\n" for one in ("198.51.100.1", HERE))
    assert b" 429 " in raw(port, f"{text}\r\n".encode())
    # another address is another count
    assert ask(port, "GET", f"/V/{unknown_seal()}", X_Forwarded_For="203.0.113.77")[0] == 404


def test_what_http_itself_allows(port: int) -> None:
    plain = ask(port, "GET", "/masuk/", X_Forwarded_Proto="http")
    assert (plain[0], plain[1].headers["Location"]) == (301, "https://localhost/masuk/")

    _, answer, _ = ask(port, "GET", "/masuk/")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    for cookie in answer.headers.get_all("Set-Cookie") or []:
        assert cookie.startswith("__Host-")
        assert {"Secure", "Path=/", "SameSite=Lax", "HttpOnly"} <= {
            part.strip() for part in cookie.split(";")
        }
        assert "Domain" not in cookie

    head = b"%s HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\n"
    many = b"".join(b"X-Contoh-%d: 1\r\n" % n for n in range(200))
    assert b" 431 " in raw(port, head % b"GET /livez" + many + b"\r\n")
    long = raw(port, head % b"GET /livez" + b"X-Contoh: " + b"x" * 100_000 + b"\r\n\r\n")
    assert b" 200 " not in long
    assert b" 200 " not in raw(port, head % (b"GET /livez?" + b"x" * 100_000) + b"\r\n")
    smuggled = b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"
    assert b" 200 " not in raw(port, head % b"POST /lacak/" + smuggled)

    # said to be a thousand million bytes: refused before they come
    huge = b"Content-Type: application/pdf\r\nContent-Length: 1000000000\r\n\r\n%PDF-"
    assert b" 413 " in raw(port, head % b"POST /api/v1/validate/" + huge)
    # of unknown length: read as nothing
    chunked = b"Content-Type: application/pdf\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n%PDF-\r\n0\r\n\r\n"
    assert b" 400 " in raw(port, head % b"POST /api/v1/validate/" + chunked)
