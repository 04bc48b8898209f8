"""Visits to sites: ordered, planned, reported from the field. What was reported is evidence: append-only."""

from typing import Self

from django.conf import settings
from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from geoportal.accounts.models import User
from geoportal.fields import EncryptedTextField
from geoportal.geography.quality import Quality
from geoportal.ids import new_id
from permits.models.application import Application
from permits.models.casework import Inspection, Verdict
from permits.models.permit import Permit
from permits.models.upload import Upload


class VisitKind(models.TextChoices):
    INSPECTION = "inspection", _("Site inspection")  # of an application
    MONITORING = "monitoring", _("Monitoring")  # of a permit in force


class VisitState(models.TextChoices):
    ORDERED = "ordered", _("To be planned")
    PLANNED = "planned", _("Planned")
    DONE = "done", _("Reported")
    CANCELLED = "cancelled", _("Cancelled")


class Found(models.TextChoices):
    """What monitoring finds of a permit in force."""

    FOUND = "found", _("Found as permitted")
    NOT_FOUND = "not_found", _("Not found")
    DIFFERS = "differs", _("Differs from the permit")


class Doubt(models.TextChoices):
    """What the program noticed about a position or a photograph. A doubt is no verdict."""

    NO_POSITION = "no_position", _("no position was measured")
    INACCURATE = "inaccurate", _("measured worse than 100 m, so no point was taken from it")
    STALE = "stale", _("the position was measured long before the report")
    CLOCK = "clock", _("the phone's clock differs from ours")
    FAR = "far", _("far from the declared point")
    OUTSIDE = "outside", _("outside the city")
    MOVED = "moved", _("the point was corrected by hand, far from what was measured")
    PHOTO_FAR = "photo_far", _("a photograph was taken far from the point")
    PHOTO_DAY = "photo_day", _("a photograph is from another day")


class Conflict(models.TextChoices):
    """Why a report is kept, and does not count."""

    CANCELLED = "cancelled", _("the visit was cancelled meanwhile")
    REPORTED = "reported", _("another report of this visit came first")
    MOVED_ON = "moved_on", _("the application is no longer at the site visit")
    NOT_ASSIGNED = "not_assigned", _("the visit was given to others meanwhile")


OPEN_VISITS = (VisitState.ORDERED, VisitState.PLANNED)


class VisitQuerySet(models.QuerySet["Visit"]):
    def open(self) -> Self:
        return self.filter(state__in=OPEN_VISITS)

    def of(self, user: User) -> Self:
        """Those that `user` was sent on."""
        return self.filter(inspectors=user)

    def in_order(self) -> Self:
        return self.order_by("day", "turn", "id")


