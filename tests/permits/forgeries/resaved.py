"""A genuine letter opened in an editor and saved: nothing that was signed stays in its place."""

from io import BytesIO

import pikepdf
import pypdfium2
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer

from permits.signing.verify import Finding
from tests.permits.forgeries import Workshop, forgery
from tests.permits.forgeries.tools import saved


@forgery("saved again, nothing changed", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    return saved(w.genuine)


@forgery("saved for fast display on the web", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    return saved(w.genuine, linearize=True)


@forgery("saved with packed objects", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    return saved(w.genuine, object_stream_mode=pikepdf.ObjectStreamMode.generate)


@forgery("saved unpacked", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    return saved(w.genuine, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.generalized)


@forgery("locked with a password", Finding.UNREADABLE)
def _(w: Workshop) -> bytes:
    return saved(w.genuine, encryption=pikepdf.Encryption(owner="contoh", user="contoh"))


@forgery("locked against changes, open to read", Finding.UNREADABLE)
def _(w: Workshop) -> bytes:
    return saved(w.genuine, encryption=pikepdf.Encryption(owner="contoh", user=""))


@forgery("a page of another letter put in", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        with pikepdf.open(BytesIO(w.another)) as other:
            document.pages.append(other.pages[0])

    return saved(w.genuine, change=change)


@forgery("the pages printed to a new file, with a genuine QR code", Finding.UNSIGNED)
def _(w: Workshop) -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(w.genuine)) as source, pikepdf.new() as made:
        for one in source.pages:
            del one.Annots
        made.add_pages_from(source)
        made.save(out)
    return out.getvalue()


@forgery("the signature flattened away", Finding.UNREADABLE)
def _(w: Workshop) -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        del document.Root.AcroForm

    return saved(w.genuine, change=change)


@forgery("saved by a second editor", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    out = BytesIO()
    document = pypdfium2.PdfDocument(w.genuine)
    document.save(out)
    document.close()
    return out.getvalue()


@forgery("saved by a third editor", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    out = BytesIO()
    copy_into_new_writer(PdfFileReader(BytesIO(w.genuine))).write(out)
    return out.getvalue()


@forgery("the title changed and saved", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        document.docinfo["/Title"] = pikepdf.String("Surat Lain")

    return saved(w.genuine, change=change)
