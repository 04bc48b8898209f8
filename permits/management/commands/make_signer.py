from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from cryptography import x509
from django.conf import settings
from django.core.management.base import BaseCommand

from permits.signing import development
from permits.signing.certificates import is_authority, read_pems


class Command(BaseCommand):
    help = (
        "Make a certificate authority and a signer's certificate for development, once; complete what an "
        "older version made. They prove nothing: an office signs with its own (SIGNER in .env.example)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, default=settings.SIGNER_FOLDER)
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")

    def handle(self, *, folder: Path, dry_run: bool, **_options: Any) -> None:
        if (folder / "signer.p12").exists():
            self.stdout.write(f"{folder}: {_kept(folder, dry_run)}")
            return
        if not dry_run:
            development.make(folder)
        made = "would be made" if dry_run else "made"
        self.stdout.write(f"{folder}: development certificate {made}; its passphrase is in passphrase.txt.")


def _kept(folder: Path, dry_run: bool) -> str:
    """A key that may have signed letters is never replaced: only what is missing beside it is added."""
    if any(is_authority(x509.load_der_x509_certificate(der)) for der in read_pems(folder)):
        return "there is a signer's certificate and its authority; nothing to do."
    if dry_run:
        return "no authority is published; its certificate would be taken out of signer.p12."
    try:
        written = development.complete(folder)
    except ValueError as error:
        return (
            f"no authority is published, and none could be added ({error}). Nothing was changed: put the "
            "certificates above the signer's there as .pem, or make a new key by docs/keys.md."
        )
    return f"{' and '.join(written)} added, taken out of signer.p12; the key is the same as before."
