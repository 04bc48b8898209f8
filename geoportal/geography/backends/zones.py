from geoportal.geography.geocoding import Found
from geoportal.geography.models import Zone
from geoportal.geography.quality import Quality


class ZoneGeocoder:
    """Knows villages and districts by name and nothing else: works with nothing configured."""

    credit = ""

    def search(self, text: str, *, limit: int = 5) -> list[Found]:
        words = text.strip()
        if not words:
            return []
        zones = Zone.objects.filter(name__icontains=words[:100]).order_by("-level", "name")[:limit]
        return [Found(zone.name, zone.label_point.x, zone.label_point.y, Quality.VILLAGE) for zone in zones]
