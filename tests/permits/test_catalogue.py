from io import StringIO
from pathlib import Path

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import translation

from geoportal.accounts.models import User
from geoportal.reporting import fixture
from permits.catalogue import Catalogue, read_catalogue
from permits.definitions import clean, definition_of
from permits.models import CARRIES_COMMODITIES, LocationPublic, PermitType, Stage, TypeVersion, VersionState

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


def whole() -> Catalogue:
    found = read_catalogue(fixture("catalogue"))
    assert found.problems == []
    return found


@pytest.fixture(scope="module")
def shipped() -> list[PermitType]:
    return whole().types


def load(*arguments: str) -> str:
    out = StringIO()
    call_command("load_catalogue", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def problems_of(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "uji.toml"
    file.write_text(text, encoding="utf-8")
    return [str(problem) for problem in read_catalogue(file).problems]


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
    (problem,) = read_catalogue(tmp_path).problems
    assert str(problem).startswith("b.toml: UJI.code: ")
    assert "a.toml" in str(problem)


@pytest.mark.parametrize(
    "text", ["", "# kosong\n", "[permit_type]\n", 'code = "UJI\n', "permit_type = [1]\n"]
)
def test_files_that_are_no_catalogue_are_told(tmp_path: Path, text: str) -> None:
    assert problems_of(tmp_path, text)


def test_a_folder_without_catalogue_is_told(tmp_path: Path) -> None:
    assert [problem.where for problem in read_catalogue(tmp_path).problems] == [tmp_path.name]


def test_a_date_is_kept_as_text(tmp_path: Path) -> None:
    (tmp_path / "uji.toml").write_text(ONE)
    (permit_type,) = read_catalogue(tmp_path).types
    assert permit_type.source_date == "2024-04-26"


def test_every_type_that_can_be_applied_for_has_a_definition_and_no_other(shipped: list[PermitType]) -> None:
    open_codes = {t.code for t in shipped if t.stage == Stage.ACTIVE and t.channel != "oss"}
    definitions = whole().definitions
    assert set(definitions) == open_codes
    assert {"REKLAME-TETAP", "SIP-FISIO", "IPPT", "KP-TRAYEK", "SATDIK-DASAR"} <= open_codes
    assert not [code for code, found in definitions.items() if not found.questions or found.letter is None]
    assert not [
        t.code for t in shipped if t.code in open_codes and t.documents and not definitions[t.code].documents
    ]


def test_types_of_different_nature_are_visited_with_questions_of_their_own() -> None:
    rules = {code: found.inspection.checklist for code, found in whole().definitions.items()}
    own = {code: rule for code, rule in rules.items() if rule}
    assert {"REKLAME-TETAP", "SIP-APOTEKER", "LIMBAH-CAIR", "REK-SATDIK", "IPPT"} <= set(own)
    assert not [code for code, rule in own.items() if not 4 <= len(rule) <= 8]
    assert len(set(own.values())) == len(own)


def test_the_documents_of_the_source_are_asked_for_its_purposes() -> None:
    fisio = whole().definitions["SIP-FISIO"]
    alone = {"praktik_mandiri": True, "sip_ke": "1"}
    asked = {rule.label for rule in fisio.documents_for("new", alone)}
    assert "SPPL disahkan DLH (praktik mandiri)" in asked
    assert "Surat keterangan pimpinan faskes" not in asked
    assert "SIP pertama (untuk SIP kedua)" not in asked
    assert "SIP lama" not in asked
    assert "SIP lama" in {rule.label for rule in fisio.documents_for("renewal", alone)}
    second = {rule.label for rule in fisio.documents_for("new", {"praktik_mandiri": False, "sip_ke": "2"})}
    assert {"SIP pertama (untuk SIP kedua)", "Surat keterangan pimpinan faskes"} <= second
    assert len(fisio.documents_for("copy", {})) == 2


def test_an_answered_form_of_a_shipped_type_is_clean() -> None:
    answers = {
        "nik": "3375014107900001", "alamat_rumah": "Jalan Uji 1", "tempat_praktik": "Klinik Uji",
        "nomor_str": "UJI-1", "praktik_mandiri": "yes", "sip_ke": "1",
    }  # fmt: skip
    assert clean(whole().definitions["SIP-FISIO"], answers).errors == {}


OWN = (
    ONE
    + """
[permit_type.definition]
questions = [{ key = "luas", kind = "number", label = "Luas" }]
fee = "luas * 1000"
rules = [{ label = "KTP", required = false }]
"""
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('label = "Luas"', 'label = ""'),
        ("luas * 1000", "panjang * 1000"),
        ('label = "KTP"', 'label = "SIM"'),
        ("fee =", "fees ="),
        ("rules = [{", "letter = { title = '{x}' }\nrules = [{"),
    ],
)
def test_a_definition_that_is_wrong_is_told_with_its_entry(tmp_path: Path, old: str, new: str) -> None:
    assert problems_of(tmp_path, OWN) == []
    (problem,) = problems_of(tmp_path, OWN.replace(old, new))
    assert problem.startswith("uji.toml: UJI.definition: ")


def test_check_fails_for_a_wrong_definition(tmp_path: Path) -> None:
    (tmp_path / "uji.toml").write_text(OWN.replace('"number"', '"picture"'))
    with pytest.raises(CommandError):
        load("--check", str(tmp_path))


def numbers(*states: VersionState) -> list[int]:
    return list(TypeVersion.objects.filter(state__in=states).values_list("number", flat=True))


@pytest.mark.django_db
def test_a_new_version_only_when_the_definition_changed(tmp_path: Path) -> None:
    file = tmp_path / "uji.toml"
    for text in (OWN, OWN, OWN.replace("1000", "2000")):
        file.write_text(text)
        load(str(file))
    assert numbers(VersionState.RETIRED) == [1]
    version = TypeVersion.objects.get(state=VersionState.ACTIVE)
    assert version.number == 2
    assert str(definition_of(version).fee and definition_of(version).fee.text) == "luas * 2000"  # type: ignore[union-attr]


@pytest.mark.django_db
def test_what_was_changed_by_hand_is_kept_and_told(tmp_path: Path) -> None:
    file = tmp_path / "uji.toml"
    file.write_text(OWN)
    load(str(file))
    clerk = User.objects.create_user("admin-uji")
    kind = PermitType.objects.get()
    PermitType.objects.update(days_note="kata admin")
    LogEntry.objects.create(
        user=clerk, content_type=ContentType.objects.get_for_model(kind), object_id=str(kind.pk),
        object_repr="UJI", action_flag=CHANGE,
    )  # fmt: skip
    TypeVersion.objects.update(state=VersionState.RETIRED)
    TypeVersion.objects.create(
        type=kind, number=2, state=VersionState.ACTIVE, definition={"service_days": 1}, made_by=clerk
    )
    err = StringIO()
    call_command("load_catalogue", str(file), stdout=StringIO(), stderr=err)
    assert err.getvalue().count("UJI") == 2
    assert PermitType.objects.get().days_note == "kata admin"
    assert numbers(VersionState.ACTIVE) == [2]
    load("--overwrite", str(file))
    assert PermitType.objects.get().days_note == ""
    assert (numbers(VersionState.ACTIVE), numbers(VersionState.RETIRED)) == ([3], [1, 2])


@pytest.mark.django_db
def test_a_retired_definition_stays_retired_and_a_draft_stays_a_draft(tmp_path: Path) -> None:
    file = tmp_path / "uji.toml"
    file.write_text(OWN)
    load(str(file))
    TypeVersion.objects.create(type=PermitType.objects.get(), number=2, definition={})
    file.write_text(OWN.replace("1000", "2000"))
    load(str(file))
    assert (numbers(VersionState.ACTIVE), numbers(VersionState.DRAFT)) == ([3], [2])
    TypeVersion.objects.update(state=VersionState.RETIRED)
    load(str(file))
    assert numbers(VersionState.ACTIVE) == []
