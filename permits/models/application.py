"""The request for a permit, and the log that its status follows."""

import json
from typing import Any, Self

from django.conf import settings
from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from companies.models import Company, LegalForm
from geoportal.accounts.models import User
from geoportal.fields import EncryptedTextField
from geoportal.geography.models import Zone
from geoportal.geography.quality import Quality
from geoportal.ids import new_id
from permits.models.catalogue import TypeVersion
from permits.models.permit import Permit, Purpose


class ApplicationStatus(models.TextChoices):
    """What the office calls it; what the public is told stands in permits.workflow.PUBLIC."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Waiting for verification by the front office")
    RETURNED = "returned", _("Returned for correction")
    ACCEPTED = "accepted", _("Waiting for verification by the official")
    PROCESSING = "processing", _("Processed by the back office")
    INSPECTION = "inspection", _("Site visit")
    DRAFTING = "drafting", _("Letter being drafted")
    REVIEW = "review", _("Draft verified by the official")
    PAYMENT = "payment", _("Waiting for payment")
    SIGNING = "signing", _("Waiting for the signature of the head of office")
    ISSUING = "issuing", _("Being issued")
    ISSUED = "issued", _("Issued")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn by the applicant")


FINAL = frozenset({ApplicationStatus.ISSUED, ApplicationStatus.REFUSED, ApplicationStatus.WITHDRAWN})
EDITABLE = frozenset({ApplicationStatus.DRAFT, ApplicationStatus.RETURNED})  # by the applicant


class ApplicationQuerySet(models.QuerySet["Application"]):
    def filed(self) -> Self:
        """Everything that the office has to do with: drafts are the applicant's own affair."""
        return self.exclude(registration_number=None)

    def open(self) -> Self:
        return self.exclude(status__in=FINAL)

    def of(self, user: User) -> Self:
        """Those that `user` files, or that are filed for a company of theirs."""
        mine = models.Q(applicant=user) | models.Q(company__memberships__user=user)
        return self.filter(mine).distinct()


class Application(models.Model):
    """`status` follows the newest Event by a trigger: permits.workflow.apply alone changes it."""

    public_id = models.CharField(_("public id"), max_length=12, unique=True, default=new_id, editable=False)
    registration_number = models.CharField(
        _("registration number"), max_length=20, unique=True, null=True, editable=False
    )
    pin_hash = models.CharField(_("hash of the PIN"), max_length=128, blank=True, editable=False)
    submission_hash = models.CharField(
        _("hash of the submission's key"), max_length=64, blank=True, editable=False
    )
    version = models.ForeignKey(
        TypeVersion, models.PROTECT, related_name="applications", verbose_name=_("version of the permit type")
    )
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose, default=Purpose.NEW)
    status = models.CharField(
        _("status"), max_length=12, choices=ApplicationStatus, default=ApplicationStatus.DRAFT, editable=False
    )
    events_count = models.PositiveIntegerField(_("number of events"), default=0, editable=False)
    head = models.BinaryField(_("hash of the newest event"), max_length=32, default=b"", editable=False)
    revision = models.PositiveIntegerField(_("revision of the answers"), default=0, editable=False)

    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="applications",
        verbose_name=_("applicant"),
    )  # fmt: skip
    applicant_name = EncryptedTextField(_("applicant's name"), context="permits.application.name")
    applicant_phone = EncryptedTextField(_("applicant's phone"), context="permits.application.phone")
    applicant_email = EncryptedTextField(_("applicant's e-mail"), context="permits.application.email")
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="filed_applications",
        verbose_name=_("filed at the counter by"),
    )  # fmt: skip
    consented_at = models.DateTimeField(_("consent to assisted filing recorded at"), null=True, blank=True)
    proxy = EncryptedTextField(_("power of attorney"), context="permits.application.proxy")

    company = models.ForeignKey(
        Company, models.PROTECT, null=True, blank=True, related_name="applications", verbose_name=_("holder")
    )
    holder_name = models.CharField(_("holder's name"), max_length=200, blank=True)
    holder_form = models.CharField(_("legal form"), max_length=20, choices=LegalForm, blank=True)
    holder_nib = models.CharField(_("NIB"), max_length=13, blank=True)
    consent_location = models.BooleanField(_("consent: place"), default=False)
    consent_contact = models.BooleanField(_("consent: contact"), default=False)
    former = models.ForeignKey(
        Permit, models.PROTECT, null=True, blank=True, related_name="applications",
        verbose_name=_("permit that it is about"),
    )  # fmt: skip
    permit = models.OneToOneField(
        Permit, models.PROTECT, null=True, blank=True, related_name="application", editable=False,
        verbose_name=_("issued permit"),
    )  # fmt: skip

    answers = models.JSONField(_("answers"), default=dict, blank=True)
    personal = EncryptedTextField(_("personal answers"), context="permits.application.personal")
    fee = models.DecimalField(_("fee"), max_digits=15, decimal_places=2, null=True, blank=True)
    fee_settled_at = models.DateTimeField(_("fee settled at"), null=True, blank=True, editable=False)

    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True,
        related_name="assigned_applications", verbose_name=_("assigned to"),
    )  # fmt: skip
    created_at = models.DateTimeField(_("begun at"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, editable=False)
    accepted_on = models.DateField(_("accepted on"), null=True, editable=False)
    promised_on = models.DateField(_("promised for"), null=True, editable=False)
    due_on = models.DateField(_("this step is due on"), null=True, editable=False)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        indexes = [
            models.Index(
                fields=["status", "due_on", "id"],
                name="permits_application_queue",
                condition=~models.Q(status__in=["draft", "issued", "refused", "withdrawn"]),
            ),
            models.Index(fields=["applicant", "-id"], name="permits_application_mine"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(filed_by=None) | models.Q(consented_at__isnull=False),
                name="permits_application_consent_recorded",
                violation_error_message=_("Filing for somebody needs their consent on record."),
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["draft", "withdrawn"])
                | models.Q(registration_number__isnull=False),
                name="permits_application_registered",
            ),
        ]

    def __str__(self) -> str:
        return self.registration_number or self.public_id

    @property
    def assisted(self) -> bool:
        """Filed at the counter for somebody who walked in."""
        return self.filed_by_id is not None

    @property
    def all_answers(self) -> dict[str, Any]:
        """Answers by question key, the personal ones (stored encrypted) among them."""
        personal = json.loads(self.personal) if self.personal else {}
        return {**self.answers, **personal}

    def set_answers(self, values: dict[str, Any], personal: frozenset[str]) -> None:
        """Parts `values` into what is stored readable and what only encrypted. Not saved."""
        self.answers = {key: value for key, value in values.items() if key not in personal}
        own = {key: value for key, value in values.items() if key in personal}
        self.personal = json.dumps(own) if own else ""


