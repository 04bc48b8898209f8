"""Two hundred hostile files and forty awkward good ones, through the pipeline in processes of their own."""

import hashlib
import io
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import django
import pytest
from PIL import Image

from geoportal import intake
from tests.permits.uploading import good, hostile
from tests.permits.uploading.taking import HOSTILE, Outcome, taken

WORKERS = 2


@pytest.fixture(scope="session")
def outcomes() -> Iterator[dict[tuple[str, str], Outcome]]:
    """A worker that is lost ends the pool with an error."""
    cases = [("hostile", case) for case in HOSTILE] + [("good", case) for case in good.CASES]
    with ProcessPoolExecutor(WORKERS, get_context("spawn"), django.setup) as workers:
        made = {case: workers.submit(taken, *case) for case in cases}
        yield {case: one.result() for case, one in made.items()}


def test_there_are_enough_of_them(outcomes: dict[tuple[str, str], Outcome]) -> None:
    assert len(HOSTILE) >= 200
    assert len(good.CASES) >= 40
    different = {
        (one.sha256, HOSTILE[case][0]) for (group, case), one in outcomes.items() if group == "hostile"
    }
    assert len(different) >= 200


def test_no_worker_was_lost_and_none_was_held_up(outcomes: dict[tuple[str, str], Outcome]) -> None:
    assert len({one.worker for one in outcomes.values()}) <= WORKERS
    slow = {
        case: one.seconds for case, one in outcomes.items() if one.seconds > 10.5
    }  # the limit, and cleaning up
    assert slow == {}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_refused_in_words_or_drawn_anew(
    case: str, outcomes: dict[tuple[str, str], Outcome]
) -> None:
    found = outcomes["hostile", case]
    if found.refusal:
        assert len(found.refusal.split()) > 4
        return
    assert found.shown
    assert found.name.isprintable()
    assert not set("/\\\0") & set(found.name)
    for shown in found.shown:
        assert hashlib.sha256(shown).hexdigest() != found.sha256
        _is_a_plain_picture(shown)
        for trace in hostile.TRACES:
            assert trace not in shown


def _is_a_plain_picture(shown: bytes) -> None:
    assert shown[:3] == b"\xff\xd8\xff"
    assert shown[-2:] == b"\xff\xd9"
    with Image.open(io.BytesIO(shown)) as image:
        image.load()
        assert image.format == "JPEG"
        assert not image.getexif()
        assert "comment" not in image.info
        assert max(image.size) <= 2000


MUST_BE_REFUSED = [
    *(f"{kind} called {extension}" for kind in hostile.OTHERS for extension in ("jpg", "pdf")),
    *(f"name {name[:40]!a}" for name in hostile.BAD_NAMES),
    *(case for case in HOSTILE if " broken off at " in case),
    *(case for case in HOSTILE if " and before it " in case),
    "pdf: locked", "bomb: huge png", "bomb: huge jpg", "bomb: png of 1 bit", "bomb: pdf of many pages",
    "bomb: pdf of enormous pages", "bomb: too many bytes", "bomb: one pixel", "bomb: one line",
]  # fmt: skip


def test_what_is_no_picture_is_refused_whatever_it_is_called(
    outcomes: dict[tuple[str, str], Outcome],
) -> None:
    assert [case for case in MUST_BE_REFUSED if not outcomes["hostile", case].refusal] == []


@pytest.mark.parametrize("case", good.CASES)
def test_good_files_are_taken(case: str, outcomes: dict[tuple[str, str], Outcome]) -> None:
    wanted, found = good.CASES[case], outcomes["good", case]
    assert found.refusal == ""
    assert (found.kind, len(found.shown)) == (wanted.kind, wanted.pages)
    assert found.name == intake.label(wanted.name)
    for shown in found.shown:
        _is_a_plain_picture(shown)


def _first(case: str, outcomes: dict[tuple[str, str], Outcome]) -> Image.Image:
    return Image.open(io.BytesIO(outcomes["good", case].shown[0]))


def test_photographs_stand_upright(outcomes: dict[tuple[str, str], Outcome]) -> None:
    assert _first("photograph", outcomes).size == (300, 200)
    assert _first("turned", outcomes).size == (200, 300)
    assert _first("heic, turned", outcomes).size == (200, 300)
    assert _first("turned page", outcomes).width > _first("turned page", outcomes).height


def test_16_bits_keep_their_brightness_and_nothing_becomes_white(
    outcomes: dict[tuple[str, str], Outcome],
) -> None:
    grey = _first("16 bits", outcomes).convert("L").getpixel((9, 9))
    assert grey == pytest.approx(40_000 / 256, abs=3)
    assert _first("see-through", outcomes).convert("L").getpixel((9, 9)) == 255


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../a.jpg", "a.jpg"),
        ("C:\\a\\b.jpg", "b.jpg"),
        ("foto\u202egpj.exe", "fotogpj.exe"),
        ("a\0b\n.jpg", "ab.jpg"),
        ("x" * 300 + ".jpg", "x" * 146 + ".jpg"),
        ("a." + "j" * 300, "a." + "j" * 148),
        ("Surat Izin (asli) – Batik.PDF", "Surat Izin (asli) – Batik.PDF"),
        ("..", ".."),
    ],
)
def test_a_name_is_a_label(name: str, shown: str) -> None:
    assert intake.label(name) == shown
