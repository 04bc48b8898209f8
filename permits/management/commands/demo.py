import time
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from tqdm import tqdm

from permits.demo.accounts import code_now, make_accounts, remove_accounts
from permits.demo.letters import Sample, issue_letters, write_samples
from permits.demo.load import has_demo, has_real_permits, load_city, load_references
from permits.demo.plan import REAL_SIZE, chunks_of
from permits.demo.remove import remove_city
from permits.models import Permit

MOST = 10_000_000
LOCK = 7303  # advisory: one demo city is loaded or removed at a time


class Command(BaseCommand):
    help = "Invents a city of permits to look at, try out and measure with; --remove takes it away again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--permits", type=int, default=REAL_SIZE, help=_("how many; default 4204, as in 2022")
        )
        parser.add_argument("--seed", type=int, default=1, help=_("another number, another city"))
        parser.add_argument(
            "--today", type=date.fromisoformat, help=_("the day it is seen from (YYYY-MM-DD); default today")
        )
        parser.add_argument("--yes", action="store_true", help=_("even where real permits are"))
        parser.add_argument("--remove", action="store_true", help=_("delete everything that demo made"))
        parser.add_argument("--code", metavar="NAME", help=_("the code of a demo account, for now"))
        parser.add_argument(
            "--seals",
            type=Path,
            default=Path(settings.BASE_DIR) / ".local" / "demo" / "seals.csv",
            help=_("where the seals of the invented letters are written"),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["code"]:
            try:
                self.stdout.write(code_now(options["code"]))
            except Authenticator.DoesNotExist:
                raise CommandError(_("This is no account of the demo city.")) from None
            return
        total = options["permits"]
        if not 1 <= total <= MOST:
            raise CommandError(_("--permits is a number from 1 to %d.") % MOST)
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            row = cursor.fetchone()
            if row is None or not row[0]:
                raise CommandError(_("Another demo is at work in this database. Wait until it has ended."))
        try:
            if options["remove"]:
                self._remove(options["seals"])
            else:
                self._load(total, options)
        except ValueError as error:
            raise CommandError(str(error)) from error
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])

    def _load(self, total: int, options: dict[str, Any]) -> None:
        real = has_real_permits()
        if real and not options["yes"]:
            raise CommandError(
                _("This database holds real permits. Invented ones among them? Then add --yes.")
            )
        if has_demo():
            raise CommandError(_("A demo city is loaded already. manage.py demo --remove takes it away."))
        started = time.monotonic()
        today = options["today"] or timezone.localdate()
        if chunks_of(total) == 1:
            with transaction.atomic():  # all or nothing, so that an interrupted first start can be repeated
                samples = self._city(total, options["seed"], today)
                accounts = make_accounts(public_passwords=not real)
        else:
            samples = self._city(total, options["seed"], today)
            accounts = make_accounts(public_passwords=not real)
            call_command("publish", stdout=StringIO())  # counts a large load anew instead of folding it
        write_samples(samples, options["seals"])
        self.stdout.write(
            _("demo: %(total)d permits, %(seconds).1f s")
            % {"total": total, "seconds": time.monotonic() - started}
        )
        self.stdout.write(_("Accounts of the demo city (never in a real one):"))
        for account in accounts:
            self.stdout.write(f"  {account.username:24} {account.password:28} {account.role.label}")
        self.stdout.write(_("Their second factor: bin/manage demo --code NAME, or this key in an app:"))
        for key in {account.key: None for account in accounts}:
            self.stdout.write(f"  {key}")
        if samples:
            self.stdout.write(_("A letter to validate: %s") % samples[0].seal)

    def _city(self, total: int, seed: int, today: date) -> list[Sample]:
        load_references()
        samples: list[Sample] = []
        with self._bar(total) as bar:
            for chunk in load_city(total, seed=seed, today=today):
                if chunk.number == 0:
                    samples = issue_letters(chunk.permits, today=today)
                bar.update(len(chunk.permits))
        return samples

    def _remove(self, seals: Path) -> None:
        count = 0
        with self._bar(Permit.objects.filter(demo=True).count()) as bar:
            for removed in remove_city():
                count += removed
                bar.update(removed)
        accounts = remove_accounts()
        seals.unlink(missing_ok=True)
        self.stdout.write(
            _("demo: %(count)d permits and %(accounts)d accounts removed")
            % {"count": count, "accounts": accounts}
        )

    def _bar(self, total: int) -> Any:
        return tqdm(total=total, unit=" " + _("permits"), disable=not self.stderr.isatty(), leave=False)
