from typing import Self

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from companies.models import Commodity, Company, Source
from geoportal.geography.models import Zone
from geoportal.geography.quality import Quality
from geoportal.ids import new_id
from permits.models.catalogue import PermitType


class Purpose(models.TextChoices):
    NEW = "new", _("New")
    RENEWAL = "renewal", _("Renewal")
    CHANGE = "change", _("Change")
    COPY = "copy", _("Copy")
    CLOSURE = "closure", _("Closure")


class Risk(models.TextChoices):
    """OSS-RBA risk level; "" is unknown and stays unknown."""

    LOW = "low", _("Low")
    MEDIUM_LOW = "medium_low", _("Medium low")
    MEDIUM_HIGH = "medium_high", _("Medium high")
    HIGH = "high", _("High")


class PermitQuerySet(models.QuerySet["Permit"]):
    def published(self) -> Self:
        return self.filter(published=True)


class Permit(models.Model):
    """An issued permit. Its status is derived from its dates, never stored: permits.status."""

    public_id = models.CharField(_("public id"), max_length=12, default=new_id, editable=False)
    number = models.CharField(_("number"), max_length=100)
    type = models.ForeignKey(
        PermitType, models.PROTECT, related_name="permits", verbose_name=_("permit type")
    )
    company = models.ForeignKey(Company, models.PROTECT, related_name="permits", verbose_name=_("holder"))
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose, default=Purpose.NEW)
    source = models.CharField(_("source"), max_length=10, choices=Source, default=Source.SAKPORE)
    source_ref = models.CharField(_("reference in the source"), max_length=60, null=True, blank=True)
    registered_only = models.BooleanField(
        _("registered only"), default=False, help_text=_("an OSS project: registered, not permitted")
    )
    risk = models.CharField(_("risk"), max_length=12, choices=Risk, blank=True)
    kbli_code = models.CharField(_("KBLI code"), max_length=5, blank=True)
    kbli_edition = models.PositiveSmallIntegerField(_("KBLI edition"), null=True, blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("last day in force; empty: no end")
    )
    suspended_on = models.DateField(_("suspended on"), null=True, blank=True)
    revoked_on = models.DateField(_("revoked on"), null=True, blank=True)
    replaced_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replaces", verbose_name=_("replaced by")
    )
    missing_since = models.DateField(
        _("missing since"), null=True, blank=True, help_text=_("no longer in the newest full import")
    )
    published = models.BooleanField(_("on the map"), default=False)
    demo = models.BooleanField(_("example"), default=False)
    created_at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    commodities = models.ManyToManyField(
        Commodity, through="PermitCommodity", related_name="permits", verbose_name=_("commodities")
    )
    objects = PermitQuerySet.as_manager()

    class Meta:
        verbose_name = _("permit")
        verbose_name_plural = _("permits")
        # constraints, since unique=True brings an index for LIKE, which every new permit would pay for
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="permits_permit_public_id_once"),
            models.UniqueConstraint(fields=["number"], name="permits_permit_number_once"),
            models.UniqueConstraint(fields=["source", "source_ref"], name="permits_permit_source_ref_once"),
            models.CheckConstraint(
                condition=models.Q(valid_until=None)
                | models.Q(valid_from=None)
                | models.Q(valid_until__gte=models.F("valid_from")),
                name="permits_permit_dates_in_order",
                violation_error_message=_("A permit cannot end before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class PermitSite(models.Model):
    """A place of a permit. `village` is derived from `point` by a database trigger and never typed."""

    permit = models.ForeignKey(
        Permit, models.CASCADE, db_index=False, related_name="sites", verbose_name=_("permit")
    )
    ordinal = models.PositiveSmallIntegerField(_("order"), default=1)
    label = models.CharField(_("label"), max_length=100, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    point = models.PointField(_("place"), srid=4326, null=True, blank=True)
    area = models.PolygonField(_("area"), srid=4326, null=True, blank=True, spatial_index=False)
    quality = models.CharField(
        _("quality of the point"), max_length=10, choices=Quality, default=Quality.UNKNOWN
    )
    village = models.ForeignKey(
        Zone,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        verbose_name=_("village"),
    )

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ["ordinal"]
        constraints = [models.UniqueConstraint(fields=["permit", "ordinal"], name="permits_permitsite_once")]
        indexes = [models.Index(fields=["village"], name="permits_permitsite_village")]

    def __str__(self) -> str:
        return self.label or self.address


class Provenance(models.TextChoices):
    """How we know that a permit is about a commodity. KBLI_BROAD is shown as "mungkin"."""

    DECLARED = "declared", _("Declared")
    KBLI_EXACT = "kbli_exact", _("KBLI")
    KBLI_BROAD = "kbli_broad", _("Perhaps (KBLI is broader)")


class PermitCommodity(models.Model):
    permit = models.ForeignKey(Permit, models.CASCADE, db_index=False, verbose_name=_("permit"))
    commodity = models.ForeignKey(Commodity, models.PROTECT, verbose_name=_("commodity"))
    provenance = models.CharField(
        _("how it is known"), max_length=10, choices=Provenance, default=Provenance.DECLARED
    )

    class Meta:
        verbose_name = _("commodity of a permit")
        verbose_name_plural = _("commodities of a permit")
        constraints = [
            models.UniqueConstraint(fields=["permit", "commodity"], name="permits_permitcommodity_once")
        ]

    def __str__(self) -> str:
        return f"{self.permit_id}: {self.commodity_id}"


class ImportRun(models.Model):
    """One run of an importer, for the record and for telling what a later full export no longer holds."""

    command = models.CharField(_("command"), max_length=30)
    file_name = models.CharField(_("file"), max_length=200)
    file_sha256 = models.CharField(_("SHA-256 of the file"), max_length=64)
    started_at = models.DateTimeField(_("started at"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    summary = models.JSONField(_("summary"), default=dict)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return f"{self.command} {self.file_name}"
