"""bin/bench: its statistics, requests, checks and report; and a run of a minute that judges no speed."""

import contextlib
import json
import math
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parent.parent
LIB = ROOT / "bin" / "lib"


@pytest.fixture(autouse=True)
def _library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(LIB))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)


def module(name: str) -> Any:
    return __import__(f"bench.{name}", fromlist=["_"])


# --- Statistics


@pytest.fixture
def stats() -> ModuleType:
    return module("stats")  # type: ignore[no-any-return]


def test_a_percentile_is_a_value_that_was_measured(stats: Any) -> None:
    values = [5.0, 1.0, 4.0, 2.0, 3.0]
    assert [stats.percentile(values, share) for share in (0.0, 0.2, 0.21, 0.5, 0.95, 1.0)] == [
        1,
        1,
        2,
        3,
        5,
        5,
    ]
    assert stats.percentile([7.0], 0.95) == 7
    assert stats.percentile(range(1, 101), 0.95) == 95


def test_the_median_stands_in_the_middle(stats: Any) -> None:
    assert stats.median([3.0, 1.0, 2.0]) == 2
    assert stats.median([4.0, 1.0, 2.0, 3.0]) == 2.5
    for function in (stats.median, lambda values: stats.percentile(values, 0.5)):
        with pytest.raises(ValueError, match="no values"):
            function([])


@given(
    pairs=st.lists(st.tuples(st.floats(0.1, 1e6), st.floats(0.1, 1e6)), min_size=1), slower=st.floats(0.1, 10)
)
def test_what_slows_both_sides_of_a_pair_leaves_their_ratio(
    pairs: list[tuple[float, float]], slower: float
) -> None:
    stats = module("stats")
    ours, theirs = [a for a, _ in pairs], [b for _, b in pairs]
    plain = stats.paired(ours, theirs)
    assert plain.low <= plain.median <= plain.high
    alternately = [slower if n % 2 else 1.0 for n in range(len(pairs))]
    slowed = stats.paired(
        [a * k for a, k in zip(ours, alternately, strict=True)],
        [b * k for b, k in zip(theirs, alternately, strict=True)],
    )
    assert math.isclose(slowed.median, plain.median)


def test_rounds_that_are_no_pairs_have_no_ratio(stats: Any) -> None:
    with pytest.raises(ValueError, match="not pairs"):
        stats.paired([1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match="divided"):
        stats.paired([1.0], [0.0])
    assert str(stats.paired([10.0, 30.0, 20.0], [10.0, 10.0, 10.0])) == "2.00 (1.00 to 3.00)"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.012345, "0.0123"),
        (4.5, "4.50"),
        (678.4, "678"),
        (12345, "12,300"),
        (9.999, "10.0"),
        (0, "0"),
        (999.6, "1,000"),
    ],
)
def test_figures_have_three_digits_that_mean_something(stats: Any, value: float, text: str) -> None:
    assert stats.significant(value) == text


@pytest.mark.parametrize(
    ("requests", "tasks", "idle"),
    [
        ([], [], 60),
        ([(10, 55)], [], 60),
        ([(10, 65)], [], 120),  # still under way at 60
        ([(150, 170)], [], 200),  # begins within the quiet after 60 and 120
        ([], [(130, 190)], 200),
        ([(0, 400)], [], None),
    ],
)
def test_a_page_is_idle_when_nothing_more_happens(
    stats: Any, requests: Any, tasks: Any, idle: float | None
) -> None:
    stamps = [200, 20, 60, 120]
    assert stats.idle_moment(stamps, load=50, requests=requests, tasks=tasks) == idle


# --- Requests


