"""What a move asks for. A guard returns why it may not be made and what to do, or None.

`when` guards decide whether a move is offered at all; the others explain themselves when it is tried.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from geoportal.accounts.models import User
from permits.completeness import missing
from permits.models import (
    Application,
    Bill,
    BillKind,
    CorrectionItem,
    Draft,
    DraftKind,
    Purpose,
    Stage,
    VersionState,
)

Data = Mapping[str, Any]
Guard = Callable[[Application, User | None, Data], str | None]


def complete(application: Application, by: User | None, data: Data) -> str | None:
    gaps = missing(application)
    if not gaps:
        return None
    return _("Something is missing: %s") % "; ".join(gap.text for gap in gaps[:5])


def type_in_use(application: Application, by: User | None, data: Data) -> str | None:
    """A type retired while a draft was open; what was filed before is still decided."""
    version = application.version
    if version.state != VersionState.RETIRED and version.type.stage == Stage.ACTIVE:
        return None
    return _("This permit type is no longer applied for in this form. Begin a new application.")


def has_key(application: Application, by: User | None, data: Data) -> str | None:
    return None if data.get("key") else _("Check the summary, then send the application from there.")


def has_note(application: Application, by: User | None, data: Data) -> str | None:
    return None if str(data.get("note", "")).strip() else _("Write a reason: the other side reads it.")


def has_corrections(application: Application, by: User | None, data: Data) -> str | None:
    collected = CorrectionItem.objects.filter(correction__application=application, correction__event=None)
    if collected.exists():
        return None
    return _("Say what is to be put right: mark at least one answer or document for correction.")


def corrections_answered(application: Application, by: User | None, data: Data) -> str | None:
    open_items = CorrectionItem.objects.filter(
        correction__application=application, correction__event__isnull=False, answered_at=None
    )
    n = open_items.count()
    return _("Answer every request for correction first; %d are left.") % n if n else None


def needs_inspection(application: Application, by: User | None, data: Data) -> str | None:
    """Hides the visit where the type knows none."""
    return None if asks_for_visit(application) else _("This permit type needs no site visit.")


def asks_for_visit(application: Application) -> bool:
    return bool(application.version.definition.get("needs_inspection"))


def inspected(application: Application, by: User | None, data: Data) -> str | None:
    if not asks_for_visit(application) or application.purpose in (Purpose.COPY, Purpose.CLOSURE):
        return None
    if application.inspections.exists():
        return None
    return _("This permit type needs a site visit, and none is reported yet. Order it first.")


def has_report(application: Application, by: User | None, data: Data) -> str | None:
    return None if data.get("report") else _("Write the report: verdict, place, findings.")


def _draft(application: Application) -> Draft | None:
    return getattr(application, "draft", None)  # one query, and none where it came with the application


def drafts_permit(application: Application, by: User | None, data: Data) -> str | None:
    draft = _draft(application)
    return None if draft and draft.kind == DraftKind.PERMIT else _("The draft is a refusal.")


def drafts_refusal(application: Application, by: User | None, data: Data) -> str | None:
    draft = _draft(application)
    return None if draft and draft.kind == DraftKind.REFUSAL else _("The draft is a permit.")


def refusal_has_reasons(application: Application, by: User | None, data: Data) -> str | None:
    draft = _draft(application)
    if draft is None or draft.kind != DraftKind.REFUSAL or draft.reasons.strip():
        return None
    return _("A refusal needs its reasons. Write them into the draft.")


def fee_due(application: Application, by: User | None, data: Data) -> str | None:
    owed = application.fee and application.fee_settled_at is None
    return None if owed else _("Nothing is to be paid.")


def fee_settled(application: Application, by: User | None, data: Data) -> str | None:
    owed = application.fee and application.fee_settled_at is None
    return _("The fee is not paid yet. Send the bill first.") if owed else None


def has_payment(application: Application, by: User | None, data: Data) -> str | None:
    return None if str(data.get("note", "")).strip() else _("Write the number of the proof of payment.")


def proof_is_there(application: Application, by: User | None, data: Data) -> str | None:
    """What another agency was paid is believed only with its proof."""
    if not Bill.objects.filter(application=application, kind=BillKind.SKPD, proof=None).exists():
        return None
    return _("This fee is paid to another agency: the proof of payment must be uploaded first.")


def second_factor(application: Application, by: User | None, data: Data) -> str | None:
    """The caller says whether it was given within the last ten minutes: a request knows, a row does not."""
    if data.get("second_factor") is True:
        return None
    return _("Confirm with your second factor; it counts for ten minutes.")
