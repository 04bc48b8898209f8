from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from geoportal.fields import EncryptedTextField, blind_index, blind_indexes
from geoportal.geography.models import Zone
from geoportal.geography.quality import Quality
from geoportal.ids import new_id

NPWP_CONTEXT = "companies.company.npwp"


class LegalForm(models.TextChoices):
    PT = "pt", _("PT (limited company)")
    CV = "cv", _("CV (limited partnership)")
    FIRMA = "firma", _("Firma (partnership)")
    KOPERASI = "koperasi", _("Cooperative")
    YAYASAN = "yayasan", _("Foundation")
    ASSOCIATION = "association", _("Association")
    STATE = "state", _("State or regional company")
    GOVERNMENT = "government", _("Government body")
    SOLE_PROPRIETOR = "sole_proprietor", _("Sole proprietor")
    PRACTITIONER = "practitioner", _("Practitioner")
    UNKNOWN = "unknown", _("Not known")


# The exact place and address of these is a person's: public only with consent (DESIGN §2). The SQL view
# maps_company and the function behind maps_place ask the same question: companies_is_person().
PERSONS = frozenset({LegalForm.SOLE_PROPRIETOR, LegalForm.UNKNOWN})


class Source(models.TextChoices):
    """Where a record is from."""

    SAKPORE = "sakpore", _("SAKPORE")
    OSS = "oss", _("OSS")
    ARCHIVE = "archive", _("Archive")


class CompanyQuerySet(models.QuerySet["Company"]):
    def with_npwp(self, npwp: str) -> Self:
        return self.filter(npwp_index__in=blind_indexes(npwp, NPWP_CONTEXT))


class Company(models.Model):
    """A holder of permits: a company, a sole proprietor, a practitioner.

    `village` is derived from `point` by a database trigger and never typed. What the public may see of a
    company is decided in one place, the SQL view maps_company.
    """

    slug = models.SlugField(_("address on the site"), max_length=90, unique=True)
    name = models.CharField(_("name"), max_length=200)
    legal_form = models.CharField(
        _("legal form"), max_length=20, choices=LegalForm, default=LegalForm.UNKNOWN
    )
    nib = models.CharField(
        _("NIB"), max_length=13, null=True, blank=True, unique=True, validators=[RegexValidator(r"^\d{13}$")]
    )
    npwp = EncryptedTextField(_("NPWP"), context=NPWP_CONTEXT)
    npwp_index = models.BinaryField(_("NPWP look-up value"), max_length=16, null=True, editable=False)
    address = models.CharField(_("address"), max_length=300, blank=True)
    point = models.PointField(_("place"), srid=4326, null=True, blank=True)
    quality = models.CharField(
        _("quality of the point"), max_length=10, choices=Quality, default=Quality.UNKNOWN
    )
    village = models.ForeignKey(
        Zone, models.SET_NULL, null=True, blank=True, editable=False, verbose_name=_("village")
    )
    phone = EncryptedTextField(_("phone"), context="companies.company.phone")
    email = EncryptedTextField(_("e-mail"), context="companies.company.email")
    website = models.URLField(_("website"), blank=True)
    consent_location = models.BooleanField(
        _("consent: place"), default=False, help_text=_("exact place and address may be public")
    )
    consent_contact = models.BooleanField(
        _("consent: contact"), default=False, help_text=_("phone and e-mail may be public")
    )
    source = models.CharField(_("source"), max_length=10, choices=Source, default=Source.SAKPORE)
    demo = models.BooleanField(_("example"), default=False, help_text=_("invented, for demonstration"))
    created_at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        indexes = [models.Index(fields=["name", "id"], name="companies_company_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def treated_as_person(self) -> bool:
        return self.legal_form in PERSONS


class Commodity(models.Model):
    """What a citizen searches for, in everyday words."""

    slug = models.SlugField(_("address on the site"), max_length=50, unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    group = models.CharField(_("product group"), max_length=50)
    synonyms = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, verbose_name=_("synonyms")
    )
    icon = models.CharField(_("icon"), max_length=20)
    colour = models.CharField(_("colour"), max_length=7, validators=[RegexValidator(r"^#[0-9a-f]{6}$")])
    ordinal = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["ordinal", "name"]
        verbose_name = _("commodity")
        verbose_name_plural = _("commodities")

    def __str__(self) -> str:
        return self.name


class Kbli(models.Model):
    """A code of the standard business classification, of one edition."""

    code = models.CharField(_("KBLI code"), max_length=5)
    edition = models.PositiveSmallIntegerField(_("KBLI edition"))
    title = models.CharField(_("title"), max_length=300)
    section = models.CharField(_("section"), max_length=1, blank=True)

    class Meta:
        verbose_name = "KBLI"
        verbose_name_plural = "KBLI"
        constraints = [models.UniqueConstraint(fields=["code", "edition"], name="companies_kbli_once")]

    def __str__(self) -> str:
        return f"{self.code} ({self.edition})"


class CommodityKbli(models.Model):
    """A KBLI code that means a commodity. `exact` False: the code is broader than the word ("mungkin")."""

    commodity = models.ForeignKey(Commodity, models.CASCADE, related_name="kbli", verbose_name=_("commodity"))
    code = models.CharField(_("KBLI code"), max_length=5)
    edition = models.PositiveSmallIntegerField(_("KBLI edition"))
    exact = models.BooleanField(_("exactly this"))

    class Meta:
        verbose_name = _("KBLI code of a commodity")
        verbose_name_plural = _("KBLI codes of commodities")
        constraints = [
            models.UniqueConstraint(
                fields=["commodity", "code", "edition"], name="companies_commoditykbli_once"
            )
        ]
        indexes = [models.Index(fields=["code", "edition"], name="companies_commoditykbli_code")]

    def __str__(self) -> str:
        return f"{self.code} -> {self.commodity_id}"


class MemberRole(models.TextChoices):
    OWNER = "owner", _("owner")
    MEMBER = "member", _("member")


class Membership(models.Model):
    """A person who may act for a company, since a claim was accepted."""

    company = models.ForeignKey(
        Company, models.CASCADE, related_name="memberships", verbose_name=_("company")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", verbose_name=_("user")
    )
    role = models.CharField(_("acts as"), max_length=6, choices=MemberRole, default=MemberRole.OWNER)
    since = models.DateTimeField(_("since"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("recorded by"),
    )

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["company", "user"], name="companies_membership_once")]

    def __str__(self) -> str:
        return f"{self.user_id} for {self.company_id}"


class ClaimKind(models.TextChoices):
    OWNERSHIP = "ownership", _("This is my business")
    ERROR = "error", _("Wrong data")


TO_DECIDE = timedelta(hours=3 * 24)


class Claim(models.Model):
    """A request about a company's page, waiting for a desk. What its sender wrote is personal: encrypted."""

    reference = models.CharField(_("reference"), max_length=12, unique=True, default=new_id, editable=False)
    company = models.ForeignKey(Company, models.CASCADE, related_name="claims", verbose_name=_("company"))
    kind = models.CharField(_("about"), max_length=10, choices=ClaimKind)
    sender = EncryptedTextField(_("sender"), context="companies.claim.sender")
    contact = EncryptedTextField(_("contact"), context="companies.claim.contact")
    message = EncryptedTextField(_("message"), context="companies.claim.message")
    nib = models.CharField(_("NIB"), max_length=13, blank=True)
    proof = models.CharField(_("folder of the proof"), max_length=100, blank=True)  # geoportal.intake.keeping
    proof_kind = models.CharField(_("kind of the proof"), max_length=4, blank=True)
    proof_pages = models.PositiveSmallIntegerField(_("pages of the proof"), default=0)
    proof_sha256 = models.CharField(_("SHA-256 of the proof"), max_length=64, blank=True)
    wants = models.JSONField(
        _("consent asked for"), default=dict, blank=True
    )  # consent asked for: {"location": bool, "contact": bool}
    created_at = models.DateTimeField(_("sent at"), auto_now_add=True)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="claims",
        verbose_name=_("account of the sender"),
    )
    accepted = models.BooleanField(
        _("accepted"),
        default=False,
        help_text=_("yes: the sender's account looks after the page from now on"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("decided by")
    )
    decision = models.TextField(_("decision"), blank=True)

    class Meta:
        verbose_name = _("request about a company page")
        verbose_name_plural = _("requests about company pages")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_at=None, decided_by=None) | models.Q(decided_at__isnull=False),
                name="companies_claim_decided_when_by",
            )
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def due_at(self) -> datetime:
        """Personal data is corrected within 3 x 24 hours (UU 27/2022); every request is treated so."""
        return self.created_at + TO_DECIDE


