"""Naming a point back: in which village it lies, and whether the city is there at all."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.gis.geos import Point

from geoportal.geography.models import Zone, ZoneLevel


@dataclass(frozen=True)
class Named:
    village: str = ""
    district: str = ""
    inside: bool = False  # of the city that is served; True where no zones are loaded at all

    @property
    def name(self) -> str:
        return ", ".join(part for part in (self.village, self.district) if part)


def name(point: Point) -> Named:
    villages = Zone.objects.villages().filter(area__covers=point).select_related("parent").order_by("code")
    found = villages.first()
    if found is None:
        return Named(inside=not Zone.objects.filter(level=ZoneLevel.VILLAGE).exists())
    inside = found.code.startswith(f"{settings.CITY_ZONE}.") or found.code == settings.CITY_ZONE
    return Named(found.name, found.parent.name if found.parent else "", inside)
