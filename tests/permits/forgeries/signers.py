"""Letters that somebody signs who may not: other keys, keys out of their time, keys that were stolen."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from asn1crypto import cms, core
from pyhanko.sign.fields import SigSeedSubFilter

from permits.signing.verify import Finding
from tests.permits.forgeries import Workshop, forgery
from tests.permits.forgeries.tools import later, page, sign, signer_in


def ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


@forgery("a forged letter signed by a stranger", Finding.FOREIGN)
def _(w: Workshop) -> bytes:
    return sign(w.changed, w.folders["stranger"])


@forgery("a certificate with our head's name and our authority's name, but another key", Finding.FOREIGN)
def _(w: Workshop) -> bytes:
    return sign(w.changed, w.folders["lookalike"])


@forgery("the same, with the serial number of ours as well", Finding.FOREIGN)
def _(w: Workshop) -> bytes:
    return sign(w.changed, w.folders["twin"])


@forgery("a certificate that signs itself, with our head's name", Finding.FOREIGN)
def _(w: Workshop) -> bytes:
    return sign(w.changed, w.folders["selfmade"])


@forgery("the same letter, unchanged, signed by a stranger", Finding.FOREIGN)
def _(w: Workshop) -> bytes:
    return sign(w.unsigned, w.folders["stranger"])


@forgery("the key of the authority above us signs a letter itself", Finding.FOREIGN)
def _(w: Workshop) -> bytes:
    return sign(w.changed, w.folders["authority"])


@forgery("our certificate is named, but a stranger's key signed", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    def rename(made: cms.ContentInfo) -> cms.ContentInfo:
        info = made["content"]["signer_infos"][0]
        kept = [one for one in info["signed_attrs"] if "signing_cert" not in one["type"].native]
        info["signed_attrs"] = cms.CMSAttributes(kept)
        return renamed(w)(made)

    return sign(w.changed, w.folders["lookalike"], mend=rename)


@forgery("the same, in the form that names its certificate twice", Finding.FOREIGN)
def _(w: Workshop) -> bytes:
    return sign(w.changed, w.folders["stranger"], mend=renamed(w))


def renamed(w: Workshop) -> Callable[[cms.ContentInfo], cms.ContentInfo]:
    own: Any = signer_in(w.folders["ours"]).signing_cert

    def rename(made: cms.ContentInfo) -> cms.ContentInfo:
        data = made["content"]
        data["certificates"] = cms.CertificateSet([cms.CertificateChoices("certificate", own)])
        data["signer_infos"][0]["sid"] = cms.SignerIdentifier(
            "issuer_and_serial_number",
            cms.IssuerAndSerialNumber({"issuer": own.issuer, "serial_number": own.serial_number}),
        )
        return cms.ContentInfo({"content_type": "signed_data", "content": data.untag()})

    return rename


@forgery("an expired certificate of ours signs today", Finding.UNTIMELY)
def _(w: Workshop) -> bytes:
    return sign(w.changed, w.folders["expired"])


@forgery("an expired certificate of ours signs, dated back to its time", Finding.OURS)
def _(w: Workshop) -> bytes:
    """Nobody can tell from the file alone: the register can, and does not know it."""
    return sign(w.changed, w.folders["expired"], at=ago(20))


@forgery("a certificate of ours that is not valid yet", Finding.UNTIMELY)
def _(w: Workshop) -> bytes:
    return sign(w.changed, w.folders["future"])


@forgery("a certificate that is not valid yet, dated ahead", Finding.UNTIMELY)
def _(w: Workshop) -> bytes:
    return sign(w.changed, w.folders["future"], at=ago(-20))


@forgery("a former head's certificate, after another was put in its place", Finding.UNTIMELY)
def _(w: Workshop) -> bytes:
    return sign(w.changed, w.folders["retired"])


@forgery("our certificate, dated before it existed", Finding.UNTIMELY)
def _(w: Workshop) -> bytes:
    return sign(w.changed, w.folders["ours"], at=ago(3_000))


@forgery("a stolen key signs after it was declared compromised", Finding.COMPROMISED)
def _(w: Workshop) -> bytes:
    return sign(w.changed, w.folders["stolen"])


@forgery("a stolen key signs, dated back before the theft", Finding.COMPROMISED)
def _(w: Workshop) -> bytes:
    return sign(w.changed, w.folders["stolen"], at=ago(1))


@forgery("our own key signs a letter that was never issued", Finding.OURS)
def _(w: Workshop) -> bytes:
    return sign(w.changed, w.folders["ours"])


@forgery("a letter with the number of another, signed by our key and never issued", Finding.OURS)
def _(w: Workshop) -> bytes:
    return sign(w.unsigned, w.folders["ours"])


# --- Signatures that are spoilt


@forgery("signed with SHA-1", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    return sign(w.changed, w.folders["ours"], digest="sha1", form=SigSeedSubFilter.ADOBE_PKCS7_DETACHED)


@forgery("signed with MD5", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    return sign(w.changed, w.folders["ours"], digest="md5", form=SigSeedSubFilter.ADOBE_PKCS7_DETACHED)


@forgery("the digest of another file is signed", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    return sign(w.changed, w.folders["ours"], digested=bytes(32))


@forgery("the signed attributes are taken out", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    def bare(made: cms.ContentInfo) -> cms.ContentInfo:
        del made["content"]["signer_infos"][0]["signed_attrs"]
        return made

    return sign(w.changed, w.folders["ours"], mend=bare)


@forgery("the message digest is taken out of the signed attributes", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    def without(made: cms.ContentInfo) -> cms.ContentInfo:
        info = made["content"]["signer_infos"][0]
        kept = [one for one in info["signed_attrs"] if one["type"].native != "message_digest"]
        info["signed_attrs"] = cms.CMSAttributes(kept)
        return made

    return sign(w.changed, w.folders["ours"], mend=without)


@forgery("the signed text is put into the signature itself", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    def inside(made: cms.ContentInfo) -> cms.ContentInfo:
        made["content"]["encap_content_info"]["content"] = core.OctetString(b"Surat lain")
        return made

    return sign(w.changed, w.folders["ours"], mend=inside)


@forgery("the signature has two signers", Finding.UNREADABLE)
def _(w: Workshop) -> bytes:
    def both(made: cms.ContentInfo) -> cms.ContentInfo:
        infos = made["content"]["signer_infos"]
        made["content"]["signer_infos"] = cms.SignerInfos([infos[0], infos[0].copy()])
        return made

    return sign(w.changed, w.folders["ours"], mend=both)


@forgery("the signature has a hundred kilobytes of padding", Finding.OURS)
def _(w: Workshop) -> bytes:
    return sign(w.changed, w.folders["ours"], reserved=200_000)


@forgery("the signature has four megabytes of padding", Finding.UNREADABLE)
def _(w: Workshop) -> bytes:
    return sign(w.changed, w.folders["ours"], reserved=8_000_000)


@forgery("the signature is no signature at all", Finding.UNREADABLE)
def _(w: Workshop) -> bytes:
    return sign(w.changed, w.folders["ours"], mend=lambda _made: b"bukan tanda tangan")


@forgery("a genuine letter changed and signed anew by a stranger in the same field", Finding.FOREIGN)
def _(w: Workshop) -> bytes:
    def change(writer: object) -> None:
        page(writer)  # type: ignore[arg-type]
        del writer.root["/AcroForm"]  # type: ignore[attr-defined]
        writer.update_root()  # type: ignore[attr-defined]

    return sign(later(w.genuine, change), w.folders["lookalike"])
