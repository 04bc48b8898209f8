"""What PKCS#12 and PKCS#11 share: an invisible PAdES signature by pyHanko, appended to the letter."""

from io import BytesIO
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.timestamps import HTTPTimeStamper

from permits.signing import Outcome, Refused, Signed

FIELD = "TandaTangan"
TSA_SECONDS = 10


def sign(pdf: bytes, signer: signers.Signer, *, request_id: UUID, tsa_url: str = "") -> Outcome:
    """PAdES B-T with `tsa_url`, else B-B."""
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        location=settings.OFFICE_CITY,
        reason=f"{settings.OFFICE_NAME} {request_id}",
    )
    stamper: Any = HTTPTimeStamper(tsa_url, timeout=TSA_SECONDS) if tsa_url else None
    out = BytesIO()
    try:
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        signers.sign_pdf(writer, metadata, signer=signer, timestamper=stamper, output=out)
    except Exception as error:  # noqa: BLE001 - nothing has left this machine, whatever it was
        return Refused(
            _("The letter could not be signed (%(why)s). Nothing was issued; try again.")
            % {"why": type(error).__name__}
        )
    return Signed(out.getvalue())
