"""import_oss, from files in the real layout to what the map may show."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from companies.models import Company, LegalForm
from maps.models import Place
from permits.models import ImportRun, Permit, PermitSite
from permits.status import StatusOf
from tests.permits.oss_export import PERSONAL, export, permit_export, project, response

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _city(zones: None) -> None:
    for command in ("load_kbli", "load_commodities", "load_catalogue"):
        call_command(command, stdout=StringIO(), stderr=StringIO())


def run(file: Path, *arguments: Any) -> str:
    """What the command says, on both streams; the summary is its last line."""
    said = StringIO()
    call_command("import_oss", str(file), *map(str, arguments), stdout=said, stderr=said)
    return said.getvalue()


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def writer(
        *rows: dict[str, str], name: str = "proyek.csv", encoding: str = "utf-8", **options: Any
    ) -> Path:
        file = tmp_path / name
        file.write_bytes(export(rows, **options).encode(encoding))
        return file

    return writer


def responses(tmp_path: Path, *rows: dict[str, str]) -> Path:
    file = tmp_path / "izin.csv"
    file.write_text(permit_export(rows), encoding="utf-8")
    return file


def status_of(permit: Permit) -> str:
    return str(Place.objects.filter(permit_id=permit.pk).values_list(StatusOf(), flat=True).get())


def everything() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Company, Permit, PermitSite, Place)]


def test_a_project_is_registered_and_on_the_map(write: Any) -> None:
    run(write(project()))
    permit = Permit.objects.get()
    assert (permit.source, permit.source_ref, permit.registered_only) == ("oss", permit.number, True)
    assert (permit.type.code, permit.risk, permit.kbli_code, permit.kbli_edition) == (
        "OSS-PROYEK",
        "low",
        "13134",
        2020,
    )
    assert (permit.published, permit.demo) == (True, False)
    assert status_of(permit) == "registered"
    place = Place.objects.get()
    assert (place.source, place.risk, place.quality) == ("oss", "low", "street")
    assert place.point is not None
    assert "batik" in permit.commodities.values_list("slug", flat=True)


def test_personal_columns_are_dropped_or_encrypted(write: Any) -> None:
    said = run(write(project()))
    company = Company.objects.get()
    assert (company.phone, company.email) == ("+6285393362486", "rahasia@example.com")
    assert (company.consent_contact, company.consent_location) == (False, False)
    with connection.cursor() as cursor:  # as the database holds it, not as the model decrypts it
        cursor.execute("SELECT row_to_json(c)::text FROM companies_company c")
        stored = str(cursor.fetchall())
    kept = " ".join(map(str, [stored, *everything()[1:], *ImportRun.objects.values(), said]))
    assert not [word for word in PERSONAL if word in kept]


def test_a_second_run_changes_nothing(write: Any) -> None:
    file = write(project(1), project(2, Nib="9120001234568", longitude="", latitude=""))
    run(file)
    before = everything()
    said = run(file)
    assert everything() == before
    assert said.splitlines()[-1].startswith("import_oss: 0 ")
    assert ImportRun.objects.count() == 2


def test_dry_run_writes_nothing(write: Any) -> None:
    run(write(project()), "--dry-run")
    assert everything() == [[], [], [], []]
    assert not ImportRun.objects.exists()


def test_one_company_for_one_nib(write: Any) -> None:
    run(write(project(1), project(2, Nama_Perusahaan="Contoh Batik Uji"), project(3, Nib="9120001234568")))
    assert Company.objects.count() == 2
    assert Company.objects.get(nib="9120001234567").permits.count() == 2


@pytest.mark.parametrize("kind", ["Perorangan", "Badan Usaha Luar Dugaan", ""])
def test_a_person_is_public_by_village_only(write: Any, kind: str) -> None:
    run(write(project(Uraian_Jenis_Perusahaan=kind)))
    assert Company.objects.get().treated_as_person
    assert Company.objects.get().legal_form == (
        LegalForm.SOLE_PROPRIETOR if kind == "Perorangan" else LegalForm.UNKNOWN
    )
    place = Place.objects.get()
    assert (place.quality, place.withheld, place.address) == ("village", True, "")


def test_swapped_coordinates_are_mended_and_strange_ones_left_out(write: Any) -> None:
    run(
        write(
            project(1, longitude="-6.889", latitude="109.675"),
            project(2, longitude="106.8", latitude="-6.2"),
            project(3, longitude="0", latitude="0", kelurahan_usaha=""),
            project(4, longitude="109,675", latitude="-6,889"),
        )
    )
    points = [
        site.point and (site.point.x, site.point.y) for site in PermitSite.objects.order_by("permit__number")
    ]
    assert points == [(109.675, -6.889), None, None, (109.675, -6.889)]
    assert Place.objects.count() == 4  # still found and listed


def test_blank_coordinates_fall_back_to_the_village(write: Any) -> None:
    run(write(project(longitude="", latitude="", kelurahan_usaha="KEL.  KAUMAN")))
    site = PermitSite.objects.get()
    assert site.quality == "village"
    assert site.village is not None
    assert site.village.name == "Kauman"


def test_unknown_risk_stays_unknown(write: Any) -> None:
    run(write(project(Uraian_Risiko_Proyek="Entah")))
    assert Permit.objects.get().risk == ""


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_encodings(write: Any, encoding: str) -> None:
    run(write(project(Nama_Perusahaan="CAFÉ CONTOH"), encoding=encoding))
    assert Company.objects.get().name == "CAFÉ CONTOH"


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_delimiters(write: Any, delimiter: str) -> None:
    run(write(project(), delimiter=delimiter))
    assert Permit.objects.count() == 1


def test_rejected_rows_tell_why_and_nothing_personal(write: Any, tmp_path: Path) -> None:
    said = run(write(project(1), project(2, Nib="9,12E+12"), project(3, Nama_Perusahaan="")))
    assert Permit.objects.count() == 1
    text = (tmp_path / "proyek.rejected.csv").read_text()
    assert len(text.splitlines()) == 3
    assert "R-202407081011120000002" in text
    assert not [word for word in PERSONAL if word in text + said]


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, b"Nama;Umur\r\nContoh;1\r\n",
     export([project()]).encode().splitlines(keepends=True)[0]],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "proyek.csv"
    file.write_bytes(content)
    with pytest.raises(CommandError) as refusal:
        run(file)
    assert len(str(refusal.value).splitlines()) == 1
    assert not Permit.objects.exists()


@pytest.mark.parametrize("end", ["\r\nR;R-2;Utama;912", '\r\n5;R-2;Utama;9120001234567;"CONTOH yang terpo'])
def test_a_file_that_breaks_off_loads_nothing(tmp_path: Path, end: str) -> None:
    file = tmp_path / "proyek.csv"
    file.write_text(export([project()]).rstrip() + end, encoding="utf-8", newline="")
    with pytest.raises(CommandError):
        run(file)
    assert everything() == [[], [], [], []]


def test_only_issued_responses_make_a_permit(write: Any, tmp_path: Path) -> None:
    izin = responses(
        tmp_path,
        response(1),
        response(2, uraian_status_respon="Belum Terverifikasi"),
        response(3, project=77),
    )
    said = run(write(project()), "--permits", izin)
    permit = Permit.objects.get(registered_only=False)
    assert permit.source_ref == response(1)["id_permohonan_izin"]
    assert (permit.type.code, permit.risk, str(permit.issued_on)) == ("OSS-IZIN", "medium_high", "2024-08-09")
    assert permit.company == Permit.objects.get(registered_only=True).company
    assert status_of(permit) == "in_force"
    assert permit.sites.get().point is not None
    assert permit.commodities.exists()
    assert "I-202408081011120000003" in (tmp_path / "proyek.rejected.csv").read_text()
    assert "Belum Terverifikasi" in said


def test_what_a_full_export_no_longer_holds_is_flagged_until_it_comes_back(write: Any) -> None:
    both = (project(1), project(2, Nib="9120001234568"))
    run(write(*both))
    run(write(both[0]))
    assert not Permit.objects.filter(missing_since__isnull=False).exists()
    run(write(both[0]), "--full")
    assert Permit.objects.get(missing_since__isnull=False).number == both[1]["Id Proyek"]
    assert Permit.objects.count() == 2
    run(write(*both), "--full")
    assert not Permit.objects.filter(missing_since__isnull=False).exists()
