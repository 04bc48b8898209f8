"""Reports from the field: each is kept, one counts. Handing one in twice is handing it in once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.geography.quality import Quality
from permits import fieldnotes, geotag, photos, places, points, seal, uploads, visits, workflow
from permits.fieldnotes import Notes
from permits.letters import store
from permits.letters import visits as letters
from permits.letters.content import Kind
from permits.models import (
    Application,
    Conflict,
    Doubt,
    Found,
    Inspection,
    Letter,
    PermitSite,
    SiteHistory,
    Visit,
    VisitKind,
    VisitPhoto,
    VisitReport,
    VisitState,
)
from permits.models import ApplicationStatus as Status
from permits.refusals import Refused
from permits.workflow import Forbidden


class PhotosMissing(Refused):
    """`keys`: photographs that the report names and that did not arrive: they are sent first."""

    def __init__(self, keys: Sequence[UUID]) -> None:
        super().__init__(_("%d photographs of this report did not arrive yet.") % len(keys))
        self.keys = list(keys)


def hand_in(
    visit: Visit, key: UUID, data: Mapping[str, Any], *, sent_at: datetime | None, by: User, site: str
) -> tuple[VisitReport, bool]:
    """The report, and whether it is new. Raises Invalid, PhotosMissing or Refused; then nothing is kept.

    A report that comes too late is kept with the reason in `conflict`. `sent_at`: by the phone's clock, when
    it began to send. `site`: where the QR code of the Berita Acara leads.
    """
    if not by.has_role(Role.INSPECTOR):
        raise Forbidden(_("Reports of a visit are handed in by inspectors."))
    known = _known(key, visit, by)
    if known is not None:
        return known, False
    notes = fieldnotes.read(data, visit)
    shots = _arrived(notes, visit, by)
    clock = round((sent_at - timezone.now()).total_seconds()) if sent_at else 0
    report = _judged(visit, key, notes, shots, clock, by)
    if notes.signature:
        report.signature = uploads.receive(BytesIO(notes.signature), by=by, name="tanda-tangan.png")
    with transaction.atomic():
        application = None
        if visit.application_id is not None:  # one order of locks: the application, then its visit
            application = Application.objects.select_for_update(of=("self",)).get(pk=visit.application_id)
        row = Visit.objects.select_for_update().get(pk=visit.pk)
        known = _known(key, visit, by)
        if known is not None:
            return known, False
        report.conflict = _conflict(row, application, by)
        _write(report, row, application, shots, by, site)
    return report, True


def _known(key: UUID, visit: Visit, by: User) -> VisitReport | None:
    known = VisitReport.objects.filter(key=key).first()
    if known is not None and (known.visit_id != visit.pk or known.by_id != by.pk):
        raise Refused(_("This report belongs to another visit. Begin it again."))
    return known


def _arrived(notes: Notes, visit: Visit, by: User) -> list[tuple[VisitPhoto, str]]:
    rows = VisitPhoto.objects.select_related("upload").filter(visit=visit, by=by)
    found = {row.key: row for row in rows.filter(key__in=[shot.key for shot in notes.photos])}
    missing = [shot.key for shot in notes.photos if shot.key not in found]
    if missing:
        raise PhotosMissing(missing)
    return [(found[shot.key], shot.caption) for shot in notes.photos]


def _judged(
    visit: Visit, key: UUID, notes: Notes, shots: Sequence[tuple[VisitPhoto, str]], clock: int, by: User
) -> VisitReport:
    """With its place, its distances and its doubts; not saved."""
    whole = visits.whole(Visit.objects.filter(pk=visit.pk)).get()
    site, fix = visits.site_of(whole), geotag.average(notes.readings)
    measured = fix.point if fix and fix.good else None
    point = notes.corrected or measured
    named = places.name(point) if point else None
    report = VisitReport(
        visit=whole,
        key=key,
        by=by,
        team=[person.called for person in whole.inspectors.all()],
        recorded_at=notes.recorded_at,
        clock_seconds=clock,
        verdict=notes.verdict,
        found=notes.found,
        answers=notes.answers,
        findings=notes.findings,
        conditions=notes.conditions,
        readings=[
            {"lat": one.lat, "lon": one.lon, "accuracy": one.accuracy, "at": one.at.isoformat()}
            for one in notes.readings
        ],
        measured=fix.point if fix else None,
        accuracy=fix.accuracy if fix else None,
        point=point,
        corrected=notes.corrected is not None,
        declared=site.point,
        distance=geotag.between(point, site.point),
        village=named.name if named else "",
        area=notes.area,
        area_m2=points.size(notes.area) if notes.area else None,
        signer_name=notes.signer_name,
        signer_role=notes.signer_role,
        unsigned_reason=notes.unsigned_reason,
    )
    report.photos = [
        {
            "key": str(row.key),
            "caption": caption,
            "upload": row.upload.public_id,
            "sha256": row.upload.sha256,
            "metres": geotag.between(row.exif_point, point),
        }
        for row, caption in shots
    ]
    outside = named is not None and not named.inside
    report.doubts = [str(one.value) for one in _doubts(report, fix, visit.far, outside, shots)]
    return report


def _doubts(
    report: VisitReport,
    fix: geotag.Fix | None,
    far: int,
    outside: bool,
    shots: Sequence[tuple[VisitPhoto, str]],
) -> list[Doubt]:
    moved = geotag.between(report.point, report.measured) if report.corrected else None
    apart = [shot["metres"] for shot in report.photos if shot["metres"] is not None]
    seen = {
        Doubt.NO_POSITION: fix is None,
        Doubt.INACCURATE: fix is not None and not fix.good,
        Doubt.STALE: fix is not None and report.recorded_at - fix.at > geotag.STALE,
        Doubt.CLOCK: abs(report.clock_seconds) > geotag.CLOCK,
        Doubt.FAR: report.distance is not None and report.distance > far,
        Doubt.OUTSIDE: outside,
        Doubt.MOVED: moved is not None and moved > geotag.MOVED + (report.accuracy or 0),
        Doubt.PHOTO_FAR: any(one > far for one in apart),
        Doubt.PHOTO_DAY: any(photos.from_another_day(row) for row, _caption in shots),
    }
    return [doubt for doubt, is_so in seen.items() if is_so]


def _conflict(visit: Visit, application: Application | None, by: User) -> str:
    if visit.state == VisitState.CANCELLED:
        return Conflict.CANCELLED
    if visit.state == VisitState.DONE or visit.reports.filter(conflict="").exists():
        return Conflict.REPORTED
    if application is not None and application.status != Status.INSPECTION:
        return Conflict.MOVED_ON
    if not visit.inspectors.filter(pk=by.pk).exists():
        return Conflict.NOT_ASSIGNED
    return ""


def _write(
    report: VisitReport,
    visit: Visit,
    application: Application | None,
    shots: Sequence[tuple[VisitPhoto, str]],
    by: User,
    site: str,
) -> None:
    report.number = f"BA-{visits.number_of(visit)}-{visit.reports.count() + 1}"[:100]
    seal_id = seal.new_seal_id() if not report.conflict else ""
    pdf = letters.minutes(report, shots, seal_id=seal_id, site=site)
    report.pdf, report.sha256 = store.put(pdf), sha256(pdf).hexdigest()
    if not report.conflict:
        if application is not None:
            report.inspection = _reported(report, application, by)
        visit.state = VisitState.DONE
        visit.save(update_fields=["state"])
        Letter.objects.create(
            kind=Kind.REPORT,
            number=report.number,
            seal_hash=seal.seal_hash(seal_id),
            sha256=bytes.fromhex(report.sha256),
            file=report.pdf,
            signer_name=", ".join(report.team)[:150],
            issued_on=timezone.localdate(),
        )
    report.save(force_insert=True)
    if visit.kind == VisitKind.MONITORING and not report.conflict and report.found == Found.FOUND:
        _survey(report, visit)


def _reported(report: VisitReport, application: Application, by: User) -> Inspection:
    """The move "report"; the hashes of the evidence stand in its event, so in the chain."""
    visited = min(timezone.localdate(report.recorded_at), timezone.localdate())
    found = Inspection(verdict=report.verdict, point=report.point, notes=report.findings, visited_on=visited)
    evidence = {"sha256": report.sha256, "photos": [shot["sha256"] for shot in report.photos]}
    workflow.apply(application, "report", by=by, data={"report": found, "evidence": evidence})
    return found


def _survey(report: VisitReport, visit: Visit) -> None:
    """A permit in force stands from now on where it was found."""
    site = PermitSite.objects.filter(permit=visit.permit, ordinal=visit.site_ordinal).first()
    if site is None or report.point is None:
        return
    SiteHistory.objects.create(
        permit=site.permit,
        ordinal=site.ordinal,
        point=site.point,
        area=site.area,
        quality=site.quality,
        report=report,
    )
    site.point, site.quality = report.point, Quality.SURVEYED
    site.area = report.area or site.area
    site.save(update_fields=["point", "quality", "area"])
