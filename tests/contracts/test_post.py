"""What every adapter of the POST slot promises, and what the one over HTTP does besides."""

from collections.abc import Iterator

import pytest
from django.core.exceptions import ImproperlyConfigured

from permits.post import Post, PostUnavailable, Whereabouts
from permits.post.http import HttpPost
from permits.post.nothing import NoPost
from tests.contracts.post_server import Server, running


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as made:
        yield made


@pytest.fixture(params=["nothing", "http"])
def adapter(request: pytest.FixtureRequest, server: Server) -> Post:
    return NoPost() if request.param == "nothing" else HttpPost(url=server.url)


def test_a_number_that_nobody_knows_is_unknown_and_no_error(adapter: Post) -> None:
    assert adapter.status("UJI00000000").where == Whereabouts.UNKNOWN


@pytest.mark.parametrize("where", list(Whereabouts))
def test_what_the_post_says_is_told_only_by_who_asks_it(
    adapter: Post, server: Server, where: Whereabouts
) -> None:
    server.known["UJI00000001"] = {"status": str(where), "note": "Kantor Pos Uji"}
    report = adapter.status("UJI00000001")
    assert report.where == (where if adapter.configured else Whereabouts.UNKNOWN)
    assert report.note == ("Kantor Pos Uji" if adapter.configured else "")


@pytest.mark.parametrize("status", [400, 401, 429, 500, 503])
def test_a_post_that_is_down_is_asked_later(server: Server, status: int) -> None:
    server.status = status
    with pytest.raises(PostUnavailable, match=str(status)):
        HttpPost(url=server.url).status("UJI00000001")


@pytest.mark.parametrize("body", [b"<html>", b"[1]", b'"delivered"', b"\xff\xfe"])
def test_an_answer_that_cannot_be_read_is_no_status(server: Server, body: bytes) -> None:
    server.status, server.body = 200, body
    with pytest.raises(PostUnavailable):
        HttpPost(url=server.url).status("UJI00000001")


def test_no_answer_and_nobody_there(server: Server) -> None:
    server.hangs_up = True
    with pytest.raises(PostUnavailable):
        HttpPost(url=server.url).status("UJI00000001")
    url = server.url
    server.server_close()
    with pytest.raises(PostUnavailable):
        HttpPost(url=url).status("UJI00000001")


def test_the_posts_own_words_and_the_token(server: Server) -> None:
    server.token = "rahasia-uji"
    server.known["UJI00000001"] = {"status": "DITERIMA"}
    asked = HttpPost(url=server.url, token="rahasia-uji", words={"DITERIMA": "delivered"})
    assert asked.status("UJI00000001").where == Whereabouts.DELIVERED
    with pytest.raises(PostUnavailable, match="401"):
        HttpPost(url=server.url).status("UJI00000001")


@pytest.mark.parametrize(
    "options", [{"url": "post.example"}, {"url": "https://post.example", "words": {"A": "b"}}]
)
def test_what_cannot_work_is_said_at_start(options: dict[str, object]) -> None:
    with pytest.raises(ImproperlyConfigured):
        HttpPost(**options)  # type: ignore[arg-type]
