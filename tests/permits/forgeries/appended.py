"""The signed bytes stay as they are; something is appended that changes what a reader shows."""

from io import BytesIO
from typing import Any

from pyhanko.pdf_utils.embed import EmbeddedFileObject, FileSpec, embed_file
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
    pdf_name,
    pdf_string,
)
from pyhanko.pdf_utils.reader import PdfFileReader

from permits.signing.verify import Finding
from tests.permits.forgeries import Workshop, forgery
from tests.permits.forgeries.tools import Writer, dictionary, later, numbers, page, sign

TEXT = b"q 1 1 1 rg 60 500 400 60 re f 0 0 0 rg BT /F1 18 Tf 70 520 Td (Contoh Orang Lain) Tj ET Q"


def drawing(writer: Writer, text: bytes = TEXT) -> Any:
    return writer.add_object(StreamObject(stream_data=text))


def with_font(one: Any) -> None:
    fonts = one["/Resources"].setdefault(pdf_name("/Font"), dictionary())
    fonts.get_object()[pdf_name("/F1")] = dictionary(
        Type=pdf_name("/Font"), Subtype=pdf_name("/Type1"), BaseFont=pdf_name("/Helvetica")
    )


def new_page(writer: Writer) -> Any:
    made = dictionary(
        Type=pdf_name("/Page"),
        MediaBox=numbers(0, 0, 595, 842),
        Resources=dictionary(),
        Contents=drawing(writer, b"0 0 200 200 re f"),
        Parent=writer.root.raw_get("/Pages"),
    )
    return writer.add_object(made)


def kids(writer: Writer) -> Any:
    pages = writer.root["/Pages"]
    writer.mark_update(writer.root.raw_get("/Pages"))
    return pages


