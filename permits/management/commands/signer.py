from argparse import ArgumentParser
from datetime import datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from permits.models import KeyAct
from permits.refusals import Refused
from permits.signing import keys

ACTS = {"retire": KeyAct.RETIRED, "compromised": KeyAct.COMPROMISED}


class Command(BaseCommand):
    help = "The certificates that letters are signed with: list them, retire one, declare one compromised."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["list", *ACTS])
        parser.add_argument("fingerprint", nargs="?", help="how the certificate's SHA-256 begins (8 or more)")
        parser.add_argument("--since", help="2026-11-24 or 2026-11-24T09:30; now, if left out")
        parser.add_argument("--reason", default="", help="the public reads it: /validasi/sertifikat/")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be declared")

    def handle(self, *, act: str, fingerprint: str | None, **options: Any) -> None:
        if act == "list":
            self._list()
            return
        if not fingerprint:
            raise CommandError(
                "Which certificate? Give the beginning of its SHA-256: signer list shows them."
            )
        since = _moment(options["since"])
        try:
            key = keys.find(fingerprint)
            if not options["dry_run"]:
                keys.declare(ACTS[act], key, since=since, reason=options["reason"])
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        if act == "compromised":
            self._letters(key, since)
        done = "would be declared" if options["dry_run"] else "declared"
        self.stdout.write(f"signer: {key.subject} {done} {ACTS[act]} since {since.isoformat()}")

    def _list(self) -> None:
        found = keys.pinned()
        for key in found:
            self.stdout.write(
                f"{key.fingerprint[:16]}  {key.since.date()} to {key.until.date()}  {key.subject}"
                + (f"  COMPROMISED since {key.compromised.isoformat()}" if key.compromised else "")
                + (f"  retired since {key.retired.isoformat()}" if key.retired else "")
            )
        self.stdout.write(f"signer: {len(found)} certificates, {len(keys.authorities())} of authorities")

    def _letters(self, key: keys.Key, since: datetime) -> None:
        """What the office has to look at: was each of these really signed by the head?"""
        count = 0
        for letter, readable in keys.letters_signed_with(key, since=since):
            count += 1
            trouble = "" if readable else "  (its file cannot be read)"
            self.stdout.write(f"  {letter.issued_on}  {letter}{trouble}")
        self.stdout.write(
            f"{count} letters carry its signature since then. They are known by their hash and stay as they "
            "are: look at each, and withdraw what the head did not sign."
        )


def _moment(text: str | None) -> datetime:
    if not text:
        return timezone.now()
    try:
        found = parse_datetime(text)
        day = parse_date(text[:10])
    except ValueError:
        found = day = None
    if day is None:
        raise CommandError(f"{text}: no date. Write 2026-11-24 or 2026-11-24T09:30.")
    moment = found or datetime.combine(day, time())
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
