"""GeoJSON of a box that holds about a thousand features: our API and the plain drf-gis serializer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from base import ROOT

from bench import checks, load, machine, peers, servers
from bench.cities import City
from bench.results import Result
from bench.sections import Bench
from bench.stats import median, paired, percentile, significant

WANTED = 1000
OURS = "SAKPORE"
LIB = Path(__file__).resolve().parents[2]


def boxes(city: City) -> list[str]:
    """bbox parameters that hold between half of WANTED and WANTED sites."""
    return [",".join(f"{side:.6f}" for side in box) for box in checks.boxes(city, WANTED)]


def run(bench: Bench, result: Result) -> None:
    result.machine |= peers.install()
    city = bench.large()
    result.machine |= machine.database(city)
    chosen = boxes(city)
    with servers.site(city) as ours, peers.django(city) as theirs, _serialized(city) as same:
        paths = {
            OURS: (ours, [f"/api/v1/permits/?limit=1000&bbox={box}" for box in chosen]),
            "drf-gis serializer, the same answer": (same, [f"/?limit=1000&bbox={box}" for box in chosen]),
            "drf-gis serializer, columns of one table": (
                theirs,
                ["/items/?" + urlencode({"in_bbox": _metres(city, box)}) for box in chosen],
            ),
        }
        sent = [checks.read(port, each[0]) for port, each in paths.values()]
        told = [_told(one) for one in sent[:2]]
        other = [permit for permit in told[0] if told[0][permit] != told[1].get(permit)]
        checks.same("permits of which the serializer tells something else", other[:3], [])
        result.checks.append("of the first box the serializer gives the same features as ours")
        del sent[1]
        numbers = [len(one["features"]) for one in sent]
        if not 0.5 * numbers[1] <= numbers[0] <= numbers[1]:  # ours are permits, theirs sites
            raise checks.Wrong(
                f"of the first box ours sends {numbers[0]} features, the serializer {numbers[1]}"
            )
        result.checks.append(checks.api_counts(city, ours))
        result.checks.append(
            f"of the same box ours sends {numbers[0]} permits, the serializer {numbers[1]} sites"
        )
        _measure(bench, result, paths, city.size)
    fields = [len(json.dumps(one["features"][0]["properties"])) for one in sent]
    result.note(
        f"""The same answer: {fields[0]} characters of properties for each permit (status, commodities,
        directions …), what it tells of other tables fetched for all permits at once. The columns of one table
        are {fields[1]} characters. Two workers each, two connections."""
    )


@contextmanager
def _serialized(city: City) -> Iterator[int]:
    port = servers.free_port()
    env = city.env | {"DJANGO_SETTINGS_MODULE": "geoportal.settings", "PYTHONPATH": f"{LIB}:{ROOT}"}
    command = servers.granian("bench.serialized:application", port)
    with servers.serving("serialized", command, env=env, port=port, probe="/"):
        yield port


def _told(answer: Any) -> dict[str, Any]:
    """What it says of each permit, but for the name of the server and the sixth decimal in links."""
    return {
        one["id"]: one["properties"]
        | {"validate_url": "", "directions": sorted(one["properties"]["directions"] or ())}
        for one in answer["features"]
    }


def _metres(city: City, box: str) -> str:
    """The peer's own filter compares in the table's projection."""
    west, south, east, north = map(float, box.split(","))
    box4326 = "ST_MakeEnvelope(%s, %s, %s, %s, 4326)"
    sql = f"SELECT ST_XMin(b), ST_YMin(b), ST_XMax(b), ST_YMax(b) FROM ST_Transform({box4326}, 3857) b"  # noqa: S608
    return ",".join(f"{side:.2f}" for side in city.ask(sql, west, south, east, north)[0])


def _measure(bench: Bench, result: Result, paths: dict[str, tuple[int, list[str]]], size: int) -> None:
    runs: dict[str, list[load.Run]] = {name: [] for name in paths}
    for turn in range(bench.options.rounds + 1):
        for name, (port, each) in paths.items():
            requests = [load.request(port, path) for path in each]
            found = load.fire(port, requests, seconds=bench.seconds, connections=2, first=turn).expect(200)
            if turn:
                runs[name].append(found)
    columns = ("who", "requests/s", "p95 ms", "KB", "ours: times the requests/s")
    table = result.table(
        f"A box of at most 1,000 features, {size:,} permits, {bench.options.rounds} rounds in turn", *columns
    )
    rates = {name: [run.rate for run in measured] for name, measured in runs.items()}
    for name, measured in runs.items():
        wait = significant(median([percentile(run.ms, 0.95) for run in measured]))
        kilobytes = significant(median([run.bytes_each for run in measured]) / 1000)
        ratio = "" if name == OURS else f"{paired(rates[OURS], rates[name])} (to reach: 20)"
        table.add(name, significant(median(rates[name])), wait, kilobytes, ratio)
