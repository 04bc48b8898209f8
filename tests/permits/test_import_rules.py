"""What an import may change of what is there already, and what it leaves alone."""

import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from companies.consent import set_consent
from companies.models import Company, Membership
from geoportal.accounts.models import User
from geoportal.geography.models import Zone
from geoportal.geography.quality import Quality
from maps.models import Place
from permits.imports import pipeline
from permits.models import ImportRun, Permit, PermitSite, PermitType
from tests import factories
from tests.permits.oss_export import USUAL, export, permit_export, project, response
from tests.permits.oss_files import PROJECT_COLUMNS, many

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _city(zones: None) -> None:
    for command in ("load_kbli", "load_commodities", "load_catalogue"):
        call_command(command, stdout=StringIO(), stderr=StringIO())


@pytest.fixture
def oss(tmp_path: Path) -> Any:
    """Imports rows of projects, and of permits; returns all that was said."""

    def importer(
        *rows: dict[str, str], permits: list[dict[str, str]] | None = None, options: str = ""
    ) -> str:
        file, other, said = tmp_path / "proyek.csv", tmp_path / "izin.csv", StringIO()
        file.write_text(export(rows), encoding="utf-8")
        arguments = options.split()
        if permits is not None:
            other.write_text(permit_export(permits), encoding="utf-8")
            arguments += ["--permits", str(other)]
        call_command("import_oss", str(file), *arguments, stdout=said, stderr=said)
        return said.getvalue()

    return importer


def summary(said: str) -> list[int]:
    """new, changed, unchanged, rejected"""
    return [int(number) for number in re.findall(r"[ ,](\d+) \w", said.splitlines()[-1])[:4]]


# --- Companies


def test_a_newer_row_renames_a_company_and_its_address_on_the_site_stays(oss: Any) -> None:
    oss(project(1))
    slug = Company.objects.get().slug
    said = oss(project(2, Nama_Perusahaan="CONTOH NAMA BARU", Day_of_Tanggal_Pengajuan_Proyek="1 Juli 2025"))
    assert (Company.objects.get().name, Company.objects.get().slug) == ("CONTOH NAMA BARU", slug)
    assert set(Place.objects.values_list("company_name", flat=True)) == {"CONTOH NAMA BARU"}
    assert summary(said)[:3] == [1, 0, 0]


def test_an_older_row_does_not(oss: Any) -> None:
    oss(project(1))
    oss(project(2, Nama_Perusahaan="CONTOH NAMA LAMA", Day_of_Tanggal_Pengajuan_Proyek="1 Juli 2021"))
    assert Company.objects.get().name == USUAL["Nama Perusahaan"]
    assert Permit.objects.count() == 2


def test_companies_of_one_name_get_addresses_of_their_own(oss: Any) -> None:
    rows = [project(n, Nib=f"912000000000{n}") for n in range(1, 4)]
    oss(*rows)
    first = set(Company.objects.values_list("slug", flat=True))
    oss(*rows, project(9, Nib="9120000000009"))
    slugs = set(Company.objects.values_list("slug", flat=True))
    assert len(slugs) == 4
    assert first < slugs
    assert all(slug.startswith("contoh-batik-uji") for slug in slugs)


def test_a_blank_contact_erases_nothing_and_a_new_one_replaces(oss: Any) -> None:
    oss(project())
    oss(project(Nomor_Telp="", Email=""))
    assert Company.objects.get().phone == "+6285393362486"
    oss(project(Nomor_Telp="0813-1111-2222"))
    assert (Company.objects.get().phone, Company.objects.get().email) == (
        "+6281311112222",
        "rahasia@example.com",
    )


@pytest.mark.parametrize("how", ["consent", "member", "source"])
def test_what_an_owner_or_another_source_looks_after_is_left_alone(oss: Any, how: str) -> None:
    oss(project())
    company = Company.objects.get()
    if how == "consent":
        set_consent(company, what="location", given=True, basis="test", by=None)
    elif how == "member":
        Membership.objects.create(company=company, user=User.objects.create_user("pemilik-uji"))
    else:
        Company.objects.update(source="sakpore")
    changed = project(
        Nama_Perusahaan="LAIN", Nomor_Telp="0813-1111-2222", longitude="109.68", Email="lain@uji.example"
    )
    oss(changed)
    after = Company.objects.get()
    assert (after.name, after.phone, after.email) == (company.name, company.phone, company.email)
    assert after.point == company.point
    site = PermitSite.objects.get().point  # the permit is the source's
    assert site is not None
    assert site.x == 109.68


