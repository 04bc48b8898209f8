"""Requests for correction: collected by a desk, sent once by the move that returns, answered one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geoportal.accounts.models import User
from permits import workflow
from permits.applications import opened
from permits.models import Application, Concerns, Correction, CorrectionItem
from permits.refusals import Refused
from permits.workflow import Forbidden

RETURNS: Final = frozenset({"return", "return_verified"})
#: What a mark without words asks for.
_PLAIN: Final[dict[str, str | Promise]] = {
    Concerns.DOCUMENT: gettext_lazy("Please send this document again, complete and readable."),
    Concerns.LOCATION: gettext_lazy("Please check the place and put it right."),
}
_CHECK: Final = gettext_lazy("Please check this answer and put it right.")


@dataclass(frozen=True)
class Mark:
    """One answer or document to be put right. `key`: its field in the form, or its document's rule."""

    concerns: Concerns
    key: str
    text: str = ""


def collect(application: Application, *, concerns: Concerns, key: str, text: str, by: User) -> CorrectionItem:
    """Adds to the list of corrections that the next return will send."""
    if not text.strip():
        raise Refused(_("Say what is to be put right, in words that the applicant understands."))
    with transaction.atomic():
        collecting = _collecting(application, by)
        return collecting.items.create(concerns=concerns, key=key[:60], text=text.strip()[:500], by=by)


def collect_marks(application: Application, marks: Sequence[Mark], *, by: User) -> int:
    """Adds what was marked beside its answers; marked again, the newer words count. Returns how many."""
    if not marks:
        raise Refused(_("Mark at least one answer or document first."))
    with transaction.atomic():
        collecting = _collecting(application, by)
        for mark in marks:
            text = mark.text.strip()[:500] or str(_PLAIN.get(mark.concerns, _CHECK))
            collecting.items.update_or_create(
                concerns=mark.concerns, key=mark.key[:60], defaults={"text": text, "by": by}
            )
    return len(marks)


def drop(application: Application, item: int, *, by: User) -> None:
    """Takes one off the list that was not sent yet."""
    with transaction.atomic():
        _collecting(application, by).items.filter(pk=item).delete()


def _collecting(application: Application, by: User) -> Correction:
    """The list that is not sent yet, its application locked. Within a transaction."""
    rows = Application.objects.select_for_update(of=("self",)).select_related("version__type")
    row = rows.get(pk=application.pk)
    if not any(one.name in RETURNS for one in workflow.allowed_moves(row, by)):
        raise Forbidden(_("Corrections are collected where the file waits for you."))
    return Correction.objects.get_or_create(application=row, event=None)[0]


def answer(application: Application, item: int, *, text: str, by: User) -> None:
    """What the applicant did about one request."""
    if not text.strip():
        raise Refused(_("Say in a few words what you put right."))
    with transaction.atomic():
        row = opened(application, by)
        CorrectionItem.objects.filter(
            pk=item, correction__application=row, correction__event__isnull=False
        ).update(answer=text.strip()[:500], answered_at=timezone.now())


def asked(application: Application) -> list[CorrectionItem]:
    """The list that was sent last, in its order."""
    newest = Correction.objects.filter(application=application, event__isnull=False).order_by("-id")[:1]
    return list(CorrectionItem.objects.filter(correction__in=newest.values("pk")).order_by("id"))
