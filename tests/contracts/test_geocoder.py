"""What every adapter of the GEOCODER slot promises, and what Nominatim's does besides."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings as ours
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation

from geoportal.geography.backends.nominatim import NominatimGeocoder
from geoportal.geography.backends.zones import ZoneGeocoder
from geoportal.geography.geocoding import (
    LONGEST,
    Geocoder,
    GeocoderBusy,
    GeocoderUnavailable,
    geocoder,
)
from geoportal.geography.models import Zone
from geoportal.geography.quality import Quality
from geoportal.plugins import plugin
from tests import factories
from tests.contracts.nominatim_server import Server, running

pytestmark = pytest.mark.django_db
AGENT = "sakpore-uji (uji@contoh.invalid)"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    cache.clear()
    with running() as made:
        yield made
    cache.clear()


@pytest.fixture
def ask(server: Server) -> Callable[..., NominatimGeocoder]:
    def make(**options: Any) -> NominatimGeocoder:
        defaults: dict[str, Any] = {
            "user_agent": AGENT,
            "scheme": "http",
            "domain": server.domain,
            "pause": 0.0,
        }
        return NominatimGeocoder(**(defaults | options))

    return make


def place(name: str, lon: float, lat: float, rank: int = 20) -> dict[str, Any]:
    """As the server writes it: coordinates are texts."""
    return {"place_id": 1, "display_name": name, "lat": str(lat), "lon": str(lon), "place_rank": rank}


@dataclass
class Case:
    adapter: Geocoder
    credit: str


@pytest.fixture(params=["zones", "nominatim"])
def case(request: pytest.FixtureRequest, server: Server, ask: Callable[..., NominatimGeocoder]) -> Case:
    """A city of three villages, known to the database and to the server, which knows another city too."""
    for n in range(3):
        zone = factories.village(f"99.01.01.000{n + 1}", f"Kelurahan Uji {n}", west=109.67 + n / 100)
        server.places.append(place(zone.name, zone.label_point.x, zone.label_point.y))
    server.places.insert(0, place("Kelurahan Uji di kota lain", 110.4, -7.0))
    if request.param == "zones":
        return Case(ZoneGeocoder(), "")
    return Case(ask(), "© OpenStreetMap contributors")


# --- Every adapter


def test_the_default_is_one_of_those_tested_here() -> None:
    assert isinstance(geocoder(), ZoneGeocoder)
    assert ours.PLUGINS["GEOCODER"]["BACKEND"].endswith("zones.ZoneGeocoder")


@pytest.mark.parametrize("text", ["Kelurahan Uji 1", "  kelurahan   UJI 1 ", "uji 1\x00"])
def test_a_village_is_found_by_its_name(case: Case, text: str) -> None:
    (found,) = case.adapter.search(text)
    village = Zone.objects.get(name="Kelurahan Uji 1")
    assert "Kelurahan Uji 1" in found.label
    assert (found.lon, found.lat) == pytest.approx((village.label_point.x, village.label_point.y))
    assert found.quality is Quality.VILLAGE
    assert found.credit == case.credit


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_no_more_than_wanted_and_nothing_outside_the_city(case: Case, limit: int) -> None:
    found = case.adapter.search("kelurahan", limit=limit)
    assert len(found) == limit
    assert all(109.67 <= one.lon <= 109.70 for one in found)


@pytest.mark.parametrize(
    "text", ["", "   ", "\x00", "Jalan Tidak Ada", "%", "_", "'; --", "💥", "<b>", "{}", "a" * 10_000]
)
def test_what_nobody_knows_is_an_empty_list(case: Case, text: str) -> None:
    assert case.adapter.search(text) == []


# --- Nominatim


@pytest.fixture
def city(server: Server) -> None:
    factories.village()
    server.places = [
        place("Jalan Uji 7, Kelurahan Uji", 109.6755, -6.8885, 30),
        place("Jalan Uji, Kelurahan Uji", 109.675, -6.889, 26),
        place("Kelurahan Uji", 109.675, -6.889, 20),
    ]


def test_it_says_who_asks_where_and_in_which_language(
    city: None, server: Server, ask: Callable[..., NominatimGeocoder]
) -> None:
    with translation.override("id"):
        found = ask(country_codes="ID, my").search("jalan uji", limit=4)
    (question,) = server.asked
    assert (question["path"], question["agent"], question["q"]) == ("/search", AGENT, "jalan uji")
    assert (question["countrycodes"], question["accept-language"]) == ("id,my", "id")
    assert (question["bounded"], question["limit"]) == ("1", "4")
    box = [float(number) for number in question["viewbox"].split(",")]
    assert box == pytest.approx([109.67, -6.894, 109.68, -6.884])
    assert [one.quality for one in found] == [Quality.BUILDING, Quality.STREET]


def test_an_answer_is_kept_also_that_there_is_none(
    city: None, server: Server, ask: Callable[..., NominatimGeocoder]
) -> None:
    for text in ("jalan uji", "tidak ada"):
        assert ask().search(text) == ask().search(f" {text.upper()}  ")
    assert len(server.asked) == 2
    ask().search("jalan uji", limit=1)
    with translation.override("en"):
        ask().search("jalan uji")
    factories.village("99.01.01.0002", west=109.68)  # the box is another
    ask().search("jalan uji")
    assert len(server.asked) == 5


@pytest.mark.parametrize("name", ["Jalan Uji 7", "Uji" * 90])
def test_what_is_asked_stands_in_no_key_of_the_cache(
    city: None, ask: Callable[..., NominatimGeocoder], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    keys: list[str] = []
    monkeypatch.setattr(cache, "set", lambda key, *_: keys.append(key))
    ask().search(name)
    (key,) = keys
    assert "uji" not in key.lower()
    assert len(key) < 100


GARBAGE = [
    "<html>", "{", "7", '"hello"', "[7]", "[null]", '["x"]', '{"error": "out of order"}',
    '[{"display_name": "x"}]', '[{"lat": "nan", "lon": "0"}]', '[{"lat": "a", "lon": "b"}]',
    '[{"lat": "999", "lon": "0"}]', '[{"lat": "1", "lon": "2", "place_rank": "x"}]',
]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (429, "", GeocoderBusy),
        (500, "", GeocoderUnavailable),
        (403, "", GeocoderUnavailable),
        (503, "", GeocoderUnavailable),
        *((200, body, GeocoderUnavailable) for body in GARBAGE),
    ],
)
def test_a_server_that_fails_is_said_to_and_asked_again_later(
    city: None,
    server: Server,
    ask: Callable[..., NominatimGeocoder],
    status: int,
    body: str,
    error: type[Exception],
) -> None:
    adapter = ask()
    server.status, server.body = status, body
    with translation.override("id"), pytest.raises(GeocoderUnavailable) as failed:
        adapter.search("jalan uji")
    assert type(failed.value) is error
    assert "Layanan alamat" in str(failed.value)
    assert server.domain not in str(failed.value)
    assert len(server.asked) == 1  # no retries: the server has enough to do
    server.status, server.body = 200, ""
    assert len(adapter.search("jalan uji")) == 2


def test_it_does_not_wait_for_ever(city: None, server: Server, ask: Callable[..., NominatimGeocoder]) -> None:
    server.wait = 1.0
    with pytest.raises(GeocoderUnavailable):
        ask(timeout=0.1).search("jalan uji")


def test_nobody_at_home(city: None, ask: Callable[..., NominatimGeocoder]) -> None:
    with pytest.raises(GeocoderUnavailable):
        ask(domain="127.0.0.1:9").search("jalan uji")


def test_without_zones_it_is_not_known_where_to_look(
    server: Server, ask: Callable[..., NominatimGeocoder]
) -> None:
    with pytest.raises(GeocoderUnavailable, match="load_zones"):
        ask().search("jalan uji")
    assert server.asked == []


def test_threads_share_one_pause(
    server: Server, ask: Callable[..., NominatimGeocoder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geoportal.geography.backends.nominatim._box", lambda: [(-7, 109), (-6, 110)])
    adapter = ask(pause=0.2)
    begin = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(adapter.search, ["a", "b", "c", "d"]))
    assert time.monotonic() - begin >= 3 * 0.2
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    "options", [{}, {"user_agent": " "}, {"user_agent": "my-application"}, {"agent": "x"}]
)
def test_who_does_not_say_who_asks_is_told_at_start(settings: Any, options: dict[str, str]) -> None:
    backend = f"{NominatimGeocoder.__module__}.{NominatimGeocoder.__name__}"
    settings.PLUGINS = {"GEOCODER": {"BACKEND": backend, "OPTIONS": options}}
    plugin.cache_clear()
    try:
        with pytest.raises(ImproperlyConfigured, match=r"user_agent|agent"):
            geocoder()
    finally:
        plugin.cache_clear()


def test_a_question_is_cut(city: None, server: Server, ask: Callable[..., NominatimGeocoder]) -> None:
    ask().search("a" * 1000)
    assert server.asked[0]["q"] == "a" * LONGEST