@forgery("the text of page one is replaced by an appended revision", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    def change(writer: Writer) -> None:
        one = page(writer)
        with_font(one)
        one[pdf_name("/Contents")] = drawing(writer)

    return later(w.genuine, change)


@forgery("a white box and another name are drawn over page one", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    def change(writer: Writer) -> None:
        one = page(writer)
        with_font(one)
        one[pdf_name("/Contents")] = ArrayObject([one.raw_get("/Contents"), drawing(writer)])

    return later(w.genuine, change)


@forgery("the stream of page one is overwritten under its old number", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    def change(writer: Writer) -> None:
        ref = page(writer).raw_get("/Contents")
        writer.mark_update(ref)
        ref.get_object()._data = TEXT
        ref.get_object()._encoded_data = None

    return later(w.genuine, change)


@forgery("a page is added at the end", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    def change(writer: Writer) -> None:
        pages = kids(writer)
        pages["/Kids"].append(new_page(writer))
        pages[pdf_name("/Count")] = NumberObject(int(pages["/Count"]) + 1)

    return later(w.genuine, change)


@forgery("a page is put in front", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    def change(writer: Writer) -> None:
        pages = kids(writer)
        pages["/Kids"].insert(0, new_page(writer))
        pages[pdf_name("/Count")] = NumberObject(int(pages["/Count"]) + 1)

    return later(w.genuine, change)


@forgery("the last page is taken out", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    def change(writer: Writer) -> None:
        pages = kids(writer)
        pages["/Kids"].pop()
        pages[pdf_name("/Count")] = NumberObject(int(pages["/Count"]) - 1)

    return later(w.another, change)


@forgery("the page tree is exchanged for a new one", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    def change(writer: Writer) -> None:
        tree = writer.add_object(
            dictionary(Type=pdf_name("/Pages"), Kids=ArrayObject([]), Count=NumberObject(1))
        )
        made = new_page(writer)
        made.get_object()[pdf_name("/Parent")] = tree
        tree.get_object()["/Kids"].append(made)
        writer.root[pdf_name("/Pages")] = tree
        writer.update_root()

    return later(w.genuine, change)


@forgery("page one is cropped to half", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    def change(writer: Writer) -> None:
        page(writer)[pdf_name("/CropBox")] = numbers(0, 421, 595, 842)

    return later(w.genuine, change)


@forgery("page one is turned", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    def change(writer: Writer) -> None:
        page(writer)[pdf_name("/Rotate")] = NumberObject(180)

    return later(w.genuine, change)


def annotate(writer: Writer, **entries: Any) -> None:
    one = page(writer)
    note = writer.add_object(
        dictionary(Type=pdf_name("/Annot"), Rect=numbers(60, 500, 460, 560), F=NumberObject(4), **entries)
    )
    known = list(one["/Annots"].iterate()) if "/Annots" in one else []
    one[pdf_name("/Annots")] = ArrayObject([*known, note])


@forgery("free text is laid over the holder's name", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    return later(
        w.genuine,
        lambda writer: annotate(
            writer,
            Subtype=pdf_name("/FreeText"),
            Contents=pdf_string("Contoh Orang Lain"),
            DA=pdf_string("/Helv 14 Tf 0 g"),
        ),
    )


@forgery("a stamp with a picture of its own is laid over the page", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    def change(writer: Writer) -> None:
        look = StreamObject(
            {
                pdf_name("/Type"): pdf_name("/XObject"),
                pdf_name("/Subtype"): pdf_name("/Form"),
                pdf_name("/BBox"): numbers(0, 0, 400, 60),
            },
            stream_data=b"1 1 1 rg 0 0 400 60 re f",
        )
        annotate(writer, Subtype=pdf_name("/Stamp"), AP=dictionary(N=writer.add_object(look)))

    return later(w.genuine, change)


@forgery("a form field with a new date is added", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    def change(writer: Writer) -> None:
        annotate(
            writer,
            Subtype=pdf_name("/Widget"),
            FT=pdf_name("/Tx"),
            T=pdf_string("berlaku"),
            V=pdf_string("4 Januari 2199"),
        )
        form = writer.root["/AcroForm"]
        form["/Fields"].append(page(writer)["/Annots"].raw_get(-1))
        writer.update_container(form["/Fields"])

    return later(w.genuine, change)


@forgery("somebody else signs as well", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    return sign(w.genuine, w.folders["stranger"], field="Kedua")


@forgery("a certificate that looks like ours signs as well", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    return sign(w.genuine, w.folders["lookalike"], field="Kedua")


@forgery("page one is replaced and our stolen key signs the whole once more", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    def change(writer: Writer) -> None:
        page(writer)[pdf_name("/Contents")] = drawing(writer)

    return sign(later(w.genuine, change), w.folders["stolen"], field="Kedua")


@forgery("somebody else certifies the letter and forbids changes", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    return sign(w.genuine, w.folders["stranger"], field="Ketiga", certify=True)


@forgery("the certification's level is loosened afterwards", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    def change(writer: Writer) -> None:
        (field,) = [one.get_object() for one in writer.root["/AcroForm"]["/Fields"].iterate()]
        field[pdf_name("/Lock")] = dictionary(
            Type=pdf_name("/SigFieldLock"), Action=pdf_name("/All"), P=NumberObject(3)
        )
        writer.update_container(field)

    return later(w.genuine, change)


@forgery("only the title of the document is changed", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    def change(writer: Writer) -> None:
        writer.set_info(dictionary(Title=pdf_string("Surat Izin Lain")))

    return later(w.genuine, change)


@forgery("a file is attached", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    def change(writer: Writer) -> None:
        made = EmbeddedFileObject.from_file_data(writer, data=b"Lampiran palsu", mime_type="text/plain")
        embed_file(writer, FileSpec(file_spec_string="lampiran.txt", embedded_data=made))

    return later(w.genuine, change)


@forgery("a script runs when the file is opened", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    def change(writer: Writer) -> None:
        writer.root[pdf_name("/OpenAction")] = writer.add_object(
            dictionary(S=pdf_name("/JavaScript"), JS=pdf_string("app.alert('sah')"))
        )
        writer.update_root()

    return later(w.genuine, change)


@forgery("a layer hides the text and shows another", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    def change(writer: Writer) -> None:
        group = writer.add_object(dictionary(Type=pdf_name("/OCG"), Name=pdf_string("isi")))
        writer.root[pdf_name("/OCProperties")] = dictionary(
            OCGs=ArrayObject([group]), D=dictionary(OFF=ArrayObject([group]), Order=ArrayObject([group]))
        )
        writer.update_root()
        one = page(writer)
        one["/Resources"][pdf_name("/Properties")] = dictionary(L1=group)
        before, after = drawing(writer, b"/OC /L1 BDC"), drawing(writer, b"EMC")
        one[pdf_name("/Contents")] = ArrayObject([before, one.raw_get("/Contents"), after, drawing(writer)])

    return later(w.genuine, change)


@forgery("a font is exchanged, so that the same codes show other letters", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    def change(writer: Writer) -> None:
        fonts = page(writer)["/Resources"]["/Font"]
        ref = fonts.raw_get(next(iter(fonts)))
        font = ref.get_object()
        font[pdf_name("/BaseFont")] = pdf_name("/Courier")
        font[pdf_name("/ToUnicode")] = drawing(writer, b"")
        writer.mark_update(ref)

    return later(w.genuine, change)


@forgery("the signature's own field gets a picture and a place on the page", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    def change(writer: Writer) -> None:
        ref = writer.root["/AcroForm"]["/Fields"].raw_get(0)
        field = ref.get_object()
        field[pdf_name("/Rect")] = numbers(60, 500, 460, 560)
        look = StreamObject(
            {pdf_name("/Subtype"): pdf_name("/Form"), pdf_name("/BBox"): numbers(0, 0, 400, 60)},
            stream_data=b"1 1 1 rg 0 0 400 60 re f",
        )
        field[pdf_name("/AP")] = dictionary(N=writer.add_object(look))
        writer.mark_update(ref)

    return later(w.genuine, change)


@forgery("the signature's reason is rewritten by a later revision", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    def change(writer: Writer) -> None:
        ref = writer.root["/AcroForm"]["/Fields"][0].raw_get("/V")
        ref.get_object()[pdf_name("/Reason")] = TextStringObject("Kantor Lain")
        writer.mark_update(ref)

    return later(w.genuine, change)


@forgery("the signature is taken out by a later revision", Finding.UNREADABLE)
def _(w: Workshop) -> bytes:
    def change(writer: Writer) -> None:
        del writer.root["/AcroForm"]
        writer.update_root()

    return later(w.genuine, change)


@forgery("our signature is taken out and somebody else's put in its place", Finding.FOREIGN)
def _(w: Workshop) -> bytes:
    def change(writer: Writer) -> None:
        del writer.root["/AcroForm"]
        writer.update_root()

    return sign(later(w.genuine, change), w.folders["stranger"])


@forgery("data for long-term validation is added, as archives do", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    def change(writer: Writer) -> None:
        (found,) = PdfFileReader(BytesIO(w.genuine)).embedded_signatures
        made = writer.add_object(StreamObject(stream_data=found.signer_cert.dump()))
        writer.root[pdf_name("/DSS")] = writer.add_object(dictionary(Certs=ArrayObject([made])))
        writer.update_root()

    return later(w.genuine, change)


@forgery("an empty revision is appended", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    return later(w.genuine, lambda writer: writer.update_root())


@forgery("an earlier revision is brought back by a later one (shadow: hide and replace)", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    """The forger prepared a second text before the office signed, and now points to it."""

    def prepare(writer: Writer) -> None:
        one = page(writer)
        hidden = drawing(writer)
        one[pdf_name("/Contoh")] = hidden

    def show(writer: Writer) -> None:
        one = page(writer)
        one[pdf_name("/Contents")] = one.raw_get("/Contoh")

    return later(sign(later(w.unsigned, prepare), w.folders["ours"]), show)


@forgery("a sheet that hid the text is taken away (shadow: hide)", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    def cover(writer: Writer) -> None:
        annotate(writer, Subtype=pdf_name("/Square"), IC=numbers(1, 1, 1))

    def uncover(writer: Writer) -> None:
        page(writer)[pdf_name("/Annots")] = ArrayObject([])

    return later(sign(later(w.unsigned, cover), w.folders["ours"]), uncover)


@forgery("the name in a form field is replaced after signing (shadow: replace)", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    def field(writer: Writer) -> None:
        annotate(
            writer,
            Subtype=pdf_name("/Widget"),
            FT=pdf_name("/Tx"),
            T=pdf_string("nama"),
            V=pdf_string("Contoh Pemegang"),
        )
        note = page(writer)["/Annots"].raw_get(-1)
        writer.root[pdf_name("/AcroForm")] = writer.add_object(dictionary(Fields=ArrayObject([note])))
        writer.update_root()

    def fill(writer: Writer) -> None:
        ref = next(
            one
            for one in writer.root["/AcroForm"]["/Fields"].iterate()
            if one.get_object().get("/FT") == NameObject("/Tx")
        )
        ref.get_object()[pdf_name("/V")] = pdf_string("Contoh Orang Lain")
        writer.mark_update(ref)

    return later(sign(later(w.unsigned, field), w.folders["ours"]), fill)
