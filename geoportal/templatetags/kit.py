"""Template tags of the kit; docs/kit.md says how a page is put together."""

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.template import Context, Engine
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from geoportal.masking import mask_within
from geoportal.public import PUBLIC_ROUTES

register = template.Library()
register.filter("masked", mask_within)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


STATUSES = _names("in_force ending expired suspended revoked replaced registered")
QUALITIES = _names("surveyed building street village unknown")
INTERFACE = _names(
    "search map list route shield check building chart doc share phone close locate filter menu arrow mail "
    "globe clock pin download info warn user plus external"
)
COMMODITIES = _names(
    "batik fabric sewing fish shrimp bread coffee noodle rice tea leaf hammer brick car motorcycle printer "
    "book tooth pill stethoscope eye scissors shop box"
)
#: Every symbol of icons.svg.
ICONS = INTERFACE | COMMODITIES | {f"s-{s}" for s in STATUSES} | {f"q-{q}" for q in QUALITIES}


@dataclass(frozen=True)
class Link:
    href: str
    label: str | Promise  # in the header, where room is short
    title: str | Promise  # on the home page
    about: str | Promise
    icon: str
    #: "page" on the page itself, "true" below it, "" elsewhere: the value of aria-current.
    current: str = ""


#: The five tasks of the header, in the order of the home page. Their addresses are a contract.
TASKS = (
    Link(
        "/peta/",
        _("Map"),
        _("Search the map"),
        _("Every permit in force has its place on the map, with directions to it."),
        "map",
    ),
    Link(
        "/perusahaan/",
        _("Businesses"),
        _("Business directory"),
        _("Companies, workshops, stalls and practices by name, product or village."),
        "building",
    ),
    Link(
        "/validasi/",
        _("Check a permit"),
        _("Check whether a permit is genuine"),
        _("By number, by code, or by the QR code on the letter."),
        "shield",
    ),
    Link(
        "/layanan/",
        _("Permit types"),
        _("Permit types and requirements"),
        _("What to bring, how many days it takes, what it costs."),
        "doc",
    ),
    Link(
        "/statistik/",
        _("Statistics"),
        _("Statistics"),
        _("Permits by village and by type, open for everyone."),
        "chart",
    ),
)


MY_APPLICATIONS = Link("/permohonan/", _("My applications"), "", "", "doc")
WORK_ROOM = Link("/petugas/", _("Work room"), "", "", "user")

#: What else the footer leads to.
OTHERS = (
    ("/data/", _("Open data")),
    ("/api/docs/", _("For programmers (API)")),
    ("/masuk/", _("Sign in")),
)


@register.simple_tag
def others() -> tuple[tuple[str, str | Promise], ...]:
    return OTHERS


@cache
def _sheet() -> SafeString:
    drawings = (Path(__file__).parents[1] / "static/geoportal/icons.svg").read_text("utf-8")
    within = drawings.partition(">")[2].replace('id="', 'id="i-').replace("\n", "")
    return mark_safe('<svg hidden aria-hidden="true">' + re.sub("<!--.*?-->", "", within))  # noqa: S308  our own file


@register.simple_tag
def sprites() -> SafeString:
    """All symbols, once a page: a file of their own would be asked for anew by each `use` of a long list."""
    return _sheet()


@register.simple_tag
def sprite(name: str) -> str:
    """Address of one symbol, for `<use href>`; an unknown name (commodities are data) draws a box."""
    return f"#i-{name if name in ICONS else 'box'}"


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """A decorative icon: hidden from screen readers, so that its word must stand beside it."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}"/></svg>',
        " large" if size == "large" else "",
        sprite(name),
    )


@dataclass(frozen=True)
class Tone:
    """How a message sounds: `kind` colours it, `role` says whether a screen reader interrupts."""

    kind: str
    icon: str
    role: str = "status"


GOOD, WARN = Tone("good", "check"), Tone("warn", "warn")
BAD, INFO = Tone("bad", "warn", "alert"), Tone("info", "info")
TONES = {"good": GOOD, "warn": WARN, "bad": BAD, "success": GOOD, "warning": WARN, "error": BAD}


@register.simple_tag
def tone(kind: str) -> Tone:
    """Of a kit kind or of a level tag of Django's messages."""
    return TONES.get(kind, INFO)


@register.simple_tag(takes_context=True)
def tasks(context: Context) -> list[Link]:
    """The links of the header. Works without a request, as on an error page."""
    path: str = getattr(context.get("request"), "path", "")
    return [
        replace(t, current="page" if path == t.href else "true" if path.startswith(t.href) else "")
        for t in TASKS
    ]


@register.simple_tag(takes_context=True)
def own_pages(context: Context) -> Link | None:
    """Where the reader's own work is. None on public pages: they are cached, and the same for everybody."""
    request = context.get("request")
    match, user = getattr(request, "resolver_match", None), getattr(request, "user", None)
    if request is None or match is None or match.route in PUBLIC_ROUTES or user is None:
        return None
    if not user.is_authenticated:
        return None
    found = WORK_ROOM if user.works_here else MY_APPLICATIONS
    here = "page" if request.path == found.href else "true" if request.path.startswith(found.href) else ""
    return replace(found, current=here)


_chrome: dict[tuple[object, ...], SafeString] = {}
_HERE = "\ue000"  # a character of nobody, in the place of the reader's address


@register.simple_tag(takes_context=True)
def chrome(context: Context, name: str) -> SafeString:
    """A part of every page; on public ones the same for all readers of a language, drawn once a process."""
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    drawn = Engine.get_default().get_template(name)
    if request is None or match is None or match.route not in PUBLIC_ROUTES or settings.DEBUG:
        return drawn.render(context)
    current = tuple(link.current for link in tasks(context))
    key = (name, get_language(), current, *(context.get("office") or {}).values())
    if key not in _chrome:
        with context.push(here=_HERE):
            _chrome[key] = drawn.render(context)
    return mark_safe(_chrome[key].replace(_HERE, escape(request.get_full_path())))  # noqa: S308  ours, escaped


@register.simple_tag
def chip(commodity: Any, provenance: str = "") -> SafeString:
    """kit/commodity.html without a link: commodities are few, and many pages name them."""
    likely = provenance == "kbli_broad"
    return _chip(get_language(), str(local(commodity)), commodity.icon, commodity.colour, likely)


@lru_cache(maxsize=2000)
def _chip(_language: str, name: str, icon_name: str, colour: str, likely: bool) -> SafeString:
    shown = {"name": name, "icon": icon_name, "colour": colour}
    drawn = Engine.get_default().get_template("kit/commodity.html")
    context = {"commodity": shown, "provenance": "kbli_broad" if likely else ""}
    return drawn.render(Context(context))


@register.filter
def local(thing: Any) -> str:
    """The name of a commodity or permit type (model or dict) in the reader's language, else in Indonesian."""
    get = thing.get if isinstance(thing, dict) else partial(getattr, thing)
    english = get_language() == "en" and get("name_en", "")
    return str(english or get("name", ""))


@register.filter
def number(value: Any) -> str:
    """A whole number with the language's thousands mark: 4.204 in Indonesian."""
    return "" if value is None or value == "" else number_format(value, use_l10n=True, force_grouping=True)
