"""The worked example of docs/import.md does what its page says."""

from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from companies.models import Company
from maps.models import Place
from permits.models import Permit
from permits.status import StatusOf

pytestmark = pytest.mark.django_db
DOCS = Path(settings.BASE_DIR) / "docs"
FILE, MAPPING = DOCS / "examples/business-licences.csv", DOCS / "examples/business-licences.toml"


@pytest.fixture(autouse=True)
def _city(zones: None) -> None:
    for arguments in (["load_commodities"], ["load_catalogue", str(DOCS / "examples/licence-types.toml")]):
        call_command(*arguments, stdout=StringIO(), stderr=StringIO())


def run(tmp_path: Path, *arguments: str, mapping: Path = MAPPING) -> str:
    said = StringIO()
    rejects = str(tmp_path / "rejected.csv")
    call_command(
        "import_permits", str(FILE), "--mapping", str(mapping), "--rejects", rejects, *arguments,
        stdout=said, stderr=said,
    )  # fmt: skip
    return said.getvalue()


def test_sites_terms_statuses_and_places(tmp_path: Path) -> None:
    run(tmp_path)
    statuses = dict(Place.objects.values_list("number", StatusOf()))
    assert statuses == {
        "900001-1": "replaced",
        "900001-2": "in_force",
        "900002-1": "in_force",
        "900003-1": "revoked",
        "900004-1": "in_force",
    }
    assert Permit.objects.get(number="900001-1").replaced_by == Permit.objects.get(number="900001-2")
    assert Permit.objects.get(number="900002-1").sites.count() == 2
    assert Permit.objects.get(number="900002-1").commodities.get().slug == "batik"
    assert Company.objects.count() == 4
    mended = Permit.objects.get(number="900004-1").sites.get().point
    assert mended is not None
    assert (mended.x, mended.y) == (109.6699, -6.8874)
    assert Place.objects.get(number="900004-1").withheld  # a sole proprietor's


def test_the_row_with_a_wrong_date_is_rejected_and_one_left_out(tmp_path: Path) -> None:
    run(tmp_path)
    assert "900005-1,8," in (tmp_path / "rejected.csv").read_text()
    assert not Permit.objects.filter(number__in=["900005-1", "900006-1"]).exists()


def test_a_second_run_changes_nothing_and_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    run(tmp_path, "--dry-run")
    assert not Permit.objects.exists()
    run(tmp_path)
    before = list(Place.objects.order_by("pk").values())
    assert run(tmp_path).splitlines()[-1].startswith("import_permits: 0 ")
    assert list(Place.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("right", "wrong"), [("TERM START", "TERM STRT"), ('= "RFE"', '= "RFF"'), ("valid_from", "valid_form")]
)
def test_a_mistake_in_a_mapping_is_told_with_what_was_meant(tmp_path: Path, right: str, wrong: str) -> None:
    mapping = tmp_path / "map.toml"
    mapping.write_text(MAPPING.read_text().replace(right, wrong))
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("import_permits", str(FILE), "--mapping", str(mapping), stdout=said, stderr=said)
    assert right.strip('= "') in said.getvalue()
    assert not Permit.objects.exists()


def test_coordinates_in_metres(tmp_path: Path) -> None:
    """The same point in UTM zone 49S, easting and northing."""
    mapping = tmp_path / "map.toml"
    mapping.write_text(
        'dataset = "utm"\n[columns]\nkey = "ID"\ncompany = "NAME"\nx = "E"\ny = "N"\ntype = "T"\n'
        "[coordinates]\nsrid = 32749\n"
    )
    file = tmp_path / "utm.csv"
    file.write_text("ID,NAME,E,N,T\n1/U,CONTOH UJI,353605.3,9238318.7,Retail Food Establishment\n")
    call_command("import_permits", str(file), "--mapping", str(mapping), stdout=StringIO(), stderr=StringIO())
    point = Permit.objects.get().sites.get().point
    assert point is not None
    assert point.x == pytest.approx(109.675, abs=0.00001)
    assert point.y == pytest.approx(-6.889, abs=0.00001)
