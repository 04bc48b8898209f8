"""What people tell the office: complaints, and places where they miss a permit. Neither is ever public."""

from typing import Self

from django.conf import settings
from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from geoportal.fields import EncryptedTextField
from geoportal.ids import new_id
from permits.models.application import Application
from permits.models.permit import Permit
from permits.models.upload import Upload


class Topic(models.TextChoices):
    DELAY = "delay", _("An application takes too long")
    SERVICE = "service", _("Manner or skill of the staff")
    FEE = "fee", _("Costs or illegal levies")
    DECISION = "decision", _("A decision or its letter")
    BUSINESS = "business", _("A business or its permit")
    OTHER = "other", _("Something else")


class ComplaintState(models.TextChoices):
    OPEN = "open", _("Waiting for an answer")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", _("Closed")  # without an answer in the matter; the reply says why


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    def open(self) -> Self:
        return self.filter(state=ComplaintState.OPEN)

    def in_order(self) -> Self:
        """The most urgent first."""
        return self.order_by("due_on", "id")


class Complaint(models.Model):
    """Written by permits.complaints alone. `key`: hash of the form's token, so that nothing is sent twice."""

    public_id = models.CharField(_("public id"), max_length=12, unique=True, default=new_id, editable=False)
    number = models.CharField(_("receipt number"), max_length=20, unique=True, editable=False)
    key = models.CharField(_("hash of the form's key"), max_length=64, unique=True, editable=False)
    pin_hash = models.CharField(_("hash of the PIN"), max_length=128, editable=False)
    topic = models.CharField(_("subject"), max_length=10, choices=Topic)
    about = models.CharField(_("number that it is about"), max_length=100, blank=True)
    application = models.ForeignKey(
        Application, models.PROTECT, null=True, blank=True, related_name="complaints",
        verbose_name=_("application that it is about"),
    )  # fmt: skip
    forwarded_to = models.ForeignKey(
        Application,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("put before the case"),
    )
    permit = models.ForeignKey(
        Permit, models.PROTECT, null=True, blank=True, related_name="complaints",
        verbose_name=_("permit that it is about"),
    )  # fmt: skip
    text = EncryptedTextField(_("complaint"), context="permits.complaint.text")
    sender = EncryptedTextField(_("name of the sender"), context="permits.complaint.sender")
    contact = EncryptedTextField(_("contact of the sender"), context="permits.complaint.contact")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="complaints",
        verbose_name=_("account of the sender"),
    )  # fmt: skip
    uploads = models.ManyToManyField(Upload, blank=True, related_name="complaints", verbose_name=_("files"))
    state = models.CharField(
        _("state"), max_length=10, choices=ComplaintState, default=ComplaintState.OPEN, editable=False
    )
    filed_at = models.DateTimeField(_("received at"), auto_now_add=True)
    due_on = models.DateField(_("answer is due on"))
    reply = EncryptedTextField(_("answer"), context="permits.complaint.reply")
    replied_at = models.DateTimeField(_("answered at"), null=True, editable=False)
    replied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False,
        verbose_name=_("answered by"),
    )  # fmt: skip

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        indexes = [models.Index(fields=["state", "due_on", "id"], name="permits_complaint_queue")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="open", replied_at=None, replied_by=None)
                | models.Q(~models.Q(state="open"), replied_at__isnull=False, replied_by__isnull=False),
                name="permits_complaint_replied_by_someone",
            )
        ]

    def __str__(self) -> str:
        return self.number


class ComplaintDates(models.Model):
    """What is published of complaints, without a word of them: the SQL view permits_complaint_dates."""

    id = models.BigIntegerField(primary_key=True)
    filed_on = models.DateField(_("received on"))
    replied_on = models.DateField(_("answered on"), null=True)

    class Meta:
        verbose_name = _("dates of a complaint")
        verbose_name_plural = _("dates of complaints")
        managed = False
        db_table = "permits_complaint_dates"