def test_the_companys_place_is_its_main_projects(oss: Any) -> None:
    oss(
        project(1, Uraian_Jenis_Proyek="Pendukung", longitude="109.69"),
        project(2, longitude="109.66"),
        project(3, Uraian_Jenis_Proyek="Pendukung", longitude="109.70"),
    )
    point = Company.objects.get().point
    assert point is not None
    assert point.x == 109.66


# --- Places


@pytest.mark.parametrize("quality", [Quality.SURVEYED, Quality.BUILDING])
def test_a_place_that_was_visited_is_not_moved(oss: Any, quality: Quality) -> None:
    oss(project())
    PermitSite.objects.update(point=Point(109.68, -6.89, srid=4326), quality=quality)
    said = oss(project(Alamat_Usaha="Jalan Uji Baru"))
    site = PermitSite.objects.get()
    assert site.point is not None
    assert (site.point.x, site.quality, site.address) == (109.68, quality, "Jalan Uji Baru")
    assert summary(said)[1] == 1
    assert summary(oss(project(Alamat_Usaha="Jalan Uji Baru")))[:3] == [0, 0, 1]


def test_a_point_that_was_given_up_goes_back_to_the_village(oss: Any) -> None:
    oss(project())
    oss(project(longitude="", latitude=""))
    assert PermitSite.objects.get().quality == "village"


def test_a_village_of_that_name_in_another_district_or_regency_is_not_taken(oss: Any) -> None:
    blank = {"longitude": "", "latitude": ""}
    oss(
        project(1, **blank, kecamatan_usaha="Wiradesa"),
        project(2, **blank, kecamatan_usaha="", Kab_Kota_Usaha="Kab. Pekalongan"),
        project(3, **blank, kecamatan_usaha="KEC. PEKALONGAN  TIMUR", Kab_Kota_Usaha="KOTA PEKALONGAN"),
    )
    points = PermitSite.objects.order_by("permit__number").values_list("quality", flat=True)
    assert list(points) == ["unknown", "unknown", "village"]


# --- Permits


def test_what_an_officer_took_off_the_map_stays_off(oss: Any) -> None:
    oss(project())
    Permit.objects.update(published=False)
    oss(project(Uraian_Risiko_Proyek="Tinggi"))
    assert (Permit.objects.get().risk, Permit.objects.get().published) == ("high", False)


def test_a_response_that_no_longer_counts_takes_its_permit_back(oss: Any) -> None:
    first, second = response(1), response(2)
    oss(project(), permits=[first, second])
    assert Place.objects.having_status().filter(registered_only=False).count() == 2
    taken_back = {"uraian_status_respon": "Izin Dicabut"}
    said = oss(
        project(), permits=[first | taken_back, second | {"uraian_status_respon": "Menunggu Verifikasi"}]
    )
    permits = {p.source_ref: p for p in Permit.objects.filter(registered_only=False)}
    assert permits[first["id_permohonan_izin"]].revoked_on is not None
    assert permits[first["id_permohonan_izin"]].missing_since is None
    assert permits[second["id_permohonan_izin"]].missing_since is not None
    assert "Menunggu Verifikasi" in said
    oss(project(), permits=[first, second])
    assert not Permit.objects.exclude(revoked_on=None, missing_since=None).exists()


def test_the_same_project_twice_is_one_permit_and_the_last_row_counts(oss: Any) -> None:
    said = oss(project(1), project(1, Uraian_Risiko_Proyek="Tinggi"))
    assert Permit.objects.get().risk == "high"
    assert PermitSite.objects.count() == 1
    assert summary(said) == [1, 0, 0, 0]


def test_one_project_of_two_companies_is_no_project_of_the_second(oss: Any) -> None:
    said = oss(project(1), project(1, Nib="9120009999999"))
    assert Company.objects.get().nib == USUAL["Nib"]
    assert summary(said) == [1, 0, 0, 1]


