"""import_permits: any CSV by a mapping."""

import tomllib
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from companies.merging import merge
from companies.models import Company, LegalForm
from geoportal.accounts.roles import Role
from geoportal.reporting import fixture
from maps.models import Place
from permits.imports.mapping import FIELDS
from permits.models import ImportRun, LocationKind, Permit, PermitCommodity, PermitSite
from permits.status import Status
from tests import factories

pytestmark = pytest.mark.django_db
MAP = """
dataset = "uji"
[columns]
number = "Nomor"
company = "Nama"
address = "Alamat"
issued_on = "Terbit"
valid_until = "Sampai"
x = "Bujur"
y = "Lintang"
commodity = "Barang"
[constants]
type = "UJI-USAHA"
"""
ROW = {
    "Nomor": "UJI/1/2024", "Nama": "PT CONTOH UJI", "Alamat": "Jalan Uji 1", "Terbit": "8 Juli 2024",
    "Sampai": "", "Bujur": "109.675", "Lintang": "-6.889", "Barang": "Batik", "Induk": "", "Jenis": "",
    "Bentuk": "", "Telepon": "", "Status": "",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _city() -> None:
    factories.village()
    factories.permit_type()
    factories.commodity()


@pytest.fixture
def said() -> StringIO:
    return StringIO()


@pytest.fixture
def load(tmp_path: Path, said: StringIO) -> Any:
    """Imports rows that differ from ROW; returns all that was said until now."""

    def loader(*rows: dict[str, str], mapping: str = MAP, options: str = "") -> str:
        file, map_file = tmp_path / "izin.csv", tmp_path / "map.toml"
        lines = [";".join(ROW), *(";".join((ROW | row).values()) for row in rows)]
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        map_file.write_text(mapping, encoding="utf-8")
        arguments = ["import_permits", str(file), "--mapping", str(map_file), *options.split()]
        call_command(*arguments, stdout=said, stderr=said)
        return said.getvalue()

    return loader


def with_columns(**columns: str) -> str:
    lines = "".join(f'{field} = "{column}"\n' for field, column in columns.items())
    return MAP.replace("[constants]", f"{lines}[constants]")


def test_a_row_becomes_a_permit_on_the_map(load: Any) -> None:
    load({})
    place = Place.objects.with_status().get()
    assert (place.number, place.company_name, place.status) == (
        "UJI/1/2024",
        "PT CONTOH UJI",
        Status.IN_FORCE,
    )
    assert (place.source, place.quality, place.address) == ("archive", "street", "Jalan Uji 1")
    permit = Permit.objects.get()
    assert (permit.source_ref, permit.issued_on, permit.valid_from) == (
        "uji:UJI/1/2024",
        date(2024, 7, 8),
        date(2024, 7, 8),
    )
    assert PermitCommodity.objects.get().provenance == "declared"
    assert ImportRun.objects.get().summary["dataset"] == "uji"


def test_rows_of_one_number_are_sites_even_at_several_addresses_without_an_id_of_the_holder(
    load: Any,
) -> None:
    load({}, {"Alamat": "Jalan Uji 2", "Bujur": "109.676"}, {"Alamat": "Jalan Uji 3", "Bujur": ""})
    sites = PermitSite.objects.order_by("ordinal").values_list("address", "quality")
    assert list(sites) == [("Jalan Uji 1", "street"), ("Jalan Uji 2", "street"), ("Jalan Uji 3", "unknown")]
    assert Company.objects.count() == Permit.objects.count() == 1
    load({})
    assert PermitSite.objects.count() == 1


def test_sites_of_one_key_have_one_holder_and_only_another_name_is_another(load: Any, tmp_path: Path) -> None:
    """As docs/import.md says it: `key` makes the permit; with no id of the holder, its name at an address."""
    mapping = with_columns(key="Induk")
    rows = [
        {"Induk": "7"},
        {"Induk": "7", "Alamat": "Jalan Uji 2", "Bujur": "109.676", "Nama": "P.T. Contoh  Uji"},
        {"Induk": "7", "Alamat": "Jalan Uji 3", "Bujur": "109.677", "Nama": "CV CONTOH LAIN"},
    ]
    for order in (rows, [rows[1], rows[0], rows[2]]):
        load(*order, mapping=mapping)
        permit = Permit.objects.get()
        assert sorted(permit.sites.values_list("address", flat=True)) == ["Jalan Uji 1", "Jalan Uji 2"]
        assert Place.objects.filter(permit_id=permit.pk).count() == 2
        assert Company.objects.get() == permit.company
        (rejected,) = (tmp_path / "izin.rejected.csv").read_text().splitlines()[1:]
        assert rejected.startswith("7,4,")


def test_the_latest_term_of_one_number_counts(load: Any) -> None:
    old = {"Terbit": "8 Juli 2020", "Sampai": "7 Juli 2024", "Alamat": "Jalan Lama", "Nama": "CV CONTOH LAMA"}
    said = load(old, {})
    assert Permit.objects.get().valid_until is None
    assert PermitSite.objects.get().address == "Jalan Uji 1"
    assert Company.objects.get().name == "PT CONTOH UJI"  # nothing of the former holder is made
    assert "1 " in said.splitlines()[-1]


def test_terms_of_one_group_replace_one_another_once_they_have_begun(load: Any) -> None:
    soon = timezone.localdate() + timedelta(days=40)
    terms = [
        {"Nomor": "UJI/1/2020", "Terbit": "8 Juli 2020", "Sampai": "7 Juli 2024", "Induk": "7"},
        {"Nomor": "UJI/1/2024", "Terbit": "8 Juli 2024", "Sampai": str(soon), "Induk": "7"},
        {"Nomor": "UJI/1/2099", "Terbit": str(soon + timedelta(days=1)), "Induk": "7"},
        {"Nomor": "UJI/2/2024", "Induk": "8"},
    ]
    load(*reversed(terms), mapping=with_columns(group="Induk"))
    numbers = {p.number: p for p in Permit.objects.all()}
    assert numbers["UJI/1/2020"].replaced_by == numbers["UJI/1/2024"]
    assert numbers["UJI/1/2024"].replaced_by is None
    assert [numbers[n].purpose for n in sorted(numbers)] == ["new", "renewal", "renewal", "new"]
    assert Company.objects.count() == 1


def test_another_holder_of_the_same_number_is_rejected(load: Any, tmp_path: Path) -> None:
    load({}, {"Nama": "CV CONTOH LAIN"})
    assert Permit.objects.get().company.name == "PT CONTOH UJI"
    text = (tmp_path / "izin.rejected.csv").read_text()
    assert "UJI/1/2024,3," in text
    assert "CONTOH" not in text


def test_a_holder_is_known_again_by_name_and_address_or_by_the_permit(load: Any) -> None:
    load({}, {"Nomor": "UJI/2", "Nama": "P.T. Contoh  Uji", "Alamat": "JALAN UJI 1."})
    assert Company.objects.count() == 1
    load({"Alamat": "Jalan Pindah 9"}, {"Nomor": "UJI/2", "Alamat": "Jalan Pindah 9"})
    assert Company.objects.get().address == "Jalan Pindah 9"
    load({"Nama": "PT GANTI NAMA", "Alamat": "Jalan Pindah 9"})
    assert Company.objects.count() == 2


def test_what_was_merged_into_another_company_is_not_filled_again(load: Any) -> None:
    load({})
    double, kept = Company.objects.get(), factories.company("Contoh Asli")
    merge(kept=kept, duplicate=double, by=factories.staff(Role.FRONT_OFFICE), reason="sama")
    load({}, {"Nomor": "UJI/2"})
    assert set(Permit.objects.values_list("company__slug", flat=True)) == {kept.slug}
    assert Company.objects.count() == 2


@pytest.mark.parametrize("step", range(3))
def test_nothing_changes_the_second_time(load: Any, step: int) -> None:
    rows = [{}, {"Alamat": "Jalan Lain"}, {"Nomor": "UJI/2", "Alamat": "Jalan Lain", "Bujur": "109.676"}][
        : step + 1
    ]
    load(*rows)
    before = [list(m.objects.order_by("pk").values()) for m in (Company, Permit, PermitSite, Place)]
    assert load(*rows).splitlines()[-1].startswith("import_permits: 0 ")
    assert [list(m.objects.order_by("pk").values()) for m in (Company, Permit, PermitSite, Place)] == before


def test_full_concerns_its_own_dataset_only(load: Any) -> None:
    load({}, {"Nomor": "UJI/2"})
    load({"Nomor": "LAIN/1"}, mapping=MAP.replace('"uji"', '"u%i"'), options="--full")
    assert not Permit.objects.filter(missing_since__isnull=False).exists()
    load({}, options="--full")
    assert Permit.objects.get(missing_since__isnull=False).number == "UJI/2"


def test_types_are_translated_and_untranslated_ones_told_when_they_recur(load: Any) -> None:
    mapping = with_columns(type="Jenis").replace('type = "UJI-USAHA"\n', "")
    mapping += '[translate.type]\n"Izin A" = "UJI-USAHA"\n'
    said = load(
        {"Jenis": "izin a"}, {"Nomor": "2", "Jenis": "Izin Usaha Uji"}, {"Nomor": "3", "Jenis": "Izin B"},
        {"Nomor": "4", "Jenis": "Izin B"}, {"Nomor": "5", "Jenis": "Orang Rahasia"}, mapping=mapping,
    )  # fmt: skip
    assert sorted(Permit.objects.values_list("number", flat=True)) == ["2", "UJI/1/2024"]
    assert "“Izin B”" in said
    assert "Rahasia" not in said


def test_forms_of_holders(load: Any) -> None:
    factories.permit_type("UJI-SIP", location_kind=LocationKind.PRACTICE, applicant="person")
    mapping = with_columns(legal_form="Bentuk", type="Jenis")
    load(
        {"Nama": "CV CONTOH A"}, {"Nomor": "2", "Nama": "WARUNG CONTOH B", "Alamat": "B"},
        {"Nomor": "3", "Nama": "CONTOH C", "Bentuk": "Koperasi Produsen", "Alamat": "C"},
        {"Nomor": "4", "Nama": "dr. CONTOH D", "Jenis": "UJI-SIP", "Alamat": "D"},
        {"Nomor": "5", "Nama": "PT CONTOH E", "Bentuk": "Perorangan", "Alamat": "E"}, mapping=mapping,
    )  # fmt: skip
    forms = list(Company.objects.order_by("permits__number").values_list("legal_form", flat=True))
    assert forms == [
        LegalForm.UNKNOWN,
        LegalForm.KOPERASI,
        LegalForm.PRACTITIONER,
        LegalForm.SOLE_PROPRIETOR,
        LegalForm.CV,
    ]
    assert Place.objects.get(number="2").withheld


def test_commodities_by_name_synonym_and_several_at_once(load: Any) -> None:
    factories.commodity("kopi", name="Kopi", synonyms=["kedai kopi"])
    said = load({"Barang": "KEDAI KOPI, batik / entah apa"}, {"Nomor": "2", "Barang": "entah apa"})
    found = Permit.objects.get(number="UJI/1/2024").commodities.values_list("slug", flat=True)
    assert sorted(found) == ["batik", "kopi"]
    assert "“entah apa”" in said


@pytest.mark.parametrize(
    ("text", "order"),
    [("POINT (109.675 -6.889)", "lat,lon"), ("(-6.889, 109.675)", "lat,lon"), ("109.675 -6.889", "lon,lat")],
)
def test_a_point_in_one_column(load: Any, text: str, order: str) -> None:
    mapping = MAP.replace('x = "Bujur"\ny = "Lintang"', 'point = "Bujur"')
    load({"Bujur": text}, mapping=f'{mapping}[coordinates]\norder = "{order}"\n')
    point = PermitSite.objects.get().point
    assert point is not None
    assert (point.x, point.y) == (109.675, -6.889)


def test_a_point_outside_the_bounds_is_left_out_and_never_at_zero(load: Any) -> None:
    said = load({"Bujur": "-87.6", "Lintang": "41.8"}, {"Nomor": "2", "Bujur": "0", "Lintang": "0"})
    assert list(Place.objects.values_list("point", "quality")) == [(None, "unknown")] * 2
    assert "1 " in said
    load({"Bujur": "-87.6", "Lintang": "41.8"}, mapping=f"{MAP}[coordinates]\nbounds = [-88, 41, -87, 42]\n")
    point = PermitSite.objects.get(permit__number="UJI/1/2024").point
    assert point is not None
    assert (point.x, point.y) == (-87.6, 41.8)


def test_personal_data_is_told_nowhere(load: Any, tmp_path: Path) -> None:
    row = {"Nama": "Orang Rahasia", "Telepon": "0853-9336-2486", "Terbit": "Orang Rahasia"}
    said = load(
        {}, row | {"Nomor": "=cmd()"}, row | {"Nomor": "UJI/3"}, mapping=with_columns(phone="Telepon")
    )
    told = said + (tmp_path / "izin.rejected.csv").read_text()
    assert "UJI/3" in told
    for secret in ("Rahasia", "9336", "=cmd"):
        assert secret not in told
    assert Company.objects.get().phone == ""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('dataset = "uji"', "", "dataset"),
        ('company = "Nama"', 'compani = "Nama"', "“company”"),
        ('company = "Nama"\n', "", "company"),
        ('number = "Nomor"\n', "", "number"),
        ('"UJI-USAHA"', '"UJI-USAH"', "“UJI-USAHA”"),
        ('x = "Bujur"\n', "", "x, y"),
        ('number = "Nomor"', 'number = "Nomer"', "“Nomor”"),
        ("[constants]", "[constant]", "“constants”"),
        ('dataset = "uji"', 'dataset = "uji"\nencoding = "utf-9"', "utf-9"),
        ('dataset = "uji"', 'dataset = "uji"\ndates = ["DD/MM"]', "dates"),
        ('dataset = "uji"', 'dataset = "uji"\nsource = "arsip"', "archive"),
        ("[constants]", "[coordinates]\nsrid = 1\n[constants]", "srid"),
        ("[constants]", "[coordinates]\nbounds = [1, 2]\n[constants]", "bounds"),
        ("[constants]", '[translate.risk]\n"a" = "rendah"\n[constants]', "risk"),
        ("[constants]", '[only]\n"Statu" = ["a"]\n[constants]', "“Status”"),
        ("[constants]", "[constants", "map.toml"),
    ],
)
def test_a_wrong_mapping_is_told_with_the_remedy(
    load: Any, said: StringIO, old: str, new: str, told: str
) -> None:
    assert old in MAP
    with pytest.raises(CommandError) as error:
        load({}, mapping=MAP.replace(old, new, 1))
    assert told in said.getvalue() + str(error.value)
    assert not Permit.objects.exists()


def test_the_shipped_mapping_is_a_mapping() -> None:
    content = tomllib.loads(fixture("mappings/arsip.toml").read_text(encoding="utf-8"))
    assert set(content["columns"]) <= set(FIELDS)
