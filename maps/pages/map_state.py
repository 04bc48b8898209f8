"""What a reader asked of the map, as it stands in the address: parsed, written back, and explained."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlencode

from django.contrib.gis.db.models.functions import Envelope
from django.db.models import TextChoices
from django.http import QueryDict
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from companies.models import Commodity, Source
from geoportal.geography.models import Zone, ZoneLevel
from geoportal.templatetags.kit import local
from maps import filters, search
from maps.filters import PAGE_NAMES, Filter, Problem
from permits.models import PermitType
from permits.status import Status

SORT, AT, CURSOR = "urut", "di", "lanjut"  # what a page's address holds beside the filters


class Sort(TextChoices):
    """The order of the list; the values stand in addresses."""

    BEST = "sesuai", gettext_lazy("Best match")
    NEWEST = "terbaru", gettext_lazy("Newest")
    NAME = "nama", gettext_lazy("Name")
    DISTANCE = "jarak", gettext_lazy("Distance")


@dataclass(frozen=True)
class Chip:
    """A filter in effect; `href` is the page without it."""

    label: str
    href: str
    kind: str = ""
    commodity: Commodity | None = None


@dataclass(frozen=True)
class State:
    """A request, read. `at` (lon, lat) narrows it to what stands at one point."""

    filter: Filter
    problems: tuple[Problem, ...]
    sort: Sort
    at: tuple[float, float] | None
    cursor: str

    @property
    def sorts(self) -> list[Sort]:
        """The orders that mean something here."""
        possible = [Sort.NEWEST, Sort.NAME]
        if self.filter.q or self.filter.commodity:
            possible.insert(0, Sort.BEST)
        if self.filter.near:
            possible.insert(0, Sort.DISTANCE)
        return possible

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The filters as an address of the page writes them, in one order; without place in the list."""
        return [*_filter_pairs(self.filter, PAGE_NAMES), *([(AT, _lonlat(self.at))] if self.at else [])]

    def query(
        self, *more: tuple[str, str], without: Iterable[tuple[str, str]] = (), sort: bool = True
    ) -> str:
        """ "?…" with `more` and less `without`, keeping the chosen order; "?" alone clears the address."""
        dropped = set(without)
        pairs = [pair for pair in self.pairs if pair not in dropped]
        if sort and self.sort != self.default_sort and SORT not in dict(more):
            pairs.append((SORT, self.sort.value))
        return "?" + urlencode([*pairs, *more])

    @property
    def here(self) -> str:
        """This list's own address, with its order and its place in it."""
        return self.query((CURSOR, self.cursor)) if self.cursor else self.query()

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What the form of filters has no field for, or a field for one value only: it must not get lost."""
        once = {PAGE_NAMES["type"], PAGE_NAMES["zone"], PAGE_NAMES["source"]}
        fields = {PAGE_NAMES["q"], PAGE_NAMES["commodity"], PAGE_NAMES["status"]}
        kept, seen = [], set()
        for name, value in self.pairs:
            if name in fields or (name in once and name not in seen):
                seen.add(name)
            else:
                kept.append((name, value))
        return kept if self.sort == self.default_sort else [*kept, (SORT, self.sort.value)]

    @property
    def default_sort(self) -> Sort:
        return self.sorts[0]

    @property
    def api_query(self) -> str:
        """The same filters for the tiles, in the API's names; without what only a list has."""
        narrow = {"bbox", "near", "radius"}
        names = {name: name for name in PAGE_NAMES if name not in narrow}
        return urlencode(_filter_pairs(self.filter, names))


def _lonlat(point: tuple[float, float]) -> str:
    return f"{point[0]:.6f},{point[1]:.6f}".replace("-0.000000", "0.000000")


