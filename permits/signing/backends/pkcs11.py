"""A key that never leaves its token (smart card, HSM), opened with the PIN of the call."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from cryptography import x509
from django.utils.translation import gettext as _

from permits.signing import Outcome, Refused, certificates


class Pkcs11Signer:
    """`module`: the token's library; `token`, `key`: labels; `certificate`: .pem, the signer's first.

    `tsa_url` and `crls` as for PKCS#12.
    """

    repeatable = True

    def __init__(
        self, module: str, token: str, key: str, certificate: str, tsa_url: str = "", crls: Sequence[str] = ()
    ) -> None:
        self.module, self.token, self.key = module, token, key
        self.path, self.tsa_url = Path(certificate), tsa_url
        self.crls = [Path(one) for one in crls]

    def sign(self, pdf: bytes, *, request_id: UUID, passphrase: str) -> Outcome:
        import pkcs11  # these bring pyHanko and a library in C: not every process needs them
        from pyhanko.config.pkcs11 import TokenCriteria
        from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

        from permits.signing import pades

        try:
            own, *issuers = x509.load_pem_x509_certificates(self.path.read_bytes())
        except (OSError, ValueError):
            return Refused(_("The certificate %(file)s cannot be read.") % {"file": self.path.name})
        trouble = certificates.trouble_with(own, issuers=issuers, crls=self.crls)
        if trouble:
            return Refused(trouble)
        try:
            session = open_pkcs11_session(
                self.module, token_criteria=TokenCriteria(label=self.token), user_pin=passphrase
            )
        except (pkcs11.PinIncorrect, pkcs11.PinLenRange, pkcs11.ArgumentsBad):
            return Refused(_("The PIN is wrong. A token locks itself after some wrong ones: take care."))
        except pkcs11.PinLocked:
            return Refused(_("The token has locked itself after wrong PINs. Its issuer can open it."))
        except (pkcs11.PKCS11Error, OSError, RuntimeError, ValueError) as error:
            return Refused(
                _("The token cannot be opened (%(why)s). Is it plugged in?") % {"why": type(error).__name__}
            )
        with session:
            chain = [pades.as_asn1(one) for one in issuers]
            signer = PKCS11Signer(
                session, signing_cert=pades.as_asn1(own), ca_chain=chain, key_label=self.key
            )
            return pades.sign(pdf, signer, request_id=request_id, tsa_url=self.tsa_url)

    def certificates(self) -> Sequence[bytes]:
        return certificates.read_pem(self.path)[:1]
