"""The SCANNER slot: a virus scanner that sees each upload before it is decoded."""

import socket
import struct
from typing import Final, Protocol

CHUNK: Final = 1 << 16


class ScannerDown(Exception):
    """The scanner is configured and gives no answer: nothing is taken until it does."""


class Scanner(Protocol):
    configured: bool

    def scan(self, data: bytes) -> str:
        """ "" for clean, else the name of what was found. Raises ScannerDown."""


class NoScanner:
    """The default: nothing is scanned. Files are still decoded and drawn anew."""

    configured = False

    def scan(self, data: bytes) -> str:
        return ""


class Clamd:
    """ClamAV's daemon, by INSTREAM. `address` is a socket's path or "host:port"."""

    configured = True

    def __init__(self, address: str = "/run/clamav/clamd.ctl", seconds: float = 20) -> None:
        self.address, self.seconds = address, seconds

    def scan(self, data: bytes) -> str:
        try:
            with self._connect() as connection:
                connection.sendall(b"zINSTREAM\0")
                for start in range(0, len(data), CHUNK):
                    part = data[start : start + CHUNK]
                    connection.sendall(struct.pack("!L", len(part)) + part)
                connection.sendall(struct.pack("!L", 0))
                answer = self._answer(connection)
        except OSError as error:
            raise ScannerDown(str(error)) from error
        if answer == "stream: OK":
            return ""
        if answer.startswith("stream: ") and answer.endswith(" FOUND"):
            return answer.removeprefix("stream: ").removesuffix(" FOUND")
        raise ScannerDown(answer[:200] or "no answer")

    def _connect(self) -> socket.socket:
        if self.address.startswith("/"):
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(self.seconds)
            try:
                connection.connect(self.address)
            except OSError:
                connection.close()
                raise
            return connection
        host, _, port = self.address.rpartition(":")
        if not port.isdecimal():
            raise OSError(f"{self.address!r} is neither a path nor host:port")
        return socket.create_connection((host, int(port)), self.seconds)

    @staticmethod
    def _answer(connection: socket.socket) -> str:
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < 4096:
            part = connection.recv(4096)
            if not part:
                break
            answer += part
        if not answer.endswith(b"\0"):
            return ""
        return answer.rstrip(b"\0").decode("utf-8", "replace").strip()