def _number(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _filter_pairs(found: Filter, names: dict[str, str]) -> list[tuple[str, str]]:
    values: dict[str, Sequence[str]] = {
        "q": [found.q] if found.q else [],
        "commodity": [c.slug for c in found.commodity],
        "type": [t.code for t in found.type],
        "zone": [z.code for z in found.zone],
        "status": [s.value for s in found.status],
        "source": [s.value for s in found.source],
        "company": [found.company] if found.company else [],
        "bbox": [",".join(map(_number, found.bbox))] if found.bbox else [],
        "near": [_lonlat(found.near)] if found.near else [],
        "radius": [_number(found.radius)] if found.radius else [],
    }
    return [(names[key], value) for key, several in values.items() if key in names for value in several]


def _at(params: QueryDict) -> tuple[tuple[float, float] | None, list[Problem]]:
    """`di=lon,lat`, read as the filters read `dekat`."""
    if AT not in params:
        return None, []
    borrowed = QueryDict(mutable=True)
    borrowed[PAGE_NAMES["near"]] = params.get(AT, "")
    found, problems = filters.read(borrowed, page=True)
    return found.near, [Problem(AT, p.value, p.reason, p.allowed) for p in problems]


def read(params: QueryDict) -> State:
    found, problems = filters.read(params, page=True)
    at, bad_at = _at(params)
    state = State(found, (*problems, *bad_at), Sort.NEWEST, at, params.get(CURSOR, "")[:200])
    wanted = params.get(SORT, "")
    sort = Sort(wanted) if wanted in state.sorts else state.default_sort
    bad_sort = (
        [Problem(SORT, wanted[:80], _("unknown value"))] if wanted and wanted not in Sort.values else []
    )
    return State(found, (*state.problems, *bad_sort), sort, at, state.cursor)


@dataclass(frozen=True)
class Options:
    """All that can be chosen. One query, and those of the vocabulary where it is not fresh."""

    commodities: list[Commodity]
    types: list[PermitType]
    zones: list[Zone]

    @classmethod
    def load(cls) -> "Options":
        known = search.vocabulary()
        types = sorted((item for item, _phrases in known.types), key=lambda item: (item.sector, item.name))
        zones = Zone.objects.defer("area").annotate(envelope=Envelope("area"))
        return cls([item for item, _phrases in known.commodities], types, list(zones))

    @property
    def box(self) -> tuple[float, float, float, float] | None:
        """West, south, east and north of all zones, in degrees."""
        boxes = [(getattr(zone, "envelope", None) or zone.label_point).extent for zone in self.zones]
        if not boxes:
            return None
        west, south, east, north = zip(*boxes, strict=True)
        return min(west), min(south), max(east), max(north)

    @property
    def villages(self) -> list[Zone]:
        return [zone for zone in self.zones if zone.level == ZoneLevel.VILLAGE]

    @property
    def districts(self) -> list[tuple[Zone, list[Zone]]]:
        return [
            (zone, [village for village in self.villages if village.parent_id == zone.pk])
            for zone in self.zones
            if zone.level == ZoneLevel.DISTRICT
        ]

    def names(self, parameter: str) -> dict[str, str]:
        """What somebody may have meant in `parameter` -> its right value."""
        if parameter == PAGE_NAMES["commodity"]:
            return {
                word: c.slug
                for c in self.commodities
                for word in (*map(slugify, c.synonyms), slugify(c.name), c.slug)
            }
        if parameter == PAGE_NAMES["type"]:
            return {word: t.code for t in self.types for word in (slugify(t.name), t.code.lower())}
        if parameter == PAGE_NAMES["zone"]:
            return {word: z.code for z in self.zones for word in (slugify(z.name), z.code)}
        if parameter == PAGE_NAMES["status"]:
            return {word: s.value for s in Status for word in (slugify(str(s.label)), s.value)}
        if parameter == PAGE_NAMES["source"]:
            return {word: s.value for s in Source for word in (slugify(str(s.label)), s.value)}
        return {}

    def label(self, parameter: str, value: str) -> str:
        if parameter == PAGE_NAMES["commodity"]:
            return next((local(c) for c in self.commodities if c.slug == value), value)
        if parameter == PAGE_NAMES["type"]:
            return next((local(t) for t in self.types if t.code == value), value)
        if parameter == PAGE_NAMES["zone"]:
            return next((z.name for z in self.zones if z.code == value), value)
        choices: Any = Status if parameter == PAGE_NAMES["status"] else Source
        return str(choices(value).label)


@dataclass(frozen=True)
class Hint:
    """Why a part of the address was left out, and what may have been meant: (label, href)."""

    text: str
    perhaps: tuple[tuple[str, str], ...] = ()


_UNKNOWN = {
    PAGE_NAMES["commodity"]: gettext_lazy("There is no commodity “%(value)s”."),
    PAGE_NAMES["type"]: gettext_lazy("There is no permit type “%(value)s”."),
    PAGE_NAMES["zone"]: gettext_lazy("There is no village or district “%(value)s”."),
    PAGE_NAMES["status"]: gettext_lazy("There is no status “%(value)s”."),
    PAGE_NAMES["source"]: gettext_lazy("There is no source “%(value)s”."),
    SORT: gettext_lazy("The list cannot be sorted by “%(value)s” here."),
}
_MALFORMED = {
    PAGE_NAMES["q"]: gettext_lazy("That is too long to search for. Try two or three words."),
    PAGE_NAMES["company"]: gettext_lazy("That is too long for a business's address."),
    PAGE_NAMES["bbox"]: gettext_lazy(
        "The map area in the address could not be read, so the whole city is shown."
    ),
    PAGE_NAMES["near"]: gettext_lazy(
        "The place in the address could not be read, so there are no distances."
    ),
    PAGE_NAMES["radius"]: gettext_lazy("The distance in the address could not be read, so it was left out."),
    AT: gettext_lazy("The place in the address could not be read, so everything is shown."),
}


def hints(state: State, options: Options) -> list[Hint]:
    """One for each refused part of the address, at most five."""
    found = []
    for problem in state.problems[:5]:
        if problem.name not in _UNKNOWN:
            found.append(Hint(str(_MALFORMED.get(problem.name, problem.reason))))
            continue
        names = options.names(problem.name)
        close = get_close_matches(slugify(problem.value)[:60], names, n=6, cutoff=0.6)
        values = list(dict.fromkeys(names[word] for word in close))[:3]
        perhaps = tuple(
            (options.label(problem.name, value), state.query((problem.name, value))) for value in values
        )
        found.append(Hint(str(_UNKNOWN[problem.name]) % {"value": problem.value}, perhaps))
    return found


def chips(state: State, options: Options) -> list[Chip]:
    """Everything in effect, each with the way to take it away."""
    by_slug = {c.slug: c for c in options.commodities}
    found = []
    for name, value in state.pairs:
        if name == PAGE_NAMES["radius"] or (name == PAGE_NAMES["near"] and not state.filter.radius):
            continue  # said with "near"; and distances alone leave nothing out
        drop = [(name, value)]
        commodity = by_slug.get(value) if name == PAGE_NAMES["commodity"] else None
        if name == PAGE_NAMES["q"]:
            label = f"“{value}”"
        elif name == PAGE_NAMES["bbox"]:
            label = _("this part of the map")
        elif name == AT:
            label = _("at one place")
        elif name == PAGE_NAMES["near"]:
            label = _("within %(n)d m of the chosen place") % {"n": state.filter.radius}
            drop += [pair for pair in state.pairs if pair[0] == PAGE_NAMES["radius"]]
        elif name == PAGE_NAMES["company"]:
            label = value
        else:
            label = options.label(name, value)
        found.append(Chip(label, state.query(without=drop), name, commodity))
    return found