class SightingState(models.TextChoices):
    NEW = "new", _("To be looked into")
    VISIT = "visit", _("To be visited")
    VISITED = "visited", _("Visited")
    DISMISSED = "dismissed", _("Dismissed")


class SightingQuerySet(models.QuerySet["Sighting"]):
    def open(self) -> Self:
        return self.filter(state__in=[SightingState.NEW, SightingState.VISIT])


class Sighting(models.Model):
    """A place where somebody saw a business and found no permit on the map. Without account, and without a
    name: what the office needs is the place. Written by permits.sightings alone."""

    public_id = models.CharField(_("public id"), max_length=12, unique=True, default=new_id, editable=False)
    number = models.CharField(_("receipt number"), max_length=20, unique=True, editable=False)
    key = models.CharField(_("hash of the form's key"), max_length=64, unique=True, editable=False)
    point = models.PointField(_("place"), srid=4326, null=True, blank=True)
    where = models.CharField(_("address or landmark"), max_length=300, blank=True)
    text = EncryptedTextField(_("what is there"), context="permits.sighting.text")
    contact = EncryptedTextField(_("contact of the sender"), context="permits.sighting.contact")
    uploads = models.ManyToManyField(
        Upload, blank=True, related_name="sightings", verbose_name=_("photographs")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=SightingState, default=SightingState.NEW, editable=False
    )
    filed_at = models.DateTimeField(_("received at"), auto_now_add=True)
    dismissal = models.CharField(_("reason of the dismissal"), max_length=500, blank=True)
    dismissed_at = models.DateTimeField(_("dismissed at"), null=True, editable=False)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False,
        verbose_name=_("dismissed by"),
    )  # fmt: skip

    objects = SightingQuerySet.as_manager()

    class Meta:
        verbose_name = _("report of a place without a permit")
        verbose_name_plural = _("reports of places without a permit")
        indexes = [models.Index(fields=["state", "id"], name="permits_sighting_queue")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(point__isnull=False) | ~models.Q(where=""),
                name="permits_sighting_somewhere",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="dismissed")
                | (models.Q(dismissed_by__isnull=False) & ~models.Q(dismissal="")),
                name="permits_sighting_dismissed_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Outcome(models.TextChoices):
    """What a look at a place found."""

    PERMIT = "permit", _("There is a permit")
    NO_PERMIT = "no_permit", _("There is no permit")
    DIFFERS = "differs", _("There is a permit, but for something else")
    NOTHING = "nothing", _("Nothing is there")


class SpotCheck(models.Model):
    """A look at a place outside any application: who is to go, and what was found."""

    sighting = models.OneToOneField(
        Sighting, models.PROTECT, related_name="spot_check", verbose_name=_("report that it answers")
    )
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="spot_checks", verbose_name=_("assigned to")
    )
    errand = models.CharField(_("what to look for"), max_length=500, blank=True)
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("ordered by")
    )
    ordered_at = models.DateTimeField(_("ordered at"), auto_now_add=True)
    outcome = models.CharField(_("result"), max_length=10, choices=Outcome, blank=True)
    permit = models.ForeignKey(
        Permit, models.PROTECT, null=True, blank=True, related_name="spot_checks",
        verbose_name=_("permit that was found"),
    )  # fmt: skip
    findings = models.TextField(_("findings"), max_length=4000, blank=True)
    visited_on = models.DateField(_("visited on"), null=True, blank=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("reported by")
    )
    reported_at = models.DateTimeField(_("reported at"), null=True)

    class Meta:
        verbose_name = _("spot check")
        verbose_name_plural = _("spot checks")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome="", visited_on=None, reported_by=None)
                | (
                    ~models.Q(outcome="")
                    & models.Q(visited_on__isnull=False, reported_by__isnull=False, reported_at__isnull=False)
                ),
                name="permits_spotcheck_reported_whole",
            )
        ]
