from typing import Self

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _


class ZoneLevel(models.TextChoices):
    CITY = "city", _("City")
    DISTRICT = "district", _("District")
    VILLAGE = "village", _("Village")


class ZoneQuerySet(models.QuerySet["Zone"]):
    def villages(self) -> Self:
        return self.filter(level=ZoneLevel.VILLAGE)

    def beneath(self, *codes: str) -> Self:
        """The villages inside the zones `codes`, of whatever level; a village is inside itself."""
        return self.villages().filter(
            models.Q(code__in=codes) | models.Q(parent__in=codes) | models.Q(parent__parent__in=codes)
        )


class Zone(models.Model):
    """An administrative area. `code` is the ministry's (33.75.01.1002).

    `area` is the boundary where one was loaded (load_zones), else a cell computed around the village's label
    point, marked `approximate`: good for a map, no authority on where a border runs.
    """

    code = models.CharField(_("code"), max_length=20, primary_key=True)
    level = models.CharField(_("level"), max_length=10, choices=ZoneLevel)
    name = models.CharField(_("name"), max_length=100)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("zone above")
    )
    postal_code = models.CharField(_("postal code"), max_length=10, blank=True)
    label_point = models.PointField(_("label point"), srid=4326)
    area = models.MultiPolygonField(_("area"), srid=4326, null=True, blank=True)
    approximate = models.BooleanField(_("approximate"), default=True)
    credit = models.CharField(
        _("credit"), max_length=300, blank=True, help_text=_("source and licence, shown on the map")
    )

    objects = ZoneQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name = _("zone")
        verbose_name_plural = _("zones")

    def __str__(self) -> str:
        return self.name
