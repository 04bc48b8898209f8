"""What a move writes beside its event, in the same transaction. Returns the facts that the event keeps."""

import hashlib
from collections.abc import Callable
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from geoportal.accounts.models import User
from permits import consents, orders
from permits.guards import Data
from permits.models import (
    Application,
    Bill,
    BillKind,
    Correction,
    Draft,
    DraftKind,
    Event,
    Inspection,
    VisitReport,
)
from permits.numbers import allocate
from permits.questions import settle

Effect = Callable[[Application, User | None, Data], dict[str, Any]]
After = Callable[[Application, Event], None]


def nothing(application: Application, by: User | None, data: Data) -> dict[str, Any]:
    return {}


def key_hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def register(application: Application, by: User | None, data: Data) -> dict[str, Any]:
    application.registration_number = allocate(
        "{year}-{seq:06}", on=timezone.localdate(), scope="registration"
    )
    application.pin_hash = make_password(data["pin"])
    application.submission_hash = key_hash(data["key"])
    application.submitted_at = timezone.now()
    settle(application)
    consents.record(application, by=by)
    return {"registration_number": application.registration_number}


def settle_answers(application: Application, by: User | None, data: Data) -> dict[str, Any]:
    settle(application)
    consents.record(application, by=by)
    return {}


def draft_permit(application: Application, by: User | None, data: Data) -> dict[str, Any]:
    facts = _draft(application, by, DraftKind.PERMIT)
    _add_conditions(application)
    return facts


def draft_refusal(application: Application, by: User | None, data: Data) -> dict[str, Any]:
    return _draft(application, by, DraftKind.REFUSAL)


def _draft(application: Application, by: User | None, kind: DraftKind) -> dict[str, Any]:
    assert by is not None  # noqa: S101  # no move of the system drafts
    Draft.objects.update_or_create(application=application, defaults={"kind": kind, "by": by})
    return {"letter": kind.value}


def _add_conditions(application: Application) -> None:
    """Conditions that the inspectors ask for come after the type's own, for the back office to word."""
    reports = VisitReport.objects.filter(visit__application=application, conflict="")
    asked = [str(line) for found in reports.order_by("id") for line in found.conditions]
    draft = Draft.objects.get(application=application)
    if asked and not draft.conditions:
        letter = application.version.definition.get("letter") or {}
        draft.conditions = [*(str(line) for line in letter.get("conditions", [])), *asked]
        draft.save(update_fields=["conditions", "changed_at"])


def report(application: Application, by: User | None, data: Data) -> dict[str, Any]:
    """`evidence`: hashes of what the field app handed in with it, for the chain of events."""
    visit: Inspection = data["report"]
    assert by is not None  # noqa: S101  # no move of the system reports
    visit.application, visit.by = application, by
    visit.save()
    orders.done(application)
    evidence = {"sha256": data["sha256"]} if visit.letter_id else data.get("evidence", {})
    return {"verdict": visit.verdict, "inspection": visit.pk, **evidence}


def order_visit(application: Application, by: User | None, data: Data) -> dict[str, Any]:
    assert by is not None  # noqa: S101  # no move of the system orders
    visit = orders.order(
        application,
        reason=str(data.get("note", "")),
        checklist=data.get("checklist"),
        site=data.get("site"),
        by=by,
    )
    return {"visit": visit.public_id}


def cancel_visit(application: Application, by: User | None, data: Data) -> dict[str, Any]:
    return {"visits": orders.cancel(application, reason=str(data.get("note", "")))}


def send_bill(application: Application, by: User | None, data: Data) -> dict[str, Any]:
    """Our own bill, unless another agency's was recorded."""
    assert by is not None  # noqa: S101  # no move of the system bills
    bill = Bill.objects.filter(application=application).first()
    if bill is None:
        assert application.fee is not None  # noqa: S101  # guards.fee_due
        today = timezone.localdate()
        bill = Bill.objects.create(
            application=application,
            kind=BillKind.SKRD,
            number=allocate("SKRD-{seq:05}/{year}", on=today, scope="skrd"),
            amount=application.fee,
            made_by=by,
            made_on=today,
        )
    return {"bill": bill.number, "amount": str(bill.amount)}


def settle_fee(application: Application, by: User | None, data: Data) -> dict[str, Any]:
    application.fee_settled_at = timezone.now()
    proof = str(data["note"]).strip()[:100]
    Bill.objects.filter(application=application).update(
        paid_at=application.fee_settled_at, checked_by=by, proof_number=proof
    )
    return {"amount": str(application.fee), "proof": proof}


def send_corrections(application: Application, event: Event) -> None:
    Correction.objects.filter(application=application, event=None).update(event=event)
