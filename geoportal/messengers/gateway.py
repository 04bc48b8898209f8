"""A gateway for WhatsApp or SMS that takes one message as a JSON POST."""

import http.client
import json
import ssl
from typing import Final
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from geoportal.messengers import GatewayUnavailable, MessageRefused, OutcomeUnknown

_BUSY: Final = {429, 502, 503}  # answers that say: not taken


class HttpGateway:
    """Posts {"to", "text", "id"} to `url`.

    token        sent as "Authorization: Bearer …"
    to, text     names of the two fields, where the gateway has others
    timeout      seconds to wait for an answer
    """

    configured = True

    def __init__(
        self, *, url: str, token: str = "", to: str = "to", text: str = "text", timeout: float = 10.0
    ) -> None:
        self._url = urlsplit(url)
        if self._url.scheme not in ("http", "https") or not self._url.hostname:
            raise ImproperlyConfigured("HttpGateway: url must be an http or https address")
        self._token, self._names, self._timeout = token, (to, text), timeout

    def send(self, *, to: str, text: str, key: str) -> None:
        body = json.dumps({self._names[0]: to, self._names[1]: text, "id": key})
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        connection = self._connection()
        try:
            try:
                connection.connect()
            except OSError as error:
                raise GatewayUnavailable(f"no connection: {type(error).__name__}") from error
            try:
                target = f"{self._url.path or '/'}{f'?{self._url.query}' if self._url.query else ''}"
                connection.request("POST", target, body=body, headers=headers)
                status = connection.getresponse().status
            except (OSError, http.client.HTTPException) as error:
                raise OutcomeUnknown(f"no answer: {type(error).__name__}") from error
        finally:
            connection.close()
        if status in _BUSY:
            raise GatewayUnavailable(f"the gateway answered {status}")
        if 400 <= status < 500:
            raise MessageRefused(f"the gateway answered {status}")
        if not 200 <= status < 300:
            raise OutcomeUnknown(f"the gateway answered {status}")

    def _connection(self) -> http.client.HTTPConnection:
        host, port = str(self._url.hostname), self._url.port
        if self._url.scheme == "https":
            secure = ssl.create_default_context()
            return http.client.HTTPSConnection(host, port, timeout=self._timeout, context=secure)
        return http.client.HTTPConnection(host, port, timeout=self._timeout)
