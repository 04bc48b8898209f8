"""Letters, read back by programs that are not ours: poppler, pikepdf, a QR reader."""

import subprocess
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
import zxingcpp
from PIL import Image
from shapely.geometry import Point, Polygon

from permits import qr
from permits.letters import sketch
from permits.letters.content import Field, Kind, Words
from permits.letters.render import CannotRender, render
from permits.letters.words import rupiah, rupiah_in_words
from tests.permits.letters.example import NIK, SEAL_URL, content

DRAFT = "DRAF – BELUM BERLAKU SEBAGAI IZIN"


def text_of(pdf: bytes, folder: Path, *, page: int | None = None) -> str:
    path = folder / "letter.pdf"
    path.write_bytes(pdf)
    pages = ["-f", str(page), "-l", str(page)] if page else []
    done = subprocess.run(["pdftotext", "-layout", *pages, str(path), "-"], capture_output=True, check=True)
    return done.stdout.decode()


def page_image(pdf: bytes, folder: Path, *, dpi: int = 200) -> Image.Image:
    path = folder / "letter.pdf"
    path.write_bytes(pdf)
    subprocess.run(
        ["pdftoppm", "-r", str(dpi), "-png", "-singlefile", str(path), str(folder / "page")], check=True
    )
    return Image.open(folder / "page.png")


@pytest.mark.parametrize("kind", list(Kind))
def test_every_letter_is_archivable_and_accessible(kind: Kind) -> None:
    pdf = render(kind, content(address=("Jl. Contoh No. 2",), rows=(("No", "Penerima"), ("1", "Contoh"))))
    with pikepdf.open(BytesIO(pdf)) as document:
        with document.open_metadata() as meta:
            assert meta["pdfaid:part"] == "3"
            assert meta["pdfaid:conformance"] == "A"
            assert meta["pdfuaid:part"] == "1"
        assert document.Root.MarkInfo.Marked
        assert document.Root.Lang == "id"
        assert "/K" in document.Root.StructTreeRoot
        assert document.Root.ViewerPreferences.DisplayDocTitle
        fonts = [
            obj
            for obj in document.objects
            if isinstance(obj, pikepdf.Dictionary) and "/FontDescriptor" in obj
        ]
        assert fonts
        assert all(
            any(file in font.FontDescriptor for file in ("/FontFile", "/FontFile2", "/FontFile3"))
            for font in fonts
        )


def test_the_code_is_read_from_the_rasterised_page_and_is_large_enough(tmp_path: Path) -> None:
    found = zxingcpp.read_barcodes(page_image(render(Kind.PERMIT, content()), tmp_path))
    assert [code.text for code in found] == [SEAL_URL]
    corners = found[0].position
    modules = len(qr.modules(SEAL_URL))
    inside = (corners.top_right.x - corners.top_left.x) / 200 * 25.4
    assert inside * modules / (modules - 2 * qr.QUIET) >= 30  # mm with the quiet zone


def test_a_draft_says_so_on_every_page_and_has_no_seal(tmp_path: Path) -> None:
    long = Words("Surat Uji", tuple(f"Alinea {n}. " + "Contoh kata. " * 60 for n in range(20)))
    pdf = render(Kind.PERMIT, content(text=long), draft=True)
    with pikepdf.open(BytesIO(pdf)) as document:
        pages = len(document.pages)
    assert pages > 2
    for page in range(1, pages + 1):
        assert DRAFT in text_of(pdf, tmp_path, page=page)
    assert zxingcpp.read_barcodes(page_image(pdf, tmp_path)) == []
    assert DRAFT not in text_of(render(Kind.PERMIT, content(text=long)), tmp_path)


def test_what_people_typed_is_printed_and_never_run(tmp_path: Path) -> None:
    names = (
        "<script>alert(1)</script>",
        '#eval("1+1")',
        "=cmd|'/C calc'!A0",
        '#include "/etc/passwd"',
        "*b* $x$ @a",
    )
    pdf = render(Kind.PERMIT, content(fields=tuple(Field("Nama", name) for name in names)))
    shown = text_of(pdf, tmp_path)
    for name in names:
        assert name.replace("'", "").replace('"', "") in shown.translate(str.maketrans("", "", "'\"‘’“”")), (
            shown
        )
    assert render(Kind.REFUSAL, content(holder=names[1], address=names))
    assert render(Kind.LABEL, content(holder=names[0], address=names, seal_url=None))


