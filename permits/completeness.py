"""What an application still lacks before it can be sent."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from permits.models import Application, LocationKind, Purpose

HOLDER, PLACE, DOCUMENTS = "pemegang", "lokasi", "dokumen"  # steps of the form, as in its address


@dataclass(frozen=True)
class Gap:
    step: str
    key: str
    text: str


def missing(application: Application) -> list[Gap]:
    """Everything at once, in the order of the steps; [] when it may be sent."""
    return [*_holder(application), *_places(application)]


def _holder(application: Application) -> list[Gap]:
    found = []
    if not application.applicant_name:
        found.append(Gap(HOLDER, "applicant_name", _("the applicant's name")))
    if application.company_id is None and not application.holder_name:
        found.append(Gap(HOLDER, "holder_name", _("the name of the permit's holder")))
    if application.purpose != Purpose.NEW and application.former_id is None:
        found.append(Gap(HOLDER, "former", _("the permit that this is about")))
    return found


def _places(application: Application) -> list[Gap]:
    """As the type's kind of location demands. Copy and closure are about a permit that has its place."""
    if application.purpose in (Purpose.COPY, Purpose.CLOSURE):
        return []
    sites = list(application.sites.all())
    if application.version.type.location_kind == LocationKind.PARCEL:
        if any(site.area or site.point for site in sites):
            return []
        return [Gap(PLACE, "area", _("the outline of the parcel, or a point in it"))]
    if any(site.point for site in sites):
        return []
    return [Gap(PLACE, "point", _("the place on the map"))]