class Visit(models.Model):
    """One visit to one site. `checklist` is what is to be looked at, as [{"key": …, "label": …}]."""

    public_id = models.CharField(_("public id"), max_length=12, unique=True, default=new_id, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=VisitKind)
    application = models.ForeignKey(
        Application, models.PROTECT, null=True, blank=True, related_name="visits",
        verbose_name=_("application"),
    )  # fmt: skip
    permit = models.ForeignKey(
        Permit, models.PROTECT, null=True, blank=True, related_name="visits", verbose_name=_("permit")
    )
    site_ordinal = models.PositiveSmallIntegerField(_("which of the permit's sites"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=VisitState, default=VisitState.ORDERED)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    checklist = models.JSONField(_("checklist"), default=list)
    team = models.PositiveSmallIntegerField(_("number of inspectors"), default=1)
    far = models.PositiveIntegerField(_("far from, in metres"), default=200)
    inspectors = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="visits", verbose_name=_("inspectors")
    )
    day = models.DateField(_("day"), null=True, blank=True)
    turn = models.PositiveSmallIntegerField(_("turn on that day"), default=0)
    letter_number = models.CharField(_("number of the assignment letter"), max_length=100, blank=True)
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("ordered by")
    )
    ordered_at = models.DateTimeField(_("ordered at"), auto_now_add=True)
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("planned by"),
    )  # fmt: skip
    end_reason = models.CharField(_("why it was cancelled"), max_length=500, blank=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        ordering = ["id"]
        indexes = [models.Index(fields=["day", "turn", "id"], name="permits_visit_day")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="inspection", application__isnull=False, permit=None)
                | models.Q(kind="monitoring", application=None, permit__isnull=False),
                name="permits_visit_of_one_thing",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="planned") | models.Q(day__isnull=False),
                name="permits_visit_planned_for_a_day",
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=models.Q(state__in=["ordered", "planned"], application__isnull=False),
                name="permits_visit_one_open",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class VisitPhoto(models.Model):
    """A photograph as it came from the phone; `key` is made there, so that a second sending is known."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="photos", verbose_name=_("visit"))
    key = models.UUIDField(_("key"), unique=True)
    upload = models.OneToOneField(Upload, models.PROTECT, related_name="photo", verbose_name=_("upload"))
    exif_point = models.PointField(_("place in the photograph"), srid=4326, null=True)
    exif_time = models.CharField(_("time in the photograph"), max_length=40, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"))
    at = models.DateTimeField(_("received at"), auto_now_add=True)

    class Meta:
        verbose_name = _("photograph of a visit")
        verbose_name_plural = _("photographs of visits")
        ordering = ["id"]


class SignerRole(models.TextChoices):
    OWNER = "owner", _("Owner or person in charge")
    WITNESS = "witness", _("Witness")


class VisitReport(models.Model):
    """What an inspector handed in. `conflict` "" for the one that counts; others are kept for the office.

    `measured` is the mean of the phone's readings, `point` what the inspector stands by: the same, or
    corrected by hand. `photos`: [{"key", "caption", "upload", "sha256", "metres"}] in the inspector's order.
    """

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="reports", verbose_name=_("visit"))
    key = models.UUIDField(_("key"), unique=True)
    conflict = models.CharField(_("why it does not count"), max_length=12, choices=Conflict, blank=True)
    inspection = models.OneToOneField(
        Inspection, models.PROTECT, null=True, editable=False, related_name="report",
        verbose_name=_("site visit"),
    )  # fmt: skip
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    team = models.JSONField(_("names of the inspectors"), default=list)
    at = models.DateTimeField(_("received at"), auto_now_add=True)
    recorded_at = models.DateTimeField(_("recorded at, by the phone's clock"))
    clock_seconds = models.IntegerField(_("the phone's clock minus ours, in seconds"), default=0)
    verdict = models.CharField(_("verdict"), max_length=12, choices=Verdict, blank=True)
    found = models.CharField(_("what was found"), max_length=10, choices=Found, blank=True)
    answers = models.JSONField(_("answers to the checklist"), default=dict)
    findings = models.TextField(_("findings"), max_length=4000, blank=True)
    conditions = models.JSONField(_("conditions for the letter"), default=list)
    readings = models.JSONField(_("readings of the position"), default=list)
    measured = models.PointField(_("place as measured"), srid=4326, null=True)
    accuracy = models.FloatField(_("accuracy in metres"), null=True)
    point = models.PointField(_("place as confirmed"), srid=4326, null=True)
    corrected = models.BooleanField(_("corrected by hand"), default=False)
    declared = models.PointField(_("place as declared"), srid=4326, null=True)
    distance = models.FloatField(_("metres from the declared place"), null=True)
    village = models.CharField(_("village"), max_length=200, blank=True)
    area = models.PolygonField(_("outline"), srid=4326, null=True)
    area_m2 = models.FloatField(_("area in square metres"), null=True)
    doubts = models.JSONField(_("doubts"), default=list)
    photos = models.JSONField(_("photographs"), default=list)
    signer_name = EncryptedTextField(_("who signed on the screen"), context="permits.visitreport.signer")
    signer_role = models.CharField(_("signed as"), max_length=8, choices=SignerRole, blank=True)
    signature = models.OneToOneField(
        Upload, models.PROTECT, null=True, related_name="signed_report", verbose_name=_("signature")
    )
    unsigned_reason = models.CharField(_("why nobody signed"), max_length=300, blank=True)
    number = models.CharField(_("number"), max_length=100)
    pdf = models.CharField(_("file"), max_length=100)
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64)

    class Meta:
        verbose_name = _("report of a visit")
        verbose_name_plural = _("reports of visits")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit"], condition=models.Q(conflict=""), name="permits_visitreport_one_counts"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class SiteHistory(models.Model):
    """Where a permit's site was held to be, until a visit found it: append-only."""

    permit = models.ForeignKey(Permit, models.PROTECT, related_name="former_sites", verbose_name=_("permit"))
    ordinal = models.PositiveSmallIntegerField(_("order"))
    point = models.PointField(_("place"), srid=4326, null=True)
    area = models.PolygonField(_("area"), srid=4326, null=True)
    quality = models.CharField(_("quality of the point"), max_length=10, choices=Quality)
    report = models.ForeignKey(
        VisitReport, models.PROTECT, null=True, verbose_name=_("report that replaced it")
    )
    until = models.DateTimeField(_("held until"), auto_now_add=True)

    class Meta:
        verbose_name = _("earlier place of a permit")
        verbose_name_plural = _("earlier places of permits")
        ordering = ["id"]
