"""Erasing a person's data as far as the archive's duties allow.

What goes: the account with its name, addresses, second factors and sessions; drafts; contact data of finished
applications; files that none of those holds; what they wrote about pages and in complaints; messages. What
stays, until retention takes it: the finished application with its name and answers, its documents and its
letter, for they are what the permit was decided on. The log of events names accounts by number only.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from companies.consent import set_consent
from companies.models import Claim, Company, Membership
from geoportal import intake
from geoportal.accounts.models import User
from geoportal.accounts.rights import holds
from geoportal.accounts.roles import Role
from geoportal.models import Message
from permits.models import (
    FINAL,
    Application,
    Complaint,
    ComplaintState,
    Delivery,
    ErasureRequest,
    ErasureState,
    Upload,
)
from permits.models import ApplicationStatus as Status
from permits.refusals import Refused
from permits.workflow import Forbidden

GONE: Final = "(dihapus)"
OFFICERS: Final = (Role.ADMINISTRATOR, Role.FRONT_OFFICE)


def may_execute(user: User) -> bool:
    return holds(user, OFFICERS)


def ask(*, by: User) -> ErasureRequest:
    """Pressed twice, it is one request."""
    if by.works_here:
        raise Refused(_("Accounts of staff are closed by the administrator."))
    found, _new = ErasureRequest.objects.get_or_create(account=by, state=ErasureState.OPEN)
    return found


def take_back(*, by: User) -> None:
    ErasureRequest.objects.filter(account=by, state=ErasureState.OPEN).delete()


def in_the_way(account: User) -> list[Application]:
    """Sent and not decided: they are withdrawn or finished first."""
    return list(Application.objects.filter(applicant=account).exclude(status__in=[*FINAL, Status.DRAFT]))


def refuse(request: ErasureRequest, *, note: str, by: User) -> None:
    if not note.strip():
        raise Refused(_("Say why the data cannot be erased: the applicant reads it."))
    with transaction.atomic():
        _decide(request, ErasureState.REFUSED, note.strip()[:300], by)


def execute(request: ErasureRequest, *, by: User) -> None:
    """All of it or nothing. Files go when it is done: a file cannot be brought back by a rollback."""
    with transaction.atomic():
        row = _decide(request, ErasureState.DONE, "", by)
        account = User.objects.select_for_update().get(pk=row.account_id)
        if account.works_here:
            raise Refused(_("Accounts of staff are closed by the administrator."))
        waiting = in_the_way(account)
        if waiting:
            numbers = ", ".join(str(one) for one in waiting[:5])
            raise Refused(_("These applications are not decided yet: %(numbers)s.") % {"numbers": numbers})
        _messages(account)  # first: they are found by the addresses that go
        _applications(account)
        _claims(account)
        _complaints(account)
        _businesses(account)
        _uploads(account)
        _account(account)


def _decide(request: ErasureRequest, state: ErasureState, note: str, by: User) -> ErasureRequest:
    if not may_execute(by):
        raise Forbidden(_("Requests for erasure are decided by the front office or the administrator."))
    row = ErasureRequest.objects.select_for_update().get(pk=request.pk)
    if row.state != ErasureState.OPEN:
        raise Refused(_("This request was decided before."))
    row.state, row.note, row.decided_at, row.decided_by = state, note, timezone.now(), by
    row.save(update_fields=["state", "note", "decided_at", "decided_by"])
    return row


def _messages(account: User) -> None:
    """Their recipients are encrypted, so every one is looked at: erasure is rare."""
    known = {
        account.email,
        account.phone,
        *EmailAddress.objects.filter(user=account).values_list("email", flat=True),
    }
    for one in Application.objects.filter(applicant=account):
        known |= {one.applicant_email, one.applicant_phone}
    known |= {claim.contact for claim in Claim.objects.filter(account=account)}
    known.discard("")
    theirs = [m.pk for m in Message.objects.iterator(chunk_size=500) if m.recipient in known]
    Message.objects.filter(pk__in=theirs).delete()


def _applications(account: User) -> None:
    mine = Application.objects.filter(applicant=account)
    mine.filter(status=Status.DRAFT, events_count=0, reveals=None).delete()
    empty(mine.filter(status=Status.WITHDRAWN))
    mine.update(applicant_phone="", applicant_email="", proxy="")
    for delivery in Delivery.objects.filter(application__in=mine).exclude(address__isnull=True):
        delivery.recipient = delivery.address = GONE  # by post: the table wants both
        delivery.save(update_fields=["recipient", "address"])


def empty(applications: Iterable[Application]) -> None:
    """Withdrawn ones, on which nothing was decided: their number and their log stay, who it was does not."""
    for one in applications:
        one.documents.all().delete()
        one.sites.all().delete()
        Application.objects.filter(pk=one.pk).update(
            applicant_name=GONE, holder_name=GONE, holder_nib="", answers={}, personal="",
            applicant_phone="", applicant_email="", proxy="",
        )  # fmt: skip


def _claims(account: User) -> None:
    for claim in Claim.objects.filter(account=account):
        if claim.proof:
            _after_commit(claim.proof, claim.proof_pages)
        Claim.objects.filter(pk=claim.pk).update(
            sender="", contact="", message="", nib="", proof="", proof_pages=0, proof_sha256="", account=None
        )


def _complaints(account: User) -> None:
    for complaint in Complaint.objects.filter(account=account):
        complaint.uploads.clear()
    mine = Complaint.objects.filter(account=account)
    mine.exclude(state=ComplaintState.OPEN).update(text=GONE, reply="")
    mine.update(sender="", contact="", account=None)


def _businesses(account: User) -> None:
    """A sole proprietor's page was public by their consent; others of a company speak for it themselves."""
    for company in Company.objects.filter(memberships__user=account):
        alone = not company.memberships.exclude(user=account).exists()
        if alone and company.treated_as_person:
            for what in ("location", "contact"):
                if getattr(company, f"consent_{what}"):
                    set_consent(company, what=what, given=False, basis=_("request for erasure"), by=account)
            Company.objects.filter(pk=company.pk).update(phone="", email="", website="")
    Membership.objects.filter(user=account).delete()


def _uploads(account: User) -> None:
    for upload in unused().filter(owner=account):
        forget(upload)


def unused() -> QuerySet[Upload]:
    """Held by no application, complaint, sighting, bill or report."""
    names = [relation.field.related_query_name() for relation in Upload._meta.related_objects]
    free = Q()
    for name in names:
        free &= Q(**{f"{name}__isnull": True})
    return Upload.objects.filter(free)


def forget(upload: Upload) -> None:
    """The row now, its files once the transaction is through."""
    folder, pages = upload.path, upload.pages
    upload.delete()
    _after_commit(folder, pages)


def _after_commit(folder: str, pages: int) -> None:
    transaction.on_commit(lambda: intake.drop(folder, pages))


def _account(account: User) -> None:
    EmailAddress.objects.filter(user=account).delete()
    Authenticator.objects.filter(user=account).delete()
    for session in UserSession.objects.filter(user=account):
        session.end()
    account.username = f"dihapus-{account.pk}"
    account.first_name = account.last_name = account.email = account.phone = ""
    account.phone_index, account.is_active = None, False
    account.set_unusable_password()
    account.save()


def waiting() -> Iterator[tuple[ErasureRequest, list[Application]]]:
    """For the desk: each with what is in its way."""
    for row in ErasureRequest.objects.filter(state=ErasureState.OPEN).select_related("account")[:50]:
        yield row, in_the_way(row.account)
