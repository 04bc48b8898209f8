"""WSGI entry point: granian serves `geoportal.wsgi:application`."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geoportal.settings")

_site = get_wsgi_application()
_OF_THE_REQUEST = (
    "HTTP_",
    "REQUEST_",
    "REMOTE_",
    "SERVER_",
    "CONTENT_",
    "PATH_",
    "QUERY_",
    "SCRIPT_",
    "wsgi.",
)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Without the environment of the process, which granian mixes in and a report of a request would tell."""
    asked = {name: value for name, value in environ.items() if name.startswith(_OF_THE_REQUEST)}
    return _site(asked, start_response)
