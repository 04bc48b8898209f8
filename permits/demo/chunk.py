"""Invents one chunk of the demo city: holders and their permits, the same for the same seed, size and day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Final

from companies.models import LegalForm, Source
from geoportal.geography.quality import Quality
from geoportal.ids import ALPHABET
from permits.demo.people import Namer
from permits.demo.plan import Kind, Lot, Names
from permits.demo.records import Holder, Made, Site, Term
from permits.demo.terms import replaced, term
from permits.demo.town import Spot, Town
from permits.models import CARRIES_COMMODITIES, LocationKind, Provenance, Purpose, Risk

QUALITIES: Final = {
    Quality.SURVEYED: 16,
    Quality.BUILDING: 46,
    Quality.STREET: 20,
    Quality.VILLAGE: 10,
    Quality.UNKNOWN: 8,
}
RISKS: Final = {Risk.LOW: 45, Risk.MEDIUM_LOW: 27, Risk.MEDIUM_HIGH: 18, Risk.HIGH: 4, None: 6}
REPLACES: Final = 0.16  # of the renewals: what they replaced is in the register too
GOES_MISSING: Final = 0.01  # of the permits from OSS: no longer in its newest export
CONSENT: Final = 0.35  # of the sole proprietors show their exact place
REMEMBERED: Final = 60  # holders of a family that may get another permit


@dataclass(frozen=True, slots=True)
class TypeFacts:
    id: int
    months: int | None
    location: LocationKind


@dataclass(frozen=True, slots=True)
class World:
    """What every chunk of a city shares."""

    seed: int
    today: date
    lots: Sequence[Lot]
    chunks: int
    names: Names
    town: Town
    types: Mapping[str, TypeFacts]
    registered_type: str
    codes: Mapping[str, Sequence[tuple[str, int]]]  # KBLI (code, edition) by commodity
    meanings: Mapping[tuple[str, int], Mapping[str, Provenance]]  # commodities by KBLI


@dataclass
class Chunk:
    world: World
    number: int
    holders: list[Holder] = field(default_factory=list)
    permits: list[Made] = field(default_factory=list)

    def __post_init__(self) -> None:
        world = self.world
        self._rng = Random(f"{world.seed}/{world.chunks}/{self.number}")  # noqa: S311
        self._first = sum(lot.in_chunk(n, world.chunks) for lot in world.lots for n in range(self.number))
        self._namer = Namer(world.names, self._rng, self.number)
        self._known: dict[str, list[Holder]] = {}
        self._hosts: dict[str, list[Holder]] = {}
        self._replaceable: dict[str, list[Made]] = {}
        for lot in world.lots:
            for _ in range(lot.in_chunk(self.number, world.chunks)):
                self._permit(lot.kind, lot.purpose)

    # --- Permits

    def _permit(self, kind: Kind, purpose: Purpose) -> None:
        rng, world = self._rng, self.world
        code = kind.type or world.registered_type
        facts = world.types[code]
        months = 0 if not kind.type else facts.months or kind.months
        old = self._replaceable.get(code)
        if purpose is not Purpose.NEW and old and (purpose is Purpose.CHANGE or rng.random() < REPLACES):
            self._replace(kind, purpose, old.pop(rng.randrange(len(old))), months)
            return
        position = rng.randrange(len(kind.title) or 1)
        known = len(self.holders)
        holder = self._holder(kind, position)
        made = self._new(kind, code, purpose, holder, term(rng, world.today, months))
        made.sites = self._sites(kind, facts, holder)
        if kind.at and len(self.holders) > known:
            holder.site = made.sites[0]  # a practitioner is found at the practice, nowhere else
        if facts.location in CARRIES_COMMODITIES:
            self._offer(made, kind, position)
        if kind.source == Source.SAKPORE and purpose is Purpose.NEW and _plain(made.term, world.today):
            self._replaceable.setdefault(code, []).append(made)
        if kind.hosts:
            self._hosts.setdefault(kind.hosts, []).append(holder)

    def _new(self, kind: Kind, code: str, purpose: Purpose, holder: Holder, dates: Term) -> Made:
        rng, serial = self._rng, self._first + len(self.permits) + 1
        made = Made(
            public_id="".join(rng.choices(ALPHABET, k=12)),
            number=f"503/CONTOH/{serial:05d}/{code}/{dates.issued.year}",
            type=code,
            holder=holder,
            purpose=purpose,
            source=kind.source,
            term=dates,
            sites=[],
        )
        if kind.source == Source.OSS:
            made.source_ref = f"R-9999{serial:012d}"
            made.number = f"PB-UMKU/CONTOH/{serial:06d}" if kind.type else made.source_ref
            made.registered_only = not kind.type
            made.risk = rng.choices(list(RISKS), list(RISKS.values()))[0]
            if rng.random() < GOES_MISSING:
                made.missing_since = self.world.today - timedelta(days=rng.randint(1, 60))
        if made.registered_only:
            dates.suspended = None
        self.permits.append(made)
        return made

    def _replace(self, kind: Kind, purpose: Purpose, old: Made, months: int) -> None:
        """A renewal or change takes over holder, places and commodities of what it replaces."""
        dates = term(self._rng, self.world.today, months)
        dates.suspended = dates.revoked = None
        made = self._new(kind, old.type, purpose, old.holder, dates)
        made.sites, made.commodities = old.sites, dict(old.commodities)
        old.term = replaced(self._rng, dates, months)
        old.number = old.number.rpartition("/")[0] + f"/{old.term.issued.year}"
        old.replaced_by = made

    def _offer(self, made: Made, kind: Kind, position: int) -> None:
        """Commodities as an importer would find them: those its KBLI means, and what the holder declares."""
        rng = self._rng
        if not kind.offers:
            return
        slug = kind.offers[position] if len(kind.offers) == len(kind.title) else rng.choice(kind.offers)
        codes = self.world.codes.get(slug, ())
        if kind.source == Source.OSS and codes:
            made.kbli = rng.choice(codes)
            made.commodities |= self.world.meanings[made.kbli]
        if not kind.type and kind.declares:
            for declared in rng.sample(kind.declares, k=rng.randint(0, min(2, len(kind.declares)))):
                made.commodities[declared] = Provenance.DECLARED
        elif kind.type:
            made.commodities[slug] = Provenance.DECLARED

    # --- Places

    def _sites(self, kind: Kind, facts: TypeFacts, holder: Holder) -> list[Site]:
        rng, town = self._rng, self.world.town
        if facts.location == LocationKind.SIGNBOARD:
            count = min(rng.choice((1, 1, 1, 2, 2, 3, 4, 6)), kind.signs)
            boards = [self._site(town.roadside(rng)) for _ in range(count)]
            for n, board in enumerate(boards, start=1):
                board.label = f"Papan {n}" if count > 1 else ""
            return boards
        if facts.location == LocationKind.PARCEL:
            site = self._site(town.spot(rng))
            site.parcel = rng.uniform(8, 40) if site.spot else 0.0
            return [site]
        if kind.at:
            return self._practice(kind, holder)
        if holder.site.spot is None and rng.random() < 0.5:
            return []  # nothing is known of the place, not even an address
        return [holder.site]

    def _practice(self, kind: Kind, holder: Holder) -> list[Site]:
        """At a hospital, a pharmacy …, or at the practitioner's own place."""
        where = [place for place in kind.at if place == "own" or place in self._hosts]
        place = self._rng.choices(where, [kind.at[p] for p in where])[0] if where else "own"
        if place == "own":
            return [holder.site]
        host = self._rng.choice(self._hosts[place])
        return [Site(host.site.spot, host.site.quality, host.site.address, label=host.name[:100])]

    def _site(self, spot: Spot) -> Site:
        rng = self._rng
        quality = rng.choices(list(QUALITIES), list(QUALITIES.values()))[0]
        address = self._namer.address(spot.village)
        if quality is Quality.UNKNOWN:
            return Site(None, quality, address)
        return Site(self.world.town.label(spot) if quality is Quality.VILLAGE else spot, quality, address)

    # --- Holders

    def _holder(self, kind: Kind, position: int) -> Holder:
        family = kind.type if kind.title else kind.family
        known = self._known.setdefault(family, [])
        if kind.reuse and known and self._rng.random() < kind.reuse:
            return self._rng.choice(known[-REMEMBERED:])
        holder = self._practitioner(kind.title[position]) if kind.title else self._business(kind)
        known.append(holder)
        self.holders.append(holder)
        return holder

    def _practitioner(self, title: str) -> Holder:
        name = self._namer.person(title)
        holder = Holder(
            name,
            self._namer.slug(name),
            LegalForm.PRACTITIONER,
            Source.SAKPORE,
            self._site(self.world.town.spot(self._rng)),
        )
        return self._reachable(holder)

    def _business(self, kind: Kind) -> Holder:
        rng = self._rng
        form = rng.choice(kind.forms)
        person = form == "person"
        legal = LegalForm.SOLE_PROPRIETOR if person else LegalForm(form)
        name = self._namer.person() if person else self._namer.business(kind.noun, kind.family, legal)
        holder = Holder(
            name,
            self._namer.slug(name),
            legal,
            kind.source,
            self._site(self.world.town.spot(rng, kind.place)),
        )
        if kind.hosts and holder.site.spot is None:
            spot = self.world.town.spot(rng)
            holder.site = Site(spot, Quality.BUILDING, self._namer.address(spot.village))
        if not person and legal not in (LegalForm.GOVERNMENT, LegalForm.ASSOCIATION):
            holder.nib = f"9999{self._first + len(self.holders):09d}"
        if legal == LegalForm.SOLE_PROPRIETOR:
            holder.consent_location = rng.random() < CONSENT
        return self._reachable(holder)

    def _reachable(self, holder: Holder) -> Holder:
        rng = self._rng
        if rng.random() < 0.4:
            holder.email = f"{holder.slug}@contoh.invalid"
            holder.phone = f"0285 000{rng.randrange(1000):03d}"  # no subscriber's number begins with 0
            holder.consent_contact = rng.random() < 0.6
        return holder


def _plain(dates: Term, today: date) -> bool:
    """In force without more, so that being replaced is all there is to say of it."""
    return dates.suspended is None and dates.revoked is None and (dates.until is None or dates.until > today)
