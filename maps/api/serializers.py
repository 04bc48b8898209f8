"""The shapes of /api/v1/, built from the public relations only."""

from typing import Any

from django.contrib.gis.geos import GEOSGeometry, MultiPoint, Point
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework_gis.serializers import GeoFeatureModelSerializer, GeometrySerializerMethodField

from companies.models import Commodity, Kbli
from geoportal.geography.directions import Links, links
from geoportal.geography.models import Zone
from geoportal.geography.quality import Quality
from maps.models import Place, PublicCompany
from permits.models import LocationKind, PermitType, Risk
from permits.status import Status

GEOMETRY = {
    "type": "object",
    "nullable": True,
    "description": "GeoJSON Point, or MultiPoint (several sites), or null",
}
REACHABLE = frozenset({Quality.SURVEYED, Quality.BUILDING, Quality.STREET})  # worth sending somebody there


def ways(point: Point | None, quality: str, name: str, *, withheld: bool) -> Links | None:
    """Links that open map applications at `point` (EPSG:4326); None where the point is not one to go to."""
    if point is None or withheld or quality not in REACHABLE:
        return None
    return links(point.x, point.y, name)


class PermitSerializer(GeoFeatureModelSerializer):  # type: ignore[misc]
    """A permit. Context: `sites` {permit id: [Point]}, `commodities` and `offices` (PublicCompany) by id."""

    id = serializers.CharField(source="public_id", help_text="public id")
    type = serializers.SerializerMethodField()
    company = serializers.SerializerMethodField()
    commodities = serializers.SerializerMethodField()
    zone = serializers.SerializerMethodField()
    status = serializers.CharField()
    risk = serializers.ChoiceField(Risk.choices, allow_blank=True, help_text="empty: not known")
    location_quality = serializers.CharField(source="quality")
    location_withheld = serializers.BooleanField(source="withheld")
    replaced_by = serializers.CharField(allow_null=True, help_text="public id of the permit that replaced it")
    distance = serializers.SerializerMethodField()
    validate_url = serializers.SerializerMethodField()
    directions = serializers.SerializerMethodField()
    geometry = extend_schema_field(GEOMETRY)(GeometrySerializerMethodField)()

    class Meta:
        model = Place
        geo_field = "geometry"
        id_field = "public_id"
        fields = (
            "public_id", "id", "number", "type", "company", "commodities", "zone", "status", "source", "risk",
            "issued_on", "valid_until", "replaced_by", "location_quality", "location_withheld", "distance",
            "validate_url", "directions", "demo",
        )  # fmt: skip

    def get_type(self, place: Place) -> dict[str, str]:
        return {"code": place.type.code, "name": place.type.name}

    def get_company(self, place: Place) -> dict[str, str] | None:
        return {"name": place.company_name, "slug": place.company_slug} if place.company_id else None

    def get_commodities(self, place: Place) -> list[dict[str, Any]]:
        known = self.context["commodities"]
        return [
            {"slug": known[pk].slug, "name": known[pk].name, "certain": pk not in place.commodities_broad}
            for pk in place.commodities
            if pk in known
        ]

    def get_zone(self, place: Place) -> dict[str, str] | None:
        return {"code": place.village.code, "name": place.village.name} if place.village else None

    def get_distance(self, place: Place) -> float | None:
        away = self.context.get("distances", {}).get(place.permit_id)
        return None if away is None else round(away, 1)

    def get_validate_url(self, place: Place) -> str:
        url: str = self.context["request"].build_absolute_uri(reverse("register", args=[place.public_id]))
        return url

    def get_directions(self, place: Place) -> Links | None:
        sites = self.context["sites"].get(place.permit_id)
        name = place.company_name or place.number
        if place.type.location_kind == LocationKind.SIGNBOARD:
            # people want the company, not its billboard
            office = self.context["offices"].get(place.company_id)
            return office and ways(office.point, office.quality, name, withheld=office.withheld)
        return ways(sites[0] if sites else None, place.quality, name, withheld=place.withheld)

    def get_geometry(self, place: Place) -> GEOSGeometry | None:
        sites = self.context["sites"].get(place.permit_id)
        if not sites:
            return None
        return sites[0] if len(sites) == 1 else MultiPoint(*sites, srid=4326)


