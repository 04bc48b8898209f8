"""/petugas/: where staff arrive. The desks themselves come with the application."""

from typing import cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from companies.claims import may_read
from companies.models import Claim, Company
from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.accounts.signer import may_sign
from geoportal.geography.models import Zone
from permits import complaints, sightings
from permits.models import Complaint, ImportRun, Permit, PermitType, TypeVersion

#: Pages of the administration.
PAGES = (
    (Claim, _("Requests about company pages")),
    (Company, _("Companies")),
    (Permit, _("Permits")),
    (PermitType, _("Permit types")),
    (TypeVersion, _("Versions of permit types")),
    (Zone, _("Zones")),
    (ImportRun, _("Imports")),
    (User, _("Staff accounts")),
)


@never_cache
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    user = cast("User", request.user)
    if not (user.works_here or user.is_superuser):
        raise PermissionDenied
    waiting = Claim.objects.filter(decided_at=None)
    reads = may_read(user)
    return render(
        request,
        "maps/desk.html",
        {
            "roles": [Role(role).label for role in user.roles],
            "signs": may_sign(user, timezone.localdate()),
            "complaints": Complaint.objects.open().count() if complaints.may_read(user) else None,
            "sightings": sightings.visible_to(user).open().count() if sightings.may_read(user) else None,
            "waiting": waiting.count() if reads else None,
            "oldest": list(waiting.select_related("company").order_by("created_at")[:5]) if reads else [],
            "pages": [(_list(model), label) for model, label in PAGES if _opens(model, request)],
        },
    )


def _opens(model: type[Model], request: HttpRequest) -> bool:
    return admin.site.has_permission(request) and admin.site.get_model_admin(model).has_view_permission(
        request
    )


def _list(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
