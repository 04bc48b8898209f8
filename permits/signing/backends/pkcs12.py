"""A certificate and its key in a PKCS#12 file, opened with the passphrase of the call."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.serialization import pkcs12
from django.utils.translation import gettext as _

from permits.signing import Outcome, Refused, certificates


class Pkcs12Signer:
    """`path` of the .p12; `tsa_url` of a time-stamping authority (RFC 3161); `crls`: revocation lists."""

    repeatable = True

    def __init__(self, path: str, tsa_url: str = "", crls: Sequence[str] = ()) -> None:
        self.path, self.tsa_url = Path(path), tsa_url
        self.crls = [Path(one) for one in crls]

    def sign(self, pdf: bytes, *, request_id: UUID, passphrase: str) -> Outcome:
        from permits.signing import pades  # brings pyHanko: half a second that not every process needs

        try:
            raw = self.path.read_bytes()
        except OSError:
            return Refused(
                _("There is no signing certificate at %(file)s. bin/setup makes one for development.")
                % {"file": self.path.name}
            )
        try:
            bundle = pkcs12.load_pkcs12(raw, passphrase.encode())
        except ValueError:
            return Refused(_("The passphrase is wrong, or the certificate file is damaged."))
        if bundle.key is None or bundle.cert is None:
            return Refused(_("The certificate file holds no key, so nothing can be signed with it."))
        issuers = [one.certificate for one in bundle.additional_certs]
        trouble = certificates.trouble_with(bundle.cert.certificate, issuers=issuers, crls=self.crls)
        if trouble:
            return Refused(trouble)
        if not isinstance(bundle.key, pades.Key):
            return Refused(_("The certificate file holds a key that cannot sign letters."))
        signer = pades.KeySigner(bundle.key, bundle.cert.certificate, issuers)
        return pades.sign(pdf, signer, request_id=request_id, tsa_url=self.tsa_url)

    def certificates(self) -> Sequence[bytes]:
        """The .p12 is closed without the passphrase: its certificate lies beside it, as .pem."""
        return certificates.read_pem(self.path.with_suffix(".pem"))[:1]