class CompanySerializer(GeoFeatureModelSerializer):  # type: ignore[misc]
    """A holder. Context: `goods` {company id: [(Commodity, certain)]}, `counts` {company id: permits}."""

    id = serializers.CharField(source="slug")
    zone = serializers.SerializerMethodField()
    commodities = serializers.SerializerMethodField()
    permits = serializers.SerializerMethodField()
    location_quality = serializers.CharField(source="quality")
    location_withheld = serializers.BooleanField(source="withheld")
    distance = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()
    directions = serializers.SerializerMethodField()

    class Meta:
        model = PublicCompany
        geo_field = "point"
        id_field = "slug"
        fields = (
            "slug", "id", "name", "legal_form", "address", "zone", "commodities", "permits", "website",
            "location_quality", "location_withheld", "distance", "url", "directions", "source", "demo",
        )  # fmt: skip

    def get_zone(self, company: PublicCompany) -> dict[str, str] | None:
        return {"code": company.village.code, "name": company.village.name} if company.village else None

    def get_commodities(self, company: PublicCompany) -> list[dict[str, Any]]:
        goods = self.context["goods"].get(company.pk, [])
        return [{"slug": item.slug, "name": item.name, "certain": certain} for item, certain in goods]

    def get_permits(self, company: PublicCompany) -> int:
        count: int = self.context["counts"].get(company.pk, 0)
        return count

    def get_distance(self, company: PublicCompany) -> float | None:
        away = self.context.get("distances", {}).get(company.pk)
        return None if away is None else round(away, 1)

    def get_url(self, company: PublicCompany) -> str:
        url: str = self.context["request"].build_absolute_uri(reverse("company", args=[company.slug]))
        return url

    def get_directions(self, company: PublicCompany) -> Links | None:
        return ways(company.point, company.quality, company.name, withheld=company.withheld)


class ZoneSerializer(GeoFeatureModelSerializer):  # type: ignore[misc]
    parent = serializers.CharField(source="parent_id", allow_null=True)

    class Meta:
        model = Zone
        geo_field = "label_point"
        id_field = "code"
        fields = ("code", "level", "name", "parent", "postal_code", "approximate", "credit")


class KbliCodeSerializer(serializers.Serializer[Kbli]):
    code = serializers.CharField()
    edition = serializers.IntegerField()
    exact = serializers.BooleanField()


class CommoditySerializer(serializers.ModelSerializer[Commodity]):
    kbli = KbliCodeSerializer(many=True)

    class Meta:
        model = Commodity
        fields = ("slug", "name", "name_en", "group", "synonyms", "icon", "colour", "kbli")


class PermitTypeSerializer(serializers.ModelSerializer[PermitType]):
    class Meta:
        model = PermitType
        exclude = ("id", "source_note")


class SuggestionSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(["company", "commodity", "village", "type", "permit"])
    label = serializers.CharField()  # type: ignore[assignment]
    detail = serializers.CharField()
    url = serializers.CharField(help_text="page that it leads to")
    parts = serializers.ListField(
        child=serializers.ListField(), help_text="label in pieces: [text, whether the query matched it]"
    )


class StatusCountSerializer(serializers.Serializer[Any]):
    code = serializers.ChoiceField(Status.choices)
    permits = serializers.IntegerField()


class TypeCountSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()
    permits = serializers.IntegerField()


class ZoneCountSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(allow_null=True, help_text="of a village; null: in none that may be known")
    name = serializers.CharField(allow_null=True)
    permits = serializers.IntegerField()


class CommodityCountSerializer(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()
    permits = serializers.IntegerField(help_text="a permit may be about several commodities")
    certain = serializers.IntegerField(help_text="of these, how many surely are; the others only may be")


class StatisticsSerializer(serializers.Serializer[Any]):
    """Each list has the most frequent first, and nothing that is not there."""

    day = serializers.DateField(help_text="on which the statuses hold")
    permits = serializers.IntegerField()
    by_status = StatusCountSerializer(many=True)
    by_type = TypeCountSerializer(many=True)
    by_zone = ZoneCountSerializer(many=True)
    by_commodity = CommodityCountSerializer(many=True)
