"""From the head's signature to an issued letter: workflow, letters and permits in step.

    approve     one transaction: the move "sign", number and request id
    carry_on    render, sign, store, complete; refused: back to the signer; unknown: it stays
    complete    one transaction: the permit on the map, the Letter, the move "finish"

Decisions about issued permits (permits.decisions) are signed in the same batch, by the same steps.
Whatever a crash leaves between them is taken up by carry_on (with a passphrase) or finish_stored (without).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from geoportal.accounts.models import User
from permits import decisions, workflow
from permits.definitions import definition_of
from permits.issuing import issue
from permits.letters import issuing, wording
from permits.letters.content import Kind
from permits.letters.issuing import CannotIssue
from permits.letters.render import CannotRender
from permits.models import Application, Issuing, IssuingQuerySet, IssuingState, Letter
from permits.models import ApplicationStatus as Status
from permits.refusals import Refused
from permits.signing import Refused as SignerRefused
from permits.signing import UnknownOutcome

REFUSAL_NUMBERS = "{seq:04}/PENOLAKAN/{month_roman}/{year}"
_SUBJECT = "application:"
_LATER = timedelta(minutes=2)  # by then a living request has finished its letter


class Outcome(StrEnum):
    ISSUED = "issued"
    REFUSED = "refused"  # by the rules or by the signer: nothing was issued
    UNKNOWN = "unknown"  # stays in issuing until a person looks
    UNTRIED = "untried"  # after a refusal that the others of the batch would meet, too


class Work(Protocol):
    """What a letter is signed for: an application, or a decision about a permit."""

    @property
    def label(self) -> str: ...

    def approve(self, *, by: User, second_factor: bool) -> Issuing:
        """The head's word with the letter's number. Raises Refused."""

    def complete(self, letter: Issuing, *, by: User | None) -> Letter:
        """Issues what is signed and stored. Raises CannotIssue or Refused."""

    def back(self, reason: str) -> None:
        """The signer refused."""


@dataclass(frozen=True)
class Result:
    work: Work
    outcome: Outcome
    text: str = ""


@dataclass(frozen=True)
class Chosen:
    """An application. `seen`: the number of events that the signer had before them."""

    application: Application
    seen: int | None = None

    @property
    def label(self) -> str:
        return str(self.application)

    def approve(self, *, by: User, second_factor: bool) -> Issuing:
        return approve(self.application, by=by, second_factor=second_factor, seen=self.seen)

    def complete(self, letter: Issuing, *, by: User | None) -> Letter:
        return complete(self.application, letter, by=by)

    def back(self, reason: str) -> None:
        workflow.apply(self.application, "signer_refused", by=None, data={"note": reason})


def sign_all(
    chosen: Sequence[Work], *, by: User, passphrase: str, site: str, second_factor: bool
) -> list[Result]:
    """One by one. The first refusal of the signer ends it: a wrong passphrase repeated locks a card."""
    results: list[Result] = []
    for n, one in enumerate(chosen):
        try:
            row = one.approve(by=by, second_factor=second_factor)
        except (Refused, CannotIssue) as refusal:
            results.append(Result(one, Outcome.REFUSED, str(refusal)))
            continue
        finish_later.using(run_after=timezone.now() + _LATER).enqueue(row.pk)
        result, stop = _carried(one, row, by=by, passphrase=passphrase, site=site)
        results.append(result)
        if stop:
            return results + [Result(rest, Outcome.UNTRIED) for rest in chosen[n + 1 :]]
    return results


def approve(application: Application, *, by: User, second_factor: bool, seen: int | None = None) -> Issuing:
    """The head's decision with the letter's number, in one transaction. Raises Refused."""
    with transaction.atomic():
        refusal = application.status == Status.SIGNING and wording.kind_of(application.draft) == Kind.REFUSAL
        move = "sign_refusal" if refusal else "sign"
        workflow.apply(application, move, by=by, data={"second_factor": second_factor}, seen=seen)
        kind = wording.kind_of(application.draft)
        content = wording.letter_of(application, on=timezone.localdate())
        if content.signer is None:
            raise Refused(_("Nobody signs today: the office has no head, and no decree names a substitute."))
        _drop_others(application, kind, by)
        code = application.version.type.code
        return issuing.prepare(
            kind,
            content,
            subject=subject(application),
            template=REFUSAL_NUMBERS
            if kind == Kind.REFUSAL
            else definition_of(application.version).number_template,
            scope=kind.value if kind == Kind.REFUSAL else code,
            code=code,
            on=timezone.localdate(),
            by=by,
        )


def _drop_others(application: Application, kind: Kind, by: User) -> None:
    """A number given to a permit that became a refusal (or the other way round) is explained."""
    others = Issuing.objects.filter(subject=subject(application), state=IssuingState.PREPARED)
    for other in others.exclude(kind=kind):
        issuing.give_up(other, reason=_("The draft became another letter."), by=by)


def carry_on(
    work: Work, row: Issuing, *, by: User, passphrase: str, site: str, again: bool = False
) -> Result:
    """Takes up a letter that waits in issuing. `again`: see permits.letters.issuing.produce."""
    return _carried(work, row, by=by, passphrase=passphrase, site=site, again=again)[0]


def _carried(
    work: Work, row: Issuing, *, by: User, passphrase: str, site: str, again: bool = False
) -> tuple[Result, bool]:
    """And whether the same would happen to the next letter."""
    try:
        made = issuing.produce(row, passphrase=passphrase, site=site, again=again)
        if isinstance(made, UnknownOutcome):
            return Result(work, Outcome.UNKNOWN, made.reason), True
        if isinstance(made, SignerRefused):
            return _back(work, made.reason), True
        work.complete(made, by=by)
    except CannotRender as error:
        return _back(work, str(error)), False
    except (CannotIssue, Refused) as error:
        return Result(work, Outcome.UNKNOWN, str(error)), False
    return Result(work, Outcome.ISSUED, made.number), False


def _back(work: Work, reason: str) -> Result:
    """To the signer, with the number kept."""
    work.back(reason)
    return Result(work, Outcome.REFUSED, reason)


def complete(application: Application, row: Issuing, *, by: User | None) -> Letter:
    """Issues what is signed and stored: all of it or nothing; a second time, the same letter."""
    with transaction.atomic():
        # one order of locks: the application, then its letter
        locked = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
        row = Issuing.objects.select_related("letter").get(pk=row.pk)
        if row.letter is not None:
            return row.letter
        permit = None
        if row.kind == Kind.PERMIT:
            permit = issue(locked, number=row.number, on=row.issued_on)
        elif locked.status == Status.ISSUING:
            workflow.apply(locked, "finish_refusal", by=None)
        letter = issuing.finish(row, permit=permit, by=by)
    application.refresh_from_db()
    return letter


def finish_stored(rows: Iterable[Issuing]) -> tuple[int, list[str]]:
    """What needs no passphrase any more. How many were finished, and what stands in the way of the others."""
    done, troubles = 0, []
    for row in rows:
        try:
            work_of(row).complete(row, by=row.by)
            done += 1
        except (CannotIssue, Refused) as error:
            troubles.append(f"{row.number}: {error}")
    return done, troubles


@task()
def finish_later(pk: int) -> None:
    """By the worker, for a request that was cut off after the letter was stored."""
    finish_stored(waiting().filter(pk=pk))


def waiting() -> IssuingQuerySet:
    """Signed and stored letters of applications and decisions."""
    ours = Q(subject__startswith=_SUBJECT) | Q(subject__startswith=decisions.SUBJECT)
    return Issuing.objects.finishable().filter(ours)


def work_of(row: Issuing) -> Work:
    if row.subject.startswith(decisions.SUBJECT):
        return decisions.Chosen(decisions.decision_of(row))
    return Chosen(application_of(row))


def subject(application: Application) -> str:
    return f"{_SUBJECT}{application.pk}"


def application_of(row: Issuing) -> Application:
    return Application.objects.get(pk=int(row.subject.removeprefix(_SUBJECT)))


def issuing_of(application: Application) -> Issuing | None:
    """The newest that was not given up."""
    rows = Issuing.objects.filter(subject=subject(application)).exclude(state=IssuingState.VOID)
    return rows.select_related("letter").order_by("-pk").first()


def letter_of(application: Application) -> Letter | None:
    """The letter that was issued about `application`."""
    row = issuing_of(application)
    return row.letter if row else None
