"""JSON from a service over HTTP: asked once, read with a bound."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any, Final

_MOST: Final = 100_000  # bytes of an answer


class NoAnswer(Exception):
    """`status`: what the service answered; None where nothing came that can be read."""

    def __init__(self, text: str, status: int | None = None) -> None:
        super().__init__(text)
        self.status = status


def ask(
    url: str,
    *,
    who: str,
    token: str,
    timeout: float,
    body: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Any:
    """What `url` (http or https, which is the caller's to check) answers. Raises NoAnswer about `who`.

    `token` is sent as "Authorization: Bearer …"; with a `body` it is a POST, `timeout` is in seconds.
    """
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers=dict(headers or {}))  # noqa: S310 - see above
    request.add_header("Accept", "application/json")
    if data is not None:
        request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310
            return json.loads(answer.read(_MOST))
    except urllib.error.HTTPError as error:
        error.close()
        raise NoAnswer(f"{who} answered {error.code}", error.code) from error
    except (OSError, HTTPException, ValueError) as error:
        raise NoAnswer(f"no answer that can be read: {type(error).__name__}") from error
