"""The documents of an application: which are asked for, what was given, and what may be used again."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from geoportal import intake
from geoportal.accounts.models import User
from permits import applications, uploads
from permits.completeness import rules
from permits.models import Application, ApplicationDocument, Upload
from permits.refusals import Refused

MOST = 10  # files for one document: pages that were photographed one by one
ANSWER = "jawaban"  # the key of files that answer questions, beside those of the type's documents
MOST_ANSWERS = 50
MONTH = timedelta(days=30)


def given(application: Application) -> dict[str, list[ApplicationDocument]]:
    """By the key of their rule, in the order in which they came."""
    found: dict[str, list[ApplicationDocument]] = {}
    for document in application.documents.select_related("upload"):
        found.setdefault(document.key, []).append(document)
    return found


def attach(application: Application, key: str, file: intake.Received, *, name: str, by: User) -> None:
    """Takes a file. Raises Refused with words; the file is looked into before anything is locked."""
    applications.editable(application, by)
    _known(application, key)
    upload = uploads.receive(file, by=by, name=name)
    _add(application, key, upload, by)


def answer(application: Application, file: intake.Received, *, name: str, by: User) -> Upload:
    """Takes the file that answers a question of the type; the answer itself is its public id."""
    applications.editable(application, by)
    upload = uploads.receive(file, by=by, name=name)
    _add(application, ANSWER, upload, by, most=MOST_ANSWERS)
    return upload


def reuse(application: Application, key: str, public_id: str, *, by: User) -> None:
    """What was given with an earlier application and is still good."""
    found = next((one for one in offered(application).get(key, []) if one.public_id == public_id), None)
    if found is None:
        raise Refused(_("This earlier document cannot be used again. Send it anew."))
    _add(application, key, found, by)


def remove(application: Application, pk: int, *, by: User) -> None:
    """Takes it out of the application; the file itself is kept for whoever has seen it."""
    with transaction.atomic():
        row = applications.opened(application, by)
        row.documents.filter(pk=pk).delete()
        applications.written(row)


def offered(application: Application) -> dict[str, list[Upload]]:
    """Uploads of the applicant's earlier applications, by key, where the rule says that they keep."""
    if application.applicant_id is None:
        return {}
    keeping = {rule.key: rule.keeps_months for rule in rules(application) if rule.keeps_months}
    if not keeping:
        return {}
    earlier = (
        ApplicationDocument.objects.filter(application__applicant=application.applicant_id, key__in=keeping)
        .exclude(application=application)
        .select_related("upload")
        .order_by("-pk")[:50]
    )
    now, found = timezone.now(), dict[str, list[Upload]]()
    for document in earlier:
        months = keeping[document.key] or 0
        kept = found.setdefault(document.key, [])
        if document.upload.made_at > now - months * MONTH and document.upload not in kept:
            kept.append(document.upload)
    return {key: kept for key, kept in found.items() if kept}


def _known(application: Application, key: str) -> None:
    if key not in {rule.key for rule in rules(application)}:
        raise Refused(_("This document is not asked for here. Load the page again."))


def _add(application: Application, key: str, upload: Upload, by: User, *, most: int = MOST) -> None:
    with transaction.atomic():
        row = applications.opened(application, by)
        if row.documents.filter(key=key).count() >= most:
            raise Refused(_("At most %d files for one document. Put its pages into one PDF.") % most)
        ApplicationDocument.objects.get_or_create(application=row, key=key, upload=upload)
        applications.written(row)
