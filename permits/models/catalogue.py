from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from geoportal.accounts.models import User


class Kind(models.TextChoices):
    PERMIT = "permit", _("Permit")
    NON_PERMIT = "non_permit", _("Non-permit")


class Channel(models.TextChoices):
    SAKPORE = "sakpore", _("SAKPORE")
    OSS = "oss", _("OSS (national)")
    COUNTER = "counter", _("Counter only")


class Stage(models.TextChoices):
    ACTIVE = "active", _("Available")
    SOON = "soon", _("Coming soon")
    RETIRED = "retired", _("No longer issued")


class Applicant(models.TextChoices):
    COMPANY = "company", _("Company")
    PERSON = "person", _("Person")
    BOTH = "both", _("Company or person")


class LocationKind(models.TextChoices):
    """What "where" means for a permit type."""

    BUSINESS = "business", _("Place of business")
    PRACTICE = "practice", _("Place of practice")
    SIGNBOARD = "signboard", _("Signboard points")
    PARCEL = "parcel", _("Parcel")
    OFFICE = "office", _("Holder's office")


CARRIES_COMMODITIES = frozenset({LocationKind.BUSINESS, LocationKind.PRACTICE})


class LocationPublic(models.TextChoices):
    EXACT = "exact", _("Exact point")
    VILLAGE = "village", _("Village only")
    NONE = "none", _("Not shown")


class Fee(models.TextChoices):
    NONE = "none", _("Free of charge")
    RETRIBUTION = "retribution", _("Retribution")
    UNKNOWN = "unknown", _("Not stated")


class Need(models.TextChoices):
    YES = "yes", _("Yes")
    NO = "no", _("No")
    CONDITIONAL = "conditional", _("Depends on the case")
    UNKNOWN = "unknown", _("Not stated")


class PermitTypeQuerySet(models.QuerySet["PermitType"]):
    def official(self) -> Self:
        return self.filter(official=True)

    def online(self) -> Self:
        """Those that can be applied for here now."""
        return self.filter(stage=Stage.ACTIVE, channel=Channel.SAKPORE, versions__state=VersionState.ACTIVE)


class PermitType(models.Model):
    """A kind of permit, loaded from fixtures/catalogue/*.toml. What is public of its permits is data here."""

    code = models.CharField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=150)
    name_en = models.CharField(_("name in English"), max_length=150, blank=True)
    sector = models.CharField(_("sector"), max_length=50)
    kind = models.CharField(_("permit or non-permit"), max_length=10, choices=Kind, default=Kind.PERMIT)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.SAKPORE)
    stage = models.CharField(_("availability"), max_length=10, choices=Stage, default=Stage.ACTIVE)
    applicant = models.CharField(_("applicant"), max_length=10, choices=Applicant, default=Applicant.BOTH)
    location_kind = models.CharField(
        _("what its place is"), max_length=10, choices=LocationKind, default=LocationKind.BUSINESS
    )
    location_public = models.CharField(
        _("place shown to the public"), max_length=10, choices=LocationPublic, default=LocationPublic.VILLAGE
    )
    holder_public = models.BooleanField(_("holder shown to the public"), default=True)
    official = models.BooleanField(
        _("official"), default=False, help_text=_("of this city; others are examples")
    )
    jurisdiction = models.CharField(_("jurisdiction"), max_length=100, blank=True)
    service_days = models.PositiveSmallIntegerField(_("working days promised"), null=True, blank=True)
    days_note = models.CharField(_("note on the days"), max_length=200, blank=True)
    validity_months = models.PositiveSmallIntegerField(_("months of validity"), null=True, blank=True)
    validity_note = models.CharField(_("note on the validity"), max_length=200, blank=True)
    fee = models.CharField(_("fee"), max_length=12, choices=Fee, default=Fee.UNKNOWN)
    fee_note = models.CharField(_("note on the fee"), max_length=200, blank=True)
    needs_inspection = models.CharField(
        _("site inspection"), max_length=12, choices=Need, default=Need.UNKNOWN
    )
    documents = models.JSONField(_("documents"), default=list, blank=True)
    renewal_documents = models.JSONField(_("documents for a renewal"), default=list, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=300, blank=True)
    keywords = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, verbose_name=_("search words")
    )
    source_url = models.URLField(_("address of the source"), max_length=300, blank=True)
    source_date = models.CharField(_("date of the source"), max_length=40, blank=True)
    source_note = models.CharField(_("note on the source"), max_length=300, blank=True)

    objects = PermitTypeQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("permit type")
        verbose_name_plural = _("permit types")

    def __str__(self) -> str:
        return self.name


class VersionState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("In use")
    RETIRED = "retired", _("Retired")


class TypeVersion(models.Model):
    """What a permit type asks, needs, costs and writes, as it was when an application was filed under it."""

    type = models.ForeignKey(
        PermitType, models.PROTECT, related_name="versions", verbose_name=_("permit type")
    )
    number = models.PositiveSmallIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=10, choices=VersionState, default=VersionState.DRAFT)
    definition = models.JSONField(_("definition"), default=dict)
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, verbose_name=_("made by"))

    class Meta:
        verbose_name = _("version of a permit type")
        verbose_name_plural = _("versions of permit types")
        ordering = ["type", "number"]
        constraints = [
            models.UniqueConstraint(fields=["type", "number"], name="permits_typeversion_once"),
            models.UniqueConstraint(
                fields=["type"],
                condition=models.Q(state=VersionState.ACTIVE),
                name="permits_typeversion_one_in_use",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type.code} v{self.number}"
