"""How many queries each public page needs, in a process that remembers nothing."""

from __future__ import annotations

from urllib.parse import quote

from bench import checks, cities, machine, tiles
from bench.cities import City
from bench.results import Result
from bench.sections import Bench

MOST = 12


def samples(city: City) -> tuple[dict[str, str], list[str]]:
    """A value for each parameter of a public route, and addresses with filters."""
    public_id = city.one("SELECT public_id FROM maps_place WHERE counted ORDER BY md5(id::text) LIMIT 1")
    number = city.one("SELECT number FROM maps_place WHERE public_id = %s LIMIT 1", public_id)
    company = city.one(  # one that has several permits
        "SELECT company_slug FROM maps_place WHERE company_id IS NOT NULL AND first_site GROUP BY 1 ORDER BY"
        " count(*) DESC, 1 LIMIT 1"
    )
    kind = city.one(
        "SELECT code FROM permits_permittype WHERE official AND stage = 'active' ORDER BY code LIMIT 1"
    )
    village = city.one(
        "SELECT village_id FROM maps_place WHERE counted GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
    )
    _, slug, _ = checks.a_commodity(city)
    mx, my = tiles.spots(city, 1)[0]
    tile, (lon, lat) = tiles.at(13, mx, my), tiles.lonlat(mx, my)
    given = {
        "public_id": public_id,
        "slug": company,
        "code": kind,
        "seal_id": _seal(city),
        "typed": public_id,
        "V.typed": _seal(city),
        "v.typed": "X" * 26,
        "signed": "tidak-sah",
        "n": "1",
        "z": str(tile.z),
        "x": str(tile.x),
        "y": str(tile.y),
    }
    near = f"{lon:.5f},{lat:.5f}"
    extra = [
        "/peta/?q=batik",
        "/peta/?q=bathik",
        "/peta/?status=expired",
        f"/peta/?komoditas={slug}&kelurahan={village}",
        f"/peta/?dekat={near}&radius=500",
        f"/peta/sekitar/?dekat={near}",
        "/perusahaan/?q=batik",
        f"/perusahaan/?komoditas={slug}&kelurahan={village}",
        f"/perusahaan/?dekat={near}",
        f"/validasi/?nomor={quote(number)}",
        "/layanan/?q=reklame",
        f"/api/v1/permits/?commodity={slug}&zone={village}&limit=1000",
        "/api/v1/permits/?q=batik",
        f"/api/v1/permits/?near={near}&radius=500",
        "/api/v1/companies/?q=batik",
        "/api/v1/search/?q=batik",
        f"{tile.path}?commodity={slug}",
        f"{tile.path}?type={kind}&status=expired",
    ]
    return given, extra


def _seal(city: City) -> str:
    """The seal of a letter of this city; one that is none where its list is gone."""
    path = cities.seals(city.size)
    rows = path.read_text().splitlines()[1:] if path.exists() else []
    return rows[0].split(",")[2].replace("-", "") if rows else "X" * 26


def run(bench: Bench, result: Result) -> None:
    city = bench.real()
    result.machine |= machine.database(city)
    given, extra = samples(city)
    found = cities.ask_inside(city, "queries", {"samples": given, "extra": extra})
    pages = sorted(found["pages"], key=lambda page: (-page["queries"], page["path"]))
    broken = [page["path"] for page in pages if page["status"] >= 500 or not page["status"]]
    if broken:
        raise checks.Wrong(f"these pages end in a server error: {', '.join(broken)}")
    result.checks.append(f"none of {len(pages)} addresses ends in a server error")
    most = pages[0]["queries"]
    table = result.table(
        f"Queries of every public address, {city.size:,} permits: at most **{most}** (to reach: at most"
        f" {MOST})",
        "queries",
        "of which repeat another",
        "status",
        "address",
    )
    for page in pages:
        mark = f"**{page['queries']}**" if page["queries"] > MOST else page["queries"]
        table.add(mark, page["again"], page["status"], f"`{_short(page['path'], given)}`")
    if found["unknown"]:
        result.notes.append(
            "Not asked, for want of an example: " + ", ".join(f"`/{route}`" for route in found["unknown"])
        )
    result.note(
        """Each address is asked once, in a process of its own that remembers nothing from another; what a
        process keeps for some seconds (vocabulary, version of the tiles) is thus counted every time."""
    )


def _short(path: str, given: dict[str, str]) -> str:
    """The address with examples that are codes replaced by what they are."""
    shown = path.replace(given["public_id"], "<public id>").replace(given["slug"], "<company>")
    return shown.replace(given["V.typed"], "<seal id>").replace("X" * 26, "<no seal>")
