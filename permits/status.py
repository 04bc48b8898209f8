from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """What the public is told about a permit. Derived from dates by the SQL function permits_status()."""

    IN_FORCE = "in_force", _("In force")
    ENDING = "ending", _("Ending soon")
    EXPIRED = "expired", _("Expired")
    SUSPENDED = "suspended", _("Suspended")
    REVOKED = "revoked", _("Revoked")
    REPLACED = "replaced", _("Replaced by a new permit")
    REGISTERED = "registered", _("Registered in OSS")


VALID = frozenset({Status.IN_FORCE, Status.ENDING})
SHOWN = VALID | {Status.REGISTERED}  # what the map shows unless a status is asked for
ENDING_DAYS = 30


class StatusOf(models.Func):
    """The status, on the city's day, of a row of Permit or maps.Place; `replaced`: a column that says it."""

    function = "permits_status"
    output_field = models.CharField()

    def __init__(self, replaced: str | None = None) -> None:
        by = models.ExpressionWrapper(models.Q(replaced_by__isnull=False), models.BooleanField())
        super().__init__("registered_only", "revoked_on", "suspended_on", replaced or by, "valid_until")
