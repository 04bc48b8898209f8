from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from permits.signing import development


class Command(BaseCommand):
    help = (
        "Make a certificate authority and a signer's certificate for development, once. They prove nothing: "
        "an office signs with its own (SIGNER in .env.example)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, default=settings.SIGNER_FOLDER)
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")

    def handle(self, *, folder: Path, dry_run: bool, **_options: Any) -> None:
        if (folder / "signer.p12").exists():
            self.stdout.write(f"{folder}: there is a signer's certificate; nothing to do.")
            return
        if not dry_run:
            development.make(folder)
        made = "would be made" if dry_run else "made"
        self.stdout.write(f"{folder}: development certificate {made}; its passphrase is in passphrase.txt.")
