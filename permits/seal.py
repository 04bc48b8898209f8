"""The seal of a letter ("tanda keaslian"): an id that stands only on the letter, in QR code and print.

The database keeps nothing but a hash, so that whoever reads it cannot print a letter that would be found.
"""

import hashlib
from datetime import date

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from geoportal.accounts.models import User
from geoportal.ids import ALPHABET, is_id, new_id, normalise
from permits.models import Letter, Permit
from permits.refusals import Refused

LENGTH = 26  # base 30: 127 bits
GROUP = 4
_DOMAIN = b"sakpore.seal.v1\0"  # the same text hashed for another purpose gives another hash


def new_seal_id() -> str:
    return new_id(LENGTH)


def is_seal_id(text: str) -> bool:
    """In its stored form; what was typed goes through geoportal.ids.normalise first."""
    return is_id(text, LENGTH)


def seal_hash(seal_id: str) -> bytes:
    """32 bytes; a plain hash is enough, since 127 random bits cannot be tried out."""
    return hashlib.sha256(_DOMAIN + seal_id.encode()).digest()


def grouped(seal_id: str) -> str:
    """For reading and typing: ABCD-EFGH-…-YZ."""
    return "-".join(seal_id[i : i + GROUP] for i in range(0, len(seal_id), GROUP))


def seal_url(seal_id: str, base: str) -> str:
    """What the QR code says. All upper case: QR's alphanumeric mode makes the modules a third larger.

    `base` is scheme and host (settings.SITE_URL); a path in it would be case-sensitive and is refused.
    """
    scheme, found, host = base.rstrip("/").partition("://")
    if not found or not host or "/" in host:
        raise ValueError(f"SITE_URL must be scheme and host, such as https://izin.example, not {base!r}")
    return f"{scheme}://{host}/V/{seal_id}".upper()


def issue_letter(
    permit: Permit, *, by: User | None, seal_id: str | None = None, on: date | None = None
) -> str:
    """Records a letter of `permit` and returns its seal id. This is the only time that the id is known.

    `seal_id`: one that is printed already (imports, the demo city). `by` None: a command.
    """
    if permit.registered_only:
        raise Refused(_("A registration in OSS has no letter of this office. Look it up at oss.go.id."))
    wanted = new_seal_id() if seal_id is None else normalise(seal_id)
    if not is_seal_id(wanted):
        raise Refused(_("A seal code has 26 characters, without 0, O, 1, I, L and U."))
    try:
        with transaction.atomic():
            letter = Letter.objects.create(
                permit=permit, seal_hash=seal_hash(wanted), issued_on=on or timezone.localdate()
            )
            _log(letter, by, ADDITION, "issued")
    except IntegrityError:
        raise Refused(
            _("This seal code is used by a letter already. Leave it out to get a new one.")
        ) from None
    return wanted


def withdraw_letter(letter: Letter, *, by: User | None, reason: str) -> None:
    """From now on the letter's seal answers that it was withdrawn, and why. The permit is not touched."""
    if not reason.strip():
        raise Refused(_("Say why the letter is withdrawn: the public reads it."))
    with transaction.atomic():
        fresh = Letter.objects.select_for_update().get(pk=letter.pk)
        if fresh.withdrawn_on is not None:
            raise Refused(_("This letter was withdrawn before."))
        fresh.withdrawn_on, fresh.withdrawn_reason = timezone.localdate(), reason.strip()[:200]
        fresh.save(update_fields=["withdrawn_on", "withdrawn_reason"])
        _log(fresh, by, CHANGE, f"withdrawn: {fresh.withdrawn_reason}")
    letter.withdrawn_on, letter.withdrawn_reason = fresh.withdrawn_on, fresh.withdrawn_reason


def _log(letter: Letter, by: User | None, flag: int, what: str) -> None:
    if by is not None:
        LogEntry.objects.log_actions(by.pk, [letter], flag, change_message=what, single_object=True)


DEMO_LETTERS = 5


def demo_seal_id(n: int) -> str:
    """The seal of the demo city's letter `n` (1 to DEMO_LETTERS): the same everywhere, so proof of nothing.

    It is found only where the demo city was loaded; /validasi/contoh/ lets anyone try it there.
    """
    number = int.from_bytes(hashlib.sha256(b"sakpore.demo %d" % n).digest())
    return "".join(ALPHABET[number // len(ALPHABET) ** i % len(ALPHABET)] for i in range(LENGTH))
