"""A tracking service that answers GET <url>?<parameter>=<tracking number> with a JSON object."""

import urllib.parse
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from permits import remote
from permits.post import PostUnavailable, Report, Whereabouts


class HttpPost:
    """Asks `url`.

    token       sent as "Authorization: Bearer …"
    parameter   name of the parameter that carries the tracking number
    field       name of the field that holds the status; "note" is kept as the post's own words
    words       the service's own words for on_the_way, delivered and returned: {"DELIVERED": "delivered"}
    timeout     seconds to wait
    """

    configured = True

    def __init__(
        self,
        *,
        url: str,
        token: str = "",
        parameter: str = "resi",
        field: str = "status",
        words: Mapping[str, str] | None = None,
        timeout: float = 10.0,
    ) -> None:
        if urllib.parse.urlsplit(url).scheme not in ("http", "https"):
            raise ImproperlyConfigured("HttpPost: url must be an http or https address")
        unknown = sorted(set((words or {}).values()) - set(Whereabouts))
        if unknown:
            raise ImproperlyConfigured(f"HttpPost: words: {', '.join(unknown)} is none of ours")
        self._url, self._token, self._timeout = url, token, timeout
        self._parameter, self._field = parameter, field
        self._words = {str(where): str(where) for where in Whereabouts} | dict(words or {})

    def status(self, tracking_number: str) -> Report:
        join = "&" if "?" in self._url else "?"
        query = urllib.parse.urlencode({self._parameter: tracking_number})
        url = f"{self._url}{join}{query}"
        try:
            told = remote.ask(url, who="the post", token=self._token, timeout=self._timeout)
        except remote.NoAnswer as error:
            if error.status == 404:
                return Report(Whereabouts.UNKNOWN)
            raise PostUnavailable(str(error)) from error
        return self._read(told)

    def _read(self, told: Any) -> Report:
        if not isinstance(told, dict):
            raise PostUnavailable("the post's answer is no JSON object")
        where = self._words.get(str(told.get(self._field, "")), Whereabouts.UNKNOWN)
        return Report(Whereabouts(where), str(told.get("note", ""))[:200])
