"""Loads the demo city."""

from collections.abc import Iterator
from datetime import date
from io import StringIO
from typing import Final

from django.core.management import call_command
from django.db import transaction

from companies.models import Commodity, CommodityKbli, Company, Kbli
from geoportal.geography.models import Zone
from permits.demo.chunk import Chunk, TypeFacts, World
from permits.demo.copying import write
from permits.demo.plan import chunks_of, read_city, read_kinds, read_names, share_out
from permits.demo.town import Town
from permits.models import LocationKind, Permit, PermitType, Provenance

REGISTERED: Final = "OSS-PROYEK"  # the type of what is only registered in OSS
NEWER_EDITION: Final = 10  # one KBLI code in so many is of the newer edition, where it has one


def has_real_permits() -> bool:
    return Permit.objects.filter(demo=False).exists()


def has_demo() -> bool:
    return Permit.objects.filter(demo=True).exists() or Company.objects.filter(demo=True).exists()


def load_references() -> None:
    """What permits refer to: villages and classification where they are missing, always the example types."""
    said = StringIO()
    if not Zone.objects.villages().filter(area__isnull=False).exists():
        call_command("load_zones", stdout=said, stderr=said)
    if not Kbli.objects.exists():
        call_command("load_kbli", stdout=said, stderr=said)
    if not Commodity.objects.exists():
        call_command("load_commodities", stdout=said, stderr=said)
    call_command("load_catalogue", "--examples", stdout=said, stderr=said)


def load_city(total: int, *, seed: int, today: date) -> Iterator[Chunk]:
    """Writes and publishes `total` permits, a chunk a transaction; yields each chunk once it is written."""
    world = _world(total, seed, today)
    commodities = dict(Commodity.objects.values_list("slug", "pk"))
    for number in range(world.chunks):
        chunk = Chunk(world, number)
        with transaction.atomic():
            write(chunk, commodities)
        yield chunk


def _world(total: int, seed: int, today: date) -> World:
    kinds = read_kinds()
    types = {
        code: TypeFacts(pk, months, LocationKind(location))
        for code, pk, months, location in PermitType.objects.values_list(
            "code", "pk", "validity_months", "location_kind"
        )
    }
    missing = sorted({kind.type or REGISTERED for kind in kinds} - set(types))
    if missing:
        raise ValueError(f"fixtures/demo/mix.toml names types that the catalogue lacks: {', '.join(missing)}")
    slugs = set(Commodity.objects.values_list("slug", flat=True))
    unknown = sorted({slug for kind in kinds for slug in (*kind.offers, *kind.declares)} - slugs)
    if unknown:
        raise ValueError(
            f"fixtures/demo/mix.toml names commodities that are not loaded: {', '.join(unknown)}"
        )
    codes, meanings = _classification()
    return World(
        seed=seed,
        today=today,
        lots=share_out(kinds, total),
        chunks=chunks_of(total),
        names=read_names(),
        town=Town(read_city()),
        types=types,
        registered_type=REGISTERED,
        codes=codes,
        meanings=meanings,
    )


def _classification() -> tuple[
    dict[str, list[tuple[str, int]]], dict[tuple[str, int], dict[str, Provenance]]
]:
    """KBLI codes to choose from for each commodity, and the commodities that each code means."""
    exact: dict[str, list[tuple[str, int]]] = {}
    broad: dict[str, list[tuple[str, int]]] = {}
    meanings: dict[tuple[str, int], dict[str, Provenance]] = {}
    rows = CommodityKbli.objects.order_by("code", "edition", "commodity__slug")
    for slug, code, edition, is_exact in rows.values_list("commodity__slug", "code", "edition", "exact"):
        chosen = exact if is_exact else broad
        chosen.setdefault(slug, []).extend([(code, edition)] * (NEWER_EDITION - 1 if edition <= 2020 else 1))
        provenance = Provenance.KBLI_EXACT if is_exact else Provenance.KBLI_BROAD
        meanings.setdefault((code, edition), {})[slug] = provenance
    return broad | exact, meanings
