"""The SCANNER slot: what every adapter promises, ClamAV's against a fake that speaks its protocol."""

import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.base import ContentFile

from geoportal.intake.scanning import Clamd, NoScanner, Scanner, ScannerDown
from geoportal.plugins import plugin
from permits import uploads
from permits.models import Upload
from permits.refusals import Refused
from tests.permits.uploading.files import picture

# the harmless test file of the scanner makers, in two halves so that no scanner stops at this one
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class FakeClamd(socketserver.BaseRequestHandler):
    answer: bytes | None = None  # instead of a verdict

    def handle(self) -> None:
        if self._take(10) != b"zINSTREAM\0":
            self.request.sendall(b"UNKNOWN COMMAND\0")
            return
        data = b""
        while size := struct.unpack("!L", self._take(4))[0]:
            data += self._take(size)
        verdict = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in data else b"stream: OK\0"
        self.request.sendall(verdict if self.answer is None else self.answer)

    def _take(self, size: int) -> bytes:
        data = b""
        while len(data) < size and (part := self.request.recv(size - len(data))):
            data += part
        return data


@contextmanager
def clamd(answer: bytes | None = None) -> Iterator[Clamd]:
    handler: Any = type("Handler", (FakeClamd,), {"answer": answer})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield Clamd(f"127.0.0.1:{server.server_address[1]}", seconds=5)
        server.shutdown()


@pytest.fixture(params=["none", "clamd"])
def scanner(request: pytest.FixtureRequest) -> Iterator[Scanner]:
    if request.param == "none":
        yield NoScanner()
    else:
        with clamd() as found:
            yield found


@pytest.mark.parametrize("data", [b"", b"x", picture(), bytes(200_000)])
def test_clean_is_an_empty_text(scanner: Scanner, data: bytes) -> None:
    assert scanner.scan(data) == ""


def test_what_is_found_is_named_by_one_that_is_configured(scanner: Scanner) -> None:
    assert bool(scanner.scan(bytes(100_000) + EICAR)) is scanner.configured


@pytest.mark.parametrize(
    "answer", [b"", b"stream: OK", b"INSTREAM size limit exceeded. ERROR\0", b"\xff\0", b"OK\0"]
)
def test_no_clear_answer_is_no_answer(answer: bytes) -> None:
    with clamd(answer) as scanner, pytest.raises(ScannerDown):
        scanner.scan(b"x")


@pytest.mark.parametrize("address", ["/nowhere/clamd.ctl", "nowhere", "127.0.0.1:x"])
def test_a_scanner_that_is_not_there_is_down(address: str) -> None:
    with pytest.raises(ScannerDown):
        Clamd(address).scan(b"x")


def test_a_scanner_that_nobody_serves_is_down() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound and not listening
        with pytest.raises(ScannerDown):
            Clamd(f"127.0.0.1:{held.getsockname()[1]}").scan(b"x")


def test_none_is_configured_unless_the_settings_say_so(settings: LazySettings) -> None:
    assert settings.PLUGINS["SCANNER"]["BACKEND"].endswith("NoScanner")


@pytest.mark.django_db
def test_an_upload_fails_closed(settings: LazySettings) -> None:
    with clamd() as found:
        for address, data in (("127.0.0.1:1", picture()), (found.address, picture() + EICAR)):
            settings.PLUGINS = {
                "SCANNER": {"BACKEND": "geoportal.intake.scanning.Clamd", "OPTIONS": {"address": address}}
            }
            plugin.cache_clear()
            with pytest.raises(Refused):
                uploads.receive(ContentFile(data), by=None, name="a.jpg")
    plugin.cache_clear()
    assert not Upload.objects.exists()
