from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import translation

from geoportal.reporting import fixture
from permits.catalogue import read_catalogue
from permits.models import CARRIES_COMMODITIES, LocationPublic, PermitType, Stage

ONE = """
[[permit_type]]
code = "UJI"
name = "Izin Uji"
name_en = "Test permit"
sector = "Uji"
kind = "permit"
channel = "sakpore"
stage = "active"
applicant = "both"
location_kind = "business"
location_public = "exact"
holder_public = true
official = true
jurisdiction = "Kota Contoh"
service_days = 5
documents = ["KTP"]
keywords = ["uji"]
source_url = "https://example.org/uji"
source_date = 2024-04-26
"""


@pytest.fixture(scope="module")
def shipped() -> list[PermitType]:
    types, problems = read_catalogue(fixture("catalogue"))
    assert problems == []
    return types


def load(*arguments: str) -> str:
    out = StringIO()
    call_command("load_catalogue", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def problems_of(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "uji.toml"
    file.write_text(text, encoding="utf-8")
    return [str(problem) for problem in read_catalogue(file)[1]]


def rows() -> list[dict[str, object]]:
    return [dict(row) for row in PermitType.objects.order_by("pk").values()]


def test_the_city_has_69_types_of_which_seven_are_its_own_and_two_are_of_oss(
    shipped: list[PermitType],
) -> None:
    assert len(shipped) == 69 + 2
    assert {t.code for t in shipped if t.sector == "OSS-RBA"} == {"OSS-PROYEK", "OSS-IZIN"}
    official = [t for t in shipped if t.official and t.sector != "OSS-RBA"]
    assert len(official) == 7
    assert all(t.jurisdiction.startswith("Kota Pekalongan") for t in official)
    assert not [t.code for t in shipped if not t.official and t.jurisdiction.startswith("Kota Pekalongan")]


def test_every_type_names_its_source(shipped: list[PermitType]) -> None:
    assert not [t.code for t in shipped if not t.source_url.startswith("http") or not t.source_note]


def test_every_stage_and_every_way_to_withhold_a_place_occurs(shipped: list[PermitType]) -> None:
    assert {t.stage for t in shipped} == set(Stage)
    assert {t.location_public for t in shipped} == set(LocationPublic)
    assert {t.holder_public for t in shipped} == {True, False}


def test_practitioners_are_public_at_their_place_of_practice(shipped: list[PermitType]) -> None:
    practitioners = [t for t in shipped if t.location_kind == "practice"]
    assert len(practitioners) >= 20
    assert {(t.applicant, t.location_public, t.holder_public) for t in practitioners} == {
        ("person", "exact", True)
    }


def test_signboards_transport_and_parcels_carry_no_commodities(shipped: list[PermitType]) -> None:
    kinds = {t.code: t.location_kind for t in shipped}
    for code in ("REKLAME-TETAP", "REKLAME-INSIDENTIL", "KP-TRAYEK", "SK-TRAYEK", "IPPT", "KKPR"):
        assert kinds[code] not in CARRIES_COMMODITIES
    for code in ("SIP-FISIO", "SIP-BIDAN", "PIRT", "APOTEK"):
        assert kinds[code] in CARRIES_COMMODITIES


def test_everyday_words_find_every_type(shipped: list[PermitType]) -> None:
    assert not [t.code for t in shipped if not t.keywords]


@pytest.mark.django_db
def test_only_official_types_are_loaded_unless_examples_are_asked_for() -> None:
    load()
    assert PermitType.objects.count() == PermitType.objects.official().count() == 9
    load("--examples")
    assert PermitType.objects.count() == 71
    load()
    assert PermitType.objects.count() == 71


@pytest.mark.django_db
def test_loading_twice_changes_nothing() -> None:
    load("--examples")
    before = rows()
    assert ", 71 " in load("--examples")
    assert rows() == before


@pytest.mark.django_db
def test_dry_run_changes_nothing() -> None:
    assert load("--examples", "--dry-run").startswith("load_catalogue: 71 ")
    assert rows() == []


@pytest.mark.django_db
def test_a_changed_entry_changes_its_row_and_no_other(tmp_path: Path) -> None:
    load()
    (tmp_path / "uji.toml").write_text(ONE)
    load(str(tmp_path / "uji.toml"))
    before = rows()
    (tmp_path / "uji.toml").write_text(ONE.replace("service_days = 5", "service_days = 3"))
    load(str(tmp_path / "uji.toml"))
    different = [
        (a["code"], a["service_days"], b["service_days"])
        for a, b in zip(before, rows(), strict=True)
        if a != b
    ]
    assert different == [("UJI", 5, 3)]


@pytest.mark.django_db
def test_vanished_types_are_reported_and_kept(tmp_path: Path) -> None:
    (tmp_path / "uji.toml").write_text(ONE)
    load(str(tmp_path))
    (tmp_path / "uji.toml").write_text(ONE.replace('"UJI"', '"LAIN"'))
    err = StringIO()
    call_command("load_catalogue", str(tmp_path), stdout=StringIO(), stderr=err)
    assert "UJI" in err.getvalue()
    assert set(PermitType.objects.values_list("code", flat=True)) == {"UJI", "LAIN"}


@pytest.mark.django_db
def test_one_bad_entry_and_nothing_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(ONE)
    (tmp_path / "b.toml").write_text(ONE.replace('"UJI"', '"LAIN"').replace('"permit"', '"izin"'))
    err = StringIO()
    with pytest.raises(CommandError):
        call_command("load_catalogue", str(tmp_path), stdout=StringIO(), stderr=err)
    assert "b.toml: LAIN.kind: " in err.getvalue()
    assert '"permit", "non_permit"' in err.getvalue()
    assert rows() == []


def test_check_needs_no_database() -> None:
    with connection.execute_wrapper(lambda *_: pytest.fail("the database was asked")):
        assert load("--check").startswith("load_catalogue: 71 ")


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('code = "UJI"', 'code = "uji coba"', "uji coba.code"),
        ('code = "UJI"\n', "", "entry 1.code"),
        ('name = "Izin Uji"', "name = 7", "UJI.name"),
        ("holder_public = true\n", "", "UJI.holder_public"),
        ("holder_public = true", 'holder_public = "ya"', "UJI.holder_public"),
        ("service_days = 5", 'service_days = "5 hari"', "UJI.service_days"),
        ("service_days = 5", "service_days = true", "UJI.service_days"),
        ("service_days", "servis_days", "UJI.servis_days"),
        ('["KTP"]', '["KTP", ""]', "UJI.documents"),
        ('["uji"]', '["uji", "uji"]', "UJI.keywords"),
        ("https://example.org/uji", "example.org", "UJI.source_url"),
        ('source_url = "https://example.org/uji"\n', "", "UJI.source_url"),
        ("Izin Uji", "x" * 151, "UJI.name"),
        ("[[permit_type]]", "[[izin]]\n[[permit_type]]", "izin"),
    ],
)
def test_errors_name_file_entry_and_key(tmp_path: Path, old: str, new: str, place: str) -> None:
    assert old in ONE
    with translation.override("en"):
        (problem,) = problems_of(tmp_path, ONE.replace(old, new))
    assert problem.startswith(f"uji.toml: {place}: ")


def test_a_code_used_twice_names_the_other_file(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(ONE)
    (tmp_path / "b.toml").write_text(ONE)
    (problem,) = read_catalogue(tmp_path)[1]
    assert str(problem).startswith("b.toml: UJI.code: ")
    assert "a.toml" in str(problem)


@pytest.mark.parametrize(
    "text", ["", "# kosong\n", "[permit_type]\n", 'code = "UJI\n', "permit_type = [1]\n"]
)
def test_files_that_are_no_catalogue_are_told(tmp_path: Path, text: str) -> None:
    assert problems_of(tmp_path, text)


def test_a_folder_without_catalogue_is_told(tmp_path: Path) -> None:
    assert [problem.where for problem in read_catalogue(tmp_path)[1]] == [tmp_path.name]


def test_a_date_is_kept_as_text(tmp_path: Path) -> None:
    (tmp_path / "uji.toml").write_text(ONE)
    (permit_type,) = read_catalogue(tmp_path)[0]
    assert permit_type.source_date == "2024-04-26"
