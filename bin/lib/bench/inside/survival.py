"""Runs inside of the site, as a process of its own: a head of office who signs until nothing waits.

argv: "make" and how many applications to make; "sign", the file of the passphrase, the file to write down
what was promised, and a seed; "end", the first two, and how many letters to check strictly.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import DataError, Error, IntegrityError, ProgrammingError, connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.inside import cases  # noqa: E402
from permits import numbers, signatures  # noqa: E402
from permits.definitions import definition_of  # noqa: E402
from permits.letters import store  # noqa: E402
from permits.letters.issuing import CannotIssue  # noqa: E402
from permits.models import Application, Letter  # noqa: E402
from permits.models import ApplicationStatus as Status  # noqa: E402
from permits.refusals import Refused  # noqa: E402
from permits.signing.verify import Finding, verify  # noqa: E402
from permits.workflow import Actor  # noqa: E402

Got = TypeVar("Got")
SITE = "https://izin.example"
NEAR = 8  # of so many that wait a head takes one: several heads meet at one letter again and again
TAKEN_UP = 5  # one turn of so many goes on with a letter that waits in issuing, perhaps in other hands


class Head:
    def __init__(self, passphrase: Path, ledger: Path, seed: int) -> None:
        self.user = patient(cases.people)[Actor.HEAD]
        self.passphrase = passphrase.read_text().strip()  # arguments are seen by every user of the machine
        self.ledger = os.open(ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self.dice = random.Random(seed)  # noqa: S311

    def tell(self, what: str, application: Application, number: str) -> None:
        """What a person was told, so that it may never be untrue again."""
        os.write(self.ledger, f"{what} {application.pk} {number}\n".encode())

    def sign(self) -> bool:
        """One letter, as the page for signing does it; whether any waited."""
        waiting = list(Application.objects.filter(status=Status.SIGNING).order_by("pk")[:NEAR])
        if not waiting:
            return False
        one = self.dice.choice(waiting)
        try:
            row = signatures.approve(one, by=self.user, second_factor=True, seen=one.events_count)
        except (Refused, CannotIssue):
            return True  # another head was faster
        self.tell("signed", one, row.number)
        self.go_on(one)
        return True

    def take_up(self) -> None:
        stuck = list(Application.objects.filter(status=Status.ISSUING).order_by("pk"))
        if stuck:
            self.go_on(self.dice.choice(stuck))

    def go_on(self, application: Application) -> None:
        row = signatures.issuing_of(application)
        if row is None:
            raise SystemExit(f"application {application.pk} was signed and has no number")
        done = signatures.carry_on(
            signatures.Chosen(application), row, by=self.user, passphrase=self.passphrase, site=SITE
        )
        if done.outcome is signatures.Outcome.ISSUED:
            self.tell("issued", application, done.text)

    def turn(self) -> bool:
        if not self.dice.randrange(TAKEN_UP):
            self.take_up()
        return self.sign()


def patient(do: Callable[[], Got]) -> Got:
    """Again and again while the database is down: the page answers 500, and the head presses again."""
    while True:
        try:
            return do()
        except (IntegrityError, ProgrammingError, DataError):
            raise  # a fault of ours
        except Error:
            connection.close()
            time.sleep(0.1)


def rest(head: Head) -> None:
    """What is left over: first what needs nobody, then as a head finds it on the page."""
    call_command("finish_letters")
    for one in Application.objects.filter(status=Status.ISSUING).order_by("pk"):
        head.go_on(one)
    while head.sign():
        pass


def check(sample: int) -> None:
    call_command("publish", check=True)  # exits with its own words where the map differs
    unexplained = 0
    kinds = {one.version.type_id: one.version for one in Application.objects.select_related("version__type")}
    for version in kinds.values():
        template, code = definition_of(version).number_template, version.type.code
        gaps = numbers.unexplained(template, on=timezone.localdate(), scope=code, code=code)
        unexplained += len(gaps)
    letters = list(Letter.objects.order_by("sha256")[:sample])
    ours = sum(verify(store.get(one.file)).finding is Finding.OURS for one in letters)
    sys.stdout.write("\n" + json.dumps({"gaps": unexplained, "verified": len(letters), "ours": ours}))


def main() -> None:
    what, *more = sys.argv[1:]
    if what == "make":
        call_command("make_signer", verbosity=0)
        cases.make({Status.SIGNING: int(more[0])})
    elif what == "sign":
        head = Head(Path(more[0]), Path(more[1]), int(more[2]))
        while patient(head.turn):
            pass
    else:
        rest(Head(Path(more[0]), Path(more[1]), 0))
        check(int(more[2]))


if __name__ == "__main__":
    main()
