"""A decision about an issued permit on its way to a signed letter; in effect, it is a PermitAct."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from permits.models.permit import Permit
from permits.models.service import Act, PermitAct


class DecisionState(models.TextChoices):
    DRAFTED = "drafted", _("Waits for verification")
    VERIFIED = "verified", _("Waits for the signature")
    ISSUING = "issuing", _("Being issued")
    DONE = "done", _("In effect")
    DROPPED = "dropped", _("Dropped")


class DecisionQuerySet(models.QuerySet["Decision"]):
    def open(self) -> Self:
        return self.exclude(state__in=[DecisionState.DONE, DecisionState.DROPPED])


class Decision(models.Model):
    """Written by permits.decisions alone. Three different people draft, verify and sign."""

    permit = models.ForeignKey(Permit, models.PROTECT, related_name="decisions", verbose_name=_("permit"))
    act = models.CharField(_("decision"), max_length=10, choices=Act)
    reason = models.TextField(_("reason"), max_length=2000)
    legal_basis = models.CharField(_("legal basis"), max_length=300)
    state = models.CharField(
        _("state"), max_length=10, choices=DecisionState, default=DecisionState.DRAFTED, editable=False
    )
    note = models.CharField(_("why it was sent back or dropped"), max_length=500, blank=True)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("drafted by")
    )
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("verified by"),
    )  # fmt: skip
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("signed by"),
    )  # fmt: skip
    created_at = models.DateTimeField(_("recorded at"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)
    in_effect = models.OneToOneField(
        PermitAct, models.PROTECT, null=True, editable=False, related_name="decision",
        verbose_name=_("in effect"),
    )  # fmt: skip

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision in preparation")
        verbose_name_plural = _("decisions in preparation")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["permit"],
                condition=~models.Q(state__in=["done", "dropped"]),
                name="permits_decision_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(verified_by=None) | ~models.Q(verified_by=models.F("drafted_by")),
                name="permits_decision_verified_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(signed_by=None)
                | (
                    ~models.Q(signed_by=models.F("drafted_by")) & ~models.Q(signed_by=models.F("verified_by"))
                ),
                name="permits_decision_signed_by_another",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["verified", "issuing", "done"])
                | models.Q(verified_by__isnull=False),
                name="permits_decision_is_verified",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="done")
                | models.Q(in_effect__isnull=False, signed_by__isnull=False),
                name="permits_decision_done_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.permit_id}: {self.act} {self.state}"