def test_the_public_rendition_does_not_hold_what_it_blacks_out(tmp_path: Path) -> None:
    pdf = render(Kind.PERMIT, content(public=True, address=("Jl. Rumah No. 9",)))
    shown = text_of(pdf, tmp_path)
    assert NIK not in shown
    assert "Contoh Pemegang" in shown
    assert "disamarkan" in shown
    with pikepdf.open(BytesIO(pdf)) as document:
        unpacked = BytesIO()
        document.save(unpacked, stream_decode_level=pikepdf.StreamDecodeLevel.all, compress_streams=False)
    assert NIK.encode() not in unpacked.getvalue()
    assert b"ABCDEFGHJKMNPQRSTVWXYZ2345" not in unpacked.getvalue()
    assert zxingcpp.read_barcodes(page_image(pdf, tmp_path)) == []
    assert NIK in text_of(render(Kind.PERMIT, content()), tmp_path)


def test_a_holder_who_is_not_public_is_blacked_out_everywhere(tmp_path: Path) -> None:
    words = Words("Surat Uji", ("Izin untuk CONTOH PEMEGANG.",))
    shown = text_of(
        render(Kind.PERMIT, content(public=True, holder_personal=True, text=words, english=words)), tmp_path
    )
    assert "pemegang" not in shown.lower()


def test_two_languages(tmp_path: Path) -> None:
    english = Words("Test practice licence", ("This licence is given to:",), ("Put up a sign.",))
    shown = text_of(render(Kind.PERMIT, content(english=english)), tmp_path)
    assert "Surat Izin Praktik Uji" in shown
    assert "Test practice licence" in shown
    assert "the Indonesian text prevails" in shown


def test_an_acting_signer_is_printed_with_the_decree(tmp_path: Path) -> None:
    shown = text_of(render(Kind.PERMIT, content()), tmp_path)
    assert "Plt. Kepala Kantor Perizinan Uji" in shown
    assert "SK 1/2026" in shown


def test_a_letter_that_cannot_be_set_is_refused_in_words() -> None:
    with pytest.raises(CannotRender, match=r"Change the text|Ubah"):
        render(Kind.PERMIT, content(holder="x", fields=(Field("Nama", "ꦥꦼꦏꦭꦺꦴꦔꦤ꧀"),)))


def test_the_sketch_shows_the_site_in_the_letter(tmp_path: Path) -> None:
    parcel = Polygon([(109.6745, -6.8895), (109.6755, -6.8895), (109.6755, -6.8885), (109.6745, -6.8885)])
    village = Polygon([(109.67, -6.8892), (109.68, -6.8899), (109.68, -6.9), (109.67, -6.9)])
    drawn = sketch.draw([Point(109.675, -6.889)], parcel, around=[village])
    assert drawn.count("<circle") == 1
    assert "stroke-dasharray" in drawn
    shown = text_of(
        render(Kind.REPORT, content(sketch_svg=drawn, sketch_caption="Jl. Contoh No. 2")), tmp_path
    )
    assert shown.count("Jl. Contoh No. 2") == 2
    with pytest.raises(ValueError, match="point or an area"):
        sketch.draw([])


def test_the_report_is_f4(tmp_path: Path) -> None:
    with pikepdf.open(BytesIO(render(Kind.REPORT, content()))) as document:
        left, low, right, high = (float(edge) for edge in document.pages[0].MediaBox)
    assert (round((right - left) / 72 * 25.4), round((high - low) / 72 * 25.4)) == (210, 330)


def test_a_bill_says_the_amount_twice(tmp_path: Path) -> None:
    amount = Decimal("1250000")
    shown = text_of(
        render(Kind.BILL, content(amount=rupiah(amount), amount_words=rupiah_in_words(amount))), tmp_path
    )
    assert "Rp1.250.000,00" in shown
    assert "satu juta dua ratus lima puluh ribu rupiah" in shown
