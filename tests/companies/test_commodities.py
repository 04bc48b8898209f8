import csv
from collections import defaultdict
from io import StringIO
from itertools import combinations
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from companies.commodities import CommodityEntry, contrast_on_white, read_commodities, unknown_codes
from companies.models import Commodity, CommodityKbli, Kbli
from geoportal.reporting import fixture

ONE = """
[[commodity]]
slug = "batik"
name = "Batik"
name_en = "Batik"
group = "Uji"
icon = "batik"
colour = "#2b3f8f"
synonyms = ["bathik"]
kbli = [{ code = "13134", edition = 2020, exact = true }]
"""
ASKED_FOR = [
    "batik",
    "batik-tulis",
    "batik-cap",
    "batik-printing",
    "sarung",
    "tenun-atbm",
    "konveksi",
    "sablon",
    "percetakan",
    "ikan-asin",
    "ikan-pindang",
    "ikan-segar",
    "kerupuk",
    "terasi",
    "roti",
    "kopi",
    "teh",
    "tempe",
    "tahu",
    "mebel",
    "karpet",
    "fisioterapi",
    "bidan",
    "dokter-gigi",
    "dokter-umum",
    "apotek",
    "optik",
    "klinik",
    "laboratorium",
    "perawat",
    "toko-kelontong",
    "minimarket",
    "toko-bangunan",
    "paud",
    "tk",
    "kursus",
]


@pytest.fixture(scope="module")
def shipped() -> list[CommodityEntry]:
    entries, problems = read_commodities(fixture("commodities.toml"))
    assert problems == []
    return entries


def load(*arguments: str) -> str:
    out = StringIO()
    call_command("load_commodities", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def problems_of(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "uji.toml"
    file.write_text(text, encoding="utf-8")
    return [str(problem) for problem in read_commodities(file)[1]]


def test_everyday_words_are_there(shipped: list[CommodityEntry]) -> None:
    assert len(shipped) >= 75
    assert set(ASKED_FOR) <= {entry.row.slug for entry in shipped}


def test_every_commodity_can_be_told_from_its_neighbours(shipped: list[CommodityEntry]) -> None:
    groups = defaultdict(list)
    for entry in shipped:
        groups[entry.row.group].append(entry.row.colour)
        assert contrast_on_white(entry.row.colour) >= 3, entry.row.slug
    for group, colours in groups.items():
        assert len(colours) == len(set(colours)), group
        for one, other in combinations(colours, 2):
            apart = sum(abs(int(one[i : i + 2], 16) - int(other[i : i + 2], 16)) for i in (1, 3, 5))
            assert apart >= 60, (group, one, other)


def test_groups_stand_together(shipped: list[CommodityEntry]) -> None:
    order = [entry.row.group for entry in shipped]
    assert sorted(order, key=order.index) == order


def test_every_icon_is_drawn(shipped: list[CommodityEntry]) -> None:
    sprite = (fixture("..") / "geoportal/static/geoportal/icons.svg").read_text()
    assert {e.row.icon for e in shipped if f'id="{e.row.icon}"' not in sprite} == set()


def test_every_kbli_code_exists_in_its_edition(shipped: list[CommodityEntry]) -> None:
    with fixture("kbli/kbli2020.csv").open(encoding="utf-8", newline="") as stream:
        codes = frozenset(row["code"] for row in csv.DictReader(stream))
    assert unknown_codes(shipped, {2020: codes}) == []
    assert all(entry.kbli for entry in shipped)
    assert {link.code for entry in shipped for link in entry.kbli if link.edition != 2020} == {"13133"}


def test_a_code_that_cannot_tell_two_words_apart_is_exact_for_neither(shipped: list[CommodityEntry]) -> None:
    exact = defaultdict(set)
    for entry in shipped:
        for link in entry.kbli:
            if link.exact:
                exact[link.code, link.edition].add(entry.row.slug)
    assert {code: slugs for code, slugs in exact.items() if len(slugs) > 1} == {}
    assert exact["13134", 2020] == {"batik"}
    assert exact["13133", 2025] == {"batik"}


@pytest.mark.django_db
def test_loading_twice_changes_nothing(shipped: list[CommodityEntry]) -> None:
    call_command("load_kbli", stdout=StringIO())
    load()
    before = (
        list(Commodity.objects.order_by("pk").values()),
        list(CommodityKbli.objects.order_by("pk").values()),
    )
    assert f", {len(shipped)} " in load()
    after = (
        list(Commodity.objects.order_by("pk").values()),
        list(CommodityKbli.objects.order_by("pk").values()),
    )
    assert before == after
    assert len(before[0]) == len(shipped)


@pytest.mark.django_db
def test_a_changed_link_is_a_changed_commodity(tmp_path: Path) -> None:
    file = tmp_path / "uji.toml"
    file.write_text(ONE)
    assert load(str(file)).startswith("load_commodities: 1 ")
    file.write_text(ONE.replace("exact = true", "exact = false"))
    assert load(str(file)).startswith("load_commodities: 0 ")
    assert list(CommodityKbli.objects.values_list("code", "exact")) == [("13134", False)]
    assert ", 1 " in load(str(file)).partition("(")[0]


@pytest.mark.django_db
def test_vanished_commodities_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "uji.toml"
    file.write_text(ONE)
    load(str(file))
    file.write_text(ONE.replace('slug = "batik"', 'slug = "tenun"'))
    load(str(file))
    assert set(Commodity.objects.values_list("slug", flat=True)) == {"batik", "tenun"}


@pytest.mark.django_db
def test_a_code_that_the_loaded_edition_lacks_is_refused(tmp_path: Path) -> None:
    Kbli.objects.create(code="10211", edition=2020, title="Uji")
    file = tmp_path / "uji.toml"
    file.write_text(ONE)
    with pytest.raises(CommandError):
        load(str(file))
    assert not Commodity.objects.exists()


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('"batik"\nname', '"Batik Tulis"\nname', "Batik Tulis.slug"),
        ("#2b3f8f", "#ffee00", "batik.colour"),
        ("#2b3f8f", "biru", "batik.colour"),
        ('name_en = "Batik"\n', "", "batik.name_en"),
        (", exact = true", "", "batik.kbli"),
        ('["bathik"]', '"bathik"', "batik.synonyms"),
        ("synonyms", "sinonim", "batik.sinonim"),
    ],
)
def test_errors_name_the_place(tmp_path: Path, old: str, new: str, place: str) -> None:
    assert old in ONE
    (problem,) = problems_of(tmp_path, ONE.replace(old, new))
    assert problem.startswith(f"uji.toml: {place}: ")


def test_all_errors_are_told_at_once(tmp_path: Path) -> None:
    text = ONE.replace("#2b3f8f", "biru").replace('icon = "batik"\n', "") + ONE
    assert len(problems_of(tmp_path, text)) == 3
