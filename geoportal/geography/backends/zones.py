from geoportal.geography.geocoding import Found, words
from geoportal.geography.models import Zone
from geoportal.geography.quality import Quality


class ZoneGeocoder:
    """Knows villages and districts by name and nothing else: works with nothing configured."""

    def search(self, text: str, *, limit: int = 5) -> list[Found]:
        wanted = words(text)
        if not wanted:
            return []
        zones = Zone.objects.filter(name__icontains=wanted).order_by("-level", "name")[:limit]
        return [Found(zone.name, zone.label_point.x, zone.label_point.y, Quality.VILLAGE) for zone in zones]
