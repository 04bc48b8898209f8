"""Personal data: who looked at it and why, what its owner agreed to, and who asked that it be erased."""

from django.conf import settings
from django.db import models
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from companies.models import Claim
from permits.models.application import Application
from permits.models.report import Complaint, Sighting


class Why(models.TextChoices):
    CHECK = "check", _("Checking that the file is complete and correct")
    CONTACT = "contact", _("Getting in touch with the person")
    DRAFT = "draft", _("Drafting or verifying the letter")
    HAND_OVER = "hand_over", _("Handing over or posting the letter")
    REQUEST = "request", _("Answering a complaint or a request")


class Reveal(models.Model):
    """Somebody of the office saw personal data of a case, or opened a file of it. Append-only.

    A case is an application, or what somebody told the office: one of the four is set. `file` "": the data of
    the form, unmasked, for the reason `why`. Else the public id of the upload (of a proof: the claim's
    reference): opening it needs no reason, since reading it is the work; the id outlives the file.
    """

    application = models.ForeignKey(
        Application, models.PROTECT, null=True, related_name="reveals", verbose_name=_("application")
    )
    complaint = models.ForeignKey(
        Complaint, models.PROTECT, null=True, related_name="reveals", verbose_name=_("complaint")
    )
    sighting = models.ForeignKey(
        Sighting, models.PROTECT, null=True, related_name="reveals",
        verbose_name=_("report of a place without a permit"),
    )  # fmt: skip
    claim = models.ForeignKey(
        Claim, models.PROTECT, null=True, related_name="reveals",
        verbose_name=_("request about a company page"),
    )  # fmt: skip
    file = models.CharField(_("file"), max_length=12, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    role = models.CharField(_("acting as"), max_length=20)
    why = models.CharField(_("reason"), max_length=10, choices=Why, blank=True)
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("look at personal data")
        verbose_name_plural = _("looks at personal data")
        ordering = ["id"]
        indexes = [models.Index(fields=["application", "by", "at"], name="permits_reveal_of_case")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(file="") | ~models.Q(why=""), name="permits_reveal_has_reason"
            ),
            models.CheckConstraint(
                condition=Exact(
                    models.Func(
                        *("application", "complaint", "sighting", "claim"),
                        function="num_nonnulls",
                        output_field=models.IntegerField(),
                    ),
                    1,
                ),
                name="permits_reveal_of_one_case",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.by_id}"


class ConsentTo(models.TextChoices):
    LOCATION = "location", _("The exact place may be public")
    CONTACT = "contact", _("Telephone and e-mail may be public")
    ASSISTED = "assisted", _("The office files for me")


class Consent(models.Model):
    """What an applicant agreed to or did not, when, and by which words. Append-only."""

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="consents", verbose_name=_("application")
    )
    to = models.CharField(_("consent to"), max_length=10, choices=ConsentTo)
    given = models.BooleanField(_("given"))
    text = models.TextField(_("words that were shown"), max_length=500)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("recorded by")
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("consent of an applicant")
        verbose_name_plural = _("consents of applicants")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.to}"


class ErasureState(models.TextChoices):
    OPEN = "open", _("Waiting for the office")
    DONE = "done", _("Erased")
    REFUSED = "refused", _("Not erased")


class ErasureRequest(models.Model):
    """Somebody asked that their data be erased. Executed by an officer: permits.erasure."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="erasure_requests", verbose_name=_("account")
    )
    state = models.CharField(_("state"), max_length=7, choices=ErasureState, default=ErasureState.OPEN)
    asked_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False,
        verbose_name=_("decided by"),
    )  # fmt: skip
    note = models.CharField(_("what was done, or why not"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("request for erasure")
        verbose_name_plural = _("requests for erasure")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(state="open"), name="permits_erasure_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", decided_at=None)
                | models.Q(~models.Q(state="open"), decided_at__isnull=False),
                name="permits_erasure_decided_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.state}"
