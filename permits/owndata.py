"""All that the office holds about somebody, for them to take away: a ZIP with data.json and their files."""

import json
import zipfile
from collections.abc import Iterable, Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q, QuerySet

from companies.models import Claim, Membership
from geoportal.accounts.models import User
from geoportal.models import Message
from permits import reveals, uploads, workflow
from permits.letters import store
from permits.models import Application, Complaint, Consent, Letter, Upload

IN_MEMORY: Final = 5_000_000
Record = dict[str, Any]


def archive(user: User) -> IO[bytes]:
    """Rewound to its beginning; larger ones lie on disk, and go when they are closed."""
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  handed to the answer, which closes it
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        told = json.dumps(everything(user), cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
        zipped.writestr("data.json", told)
        for name, content in _files(user):
            zipped.writestr(name, content)
    file.seek(0)
    return file


def everything(user: User) -> Record:
    """By kind. What others wrote about a case for each other (internal notes) is not theirs."""
    applications = list(filed_by(user))
    return {
        "account": {
            "name": user.get_full_name(),
            "username": user.username,
            "email": user.email,
            "phone": user.phone,
            "joined": user.date_joined,
            "last_sign_in": user.last_login,
        },
        "businesses": [
            {"name": one.company.name, "as": one.role, "since": one.since}
            for one in Membership.objects.filter(user=user).select_related("company")
        ],
        "applications": [_application(one) for one in applications],
        "requests_about_pages": [
            _of(one, "reference", "kind", "sender", "contact", "message", "nib", "created_at", "decision")
            | {"who_looked": _looked(one)}
            for one in Claim.objects.filter(account=user)
        ],
        "complaints": [
            _of(one, "number", "topic", "text", "sender", "contact", "filed_at", "reply")
            | {"who_looked": _looked(one)}
            for one in Complaint.objects.filter(account=user)
        ],
        "consents": [
            _of(one, "to", "given", "text", "at")
            for one in Consent.objects.filter(application__in=applications)
        ],
        "messages": [
            _of(one, "kind", "channel", "recipient", "subject", "body", "created_at", "sent_at")
            for one in messages_about(applications)
        ],
        "files": [_of(one, "public_id", "name", "sha256", "size", "made_at") for one in files_of(user)],
    }


def filed_by(user: User) -> QuerySet[Application]:
    return Application.objects.filter(applicant=user).order_by("id")


def files_of(user: User) -> QuerySet[Upload]:
    return Upload.objects.filter(Q(owner=user) | Q(documents__application__applicant=user)).distinct()


def messages_about(applications: Iterable[Application]) -> QuerySet[Message]:
    """Their keys name the application: permits.notices."""
    wanted = Q(pk=None)
    for one in applications:
        wanted |= Q(key__startswith=f"application.{one.pk}.")
    return Message.objects.filter(wanted)


def _application(one: Application) -> Record:
    return _of(
        one,
        *("public_id", "registration_number", "purpose", "status", "applicant_name", "applicant_phone"),
        *(
            "applicant_email",
            "proxy",
            "holder_name",
            "holder_form",
            "holder_nib",
            "created_at",
            "submitted_at",
        ),
    ) | {
        "type": one.version.type.code,
        "answers": one.all_answers,
        "places": [
            {"address": site.address, "point": site.point.coords if site.point else None}
            for site in one.sites.all()
        ],
        "steps": [
            {"what": workflow.what(event), "at": event.at, "note": event.note} for event in one.events.all()
        ],
        "documents": [
            {"key": d.key, "file": d.upload.public_id} for d in one.documents.select_related("upload")
        ],
        "who_looked": _looked(one),
    }


def _looked(case: reveals.Case) -> list[Record]:
    return [{"at": at, "as": role, "what": what} for at, role, what in reveals.told(case)]


def _files(user: User) -> Iterator[tuple[str, bytes]]:
    for upload in files_of(user):
        try:
            yield f"files/{upload.public_id}.{upload.kind}", uploads.original(upload)
        except FileNotFoundError:
            continue  # retention took it: its line in data.json says that there was one
    letters = Letter.objects.filter(permit__application__applicant=user).exclude(file="")
    for letter in letters.distinct():
        try:
            yield f"letters/{letter.pk}.pdf", store.get(letter.file)
        except store.Damaged:
            continue


def _of(row: Any, *names: str) -> Record:
    return {name: getattr(row, name) for name in names}
