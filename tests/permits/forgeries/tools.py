"""What the builders share: writing a later revision, and signing with every screw loose."""

import asyncio
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
from asn1crypto import cms
from cryptography.hazmat.primitives.serialization import pkcs12
from pikepdf import PageCopyWarning
from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, FloatObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import cms_embedder
from pyhanko.sign.signers.pdf_byterange import SignatureObject

from permits.signing.pades import KeySigner
from tests.permits.conftest import PASSPHRASE

Writer = IncrementalPdfFileWriter


def later(pdf: bytes, change: Callable[[Writer], None], *, strict: bool = True) -> bytes:
    """`pdf` with one more revision, appended."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf), strict=strict)
    change(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def page(writer: Writer, number: int = 0) -> Any:
    """A page's dictionary, marked as changed."""
    found = writer.root["/Pages"]["/Kids"].raw_get(number)
    made = found.get_object()
    while "/Kids" in made:
        found = made["/Kids"].raw_get(0)
        made = found.get_object()
    writer.mark_update(found)
    return made


def numbers(*values: float) -> ArrayObject:
    return ArrayObject([FloatObject(value) for value in values])


def dictionary(**entries: Any) -> DictionaryObject:
    return DictionaryObject({pdf_name("/" + key): value for key, value in entries.items()})


@cache
def signer_in(folder: Path) -> KeySigner:
    bundle = pkcs12.load_pkcs12((folder / "signer.p12").read_bytes(), PASSPHRASE.encode())
    assert bundle.cert
    issuers = [one.certificate for one in bundle.additional_certs]
    return KeySigner(bundle.key, bundle.cert.certificate, issuers)  # type: ignore[arg-type]


def sign(
    pdf: bytes,
    folder: Path,
    *,
    at: datetime | None = None,
    digest: str = "sha256",
    form: SigSeedSubFilter = SigSeedSubFilter.PADES,
    field: str = "TandaTangan",
    reserved: int | None = None,
    mend: Callable[[cms.ContentInfo], cms.ContentInfo | bytes] | None = None,
    digested: bytes | None = None,
    certify: bool = False,
) -> bytes:
    """One more signature. `mend` may spoil the CMS; `digested` is signed in place of the file's digest."""
    signer = signer_in(folder)
    at = at or datetime.now(UTC)
    writing = cms_embedder.PdfCMSEmbedder().write_cms(field, IncrementalPdfFileWriter(BytesIO(pdf)))
    next(writing)
    signature = SignatureObject(
        timestamp=at, subfilter=form, reason="Kantor Perizinan Uji", bytes_reserved=reserved or 16_384
    )
    rules = (
        cms_embedder.SigMDPSetup(digest, certify=True, docmdp_perms=MDPPerm.NO_CHANGES) if certify else None
    )
    writing.send(cms_embedder.SigObjSetup(sig_placeholder=signature, mdp_setup=rules))
    prepared, out = writing.send(cms_embedder.SigIOSetup(md_algorithm=digest))
    pades = form == SigSeedSubFilter.PADES
    made = asyncio.run(signer.async_sign(digested or prepared.document_digest, digest, use_pades=pades))
    prepared.fill_with_cms(out, mend(made) if mend else made)
    content: bytes = out.getvalue()
    return content


def saved(pdf: bytes, *, change: Callable[[pikepdf.Pdf], None] | None = None, **options: Any) -> bytes:
    """As an editor saves it: the whole file anew."""
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as document, warnings.catch_warnings():
        warnings.simplefilter("ignore", PageCopyWarning)  # the forger does not mind
        if change:
            change(document)
        document.save(out, **options)
    return out.getvalue()


def byte_range(pdf: bytes) -> tuple[int, int, list[int]]:
    """Where the last /ByteRange [...] begins and ends, and its numbers."""
    start = pdf.rindex(b"/ByteRange")
    begin = pdf.index(b"[", start)
    end = pdf.index(b"]", begin) + 1
    return begin, end, [int(n) for n in pdf[begin + 1 : end - 1].split()]


def with_range(pdf: bytes, text: str) -> bytes:
    """The numbers of the range overwritten in place; the file keeps its length where they fit."""
    begin, end, _ = byte_range(pdf)
    room = pdf[begin:].index(b"/", 1)
    while pdf[begin + room - 1 : begin + room].isspace():
        room -= 1
    written = text.encode().ljust(end - begin)
    return pdf[:begin] + written + pdf[begin + len(written) :]


def contents(pdf: bytes) -> tuple[int, int]:
    """First and last hexadecimal digit of the signature, end exclusive."""
    _, _, (_, length, after, _) = byte_range(pdf)
    return length + 1, after - 1
