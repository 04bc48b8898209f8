"""Who of the office opens a case, and who sees what was sent with it."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from geoportal.accounts.models import Substitution, User
from geoportal.accounts.roles import Role
from permits import complaints, sightings
from permits.desks import statuses_of
from permits.models import Application, Event, Upload, Visit


def reached(user: User) -> Q:
    """Applications that stand or stood on the desk of one of the user's roles, or are assigned to them.

    A substitute has the head's desk while the decree is in force. The front office's are also the drafts
    that it fills in for people at the counter.
    """
    if not user.works_here:
        return Q(pk=None)
    found = _came(*(Role(role) for role in user.roles)) | Q(assigned_to=user)
    instead = Substitution.objects.in_force(timezone.localdate()).filter(user=user)
    found |= Q(Exists(instead)) & _came(Role.HEAD)
    if user.has_role(Role.FRONT_OFFICE):
        found |= Q(filed_by__isnull=False)
    return found


def _came(*roles: Role) -> Q:
    desks = {status for role in roles for status in statuses_of(role)}
    return Q(Exists(Event.objects.filter(application=OuterRef("pk"), target__in=desks)))


def cases_of(user: User) -> QuerySet[Application]:
    return Application.objects.filter(reached(user))


def may_see(user: User, upload: Upload) -> bool:
    """Its owner; who files the application that it belongs to; staff whose roles work on that case."""
    if upload.owner_id == user.pk:
        return True
    if _of_a_visit(user, upload):
        return True
    if complaints.may_read(user) and upload.complaints.exists():
        return True
    if sightings.visible_to(user).filter(uploads=upload).exists():
        return True
    applications = Application.objects.filter(documents__upload=upload)
    return applications.of(user).exists() or cases_of(user).filter(documents__upload=upload).exists()


def _of_a_visit(user: User, upload: Upload) -> bool:
    """Photographs and signatures of a report: staff who work on the case; of a permit in force, all staff."""
    if not user.works_here:
        return False
    rows = Visit.objects.filter(Q(photos__upload=upload) | Q(reports__signature=upload))
    return rows.filter(Q(permit__isnull=False) | Q(application__in=cases_of(user))).exists()