class ConsentRecord(models.Model):
    """Who allowed or withdrew what, when. Append-only: the database refuses UPDATE and DELETE to the site."""

    company = models.ForeignKey(
        Company, models.CASCADE, related_name="consent_records", verbose_name=_("company")
    )
    what = models.CharField(
        _("consent to show"), max_length=10, choices=[("location", _("location")), ("contact", _("contact"))]
    )
    given = models.BooleanField(_("given"))
    basis = models.CharField(
        _("basis"), max_length=200, help_text=_("where it was said: form, letter, claim reference")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("recorded by")
    )
    at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    class Meta:
        verbose_name = _("record of a consent")
        verbose_name_plural = _("records of consents")

    def __str__(self) -> str:
        return f"{self.what}: {self.given}"


class Merger(models.Model):
    """A duplicate that became part of another company. Append-only; the duplicate's row stays, empty."""

    kept = models.ForeignKey(Company, models.PROTECT, related_name="mergers", verbose_name=_("kept"))
    duplicate = models.OneToOneField(
        Company, models.PROTECT, related_name="merger", verbose_name=_("duplicate")
    )
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("merged by"))
    at = models.DateTimeField(_("merged at"), auto_now_add=True)

    class Meta:
        verbose_name = _("merger of companies")
        verbose_name_plural = _("mergers of companies")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(kept=models.F("duplicate")), name="companies_merger_of_two"
            )
        ]

    def __str__(self) -> str:
        return f"{self.duplicate_id} into {self.kept_id}"


def npwp_values(npwp: str) -> dict[str, Any]:
    """Column values for an NPWP: encrypted, with its blind index."""
    return {"npwp": npwp, "npwp_index": blind_index(npwp, NPWP_CONTEXT)}
