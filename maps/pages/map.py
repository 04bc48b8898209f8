"""/peta/: the permit map. The list is complete without JavaScript; the map beside it shows the same."""

import json
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from companies.models import Commodity, Source
from geoportal.caching import public_cache
from geoportal.geography.distance import metres
from geoportal.geography.models import Zone, ZoneLevel
from geoportal.ids import is_id
from maps import search
from maps.filters import PAGE_NAMES
from maps.lists import LostCursor, Page
from maps.models import Place
from maps.pages import map_list, map_state
from maps.pages.keeping import kept
from maps.pages.map_entries import Entry, distance_text, entries, with_entry
from maps.pages.map_list import Box
from maps.pages.map_state import Chip, Hint, Options, Sort, State
from permits.status import SHOWN, Status

FAR = 25_000  # metres from the city's label point: whoever is farther wants to know how far the city is
AROUND = 10  # entries that a popup lists


@dataclass(frozen=True)
class Results:
    """What the list, its heading and the map's first view need."""

    state: State
    total: int
    box: Box | None
    page: Page
    entries: list[Entry]
    hints: list[Hint]
    chips: list[Chip]
    city: Zone | None
    perhaps: list[tuple[str, str]]  # words that may have been meant, where nothing answers
    withdrawn: int  # permits that answer but are no longer valid; looked up only where nothing else answers

    @property
    def far(self) -> str:
        """How far a distant reader is from the city, in words; "" for a near one."""
        if not (self.state.filter.near and self.city):
            return ""
        length = metres(self.state.filter.near, (self.city.label_point.x, self.city.label_point.y))
        return distance_text(length) if length > FAR else ""

    @property
    def title(self) -> str:
        n = number_format(self.total, force_grouping=True)
        return ngettext("%(n)s permit", "%(n)s permits", self.total) % {"n": n}

    @property
    def chosen(self) -> int:
        """Filters in effect that the panel of filters holds."""
        return sum(chip.kind != PAGE_NAMES["q"] for chip in self.chips)

    @property
    def radius_text(self) -> str:
        return distance_text(self.state.filter.radius or 0)

    @property
    def box_text(self) -> str:
        return ",".join(f"{side:.5f}" for side in self.box) if self.box else ""

    @property
    def next_href(self) -> str:
        return self.state.query((map_state.CURSOR, self.page.next)) if self.page.next else ""

    @property
    def first_href(self) -> str:
        return self.state.query() if self.state.cursor else ""

    @property
    def all_href(self) -> str:
        return self.state.query()

    @property
    def every_status_href(self) -> str:
        return self.state.query(*(("status", status.value) for status in Status if status not in SHOWN))

    @property
    def sorts(self) -> list[tuple[Sort, str]]:
        """The other orders, with the way to each."""
        return [
            (s, self.state.query((map_state.SORT, s.value))) for s in self.state.sorts if s != self.state.sort
        ]


def results(request: HttpRequest, options: Options, size: int = map_list.SIZE) -> Results:
    state = map_state.read(request.GET)
    sites = map_list.sites(state)
    rows = map_list.permits(state, sites)
    hints = map_state.hints(state, options)
    try:
        page = map_list.page(state, rows, size)
    except LostCursor:
        state = replace(state, cursor="")
        page = map_list.page(state, rows, size)
        hints.append(Hint(_("That page of the list is no longer there, so the list starts anew.")))
    total, box = map_list.measure(state, rows)
    withdrawn, perhaps = 0, []
    if not total:
        perhaps = search.nearest_words(state.filter.q) if state.filter.q else []
        if not state.filter.status:
            every = replace(state, filter=replace(state.filter, status=tuple(Status)))
            withdrawn = map_list.permits(every, map_list.sites(every)).count()
    return Results(
        state=state,
        total=total,
        box=box,
        page=page,
        entries=entries(page.items, options.commodities, near=state.filter.near, shown=sites),
        hints=hints,
        chips=map_state.chips(state, options),
        city=next((zone for zone in options.zones if zone.level == ZoneLevel.CITY), None),
        withdrawn=withdrawn,
        perhaps=[(word, state.query(("q", word), without=[("q", state.filter.q)])) for word in perhaps],
    )


def _map(options: Options) -> dict[str, Any]:
    return {
        "credits": sorted({zone.credit for zone in options.zones if zone.credit}),
        "approximate": any(zone.approximate for zone in options.villages),
        "base_url": settings.BASE_MAP_URL,
        "base_credit": settings.BASE_MAP_CREDIT,
        "box": ",".join(f"{side:.5f}" for side in options.box) if options.box else "",
        "names": json.dumps(
            [
                [zone.name, zone.level, round(zone.label_point.x, 5), round(zone.label_point.y, 5)]
                for zone in options.zones
                if zone.level != ZoneLevel.CITY
            ]
        ),
        "statuses": [(status.value, status.label) for status in Status],
    }


@login_not_required
@require_safe
@public_cache
@kept
@gzip_page
def map_page(request: HttpRequest) -> HttpResponse:
    options = Options.load()
    context = {
        "results": results(request, options),
        "options": options,
        "statuses": [(status.value, status.label) for status in Status],
        "sources": [(source.value, source.label) for source in Source],
        "map": _map(options),
    }
    return render(request, "maps/map.html", context)


@login_not_required
@require_safe
@public_cache
@gzip_page
def map_results(request: HttpRequest) -> HttpResponse:
    """The list of /peta/ alone, for the page's script."""
    response = render(request, "maps/map_results.html", {"results": results(request, Options.load())})
    response["X-Robots-Tag"] = "noindex"
    return response


@login_not_required
@require_safe
@public_cache
@gzip_page
def map_around(request: HttpRequest) -> HttpResponse:
    """What stands at one point (di) or near one (dekat, radius): what the map opens where it is tapped."""
    response = render(request, "maps/map_around.html", {"results": results(request, Options.load(), AROUND)})
    response["X-Robots-Tag"] = "noindex"
    return response


@login_not_required
@require_safe
@public_cache
@gzip_page
def map_card(request: HttpRequest, public_id: str) -> HttpResponse:
    """One permit, for a popup: who, what, status, Validasi, Petunjuk arah."""
    public_id = public_id.upper()
    rows = with_entry(Place.objects.with_status().permits().filter(public_id=public_id))
    place = rows.first() if is_id(public_id, 12) else None
    if place is None:
        raise Http404
    (entry,) = entries([place], Commodity.objects.filter(pk__in=place.commodities))
    response = render(request, "maps/map_card.html", {"entry": entry})
    response["X-Robots-Tag"] = "noindex"
    return response
