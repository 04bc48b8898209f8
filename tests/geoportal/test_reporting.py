import csv
import stat
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from companies.models import Kbli

pytestmark = pytest.mark.django_db
GOOD = "kode;judul;kategori\n13134;Industri Batik;C\n"
MIXED = (
    GOOD + '1111;Kelas\n0111;"Pendek"\n12x45;Rusak;C\n10211;;C\n10710;Industri Roti;c;sisa\n13134;Lagi;C\n'
)


def run(file: Path, *options: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("load_kbli", str(file), *options, stdout=out, stderr=err)
    return out.getvalue().strip(), err.getvalue()


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    file = tmp_path / "kbli.csv"
    file.write_text(MIXED, encoding="utf-8-sig")
    return file


def rejected(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


def test_bad_rows_do_not_stop_the_good_ones_and_are_written_beside_the_input(mixed: Path) -> None:
    out, err = run(mixed)
    assert sorted(Kbli.objects.values_list("code", flat=True)) == ["10710", "13134"]
    rows = rejected(mixed.with_name("kbli.rejected.csv"))
    assert [(row["kode"], row["_line"]) for row in rows] == [("12x45", "5"), ("10211", "6"), ("13134", "8")]
    assert all(row["_reason"] and row["_remedy"] for row in rows)
    assert err.count("\n") == 3
    assert out.startswith("load_kbli: 2 ")
    assert out.endswith(str(mixed.with_name("kbli.rejected.csv")))


def test_rejected_rows_are_for_their_owner_only(mixed: Path) -> None:
    run(mixed)
    assert stat.S_IMODE(mixed.with_name("kbli.rejected.csv").stat().st_mode) == 0o600


def test_the_corrected_file_of_rejected_rows_can_be_loaded_as_it_is(mixed: Path) -> None:
    run(mixed)
    rejects = mixed.with_name("kbli.rejected.csv")
    rejects.write_text(rejects.read_text().replace("12x45", "12345").replace("10211;;", "10211;Asin;"))
    run(rejects)
    assert set(Kbli.objects.values_list("code", flat=True)) == {"10710", "13134", "12345", "10211"}


def test_a_run_without_rejections_removes_the_stale_file(mixed: Path) -> None:
    run(mixed)
    mixed.write_text(GOOD)
    run(mixed)
    assert not mixed.with_name("kbli.rejected.csv").exists()


def test_a_refused_file_leaves_database_and_earlier_rejections_alone(mixed: Path) -> None:
    run(mixed)
    before = mixed.with_name("kbli.rejected.csv").read_bytes()
    mixed.write_text("nama;alamat\nContoh;Uji\n")
    with pytest.raises(CommandError, match="kode"):
        run(mixed)
    assert mixed.with_name("kbli.rejected.csv").read_bytes() == before
    assert not list(mixed.parent.glob("*.part"))
    assert Kbli.objects.count() == 2


def test_an_error_half_way_leaves_nothing_behind(mixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*args: object, **options: object) -> None:
        Kbli.objects.create(code="99999", edition=2020, title="Setengah jalan")
        raise KeyboardInterrupt

    monkeypatch.setattr("companies.management.commands.load_kbli.load_kbli", interrupted)
    with pytest.raises(CommandError) as stopped:
        run(mixed)
    assert stopped.value.returncode == 130
    assert not Kbli.objects.exists()


def test_dry_run_reports_everything_and_saves_nothing(mixed: Path) -> None:
    out, _err = run(mixed, "--dry-run")
    assert out.startswith("load_kbli: 2 ")
    assert not Kbli.objects.exists()
    assert len(rejected(mixed.with_name("kbli.rejected.csv"))) == 3


def test_rejected_rows_go_where_the_option_says(mixed: Path, tmp_path: Path) -> None:
    run(mixed, "--rejects", str(tmp_path / "lain.csv"))
    assert len(rejected(tmp_path / "lain.csv")) == 3
    assert not mixed.with_name("kbli.rejected.csv").exists()


def test_a_place_that_cannot_be_written_is_told_with_the_option_that_helps(
    mixed: Path, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match="--rejects"):
        run(mixed, "--rejects", str(tmp_path / "tidak-ada" / "lain.csv"))
    assert not Kbli.objects.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"\x00\x01\x89PNG\r\n\x1a\n\xff\xfe",
        b"kode\n13134\n",
        "kode;judul\n13134;Café".encode("cp1252"),
    ],
    ids=["empty", "blank", "binary", "column missing", "other encoding"],
)
def test_files_that_are_no_kbli_are_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "kbli.csv"
    file.write_bytes(content)
    with pytest.raises(CommandError) as refusal:
        run(file)
    assert str(refusal.value).startswith(str(file))
    assert "\n" not in str(refusal.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="tidak-ada"):
        run(tmp_path / "tidak-ada.csv")


def test_an_unlabelled_counter_is_a_programming_error() -> None:
    from geoportal.reporting import Report

    with pytest.raises(KeyError, match="no label"):
        Report(stderr=StringIO()).count("creatd")