def test_a_number_that_another_permit_has_is_rejected(oss: Any, tmp_path: Path) -> None:
    factories.permit(number=project(1)["Id Proyek"])
    assert summary(oss(project(1), project(2)))[:4] == [1, 0, 0, 1]
    assert project(1)["Id Proyek"] in (tmp_path / "proyek.rejected.csv").read_text()
    assert Company.objects.filter(nib=USUAL["Nib"]).count() == 1


def test_a_full_export_flags_nothing_of_the_demo_city_and_of_other_sources(oss: Any) -> None:
    factories.permit(source="oss", source_ref="R-9999", registered_only=True, demo=True)
    factories.permit(source="archive", source_ref="lama:1", registered_only=True)
    oss(project(), options="--full")
    assert not Permit.objects.filter(missing_since__isnull=False).exists()


def test_a_rejected_row_is_still_in_the_file(oss: Any) -> None:
    oss(project(1), project(2, Nib="9120001234568"))
    oss(project(1), project(2, Nib="rusak"), options="--full")
    assert not Permit.objects.filter(missing_since__isnull=False).exists()


# --- Files and runs


def test_a_second_file_that_cannot_be_used_stops_the_first_too(oss: Any, tmp_path: Path) -> None:
    (tmp_path / "lain.csv").write_text("a;b\n1;2\n")
    with pytest.raises(CommandError, match="id_permohonan_izin"):
        oss(project(), options=f"--permits {tmp_path / 'lain.csv'}")
    assert not Permit.objects.exists()
    assert not ImportRun.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_are_refused(oss: Any) -> None:
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [pipeline.LOCK])
        with pytest.raises(CommandError):
            oss(project())
    finally:
        other.close()
    oss(project())
    assert Permit.objects.count() == 1


def test_without_zones_or_catalogue_it_says_what_to_run(oss: Any) -> None:
    PermitType.objects.filter(code="OSS-IZIN").delete()
    with pytest.raises(CommandError, match="load_catalogue"):
        oss(project())
    for level in ("village", "district", "city"):
        Zone.objects.filter(level=level).delete()
    with pytest.raises(CommandError, match="load_zones"):
        oss(project())


def test_a_run_is_recorded_with_sums_of_investment_and_workers(oss: Any) -> None:
    oss(project(1), project(2, Jumlah_Investasi="2.500.000", TKI="4"))
    run = ImportRun.objects.get()
    assert (run.summary["investment"], run.summary["workers"], run.summary["land"]) == (12_500_000, 7, 22_292)
    assert run.summary["counts"]["created"] == 2
    assert len(run.file_sha256) == 64


def test_hundreds_of_rows_with_every_oddity_add_up(oss: Any) -> None:
    rows = list(many(300))
    said = oss(*rows)
    assert summary(said) == [300, 0, 0, 0]
    assert Company.objects.count() == 225
    assert Place.objects.count() == 300
    assert not PermitSite.objects.filter(point=Point(0, 0, srid=4326)).exists()
    assert summary(oss(*rows)) == [0, 0, 300, 0]
    changed = [
        row | {"Uraian Risiko Proyek": "Tinggi"} for row in rows if row["Uraian Risiko Proyek"] != "Tinggi"
    ]
    assert summary(oss(*changed)) == [0, len(changed), 0, 0]


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.lists(st.text(max_size=40), min_size=28, max_size=28), min_size=1, max_size=5))
def test_no_content_of_cells_breaks_an_import(oss: Any, cells: list[list[str]]) -> None:
    rows = [dict(zip(PROJECT_COLUMNS, (c.replace("\0", "") for c in row), strict=True)) for row in cells]
    said = oss(
        project(77),
        *rows,
        *(row | {"Nib": USUAL["Nib"], "Id Proyek": f"R-{n}"} for n, row in enumerate(rows)),
    )
    assert sum(summary(said)) <= 1 + 2 * len(rows)


def test_an_import_begins_with_fresh_statistics(oss: Any) -> None:
    """Else the planner takes what the last import loaded for empty tables."""

    def believed(table: str) -> float:
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table])
            found: float = cursor.fetchone()[0]
        return found

    rows = [project(n) for n in range(1, 8)]
    oss(*rows)
    oss(*rows)
    assert believed("permits_permit") == believed("permits_permitsite") == 7
    assert believed("companies_company") == Company.objects.count()