class ApplicationSite(models.Model):
    """A place asked for. As PermitSite: `village` is derived from `point` by a database trigger."""

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="sites", verbose_name=_("application")
    )
    ordinal = models.PositiveSmallIntegerField(_("order"), default=1)
    address = models.CharField(_("address"), max_length=300, blank=True)
    point = models.PointField(_("place"), srid=4326, null=True, blank=True)
    area = models.PolygonField(_("area"), srid=4326, null=True, blank=True)
    quality = models.CharField(
        _("quality of the point"), max_length=10, choices=Quality, default=Quality.UNKNOWN
    )
    village = models.ForeignKey(
        Zone, models.SET_NULL, null=True, blank=True, editable=False, verbose_name=_("village")
    )

    class Meta:
        verbose_name = _("site applied for")
        verbose_name_plural = _("sites applied for")
        ordering = ["ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["application", "ordinal"], name="permits_applicationsite_once")
        ]


class Event(models.Model):
    """One move of an application. Append-only; a trigger numbers the events of each application and chains
    them by hash, sets the application's status, and refuses a signature by who verified."""

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="events", verbose_name=_("application")
    )
    ordinal = models.PositiveIntegerField(_("order"), editable=False)
    move = models.CharField(_("move"), max_length=20)
    source = models.CharField(_("from"), max_length=12, choices=ApplicationStatus)
    target = models.CharField(_("to"), max_length=12, choices=ApplicationStatus)
    role = models.CharField(_("acting as"), max_length=20)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"), db_index=True)
    note = models.TextField(_("note to the applicant or the next desk"), blank=True)
    facts = models.JSONField(_("facts"), default=dict, blank=True)
    previous = models.BinaryField(_("hash of the event before"), max_length=32, editable=False)
    hash = models.BinaryField(_("hash of this event"), max_length=32, editable=False)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["application", "ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["application", "ordinal"], name="permits_event_once"),
            models.CheckConstraint(
                condition=models.Q(by__isnull=False) | models.Q(role="system"),
                name="permits_event_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}.{self.ordinal} {self.move}"
