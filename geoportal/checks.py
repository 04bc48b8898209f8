"""System checks geoportal.E001 …: what is misconfigured is said at start, not at the first request."""

from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from geoportal.fields import key_ring
from geoportal.plugins import plugin


@register()
def field_keys(**_: Any) -> list[CheckMessage]:
    try:
        key_ring(tuple(settings.FIELD_KEYS))
    except ImproperlyConfigured as error:
        return [Error(str(error), hint="bin/setup writes a key into .local/env.", id="geoportal.E001")]
    return []


@register()
def plugins(**_: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for slot in settings.PLUGINS:
        try:
            plugin(slot)
        except ImproperlyConfigured as error:
            found.append(Error(str(error), hint=f"See {slot} in .env.example.", id="geoportal.E002"))
    return found


@register()
def driver(**_: Any) -> list[CheckMessage]:
    if find_spec("psycopg") is None:
        return []
    return [
        Error(
            "psycopg 3 is installed, so Django would silently use it instead of psycopg2.",
            hint="Uninstall psycopg, or the package that brought it.",
            id="geoportal.E003",
        )
    ]
