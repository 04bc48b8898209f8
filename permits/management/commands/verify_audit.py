from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from permits import anchors
from permits.audit import Fault, Verified, verify
from permits.models import Application

WORDS = {
    "removed": "its application was removed",
    "missing": "is missing",
    "inserted": "was inserted: no anchor knows it, although it is older than the newest",
    "altered": "was altered: its hash does not fit what it says",
    "rewritten": "was rewritten: its anchor holds another hash",
    "unlinked": "does not follow from the row before it",
    "head": "is not what the application's own row says is its newest",
}
TOLD = 50


class Command(BaseCommand):
    help = (
        "Compare the log of every application with its hash chain and with the anchors. Ends with 1 and "
        "names the first bad row of each application where one was edited, deleted, moved or cut off."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--anchor", type=Path, action="append", default=[], help="only this file (repeatable)"
        )
        parser.add_argument("--key", type=Path, help="public key of the anchors, from where you carried it")

    def handle(self, *args: Any, anchor: list[Path], key: Path | None, **options: Any) -> None:
        try:
            public = anchors.public_key(key)
        except anchors.Unreadable as trouble:
            raise CommandError(f"--key: {trouble}") from trouble
        found = Verified()
        with tqdm(unit=" applications", disable=None) as bar:
            for found in verify(anchor or anchors.files(), key=public, complete=not anchor):
                bar.update(found.applications - bar.n)
        for fault in found.faults[:TOLD]:
            self.stderr.write(self.told(fault))
        what = f"{found.events} events of {found.applications} applications, {found.anchors} anchors"
        if found.faults:
            raise CommandError(f"verify_audit: {len(found.faults)} faults in {what}")
        since = f"; anchored until {timezone.localtime(found.taken):%Y-%m-%d %H:%M}" if found.taken else ""
        self.stdout.write(f"verify_audit: nothing wrong in {what}{since}")
        if not found.anchors:
            self.stderr.write("without an anchor a rewritten log cannot be told from a true one: run anchor")

    def told(self, fault: Fault) -> str:
        if fault.anchor:
            return f"anchor {fault.anchor}: {fault.what}"
        row = (
            Application.objects.filter(pk=fault.application).only("registration_number", "public_id").first()
        )
        return f"application {fault.application} ({row or 'gone'}), row {fault.ordinal}: {WORDS[fault.what]}"
