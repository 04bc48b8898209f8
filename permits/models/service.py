"""What goes with a decision: its fee, the letter's way to its holder, and what becomes of the permit."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from geoportal.fields import EncryptedTextField
from permits.models.application import Application, ApplicationStatus
from permits.models.catalogue import PermitType
from permits.models.letter import Letter
from permits.models.permit import Permit
from permits.models.upload import Upload

DECIDED = frozenset({ApplicationStatus.ISSUED, ApplicationStatus.REFUSED})  # there is a letter to hand over


class Way(models.TextChoices):
    DOWNLOAD = "download", _("Download")
    COUNTER = "counter", _("Collect at the counter")
    POST = "post", _("By Pos Indonesia")


class DeliveryState(models.TextChoices):
    PREPARED = "prepared", _("Being prepared")
    SENT = "sent", _("Posted")
    RECEIVED = "received", _("Received")
    RETURNED = "returned", _("Came back")
    RESENDING = "resending", _("To be sent again")


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def by_post(self) -> Self:
        """Of letters that there are; before the decision nothing can be posted."""
        return self.filter(way=Way.POST, application__status__in=DECIDED)

    def to_post(self) -> Self:
        return self.by_post().filter(state__in=[DeliveryState.PREPARED, DeliveryState.RESENDING])

    def on_the_way(self) -> Self:
        return self.by_post().filter(state=DeliveryState.SENT)

    def came_back(self) -> Self:
        return self.by_post().filter(state=DeliveryState.RETURNED)


class Delivery(models.Model):
    """How an applicant wants the letter, and where it is. Written by permits.delivery alone."""

    application = models.OneToOneField(
        Application, models.PROTECT, related_name="delivery", verbose_name=_("application")
    )
    way = models.CharField(_("way"), max_length=10, choices=Way, default=Way.DOWNLOAD)
    state = models.CharField(
        _("state"), max_length=10, choices=DeliveryState, default=DeliveryState.PREPARED, editable=False
    )
    recipient = EncryptedTextField(_("recipient"), context="permits.delivery.recipient")
    address = EncryptedTextField(_("postal address"), context="permits.delivery.address")
    tracking_number = models.CharField(_("tracking number"), max_length=30, blank=True, editable=False)
    received_by = EncryptedTextField(_("received by"), context="permits.delivery.received_by")
    events_count = models.PositiveIntegerField(_("number of events"), default=0, editable=False)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [models.Index(fields=["way", "state", "id"], name="permits_delivery_queue")]
        constraints = [
            models.UniqueConstraint(
                fields=["tracking_number"],
                condition=~models.Q(tracking_number=""),
                name="permits_delivery_tracking_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(way=Way.POST) | models.Q(recipient__isnull=False, address__isnull=False),
                name="permits_delivery_post_has_address",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.way} {self.state}"


class DeliveryEvent(models.Model):
    """What happened to a delivery. Append-only; a tracking number of an earlier try stays on record here."""

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="events", verbose_name=_("delivery"))
    ordinal = models.PositiveIntegerField(_("order"))
    state = models.CharField(_("state"), max_length=10, choices=DeliveryState)
    tracking_number = models.CharField(_("tracking number"), max_length=30, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("event of a delivery")
        verbose_name_plural = _("events of deliveries")
        ordering = ["delivery", "ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["delivery", "ordinal"], name="permits_deliveryevent_once")
        ]


class BillKind(models.TextChoices):
    SKRD = "skrd", _("SKRD of this office")
    SKPD = "skpd", _("SKPD of another agency")


class Bill(models.Model):
    """What is to be paid before the letter is signed. Paid when the front office has seen the proof."""

    application = models.OneToOneField(
        Application, models.PROTECT, related_name="bill", verbose_name=_("application")
    )
    kind = models.CharField(_("kind"), max_length=4, choices=BillKind)
    number = models.CharField(_("number"), max_length=100)
    agency = models.CharField(_("agency that bills"), max_length=150, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=15, decimal_places=2)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by")
    )
    made_on = models.DateField(_("made on"))
    proof = models.ForeignKey(
        Upload,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bills",
        verbose_name=_("proof of payment"),
    )
    reference = models.CharField(
        _("reference of the payment service"), max_length=100, blank=True, editable=False
    )
    account = models.CharField(_("account to pay to"), max_length=60, blank=True, editable=False)
    proof_number = models.CharField(_("number of the proof"), max_length=100, blank=True)
    paid_at = models.DateTimeField(_("payment recorded at"), null=True, blank=True, editable=False)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("payment recorded by"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("bill")
        verbose_name_plural = _("bills")
        constraints = [
            models.UniqueConstraint(fields=["kind", "agency", "number"], name="permits_bill_number_once"),
            models.UniqueConstraint(
                fields=["reference"], condition=~models.Q(reference=""), name="permits_bill_reference_once"
            ),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="permits_bill_amount_above_zero"),
            models.CheckConstraint(
                condition=models.Q(paid_at=None, checked_by=None)
                | models.Q(paid_at__isnull=False, checked_by__isnull=False)
                | (models.Q(paid_at__isnull=False) & ~models.Q(reference="")),
                name="permits_bill_paid_is_checked",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Act(models.TextChoices):
    SUSPEND = "suspend", _("Suspended")
    REVOKE = "revoke", _("Revoked")
    REINSTATE = "reinstate", _("Back in force")


class PermitAct(models.Model):
    """What the head of office decided about an issued permit, why, and by which letter. Append-only."""

    permit = models.ForeignKey(Permit, models.PROTECT, related_name="acts", verbose_name=_("permit"))
    act = models.CharField(_("decision"), max_length=10, choices=Act)
    on = models.DateField(_("on"))
    reason = models.TextField(_("reason"), max_length=2000)
    letter = models.CharField(_("number and date of the letter"), max_length=200)
    document = models.OneToOneField(
        Letter, models.PROTECT, null=True, blank=True, related_name="decided", verbose_name=_("letter")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"))
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("decision about a permit")
        verbose_name_plural = _("decisions about permits")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.permit_id}: {self.act}"


class Survey(models.Model):
    """One answer to the SKM, of nobody in particular: only that the link was used is kept, not by whom."""

    token_hash = models.BinaryField(_("hash of the link"), max_length=32, unique=True, editable=False)
    type = models.ForeignKey(
        PermitType, models.PROTECT, related_name="surveys", verbose_name=_("permit type")
    )
    marks = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("marks"))
    answered_on = models.DateField(_("answered on"))

    class Meta:
        verbose_name = _("answer to the survey")
        verbose_name_plural = _("answers to the survey")
        indexes = [models.Index(fields=["answered_on"], name="permits_survey_answered_on")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(marks__len=9, marks__contained_by=[1, 2, 3, 4]),
                name="permits_survey_nine_marks",
            )
        ]
