"""A seal id is known to its letter only, survives typing, and its QR code is read by an outside reader."""

import io
import xml.etree.ElementTree as ET
from datetime import date

import pytest
import zxingcpp
from django.contrib.admin.models import LogEntry
from django.db import connection
from PIL import Image, ImageFilter

from geoportal.accounts.models import User
from geoportal.ids import ALPHABET, normalise
from permits import qr, seal
from permits.models import Letter
from permits.refusals import Refused
from tests import factories

URL = seal.seal_url("23456789ABCDEFGHJKMNPQRSTV", "https://izin.contoh.go.id")


def read(png: Image.Image) -> str:
    (found,) = zxingcpp.read_barcodes(png)
    return str(found.text)


def drawn(svg: str, scale: int = 8) -> Image.Image:
    """Draws our own SVG (runs of M x y h n) without the code that wrote it."""
    root = ET.fromstring(svg)  # noqa: S314  our own text
    size = int(root.attrib["viewBox"].split()[2])
    image = Image.new("L", (size * scale, size * scale), 255)
    for run in root[1].attrib["d"].split("M")[1:]:
        start, _, rest = run.partition("h")
        x, y = map(int, start.split())
        n = int(rest.split("v")[0])
        image.paste(0, (x * scale, y * scale, (x + n) * scale, (y + 1) * scale))
    return image


def test_ids_are_26_characters_without_look_alikes() -> None:
    ids = {seal.new_seal_id() for _ in range(200)}
    assert len(ids) == 200
    assert all(seal.is_seal_id(i) for i in ids)
    assert not set("0O1ILU") & set(ALPHABET)


def test_an_id_read_from_paper_is_the_id() -> None:
    made = seal.new_seal_id()
    assert [len(part) for part in seal.grouped(made).split("-")] == [4, 4, 4, 4, 4, 4, 2]
    assert normalise(seal.grouped(made).lower().replace("-", " – ")) == made


def test_the_hash_is_bound_to_its_purpose() -> None:
    import hashlib

    made = seal.new_seal_id()
    assert len(seal.seal_hash(made)) == 32
    assert seal.seal_hash(made) != hashlib.sha256(made.encode()).digest()


@pytest.mark.parametrize("base", ["", "izin.contoh.go.id", "https://", "https://contoh.go.id/izin"])
def test_an_address_that_could_not_be_opened_is_refused(base: str) -> None:
    with pytest.raises(ValueError, match="SITE_URL"):
        seal.seal_url(seal.new_seal_id(), base)


def test_png_is_read_back() -> None:
    assert URL == "HTTPS://IZIN.CONTOH.GO.ID/V/23456789ABCDEFGHJKMNPQRSTV"
    assert read(Image.open(io.BytesIO(qr.png(URL)))) == URL


def test_svg_is_read_back_blurred_and_small() -> None:
    image = drawn(qr.svg(URL), scale=6).filter(ImageFilter.GaussianBlur(2)).resize((160, 160))
    assert read(image) == URL


def test_quiet_zone_and_upper_case_mode() -> None:
    rows = qr.modules(URL)
    frame = [*rows[: qr.QUIET], *rows[-qr.QUIET :], *zip(*rows, strict=True)][: 2 * qr.QUIET]
    assert not any(any(row) for row in frame)
    assert not any(row[i] for row in rows for i in (*range(qr.QUIET), -1, -2, -3, -4))
    assert len(rows) < len(qr.modules(URL.lower()))


@pytest.mark.django_db
def test_a_letter_keeps_only_the_hash_and_the_public_finds_it_by_function() -> None:
    permit = factories.permit()
    made = seal.issue_letter(permit, by=None, on=date(2026, 2, 3))
    stored = Letter.objects.values().get()
    assert made not in str(stored)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE sakpore_public")
        cursor.execute(
            "SELECT public_id, issued_on, withdrawn_on, withdrawn_reason FROM permits_letter_by_seal(%s)",
            [seal.seal_hash(made)],
        )
        assert cursor.fetchall() == [(permit.public_id, date(2026, 2, 3), None, "")]
        cursor.execute("SELECT permits_is_withheld(%s)", [permit.public_id])
        assert cursor.fetchone() == (False,)
        cursor.execute("RESET ROLE")
    permit.published = False
    permit.save()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE sakpore_public")
        cursor.execute("SELECT public_id FROM permits_letter_by_seal(%s)", [seal.seal_hash(made)])
        assert cursor.fetchall() == [(None,)]
        cursor.execute("SELECT permits_is_withheld(%s)", [permit.public_id])
        assert cursor.fetchone() == (True,)


@pytest.mark.django_db
def test_who_issued_and_withdrew_is_on_record() -> None:
    clerk = User.objects.create_user("uji", roles=["administrator"])
    made = seal.issue_letter(factories.permit(), by=clerk)
    letter = Letter.objects.get()
    seal.withdraw_letter(letter, by=clerk, reason="Surat hilang")
    letter.refresh_from_db()
    assert letter.withdrawn_on is not None
    assert letter.withdrawn_reason == "Surat hilang"
    log = list(LogEntry.objects.values_list("user", "change_message"))
    assert {message for _, message in log} == {"issued", "withdrawn: Surat hilang"}
    assert {user for user, _ in log} == {clerk.pk}
    assert made not in str(list(LogEntry.objects.values()))


@pytest.mark.django_db
def test_what_cannot_be_is_refused_with_a_reason() -> None:
    permit = factories.permit()
    made = seal.issue_letter(permit, by=None)
    with pytest.raises(Refused):
        seal.issue_letter(permit, by=None, seal_id=seal.grouped(made).lower())
    with pytest.raises(Refused):
        seal.issue_letter(permit, by=None, seal_id="KURANG")
    with pytest.raises(Refused):
        seal.issue_letter(factories.permit(registered_only=True, source="oss"), by=None)
    letter = Letter.objects.get()
    with pytest.raises(Refused):
        seal.withdraw_letter(letter, by=None, reason="  ")
    seal.withdraw_letter(letter, by=None, reason="Uji")
    with pytest.raises(Refused):
        seal.withdraw_letter(letter, by=None, reason="Uji lagi")
