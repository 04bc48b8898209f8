"""/perusahaan/<slug>/: what the public may know about one holder of permits."""

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.gis.geos import Point
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from companies.models import PERSONS, Commodity
from geoportal.caching import public_cache
from geoportal.geography import directions
from geoportal.geography.models import Zone
from geoportal.geography.quality import DRAWN_EXACT, Quality
from maps.models import MovedCompany, Place, PublicCompany
from maps.pages.drawing import draw
from maps.pages.map_entries import Entry, Seen, entries, lonlat
from permits.models import LocationKind
from permits.status import SHOWN

MOST = 100  # permits on the page; the map lists the rest
_NO_MARKUP = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@dataclass(frozen=True)
class Whereabouts:
    """Where a holder is, as far as it is public: its own place, else where its permits are."""

    lonlat: tuple[float, float] | None
    quality: str
    address: str
    village: Zone | None
    withheld: bool

    @property
    def exact(self) -> bool:
        return self.quality in DRAWN_EXACT


@login_not_required
@require_safe
@public_cache
def company(request: HttpRequest, slug: str) -> HttpResponse:
    holder = PublicCompany.objects.select_related("village__parent").filter(slug=slug).first()
    if holder is None:
        moved = get_object_or_404(MovedCompany, slug=slug)
        return HttpResponsePermanentRedirect(reverse("company", args=[moved.moved_to]))
    places = list(
        Place.objects.permits()
        .with_status()
        .filter(company_id=holder.pk)
        .select_related("type", "village__parent")
        .defer("village__area", "village__parent__area")
        .order_by("-issued_on", "number")[: MOST + 1]
    )
    shown = sorted(places[:MOST], key=lambda place: place.status not in SHOWN)
    known = Commodity.objects.in_bulk({pk for place in shown for pk in place.commodities})
    rows = entries(shown, known.values())
    where = whereabouts(holder, shown)
    url = _canonical(request, holder)
    return render(
        request,
        "maps/company.html",
        {
            "company": holder,
            "person": holder.legal_form in PERSONS,
            "where": where,
            "quality_label": Quality(where.quality).label,
            "directions": None
            if where.withheld or not where.lonlat
            else directions.links(*where.lonlat, holder.name),
            "drawing": draw(where.village, _point(where)) if where.village else None,
            "commodities": together(rows),
            "permits": rows,
            "more": len(places) > MOST,
            "heading": ngettext("%(n)d permit", "%(n)d permits", len(rows)) % {"n": len(rows)},
            "map_href": f"/peta/?perusahaan={holder.slug}",
            "url": url,
            "json_ld": json_ld(about(holder, where, url)),
            "trail": [(_("Home"), "/"), (_("Businesses"), reverse("companies")), (holder.name, "")],
        },
    )


def whereabouts(holder: PublicCompany, places: list[Place]) -> Whereabouts:
    """Its own place; where that is unknown, the place of a permit that is not a signboard."""
    if holder.point is not None or holder.village is not None:
        spot = (holder.point.x, holder.point.y) if holder.point is not None else None
        return Whereabouts(spot, holder.quality, holder.address, holder.village, holder.withheld)
    rooms = [p for p in places if p.type.location_kind not in (LocationKind.SIGNBOARD, LocationKind.PARCEL)]
    best = min(rooms, key=lambda p: (p.point is None, p.withheld), default=None)
    if best is None:
        return Whereabouts(None, Quality.UNKNOWN, holder.address, None, holder.withheld)
    return Whereabouts(
        lonlat(best), best.quality, holder.address or best.address, best.village, best.withheld
    )


def together(rows: list[Entry]) -> list[Seen]:
    """The commodities of all permits; "mungkin" only where no permit is sure."""
    best: dict[int, Seen] = {}
    for seen in (one for row in rows for one in row.commodities):
        if seen.commodity.pk not in best or not seen.provenance:
            best[seen.commodity.pk] = seen
    return sorted(best.values(), key=lambda seen: (bool(seen.provenance), seen.commodity.ordinal))


def about(holder: PublicCompany, where: Whereabouts, url: str) -> dict[str, Any]:
    """What the page shows, for search engines (schema.org LocalBusiness); nothing that it withholds."""
    address = {
        "@type": "PostalAddress",
        "streetAddress": where.address,
        "addressLocality": where.village.name if where.village else "",
        "addressRegion": settings.OFFICE_CITY,
        "postalCode": where.village.postal_code if where.village else "",
        "addressCountry": "ID",
    }
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "LocalBusiness",
        "@id": url,
        "url": holder.website or url,
        "name": holder.name,
        "address": {key: value for key, value in address.items() if value},
        "telephone": holder.phone,
        "email": holder.email,
    }
    if where.lonlat and where.exact and not where.withheld:
        lon, lat = where.lonlat
        found["geo"] = {"@type": "GeoCoordinates", "latitude": round(lat, 6), "longitude": round(lon, 6)}
    return {key: value for key, value in found.items() if value}


def json_ld(data: dict[str, Any]) -> SafeString:
    """A data block that no value can end: escaped as Django's json_script does, whose type is fixed."""
    text = json.dumps(data, ensure_ascii=False).translate(_NO_MARKUP)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308  escaped above


def _point(where: Whereabouts) -> Point | None:
    return Point(*where.lonlat, srid=4326) if where.lonlat and not where.withheld else None


def _canonical(request: HttpRequest, holder: PublicCompany) -> str:
    path = reverse("company", args=[holder.slug])
    return f"{settings.SITE_URL}{path}" if settings.SITE_URL else request.build_absolute_uri(path)
