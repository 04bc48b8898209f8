"""System checks geoportal.E001 …: what is misconfigured is said at start, not at the first request."""

from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution
from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host

from geoportal.fields import key_ring
from geoportal.limits import proxies
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


@register()
def trusted_proxies(**_: Any) -> list[CheckMessage]:
    try:
        known = proxies(tuple(settings.TRUSTED_PROXIES))
    except ValueError as error:
        hint = "Write addresses or networks, separated by commas: 127.0.0.1,10.0.0.0/24"
        return [Error(f"TRUSTED_PROXIES: {error}.", hint=hint, id="geoportal.E004")]
    found: list[CheckMessage] = []
    if settings.HTTPS and not known:
        found.append(
            Error(
                "HTTPS is on, but no proxy is trusted: every request would be sent to https for ever.",
                hint="Name the proxy that ends TLS in TRUSTED_PROXIES (docs/operating.id.md).",
                id="geoportal.E005",
            )
        )
    if any(one.prefixlen == 0 for one in known):
        found.append(
            Error(
                "TRUSTED_PROXIES trusts everybody: a client could choose its address; no limit would hold.",
                hint="Name only the addresses of your own proxies.",
                id="geoportal.E006",
            )
        )
    return found


@register(deploy=True)
def address(**_: Any) -> list[CheckMessage]:
    """Where the office says the site lives: QR codes and mails carry it, and readers compare it."""
    hint = "For example SITE_URL=https://izin.kota.example"
    if not settings.SITE_URL.startswith("https://"):
        return [Caution("SITE_URL is no https address.", hint=hint, id="geoportal.W001")]
    host = settings.SITE_URL.partition("://")[2].partition(":")[0]
    if not validate_host(host, settings.ALLOWED_HOSTS):
        return [Caution(f"ALLOWED_HOSTS does not name {host}.", hint=hint, id="geoportal.W002")]
    if "*" in settings.ALLOWED_HOSTS:
        return [Caution("ALLOWED_HOSTS lets every name pass.", hint="Name the hosts.", id="geoportal.W003")]
    return []
