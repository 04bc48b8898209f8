"""What every adapter of the MESSENGER slot promises, and what the gateway's does besides."""

import socket
from collections.abc import Iterator

import pytest
from django.core.exceptions import ImproperlyConfigured

from geoportal.messengers import GatewayUnavailable, MessageRefused, Messenger, OutcomeUnknown
from geoportal.messengers.gateway import HttpGateway
from geoportal.messengers.nothing import NoMessenger
from tests.contracts.gateway_server import Server, running

TO, TEXT = "+6280000000001", "Permohonan Uji perlu perbaikan.\nBuka: https://izin.example/x"


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as made:
        yield made


@pytest.fixture(params=["nothing", "gateway"])
def adapter(request: pytest.FixtureRequest, server: Server) -> Messenger:
    return NoMessenger() if request.param == "nothing" else HttpGateway(url=server.url)


def test_a_message_is_taken_or_refused_in_words(adapter: Messenger, server: Server) -> None:
    if adapter.configured:
        adapter.send(to=TO, text=TEXT, key="k1")
        assert server.taken == {"k1": {"to": TO, "text": TEXT, "id": "k1"}}
    else:
        with pytest.raises(MessageRefused, match="MESSENGER"):
            adapter.send(to=TO, text=TEXT, key="k1")


def test_a_second_try_has_the_same_name(adapter: Messenger, server: Server) -> None:
    if not adapter.configured:
        pytest.skip("takes nothing")
    adapter.send(to=TO, text=TEXT, key="k1")
    adapter.send(to=TO, text=TEXT, key="k1")
    assert (server.asked, len(server.taken)) == (2, 1)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, MessageRefused),
        (404, MessageRefused),
        (429, GatewayUnavailable),
        (503, GatewayUnavailable),
        (500, OutcomeUnknown),
        (302, OutcomeUnknown),
    ],
)
def test_what_the_gateway_answers_decides(server: Server, status: int, error: type[Exception]) -> None:
    server.status = status
    with pytest.raises(error, match=str(status)):
        HttpGateway(url=server.url).send(to=TO, text=TEXT, key="k")


def test_no_answer_is_no_licence_to_repeat(server: Server) -> None:
    server.hangs_up = True
    with pytest.raises(OutcomeUnknown):
        HttpGateway(url=server.url).send(to=TO, text=TEXT, key="k")


def test_nobody_there_is_tried_later() -> None:
    with socket.socket() as taken:  # bound, so that nobody else can listen there, and listening to nothing
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(GatewayUnavailable):
            HttpGateway(url=f"http://127.0.0.1:{taken.getsockname()[1]}/").send(to=TO, text=TEXT, key="k")


def test_the_token_is_shown(server: Server) -> None:
    server.token = "rahasia-uji"
    HttpGateway(url=server.url, token="rahasia-uji").send(to=TO, text=TEXT, key="k")
    assert "k" in server.taken
    with pytest.raises(MessageRefused):
        HttpGateway(url=server.url).send(to=TO, text=TEXT, key="l")


def test_a_gateway_needs_an_address() -> None:
    with pytest.raises(ImproperlyConfigured):
        HttpGateway(url="gateway.example")
