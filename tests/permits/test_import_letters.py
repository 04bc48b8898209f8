"""Letters from before: read from a folder, then known by file, number and old QR code."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client

from permits.models import ArchivedLetter, ImportRun
from tests import factories

pytestmark = pytest.mark.django_db
HEAD = "number;date;file;old_target\n"
PDF = b"%PDF-1.4 surat uji "


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "lama"
    made.mkdir()
    for n in (1, 2):
        (made / f"surat{n}.pdf").write_bytes(PDF + b"%d" % n)
    (made / "foto.pdf").write_bytes(b"JFIF")
    return made


def run(folder: Path, rows: str, *options: str) -> str:
    (folder / "letters.csv").write_text(HEAD + rows)
    said = StringIO()
    call_command("import_letters", str(folder), *options, stdout=said, stderr=said)
    return said.getvalue()


GOOD = (
    "503/01/UJI/2015;17-08-2015;surat1.pdf;https://lama.example/cek.php?id=1\n"
    "503/02/UJI/2016;2016-01-05;surat2.pdf;https://lama.example/surat/dua%20b\n"
    "503/03/UJI/2016;5 Januari 2016;;\n"
)


def test_a_folder_is_read_once_and_only_changes_afterwards(folder: Path) -> None:
    run(folder, GOOD, "--dry-run")
    assert ArchivedLetter.objects.count() == 0
    assert "3" in run(folder, GOOD).splitlines()[-1]
    known = dict(ArchivedLetter.objects.values_list("number", "pk"))
    made = factories.permit(number="503/02/UJI/2016")
    run(folder, GOOD.replace("17-08-2015", "18-08-2015"))
    assert dict(ArchivedLetter.objects.values_list("number", "pk")) == known
    assert ArchivedLetter.objects.get(number="503/02/UJI/2016").permit == made
    assert ArchivedLetter.objects.get(number="503/01/UJI/2015").issued_on.day == 18
    assert ImportRun.objects.filter(command="import_letters").count() == 2


@pytest.mark.parametrize(
    "row",
    [
        ";2015-08-17;;",
        "503/9;31-02-2015;;",
        "503/9;2999-01-01;;",
        "503/9;2015-08-17;tidak-ada.pdf;",
        "503/9;2015-08-17;foto.pdf;",
        "503/9;2015-08-17;../letters.csv;",
        "503/9;2015-08-17;surat1.pdf;",
        "503/9;2015-08-17;;https://lama.example/cek.php?id=1",
        "503/01/UJI/2015;2015-08-17;;",
        f"503/9;2015-08-17;;https://lama.example/{'x' * 301}",
    ],
)
def test_a_bad_row_is_rejected_with_its_line_and_the_others_are_taken(row: str, folder: Path) -> None:
    run(folder, f"{GOOD}{row}\n")
    assert ArchivedLetter.objects.count() == 3
    rejected = folder.with_name("lama.rejected.csv").read_text().splitlines()
    assert len(rejected) == 2
    assert ";5;" in rejected[1]


def test_what_is_no_such_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    for wrong in (tmp_path / "kosong", folder / "surat1.pdf", tmp_path):
        with pytest.raises(CommandError):
            call_command("import_letters", str(wrong), stdout=StringIO(), stderr=StringIO())
    (folder / "letters.csv").write_text("nomor;tanggal\n1;2\n")
    with pytest.raises(CommandError, match="number, date"):
        call_command("import_letters", str(folder), stdout=StringIO(), stderr=StringIO())


def test_another_letters_file_takes_nothing_over(folder: Path) -> None:
    run(folder, GOOD)
    with pytest.raises(CommandError, match="503/77"):
        run(folder, "503/77/UJI/2019;2019-01-05;surat1.pdf;\n")
    assert ArchivedLetter.objects.count() == 3


def ask(client: Client, pdf: bytes) -> str:
    sent = SimpleUploadedFile("surat.pdf", pdf, "application/pdf")
    return client.post("/validasi/pdf/", {"pdf": sent}).content.decode()


def test_the_public_is_told_by_file_number_and_old_address(client: Client, folder: Path) -> None:
    factories.village()
    joined = factories.permit(number="503/02/UJI/2016")
    run(folder, GOOD)
    told = ask(client, PDF + b"1")
    assert "SAMA PERSIS dengan surat di arsip kami" in told
    assert "503/01/UJI/2015" in told
    assert "tidak ditandatangani" in told
    assert "COCOK" not in told
    assert joined.company.name in ask(client, PDF + b"2")
    assert "SAMA PERSIS" not in ask(client, PDF + b"3")
    api = client.post("/api/v1/validate/", PDF + b"2", content_type="application/pdf").json()
    assert (api["outcome"], api["permit"]) == ("archived", joined.public_id)
    by_number = client.get("/validasi/", {"nomor": " 503 01 uji 2015"})
    assert by_number.status_code == 200
    assert "ada di arsip kami" in by_number.content.decode()
    assert client.get("/lama/cek.php?id=1").headers["Location"] == "/validasi/?nomor=503%2F01%2FUJI%2F2015"
    assert client.get("/lama/surat/dua%20b").headers["Location"] == f"/validasi/{joined.public_id}/"
    assert client.get("/lama/cek.php?id=2").status_code == 404
    assert client.get("/lama/cek.php?id=%00").status_code == 404


def test_what_is_not_public_stays_so(client: Client, folder: Path) -> None:
    factories.permit(number="503/02/UJI/2016", published=False)
    run(folder, GOOD)
    told = ask(client, PDF + b"2")
    assert "SAMA PERSIS" in told
    assert "Contoh Jaya" not in told


def test_the_public_role_reads_no_table(folder: Path, settings: Any) -> None:
    run(folder, GOOD)
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute(f"SET LOCAL ROLE {settings.DATABASE_PUBLIC_ROLE}")
        cursor.execute("SELECT number FROM permits_archived_by_number('50303uji2016')")
        assert cursor.fetchone() == ("503/03/UJI/2016",)
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            cursor.execute("SELECT * FROM permits_archivedletter")
        cursor.execute("RESET ROLE")
