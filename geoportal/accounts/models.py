from datetime import date

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from geoportal.accounts.roles import Role
from geoportal.fields import EncryptedTextField

PHONE_CONTEXT = "accounts.user.phone"


class User(AbstractUser):
    roles = ArrayField(
        models.CharField(max_length=20, choices=Role), default=list, blank=True, verbose_name=_("roles")
    )
    phone = EncryptedTextField(_("phone"), context=PHONE_CONTEXT)
    # of a number that was verified by a code: who signs in with it
    phone_index = models.BinaryField(max_length=16, unique=True, null=True, editable=False)
    # as they stand under a letter that this person signs
    title = models.CharField(_("office held"), max_length=120, blank=True)
    rank = models.CharField(_("rank"), max_length=60, blank=True)
    nip = models.CharField(
        _("NIP"),
        max_length=18,
        blank=True,
        validators=[RegexValidator(r"^\d{18}$", _("A NIP has 18 digits."))],
    )

    @property
    def works_here(self) -> bool:
        """Holds any role of the office: may enter the work room."""
        return self.is_active and bool(self.roles)

    @property
    def called(self) -> str:
        """The name that others read; where none was given, the one to sign in with."""
        return self.get_full_name() or self.get_username()

    def has_role(self, role: Role) -> bool:
        return self.is_active and role in self.roles


class Acting(models.TextChoices):
    PLT = "Plt.", _("Plt. (the post is vacant)")
    PLH = "Plh.", _("Plh. (the head is away)")


class SubstitutionQuerySet(models.QuerySet["Substitution"]):
    def in_force(self, day: date) -> "SubstitutionQuerySet":
        return self.filter(Q(until=None) | Q(until__gte=day), since__lte=day)


_DAYS = Func("since", "until", Value("[]"), function="daterange", output_field=DateRangeField())


class Substitution(models.Model):
    """Somebody who signs in place of the head, by decree, from `since` to `until`, both included."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="substitutions", verbose_name=_("who signs")
    )
    acting = models.CharField(_("acting as"), max_length=4, choices=Acting)
    since = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True, help_text=_("this day included; empty: open"))
    decree = models.CharField(_("number of the decree"), max_length=120)

    objects = SubstitutionQuerySet.as_manager()

    class Meta:
        verbose_name = _("substitution of the head")
        verbose_name_plural = _("substitutions of the head")
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="accounts_substitution_in_order"
            ),
            ExclusionConstraint(
                name="accounts_substitution_one_a_day",
                expressions=[(_DAYS, RangeOperators.OVERLAPS)],
                violation_error_message=_("Another substitution is in force on one of these days."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.acting} {self.since}"

    def clean(self) -> None:
        since: date | None = self.since  # None where what was typed is no day
        if since is not None and self.until is not None and self.until < since:
            raise ValidationError({"until": _("This is before the first day.")})
