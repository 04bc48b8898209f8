"""How long personal data is kept: rules as data (fixtures/retention.toml), what is due, and doing it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from companies.models import Claim
from geoportal.daily import daily_outside
from geoportal.loading import read_entries
from geoportal.models import Attempt, Delivery, Message
from geoportal.reporting import Problem
from permits import erasure
from permits.models import DECIDED, Application, Complaint, ComplaintState, Sighting, SightingState
from permits.models import ApplicationStatus as Status

Rows = QuerySet[Any]
BATCH: Final = 200
_NAMED: Final = Q(sender__isnull=False) | Q(contact__isnull=False)


class Action(models.TextChoices):
    DELETE = "delete", _("delete")
    ANONYMISE = "anonymise", _("take the personal data out")


@dataclass(frozen=True)
class Due:
    """Rows of one kind that ended before a moment, and what is done to some of them."""

    action: Action
    rows: Callable[[datetime], Rows]
    do: Callable[[list[Any]], None]


@dataclass(frozen=True)
class Rule:
    what: str
    days: int
    action: Action
    about: str
    ground: str

    def due(self) -> Rows:
        return KINDS[self.what].rows(timezone.now() - timedelta(days=self.days))


def _delete(rows: list[Any]) -> None:
    type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows]).delete()


def _blank(*names: str) -> Callable[[list[Any]], None]:
    def blank(rows: list[Any]) -> None:
        of = type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows])
        of.update(**dict.fromkeys(names, ""))

    return blank


def _without_contact(applications: Rows) -> Rows:
    """A withdrawn one keeps its number and its log; who it was does not."""
    return applications.filter(
        Q(applicant_phone__isnull=False) | Q(applicant_email__isnull=False) | Q(proxy__isnull=False)
    )


def _forget(uploads: list[Any]) -> None:
    for upload in uploads:
        erasure.forget(upload)


def _withdrawn(before: datetime) -> Rows:
    rows = Application.objects.filter(status=Status.WITHDRAWN, changed_at__lt=before)
    return rows.exclude(holder_name=erasure.GONE)


KINDS: Final[Mapping[str, Due]] = {
    "drafts": Due(
        Action.DELETE,
        lambda before: Application.objects.filter(
            status=Status.DRAFT, events_count=0, changed_at__lt=before, reveals=None
        ),
        _delete,
    ),
    "withdrawn": Due(Action.ANONYMISE, _withdrawn, erasure.empty),
    "files": Due(Action.DELETE, lambda before: erasure.unused().filter(made_at__lt=before), _forget),
    "messages": Due(
        Action.DELETE,
        lambda before: Message.objects.filter(
            created_at__lt=before, status__in=[Delivery.SENT, Delivery.FAILED]
        ),
        _delete,
    ),
    "claims": Due(
        Action.ANONYMISE,
        lambda before: Claim.objects.filter(decided_at__lt=before).filter(_NAMED),
        _blank("sender", "contact"),
    ),
    "complaints": Due(
        Action.ANONYMISE,
        lambda before: (
            Complaint.objects.exclude(state=ComplaintState.OPEN).filter(replied_at__lt=before).filter(_NAMED)
        ),
        _blank("sender", "contact"),
    ),
    "sightings": Due(
        Action.ANONYMISE,
        lambda before: (
            Sighting.objects.exclude(state=SightingState.NEW)
            .filter(filed_at__lt=before)
            .filter(contact__isnull=False)
        ),
        _blank("contact"),
    ),
    "decided": Due(
        Action.ANONYMISE,
        lambda before: _without_contact(
            Application.objects.filter(status__in=DECIDED, changed_at__lt=before)
        ),
        _blank("applicant_phone", "applicant_email", "proxy"),
    ),
    "attempts": Due(Action.DELETE, lambda before: Attempt.objects.filter(since__lt=before), _delete),
    "sessions": Due(Action.DELETE, lambda before: Session.objects.filter(expire_date__lt=before), _delete),
}


def read(file: Path) -> tuple[list[Rule], list[Problem]]:
    """The rules of a file, and what is wrong with it: then nothing of it is to be done."""
    problems: list[Problem] = []
    found: dict[str, Rule] = {}
    for entry in read_entries(file, "rule", "what", problems):
        what = entry.text("what", 40, required=True)
        days = entry.number("days", 0, 36_500)
        action = entry.choice("action", Action)
        about, ground = entry.text("about", 300, required=True), entry.text("ground", 300, required=True)
        entry.finish()
        if what not in KINDS:
            entry.problem("what", f"“{what}” is no kind of data.", f"Known: {', '.join(KINDS)}.")
        elif what in found:
            entry.problem("what", "stands here twice.", "Remove one.")
        elif KINDS[what].action != action:
            entry.problem("action", "is not what can be done here.", f"Write “{KINDS[what].action}”.")
        elif days is None:
            entry.problem("days", "is missing.", "Write how many days it is kept.")
        else:
            found[what] = Rule(what, days, action, about, ground)
    return list(found.values()), problems


def default() -> Path:
    return Path(settings.BASE_DIR) / "fixtures" / "retention.toml"


def carry_out(rule: Rule) -> Iterator[int]:
    """In batches, each in a transaction of its own; yields how many. Cut off, it goes on the next day."""
    while True:
        with transaction.atomic():
            rows = list(rule.due()[:BATCH])
            if not rows:
                return
            KINDS[rule.what].do(rows)
        yield len(rows)


@daily_outside
def keep_no_longer(on: date) -> int:
    rules, problems = read(default())
    if problems:
        raise ValueError("; ".join(map(str, problems)))
    return sum(sum(carry_out(rule)) for rule in rules)
