"""What a letter's code, file and signature prove, and how to check a letter without us."""

from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from geoportal.caching import public_cache
from permits.signing import development, keys

PEM = "application/x-pem-file"

#: With poppler-utils and openssl, in a folder with surat.pdf and rantai.pem; a test runs exactly these lines.
CHECK = """\
pdfsig -dump surat.pdf
set -- $(grep -a -o 'ByteRange *\\[[0-9 ]*\\]' surat.pdf | tail -n 1 | tr -cd '0-9 ')
head -c "$2" surat.pdf > isi.bin
tail -c "+$(($3 + 1))" surat.pdf | head -c "$4" >> isi.bin
test "$(($3 + $4))" -eq "$(wc -c < surat.pdf)" && echo 'Tanda tangan mencakup seluruh berkas'
openssl cms -verify -binary -inform DER -in surat.pdf.sig0 -content isi.bin -CAfile rantai.pem \\
  -purpose any -signer penandatangan.pem -out /dev/null
openssl x509 -in penandatangan.pem -noout -subject -fingerprint -sha256
"""


@dataclass(frozen=True)
class Row:
    """A signer as the page lists it; `kind` is how the state sounds."""

    key: keys.Key
    kind: str
    state: str

    @property
    def grouped(self) -> str:
        """The fingerprint as other programs print it."""
        text = self.key.fingerprint.upper()
        return ":".join(text[n : n + 2] for n in range(0, len(text), 2))


@login_not_required
@require_safe
@public_cache
def trust(request: HttpRequest) -> HttpResponse:
    """What a code alone proves and what it does not."""
    rows = [  # what was checked, what it proves, what it leaves open
        (
            _("The permit number"),
            _("That a permit with this number stands in our register, and whether it is in force."),
            _("Anything about the letter in your hand: numbers can be copied."),
        ),
        (
            _("The QR code or the letter code"),
            _("That we issued a letter with this code, for the permit that the page shows."),
            _("That your paper is that letter. A code can be photographed and printed on another text."),
        ),
        (
            _("The code, and every word compared with this site"),
            _("That number, type, holder, place and dates are what we issued."),
            _(
                "What stands on the paper but not on the page, such as conditions. Compare them with the "
                "public copy."
            ),
        ),
        (
            _("The PDF: MATCHES"),
            _("That the file is, byte for byte, the letter that we issued. Nothing in it was changed."),
            _("That who shows it to you is its holder."),
        ),
        (
            _("The PDF: genuine signature, not our letter"),
            _("That our key signed it."),
            _("That it was ever issued. Do not rely on it; ask us."),
        ),
        (
            _("The signature, in a PDF reader"),
            _("Who signed, and that the signed part is unchanged."),
            _(
                "That nothing was added afterwards, or that the permit is still in force. Many readers show"
                " a green mark on a file that was added to."
            ),
        ),
    ]
    return render(request, "maps/trust.html", {"rows": rows, "trail": _trail(_("What a check proves"))})


@login_not_required
@require_safe
@public_cache
def certificates(request: HttpRequest) -> HttpResponse:
    """Who signs, since when, until when; and how anybody checks a letter without us."""
    now = timezone.now()
    rows = [_row(key, now) for key in keys.pinned()]
    context = {
        "rows": rows,
        "chain": bool(keys.authorities()),
        "development": any(row.key.issuer == development.AUTHORITY for row in rows),
        "commands": CHECK,
        "official": settings.SITE_URL,
        "trail": _trail(_("Certificates")),
    }
    return render(request, "maps/certificates.html", context)


@login_not_required
@require_safe
@public_cache
def chain(request: HttpRequest) -> HttpResponse:
    """The authorities above the signers, for programs that verify; 404 where none is configured."""
    found = keys.authorities()
    if not found:
        raise Http404
    return HttpResponse(b"".join(one.public_bytes(Encoding.PEM) for one in found), content_type=PEM)


@login_not_required
@require_safe
@public_cache
def certificate(request: HttpRequest, fingerprint: str) -> HttpResponse:
    """One signer's certificate."""
    for key in keys.pinned():
        if key.fingerprint == fingerprint:
            return HttpResponse(key.pem, content_type=PEM)
    raise Http404


def _row(key: keys.Key, now: datetime) -> Row:
    if key.compromised:
        return Row(key, "bad", _("Declared compromised"))
    if key.retired and key.retired <= now:
        return Row(key, "info", _("No longer used"))
    if key.until < now:
        return Row(key, "info", _("Ended"))
    if key.since > now:
        return Row(key, "info", _("Not used yet"))
    return Row(key, "good", _("In use"))


def _trail(here: str) -> list[tuple[str, str]]:
    return [(_("Home"), "/"), (_("Check a permit"), reverse("validate")), (here, "")]
