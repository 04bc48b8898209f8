"""A finished page is kept while what it tells is unchanged, and for nobody who is signed in."""

import pytest
from django.test import Client

from geoportal.accounts.models import User
from maps import tiles
from maps.pages import keeping
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the tiles' version is said to be; a test puts another one in."""
    said = ["1"]
    monkeypatch.setattr(tiles, "version", lambda: said[0])
    return said


def test_kept_until_the_version_changes(client: Client, version: list[str], zones: None) -> None:
    before = client.get("/peta/").content
    factories.permit()
    assert client.get("/peta/").content == before
    version[0] = "2"
    assert client.get("/peta/").content != before


def test_each_address_and_language_has_its_own(client: Client, version: list[str], zones: None) -> None:
    plain = client.get("/peta/").content
    assert client.get("/peta/?q=batik").content != plain
    assert client.get("/peta/", headers={"Accept-Language": "en"}).content == plain  # ADR 0004
    client.post("/bahasa/", {"language": "en"})
    assert b'lang="en"' in client.get("/peta/").content


def test_the_answer_may_be_kept_by_others_as_before(client: Client, version: list[str], zones: None) -> None:
    for _again in range(2):
        response = client.get("/peta/", headers={"Accept-Encoding": "gzip"})
        assert response.headers["Cache-Control"] == "public, max-age=60"
        assert response.headers["Content-Encoding"] == "gzip"
        assert "Cookie" in response.headers["Vary"]


def test_not_for_who_is_signed_in(client: Client, version: list[str], zones: None) -> None:
    client.force_login(User.objects.create_user("contoh"))
    before = client.get("/peta/").content
    factories.permit()
    assert client.get("/peta/").content != before


def test_only_a_large_count_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MANY", 10)
    told = iter([(10, "a"), (11, "b"), (12, "c")])
    assert [keeping.counted("few and then many", lambda: next(told)) for _ in range(3)] == [
        (10, "a"),
        (11, "b"),
        (11, "b"),
    ]
    assert keeping.counted("something else", lambda: (1, "")) == (1, "")
