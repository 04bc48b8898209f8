"""The end of an application: a permit on the map, or what became of the one it is about."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.gis.geos import Point, Polygon
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from companies.consent import set_consent
from companies.models import Commodity, Company, LegalForm
from geoportal.geography.quality import Quality
from geoportal.ids import new_id
from permits import workflow
from permits.definitions import QuestionKind, definition_of
from permits.models import (
    CARRIES_COMMODITIES,
    Application,
    Permit,
    PermitCommodity,
    PermitSite,
    Provenance,
    Purpose,
    SiteHistory,
    VisitReport,
)
from permits.models import ApplicationStatus as Status
from permits.refusals import Refused


def issue(application: Application, *, number: str, on: date) -> Permit:
    """Makes the permit, puts it on the map and finishes the application, in one transaction.

    `number` is the one that was allocated when the head signed; `on` the day of the letter. A copy has no new
    permit, a closure ends its own. Called again for an issued application it returns the same permit.
    """
    with transaction.atomic():
        row = (
            Application.objects.select_for_update(of=("self",))
            .select_related("version__type", "company", "former")
            .get(pk=application.pk)
        )
        if row.status == Status.ISSUED and row.permit is not None:
            permit = row.permit
        else:
            permit = _permit_of(row, number, on)
            # one permit has one application that made it; copies and closures point to it by `former`
            row.permit = permit if row.purpose not in (Purpose.COPY, Purpose.CLOSURE) else None
            row.company = permit.company
            row.save(update_fields=["permit", "company"])
            workflow.apply(row, "finish", by=None)
    application.refresh_from_db()
    return permit


def _permit_of(row: Application, number: str, on: date) -> Permit:
    if row.status != Status.ISSUING:
        raise Refused(_("Only a signed application can be issued."))
    if row.purpose in (Purpose.COPY, Purpose.CLOSURE):
        if row.former is None:
            raise Refused(_("It is not known which permit this is about."))
        if row.purpose == Purpose.CLOSURE:
            row.former.revoked_on = on
            row.former.save(update_fields=["revoked_on"])
        return row.former
    return _new_permit(row, number, on)


def _new_permit(row: Application, number: str, on: date) -> Permit:
    holder = row.company or _new_company(row)
    _record_consents(row, holder)
    begin, until = term(row, on)
    permit = Permit.objects.create(
        number=number,
        type=row.version.type,
        company=holder,
        purpose=row.purpose,
        issued_on=on,
        valid_from=begin,
        valid_until=until,
    )
    _sites(row, permit)
    if row.version.type.location_kind in CARRIES_COMMODITIES:
        _commodities(row, permit)
    if row.former is not None:
        row.former.replaced_by = permit
        row.former.save(update_fields=["replaced_by"])
    permit.published = True  # last: the map shows it whole
    permit.save(update_fields=["published"])
    return permit


def term(row: Application, on: date) -> tuple[date, date | None]:
    """First and last day in force of what is issued on `on`; None: no end.

    A renewal follows on from the permit that it renews, where that one still runs. A change leaves the last
    day as it was; a copy and a closure are about a permit that has its term.
    """
    former = row.former
    if former is not None and row.purpose in (Purpose.COPY, Purpose.CLOSURE):
        return former.valid_from or on, former.valid_until
    if former is not None and row.purpose == Purpose.CHANGE:
        return on, former.valid_until
    last = former.valid_until if former is not None and row.purpose == Purpose.RENEWAL else None
    begin = last + timedelta(days=1) if last is not None and last >= on else on
    months = definition_of(row.version).validity_months or row.version.type.validity_months
    return begin, None if months is None else add_months(begin, months) - timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _new_company(row: Application) -> Company:
    """By its NIB the one that is known already, else a new one. A name alone proves nothing."""
    known = Company.objects.filter(nib=row.holder_nib).first() if row.holder_nib else None
    if known is not None:
        return known
    base = slugify(row.holder_name)[:70].strip("-_") or "usaha"
    taken = Company.objects.filter(slug=base).exists()
    first = row.sites.first()
    return Company.objects.create(
        slug=f"{base}-{new_id(6).lower()}" if taken else base,
        name=row.holder_name,
        legal_form=row.holder_form or LegalForm.UNKNOWN,
        nib=row.holder_nib or None,
        address=first.address if first else "",
        point=first.point if first else None,
        quality=first.quality if first else Quality.UNKNOWN,
        phone=row.applicant_phone if row.consent_contact else "",
        email=row.applicant_email if row.consent_contact else "",
    )


def _record_consents(row: Application, holder: Company) -> None:
    """What the form said, where the applicant may speak for the holder: a typed NIB gives nobody that right.

    Only a yes counts: an earlier consent is withdrawn by its owner, not by a blank.
    """
    known = holder.permits.exists() or holder.memberships.exists()
    if known and not holder.memberships.filter(user=row.applicant).exists():
        return
    basis = _("application %s") % row.registration_number
    if row.consent_location and not holder.consent_location:
        set_consent(holder, what="location", given=True, basis=basis, by=row.applicant)
    if row.consent_contact and not holder.consent_contact:
        set_consent(holder, what="contact", given=True, basis=basis, by=row.applicant)


def _sites(row: Application, permit: Permit) -> None:
    """What an inspector found replaces what was declared, which stays on record."""
    places = surveyed(row)
    for site in row.sites.all():
        found = places.get(site.ordinal, Surveyed())
        PermitSite.objects.create(
            permit=permit,
            ordinal=site.ordinal,
            address=site.address,
            point=found.point or site.point,
            area=found.area or site.area,
            quality=Quality.SURVEYED if found.point else site.quality,
        )
        if found.point:
            SiteHistory.objects.create(
                permit=permit,
                ordinal=site.ordinal,
                point=site.point,
                area=site.area,
                quality=site.quality,
                report=found.report,
            )


@dataclass(frozen=True)
class Surveyed:
    """What the newest visits found at one site; an older point holds where the newest has none."""

    point: Point | None = None
    area: Polygon | None = None
    report: VisitReport | None = None


def surveyed(row: Application) -> dict[int, Surveyed]:
    """By ordinal of the site. A report typed at the desk names no site: it tells of an only one."""
    ordinals = list(row.sites.values_list("ordinal", flat=True))
    found: dict[int, Surveyed] = {}
    for visit in row.inspections.select_related("report__visit").order_by("id"):
        report: VisitReport | None = getattr(visit, "report", None)
        named = report.visit.site_ordinal if report else None
        ordinal = ordinals[0] if len(ordinals) == 1 else named
        if ordinal in ordinals:
            before = found.get(ordinal, Surveyed())
            area = report.area if report else before.area
            found[ordinal] = Surveyed(visit.point or before.point, area, report or before.report)
    return found


def _commodities(row: Application, permit: Permit) -> None:
    answers = row.all_answers
    slugs = {
        slug
        for question in definition_of(row.version).questions
        if question.kind is QuestionKind.COMMODITY
        for slug in answers.get(question.key, [])
    }
    PermitCommodity.objects.bulk_create(
        PermitCommodity(permit=permit, commodity=one, provenance=Provenance.DECLARED)
        for one in Commodity.objects.filter(slug__in=slugs)
    )
