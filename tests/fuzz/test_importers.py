"""Files of other people: whatever their cells hold, good rows are taken; failures are those that we say."""

import csv
import json
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from geoportal.geography.boundaries import read_boundaries
from geoportal.reporting import Refused
from permits.models import Permit
from tests import factories
from tests.fuzz.test_parsers import steady
from tests.fuzz.texts import json_like, typed
from tests.permits.test_import_permits import MAP, ROW

pytestmark = pytest.mark.django_db
COLUMNS = [name for name in ROW if name not in ("Induk", "Jenis", "Bentuk", "Telepon", "Status")]
CELLS = st.dictionaries(
    st.sampled_from(COLUMNS), typed.map(lambda text: text[:3000].replace("\0", "")), max_size=4
)


@settings(steady, max_examples=8)
@given(st.lists(CELLS, min_size=1, max_size=5))
def test_a_permit_beside_bad_rows_is_taken_and_none_of_before_is_lost(
    tmp_path: Path, rows: list[dict[str, str]]
) -> None:
    factories.village()
    factories.permit_type()
    factories.commodity()
    before = set(Permit.objects.values_list("pk", flat=True))
    file, mapping = tmp_path / "izin.csv", tmp_path / "map.toml"
    mapping.write_text(MAP)
    with file.open("w", newline="", encoding="utf-8", errors="replace") as out:
        table = csv.DictWriter(out, list(ROW), delimiter=";")
        table.writeheader()
        table.writerows([ROW | row for row in rows])
        table.writerow(ROW | {"Nomor": "UJI/BAIK/1"})
    call_command("import_permits", str(file), "--mapping", str(mapping), stdout=StringIO(), stderr=StringIO())
    assert Permit.objects.filter(number="UJI/BAIK/1").exists()
    assert before <= set(Permit.objects.values_list("pk", flat=True))


@settings(steady, max_examples=25)
@given(st.binary(max_size=400) | typed.map(str.encode))
def test_a_file_that_is_none_is_refused_and_nothing_is_lost(tmp_path: Path, data: bytes) -> None:
    factories.permit_type()
    before = Permit.objects.count()
    file, mapping = tmp_path / "izin.csv", tmp_path / "map.toml"
    file.write_bytes(data)
    mapping.write_text(MAP)
    with suppress(CommandError):
        call_command(
            "import_permits", str(file), "--mapping", str(mapping), stdout=StringIO(), stderr=StringIO()
        )
    assert Permit.objects.count() == before


SHAPES = st.fixed_dictionaries(
    {"type": st.just("Feature")}, optional={"geometry": json_like, "properties": json_like}
)


@settings(steady, max_examples=30)
@given(
    json_like | st.fixed_dictionaries({"type": st.just("FeatureCollection"), "features": st.lists(SHAPES)})
)
def test_boundaries_are_read_or_refused(tmp_path: Path, data: Any) -> None:
    file = tmp_path / "batas.geojson"
    file.write_text(json.dumps(data), encoding="utf-8", errors="replace")
    with suppress(Refused):
        read_boundaries(file)
