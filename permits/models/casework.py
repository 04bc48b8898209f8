"""What the desks write about an application: corrections, notes, the visit, the draft of the letter."""

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.utils.translation import gettext_lazy as _

from permits.models.application import Application, Event
from permits.models.letter import Letter
from permits.models.upload import Upload


class ApplicationDocument(models.Model):
    """A file given for one of the type's document rules; several files may make up one document."""

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="documents", verbose_name=_("application")
    )
    key = models.CharField(_("key of the document"), max_length=60)
    upload = models.ForeignKey(Upload, models.PROTECT, related_name="documents", verbose_name=_("upload"))
    added_at = models.DateTimeField(_("added at"), auto_now_add=True)

    class Meta:
        verbose_name = _("document of an application")
        verbose_name_plural = _("documents of applications")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "key", "upload"], name="permits_applicationdocument_once"
            )
        ]

    @property
    def page_numbers(self) -> range:
        return range(1, self.upload.pages + 1)


class Correction(models.Model):
    """One list of what is to be put right: collected by a desk, sent once by the move that returns."""

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="corrections", verbose_name=_("application")
    )
    event = models.OneToOneField(
        Event, models.PROTECT, null=True, blank=True, related_name="correction", verbose_name=_("sent with")
    )

    class Meta:
        verbose_name = _("list of corrections")
        verbose_name_plural = _("lists of corrections")
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=models.Q(event=None),
                name="permits_correction_one_collecting",
            )
        ]


class Concerns(models.TextChoices):
    QUESTION = "question", _("Answer")
    DOCUMENT = "document", _("Document")
    LOCATION = "location", _("Where it is")
    HOLDER = "holder", _("Applicant and holder")
    OTHER = "other", _("Something else")


class CorrectionItem(models.Model):
    correction = models.ForeignKey(
        Correction, models.CASCADE, related_name="items", verbose_name=_("list of corrections")
    )
    concerns = models.CharField(_("concerns"), max_length=10, choices=Concerns, default=Concerns.OTHER)
    key = models.CharField(_("key of the question or document"), max_length=60, blank=True)
    text = models.CharField(_("what to put right"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("asked by"))
    answer = models.CharField(_("the applicant's answer"), max_length=500, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["id"]


class Note(models.Model):
    """Internal: staff to staff, never shown to the applicant. Append-only."""

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="notes", verbose_name=_("application")
    )
    text = models.TextField(_("note"), max_length=2000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"))
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("internal note")
        verbose_name_plural = _("internal notes")
        ordering = ["id"]


class Verdict(models.TextChoices):
    FITS = "fits", _("Conforms")
    FITS_WITH_NOTES = "with_notes", _("Conforms with notes")
    DOES_NOT_FIT = "does_not_fit", _("Does not conform")


class Inspection(models.Model):
    """What was found at the site. Several visits: the newest counts."""

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="inspections", verbose_name=_("application")
    )
    verdict = models.CharField(_("verdict"), max_length=12, choices=Verdict)
    point = models.PointField(_("place as found"), srid=4326, null=True, blank=True)
    notes = models.TextField(_("findings"), max_length=4000, blank=True)
    visited_on = models.DateField(_("visited on"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"))
    at = models.DateTimeField(_("reported at"), auto_now_add=True)
    letter = models.OneToOneField(
        Letter, models.PROTECT, null=True, editable=False, related_name="inspection",
        verbose_name=_("report as a letter"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("site visit")
        verbose_name_plural = _("site visits")
        ordering = ["id"]


class DraftKind(models.TextChoices):
    PERMIT = "permit", _("Permit")
    REFUSAL = "refusal", _("Refusal")


class Draft(models.Model):
    """The letter as the back office words it for this case; empty lists mean the type's own text."""

    application = models.OneToOneField(
        Application, models.CASCADE, related_name="draft", verbose_name=_("application")
    )
    kind = models.CharField(_("letter"), max_length=10, choices=DraftKind)
    conditions = ArrayField(
        models.CharField(max_length=500), default=list, blank=True, verbose_name=_("conditions")
    )
    copies_to = ArrayField(
        models.CharField(max_length=200), default=list, blank=True, verbose_name=_("copies to")
    )
    reasons = models.TextField(_("reasons of the refusal"), max_length=4000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"))
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("draft of a letter")
        verbose_name_plural = _("drafts of letters")
