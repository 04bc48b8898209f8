"""Every form, query and address with values that nobody expects: an answer, never a failure of ours.

What is asked comes from the resolver and the table; the names of fields from the pages' own source.
"""

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.authorisation.asking import address, ask
from tests.authorisation.table import Line, Table
from tests.authorisation.world import Thing, World

pytestmark = pytest.mark.django_db  # so that the database of the tests is made, and not the site's asked
ROOT = Path(__file__).resolve().parents[2]
TABLE = Table()
VALUES = {
    "nul": "a\0b", "long": "9" * 5000, "digit": "²", "other digit": "٣", "negative": "-1", "nan": "nan",
    "large": str(2**63), "turned": "\u202egpj.exe", "json": '{"a": [1e999]}', "date": "0000-00-00",
    "path": "../../\0", "point": "-6.889, 109.675", "huge": "x" * 120_000, "markup": "<script>\r\nX: y",
    "percent": "%s{0}%00",
}  # fmt: skip


def _names(kind: str) -> list[str]:
    """Names that any page reads from a form or a query."""
    pages = [*ROOT.glob("*/pages/*.py"), *ROOT.glob("maps/*.py"), *ROOT.glob("geoportal/accounts/*.py")]
    source = "\n".join(file.read_text() for file in pages)
    read = re.findall(rf'{kind}\.(?:get|getlist)\("([\w-]+)"|"([\w-]+)" in request\.{kind}', source)
    fields = re.findall(r"^    (\w+) = (?:forms\.)?\w+Field\(", source, re.M)
    return sorted({name for pair in read for name in pair if name} | set(fields))


POSTED, ASKED = _names("POST"), _names("GET")


def _opener(line: Line, method: str, world: World, thing: Thing) -> str:
    """Somebody to whom it opens."""
    words = line.opens[method]
    named = TABLE.people(words if isinstance(words, str) else words[thing.status], thing.status)
    if named & {"owner", "partner"}:
        named = (named - {"owner", "partner"}) | thing.owners
    return next((who for who in sorted(named) if who in world.clients), "nobody")


def _first(line: Line, world: World) -> Thing:
    """A thing on which the page does something."""
    things = world.things[line.of]
    return next((one for one in things if line.statuses is None or one.status in line.statuses), things[0])


def _with(method: str) -> list[str]:
    return sorted(route for route, line in TABLE.lines.items() if method in line.opens)


@pytest.mark.parametrize("route", _with("post"))
def test_a_form_with_values_that_nobody_expects_is_answered(world: World, route: str) -> None:
    line, failed = TABLE.lines[route], []
    thing = _first(line, world)
    client = world.clients[_opener(line, "post", world, thing)]
    where, page = address(line, thing), ""
    if "get" in line.opens:
        page = ask(client, "get", where)[0].content.decode(errors="replace")
    fields = set(re.findall(r'<(?:input|select|textarea|button)[^>]* name="([^"]+)"', page)) | set(POSTED)
    files = set(re.findall(r'<input[^>]* type="file"[^>]* name="([^"]+)"', page)) | {"berkas", "foto"}
    for name, value in VALUES.items():
        data: dict[str, Any] = dict.fromkeys(sorted(fields - {"csrfmiddlewaretoken"}), value)
        for file in files:
            data[file] = SimpleUploadedFile("../\u202ea.pdf", b"%PDF-1.7\n\0broken")
        answer, _wrote = ask(client, "post", where, data)
        if answer.status_code >= 500:
            failed.append(name)
    assert not failed


@pytest.mark.parametrize("route", _with("get"))
def test_a_query_with_values_that_nobody_expects_is_answered(world: World, route: str) -> None:
    line, failed = TABLE.lines[route], []
    thing = _first(line, world)
    client = world.clients[_opener(line, "get", world, thing)]
    for name in ("nul", "long", "digit", "large", "nan", "turned", "json", "date", "percent"):
        answer, _wrote = ask(client, "get", address(line, thing), dict.fromkeys(ASKED, VALUES[name]))
        if answer.status_code >= 500:
            failed.append(name)
    assert not failed


@pytest.mark.parametrize(
    "route", sorted(route for route in TABLE.lines if "<str:" in route or "<path:" in route)
)
def test_an_address_with_values_that_nobody_expects_is_answered(world: World, route: str) -> None:
    line, failed = TABLE.lines[route], []
    method = next(iter(line.opens))
    client = world.clients[_opener(line, method, world, world.things[line.of][0])]
    for name in ("nul", "long", "digit", "turned", "percent"):
        value = quote(VALUES[name][:1500], safe="")
        thing = Thing(
            "", dict.fromkeys(_first(line, world).values, value) | {"n": 1, "pk": 1, "z": 1, "x": 1, "y": 1}
        )
        found = address(line, thing)
        if "<" not in found and ask(client, method, found)[0].status_code >= 500:
            failed.append(name)
    assert not failed


#: They only ask, or prove themselves otherwise; and the pages of the first four stay cacheable.
WITHOUT_TOKEN = {"bahasa/", "V/", "validasi/pdf/", "api/v1/validate/", "pembayaran/notifikasi/"}


@pytest.mark.parametrize("route", sorted({*_with("post"), *_with("put")}))
def test_a_form_without_its_token_is_refused(world: World, route: str) -> None:
    line = TABLE.lines[route]
    method = "post" if "post" in line.opens else "put"
    thing = _first(line, world)
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    strict.cookies = world.clients[_opener(line, method, world, thing)].cookies
    answer, wrote = ask(strict, method, address(line, thing))
    assert (answer.status_code == 403) == (route not in WITHOUT_TOKEN)
    assert answer.status_code < 500
    assert route in WITHOUT_TOKEN or not wrote
