from django.db import models
from django.utils.translation import gettext_lazy as _


class Quality(models.TextChoices):
    """How well a point is known. Only the first two may be drawn as an exact place."""

    SURVEYED = "surveyed", _("Site inspection result")
    BUILDING = "building", _("Building point")
    STREET = "street", _("Approximate street")
    VILLAGE = "village", _("Approximate village")
    UNKNOWN = "unknown", _("No point yet")


DRAWN_EXACT = frozenset({Quality.SURVEYED, Quality.BUILDING})
