"""/layanan/: the permit types, what they need, and how to apply."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from geoportal.caching import public_cache
from maps.models import Place
from maps.pages.requirements import calculator, definition_in_use, needs
from maps.pages.validate import OSS_URL
from permits.finding import find
from permits.models import Channel, Fee, Need, PermitType, Stage

MAX_TEXT = 200


@login_not_required
@require_safe
@public_cache
def services(request: HttpRequest) -> HttpResponse:
    """All types, by sector; ?q= and ?bidang= narrow them. At most 99 rows: read whole, searched here."""
    query = " ".join(request.GET.get("q", "")[:MAX_TEXT].split())
    every = list(PermitType.objects.order_by("sector", "name"))
    sectors = sorted({kind.sector for kind in every})
    wanted = request.GET.get("bidang", "")
    sector = next((s for s in sectors if slugify(s) == slugify(wanted)), "")
    rows = [kind for kind in every if not sector or kind.sector == sector]
    rows = find(query, rows)
    ours = {kind.sector for kind in rows if kind.official}  # the city's own types come before examples
    order = {kind.pk: n for n, kind in enumerate(rows)} if query else {}  # the best fit stays on top …
    first: dict[str, int] = {}
    for kind in rows if query else ():
        first.setdefault(kind.sector, order[kind.pk])  # … and its sector with it
    rows.sort(
        key=lambda kind: (
            first.get(kind.sector, 0), kind.sector not in ours, kind.sector,
            order.get(kind.pk, 0), not kind.official, kind.name,
        )
    )  # fmt: skip
    groups = [
        (name, [_line(kind) for kind in kinds]) for name, kinds in groupby(rows, lambda kind: kind.sector)
    ]
    return render(
        request,
        "maps/services.html",
        {
            "q": query,
            "sector": sector,
            "sectors": [(slugify(s), s) for s in sectors],
            "unknown_sector": wanted[:80] if wanted and not sector else "",
            "groups": groups,
            "heading": ngettext("%(n)d permit type", "%(n)d permit types", len(rows)) % {"n": len(rows)},
            "examples": any(not kind.official for kind in rows),
            "trail": [(_("Home"), "/"), (_("Permit types"), "")],
        },
    )


@login_not_required
@require_safe
@public_cache
def service(request: HttpRequest, code: str) -> HttpResponse:
    kind = get_object_or_404(PermitType, code__iexact=code[:30].replace("\x00", ""))
    if kind.code != code:
        return HttpResponseRedirect(reverse("service", args=[kind.code]))
    definition = definition_in_use(kind)
    shown = Place.objects.permits().having_status().filter(type=kind).count()
    return render(
        request,
        "maps/service.html",
        {
            "kind": kind,
            "online": PermitType.objects.online().filter(pk=kind.pk).exists(),
            "facts": facts(kind),
            "needs": needs(kind, definition),
            "procedure": definition.procedure if definition else (),
            "calculator": calculator(definition, request.GET),
            "shown": shown,
            "Channel": Channel,
            "oss_url": OSS_URL,
            "source_date": _date(kind.source_date),
            "map_href": f"/peta/?jenis={kind.code}",
            "trail": [(_("Home"), "/"), (_("Permit types"), reverse("services")), (kind.name, "")],
        },
    )


def _date(text: str) -> str:
    """Dates of sources are text: mostly ISO, sometimes only a year."""
    try:
        return date_format(date.fromisoformat(text), "j F Y")
    except ValueError:
        return text


@dataclass(frozen=True)
class Line:
    kind: PermitType
    text: str


def _line(kind: PermitType) -> Line:
    parts = [days(kind), fee(kind), str(kind.get_channel_display())]
    if kind.stage != Stage.ACTIVE:
        parts = [str(kind.get_stage_display())]
    return Line(kind, " · ".join(parts))


def days(kind: PermitType) -> str:
    """The promised time, in the source's own words where they hold the number."""
    if any(char.isdigit() for char in kind.days_note):
        return kind.days_note
    if kind.service_days is None:
        return _("time not stated")
    note = kind.days_note or _("working days")
    return f"{kind.service_days} {note}"


def fee(kind: PermitType) -> str:
    return {
        Fee.NONE: _("free of charge"),
        Fee.RETRIBUTION: _("with a fee (retribution)"),
        Fee.UNKNOWN: _("fee not stated"),
    }[Fee(kind.fee)]


def facts(kind: PermitType) -> list[tuple[str, str]]:
    cost = fee(kind)
    # the source's words only where they add something: a formula, a by-law
    if kind.fee_note and kind.fee != Fee.NONE and "retribusi" not in kind.fee_note.split()[-1]:
        cost = f"{cost}: {kind.fee_note}"
    lasts = kind.validity_note
    if not lasts and kind.validity_months:
        years, rest = divmod(kind.validity_months, 12)
        lasts = (
            ngettext("%(n)d month", "%(n)d months", kind.validity_months) % {"n": kind.validity_months}
            if rest
            else ngettext("%(n)d year", "%(n)d years", years) % {"n": years}
        )
    visit = {Need.YES: _("yes"), Need.NO: _("no"), Need.CONDITIONAL: _("depends on the case")}
    return [
        (_("Time"), days(kind)[:1].upper() + days(kind)[1:]),
        (_("Fee"), cost[:1].upper() + cost[1:]),
        (_("Valid for"), lasts or _("Not stated")),
        (_("Site inspection"), str(visit.get(Need(kind.needs_inspection), _("not stated"))).capitalize()),
        (_("Who applies"), str(kind.get_applicant_display())),
        (_("Sector"), kind.sector),
        (_("Legal basis"), kind.legal_basis or _("Not stated")),
    ]