def serve(answers: list[bytes]) -> tuple[int, list[bytes]]:
    """A server that answers on each connection with `answers` in turn; its port, and the requests it saw."""
    listener = socket.create_server(("127.0.0.1", 0))
    seen: list[bytes] = []

    def talk(link: socket.socket) -> None:
        n = 0
        with link, contextlib.suppress(OSError):
            while data := link.recv(65536):
                seen.append(data)
                for at in range(0, len(answers[n]), 7):  # in pieces, as networks do
                    link.sendall(answers[n][at : at + 7])
                n = (n + 1) % len(answers)

    def listen() -> None:
        while True:
            threading.Thread(target=talk, args=[listener.accept()[0]], daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()
    return listener.getsockname()[1], seen


PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n0\r\n\r\n\r\n6\r\n world\r\n0\r\n\r\n"
UNCHANGED = b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n'


def test_answers_are_counted_with_status_and_bytes() -> None:
    load = module("load")
    port, _ = serve([PLAIN, CHUNKED, UNCHANGED])
    run = load.fire(port, [load.request(port, "/")], seconds=0.3, connections=1)
    ok, unchanged = run.statuses[200], run.statuses[304]
    assert len(run.ms) == ok + unchanged > 3
    assert run.body_bytes == 11 * ok
    assert abs(ok - 2 * unchanged) <= 2
    assert run.rate == len(run.ms) / run.seconds
    with pytest.raises(load.LoadError, match="304"):
        run.expect(200)
    run.expect(200, 304)


def test_addresses_are_asked_for_in_turn() -> None:
    load = module("load")
    port, seen = serve([PLAIN])
    paths = ["/a", "/b", "/c"]
    load.fire(port, [load.request(port, path) for path in paths], seconds=0.2, connections=1, first=1)
    asked = [data.split()[1].decode() for data in seen]
    assert asked[:4] == ["/b", "/c", "/a", "/b"]


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # this test has threads, bin/bench has none
def test_several_processes_add_up() -> None:
    load = module("load")
    port, seen = serve([PLAIN])
    requests = [load.request(port, path) for path in ("/a", "/b", "/c", "/d")]
    run = load.fire(port, requests, seconds=0.3, processes=2, connections=2)
    assert run.statuses[200] == len(run.ms) > 2
    assert {data.split()[1] for data in seen} == {b"/a", b"/b", b"/c", b"/d"}


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\n\r\nhow long?", b"nonsense\r\n\r\n"])
def test_an_answer_that_is_none_is_an_error(answer: bytes) -> None:
    load = module("load")
    port, _ = serve([answer])
    with pytest.raises(load.LoadError):
        load.fire(port, [load.request(port, "/")], seconds=0.2, connections=1)


def test_a_storm_asks_at_its_rate_and_waits_for_every_answer() -> None:
    load = module("load")
    port, seen = serve([PLAIN])
    requests = [load.request(port, path) for path in ("/a", "/b")]
    found = load.storm(port, requests, rate=100, seconds=0.3, connections=1)
    assert found.sent == len(found.run.ms) == found.run.statuses[200] == len(seen) > 3
    assert found.sent <= found.due <= 30
    assert [data.split()[1] for data in seen[:3]] == [b"/a", b"/b", b"/a"]


# --- Tiles


def test_tiles_are_the_same_every_time_in_the_wanted_proportions() -> None:
    tiles = module("tiles")
    places = [(12_208_000.0 + 300 * n, -769_000.0 - 200 * n) for n in range(20)]
    chosen = tiles.choose(places, tiles.MIX, 2000)
    assert chosen == tiles.choose(places, tiles.MIX, 2000)
    assert chosen != tiles.choose(places, tiles.MIX, 2000, seed=1)
    for z, share in tiles.MIX.items():
        assert sum(tile.z == z for tile in chosen) / 20 == pytest.approx(share, abs=4)


def test_a_tile_holds_the_point_it_was_made_for() -> None:
    tiles = module("tiles")
    for z in range(18):
        left, bottom, right, top = tiles.at(z, 12_208_345.6, -769_123.4).box
        assert left <= 12_208_345.6 < right
        assert bottom < -769_123.4 <= top
    assert tiles.at(13, 12_208_345.6, -769_123.4) == tiles.Tile(13, 6591, 4253)
    assert tiles.lonlat(tiles.WORLD / 2, 0) == pytest.approx((180, 0))


# --- Invented exports


def test_an_invented_export_is_what_it_says(tmp_path: Path) -> None:
    exports = module("exports")
    written = exports.write(tmp_path / "a.csv", 1000)
    again = exports.write(tmp_path / "b.csv", 1000)
    assert written == again
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    lines = (tmp_path / "a.csv").read_text(encoding="utf-8-sig").splitlines()
    assert (len(lines), written.rows, written.good) == (1001, 1000, 990)
    assert len(lines[0].split(";")) == 28
    names = {line.split(";")[4] for line in lines[1:]}
    assert all(name.startswith("Contoh ") for name in names)


# --- The command line


def bench(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(ROOT / "bin" / "bench"), *arguments],
        env=os.environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


def test_it_tells_how_it_is_used() -> None:
    done = bench("--help")
    assert done.returncode == 0
    assert all(name in done.stdout for name in ("--quick", "--only", "--size", "--rounds", "peers", "import"))


@pytest.mark.parametrize("wrong", [["--only", "speed"], ["--size", "7"], ["--rounds", "0"], ["--fast"]])
def test_what_makes_no_sense_is_refused_before_anything_is_set_up(wrong: list[str]) -> None:
    done = bench(*wrong)
    assert done.returncode == 2
    assert "error:" in done.stderr


def test_every_section_has_its_module() -> None:
    sections, options = module("sections"), module("options")
    for name, text, _ in options.SECTIONS:
        title, run = sections.of(name)
        assert title == text
        assert callable(run)


# --- The report


@pytest.fixture
def result() -> Any:
    results = module("results")
    made = results.Result("http", "over HTTP", when="2026-01-02 03:04 UTC", machine={"Processor": "some"})
    made.checked("all is\n   well")
    made.table("A table", "what", "ms").add("a|b", 1.5)
    made.note("a note")
    curve = results.Curve("tile", [(1e4, 0.5), (1e5, 0.7)])
    made.pictures.append(results.Picture("growth", "Growth & more", "ms", [curve]))
    return made


def test_results_come_back_as_they_were_kept(result: Any, tmp_path: Path) -> None:
    results = module("results")
    results.save(result, tmp_path)
    assert results.load(["page", "http"], tmp_path) == [result]
    assert json.loads((tmp_path / "http.json").read_text())["checks"] == ["all is well"]


def test_the_report_tells_all_and_no_path_of_this_machine(result: Any) -> None:
    report = module("report")
    result.failed = f"SetupError: {ROOT}/.local/log/x.log says no\nand more"
    text = report.markdown([result])
    assert "| a\\|b | 1.5 |" in text
    assert "bench-growth.svg" in text
    assert "**Not measured this time.** SetupError" in text
    assert str(ROOT) not in text
    assert socket.gethostname() not in text


def test_a_row_that_does_not_fit_its_table_is_refused(result: Any) -> None:
    with pytest.raises(ValueError, match="2 columns"):
        result.tables[0].add("only one")


def test_a_picture_is_well_formed(result: Any) -> None:
    from xml.etree import ElementTree

    root = ElementTree.fromstring(module("drawing").svg(result.pictures[0]))  # noqa: S314 - our own
    assert root.tag.endswith("svg")
    texts = [element.text for element in root.iter() if element.text]
    assert "Growth & more" in texts
    assert "10,000" in texts


def test_a_section_that_fails_is_told_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    main = module("__main__")
    sections, options, results = module("sections"), module("options"), module("results")

    def breaks(bench: Any, result: Any) -> None:
        raise ValueError("no luck")

    def works(bench: Any, result: Any) -> None:
        result.note("done")

    def cannot(bench: Any, result: Any) -> None:
        raise sections.Skipped("there is no browser")

    chosen = {"page": cannot, "queries": breaks, "import": works}
    monkeypatch.setattr(sections, "of", lambda name: (name, chosen[name]))
    wanted = options.parse(["--only", "page", "--only", "queries", "--only", "import"])
    failed = main._sections(wanted, sections.Bench(wanted, {}), tmp_path)
    assert failed == ["queries"]
    page, queries, imports = results.load(["page", "queries", "import"], tmp_path)
    assert page.failed == "not measured: there is no browser"
    assert queries.failed == "ValueError: no luck"
    assert (imports.failed, imports.notes) == ("", ["done"])


# --- All of it


@pytest.mark.slow
def test_quick_run_measures_and_checks_everything_it_can() -> None:
    done = bench("--quick")
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    for told in (
        "a recount finds",
        "search suggests each",
        "a server error",
        "planted bad were refused",
        "queues count as many cases",
        "reports arrived once and counts",
    ):
        assert told in done.stdout
    killed = ("strictly verified", "nothing to kill")  # the latter where PostgreSQL is on another machine
    assert any(told in done.stdout for told in killed)
