"""The read model: what the public may see, and nothing else. Kept by the triggers in maps/sql/place.sql."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final, Self

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Transform
from django.contrib.gis.geos import Point, Polygon
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import connection
from django.db.models.functions import Cast, Coalesce

from companies.models import Commodity, LegalForm, Source
from geoportal.fields import EncryptedTextField
from geoportal.geography.models import Zone
from geoportal.geography.quality import Quality
from permits.models import PermitType, Purpose, Risk
from permits.status import SHOWN, Status, StatusOf

ALL: Final = 0  # in the place of a commodity
NOT_COUNTED: Final = -1
MANY: Final = 20  # commodities of one request may be all that there are
WORLD: Final = 40075016.685578488  # metres of EPSG:3857
CODE_BITS: Final = 21  # of a z-order code, for each side; a tile deeper than that has no code


def codes_in(z: int, x: int, y: int) -> tuple[int, int]:
    """The first and the last z-order code of tile (z, x, y), z at most CODE_BITS; twin of maps_zcode()."""
    tile = sum((x >> n & 1 | (y >> n & 1) << 1) << 2 * n for n in range(z))
    free = 2 * (CODE_BITS - z)
    return tile << free, (tile + 1 << free) - 1


class Away(models.Func):
    """Metres on the ellipsoid between a point column and `centre` (EPSG:4326), as geopy's geodesic says."""

    function = "ST_DistanceSpheroid"
    output_field = models.FloatField()

    def __init__(self, point: str, centre: Point) -> None:
        here = Transform(models.F(point), 4326)
        super().__init__(here, models.Value(centre, models.PointField(srid=4326)))


class Centimetres(models.Func):
    """ST_X or ST_Y of a point column, in the whole centimetres that pins and sums are made of."""

    template = "round(%(function)s(%(expressions)s) * 100)::int"
    output_field = models.IntegerField()

    def __init__(self, point: str, function: str) -> None:
        super().__init__(models.F(point), function=function)


class Nearness(models.Func):
    """The distance of a point column from `centre` on the map's plane: what a GiST index orders by."""

    arg_joiner = " <-> "
    template = "(%(expressions)s)"
    output_field = models.FloatField()

    def __init__(self, point: str, centre: Point) -> None:
        super().__init__(models.F(point), models.Value(centre, models.PointField(srid=3857)))


class PlaceQuerySet(models.QuerySet["Place"]):
    """Every verb keeps sites; `permits()` leaves the first site of each permit."""

    def with_status(self) -> Self:
        """Adds `status`, a permits.status.Status value of the city's day."""
        return self.annotate(status=StatusOf())

    def having_status(self, *statuses: Status) -> Self:
        return self.with_status().filter(status__in=statuses or SHOWN)

    def within(self, *codes: str) -> Self:
        return self.filter(village__in=Zone.objects.beneath(*codes))

    def of_commodities(self, *commodities: Commodity) -> Self:
        return self.filter(commodities__overlap=[commodity.pk for commodity in commodities])

    def in_tile(self, z: int, x: int, y: int) -> Self:
        side = WORLD / 2**z
        west, north = x * side - WORLD / 2, WORLD / 2 - y * side
        box = Polygon.from_bbox((west - 1, north - side - 1, west + side + 1, north + 1))
        box.srid = 3857
        # the box is for the index; the codes say which tile a point on a border belongs to
        return self.filter(point__bboverlaps=box, zcode__range=codes_in(z, x, y))

    def permits(self) -> Self:
        return self.filter(first_site=True)

    def one_site_each(self) -> Self:
        """One site of every permit among these rows: its first, or the first that is left of it."""
        before = models.Q(first_site=True) | models.Q(pk__lt=models.OuterRef("pk"))
        better = self.order_by().filter(before, permit_id=models.OuterRef("permit_id"))
        # nearly every row is a first site and needs no look at its siblings
        return self.filter(models.Q(first_site=True) | ~models.Exists(better))


class Place(models.Model):
    """A site of a published permit, or the permit itself where it has no site.

    `id` is the site's id, or minus the permit's where there is none. `point` (EPSG:3857) is the public point:
    the exact one, the village's label point, or NULL, as permit type and consent say. `withheld` says that a
    better point exists than the one shown.
    """

    id = models.BigIntegerField(primary_key=True)
    permit_id = models.BigIntegerField()
    first_site = models.BooleanField()
    public_id = models.CharField(max_length=12)
    number = models.CharField(max_length=100)
    type = models.ForeignKey(PermitType, models.DO_NOTHING, db_constraint=False, related_name="+")
    purpose = models.CharField(max_length=10, choices=Purpose)
    company_id = models.BigIntegerField(null=True)  # NULL where the type withholds the holder
    company_name = models.CharField(max_length=200)
    company_slug = models.CharField(max_length=90)
    commodities = ArrayField(models.BigIntegerField())
    commodities_broad = ArrayField(models.BigIntegerField())  # those of `commodities` that are only likely
    label = models.CharField(max_length=100)
    address = models.CharField(max_length=300)  # "" where withheld
    village = models.ForeignKey(
        Zone, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    quality = models.CharField(max_length=10, choices=Quality)  # of the public point
    withheld = models.BooleanField()
    source = models.CharField(max_length=10, choices=Source)
    risk = models.CharField(max_length=12, choices=Risk)
    registered_only = models.BooleanField()
    issued_on = models.DateField(null=True)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    suspended_on = models.DateField(null=True)
    revoked_on = models.DateField(null=True)
    replaced_by = models.CharField(max_length=12, null=True)
    missing_since = models.DateField(null=True)
    demo = models.BooleanField()
    point = models.PointField(srid=3857, null=True)
    counted = models.BooleanField()  # has a point and is shown by default: in tiles, aggregates and pins
    counted_until = models.DateField(null=True)  # the day after, a fold takes it out
    zcode = models.BigIntegerField(null=True)  # maps_zcode(point)

    status: str  # set by with_status()

    objects = PlaceQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["permit_id"], name="maps_place_permit"),
            models.Index(fields=["public_id"], name="maps_place_public_id"),
            models.Index(fields=["number"], name="maps_place_number"),
            models.Index(fields=["company_id"], name="maps_place_company"),
            models.Index(fields=["village"], name="maps_place_village"),
            # the orders of lists
            models.Index(
                Coalesce("issued_on", Cast(models.Value(date.min), models.DateField())),
                "id",
                name="maps_place_newest",
                condition=models.Q(first_site=True),
            ),
            models.Index(
                fields=["company_name", "id"], name="maps_place_name", condition=models.Q(first_site=True)
            ),
            GinIndex(fields=["commodities"], name="maps_place_commodities"),
            GinIndex(fields=["number"], opclasses=["gin_trgm_ops"], name="maps_place_number_trgm"),
        ]

    def __str__(self) -> str:
        return self.number


class AmongFirst(models.Func):
    """Of the pins of one place that answer to `commodities`, true for one: nothing is counted twice."""

    template = "(ordinal = 1 OR NOT commodities[:ordinal - 1] && %(expressions)s)"
    output_field = models.BooleanField()

    def __init__(self, commodities: list[int]) -> None:
        super().__init__(models.Value(commodities, ArrayField(models.IntegerField())))


class PinQuerySet(models.QuerySet["Pin"]):
    """Every verb keeps one pin of each site."""

    def of(self, commodities: Sequence[int], statuses: Collection[Status]) -> Self:
        """Sites about any of the commodities, or all sites; with the statuses, or SHOWN."""
        wanted = frozenset(statuses) or SHOWN
        found, hidden = models.Q(commodity=ALL), models.Q(commodity=NOT_COUNTED)
        if len(commodities) > MANY and len(commodities) == Commodity.objects.count():
            about_any = ~models.Q(commodities=[])  # whatever there is: one pin a site is enough
            found, hidden = found & about_any, hidden & about_any
        elif commodities:
            found = models.Q(AmongFirst(list(commodities)), commodity__in=commodities)
            hidden &= models.Q(commodities__overlap=commodities)
        if not wanted <= SHOWN:
            found = found | hidden if wanted & SHOWN else hidden
        if wanted != SHOWN:
            found &= models.Q(status__in=wanted)
        return self.alias(status=StatusOf("replaced")).filter(found)

    def in_box(self, west: float, south: float, east: float, north: float) -> Self:
        """Metres of EPSG:3857, borders included."""
        x, y = (round(west * 100), round(east * 100)), (round(south * 100), round(north * 100))
        return self.filter(x__range=x, y__range=y)

    def in_tile(self, z: int, x: int, y: int) -> Self:
        return self.filter(zcode__range=codes_in(z, x, y))


class Pin(models.Model):
    """What tiles need of a site; one row for each of its commodities and one for ALL. Kept by triggers.

    A site that is not shown by default (Place.counted) has one row, with NOT_COUNTED.
    """

    pk = models.CompositePrimaryKey("commodity", "zcode", "place_id")
    zcode = models.BigIntegerField()
    place_id = models.BigIntegerField()
    x = models.IntegerField()  # whole centimetres of EPSG:3857
    y = models.IntegerField()
    commodity = models.IntegerField()
    type = models.ForeignKey(PermitType, models.DO_NOTHING, db_constraint=False, related_name="+")
    ordinal = models.SmallIntegerField()  # of `commodity` among `commodities`, from 1
    valid_until = models.DateField(null=True)
    suspended_on = models.DateField(null=True)
    revoked_on = models.DateField(null=True)
    registered_only = models.BooleanField()
    replaced = models.BooleanField()
    source = models.CharField(max_length=10, choices=Source)
    village = models.ForeignKey(Zone, models.DO_NOTHING, null=True, db_constraint=False, related_name="+")
    commodities = ArrayField(models.IntegerField())

    objects = PinQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "maps_pin"

    def __str__(self) -> str:
        return f"{self.place_id} ({self.commodity})"


class PublicCompanyQuerySet(models.QuerySet["PublicCompany"]):
    def within(self, *codes: str) -> Self:
        return self.filter(village__in=Zone.objects.beneath(*codes))

    def of_commodities(self, *commodities: Commodity) -> Self:
        """With a permit about any of these."""
        places = Place.objects.of_commodities(*commodities).filter(company_id=models.OuterRef("pk"))
        return self.filter(models.Exists(places))


class PublicCompany(models.Model):
    """A holder with a published permit, as the public may see it: the SQL view maps_company."""

    id = models.BigIntegerField(primary_key=True)
    slug = models.CharField(max_length=90)
    name = models.CharField(max_length=200)
    legal_form = models.CharField(max_length=20, choices=LegalForm)
    address = models.CharField(max_length=300)  # "" where withheld
    village = models.ForeignKey(Zone, models.DO_NOTHING, null=True, db_constraint=False, related_name="+")
    quality = models.CharField(max_length=10, choices=Quality)
    withheld = models.BooleanField()
    website = models.CharField(max_length=200)
    phone = EncryptedTextField(context="companies.company.phone")  # NULL without consent
    email = EncryptedTextField(context="companies.company.email")
    source = models.CharField(max_length=10, choices=Source)
    demo = models.BooleanField()
    point = models.PointField(srid=4326, null=True)

    objects = PublicCompanyQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "maps_company"

    def __str__(self) -> str:
        return self.name


class MovedCompany(models.Model):
    """The address of a page that was merged into another: the SQL view maps_company_moved."""

    slug = models.CharField(max_length=90, primary_key=True)
    moved_to = models.CharField(max_length=90)

    class Meta:
        managed = False
        db_table = "maps_company_moved"

    def __str__(self) -> str:
        return self.slug


def goods_of(companies: list[int]) -> list[tuple[int, int, bool]]:
    """(company id, commodity id, whether no permit of the company is sure of it), in no order."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT company_id, one, bool_and(one = ANY (commodities_broad))
            FROM maps_place, unnest(commodities) AS each (one)
            WHERE company_id = ANY (%s) GROUP BY 1, 2
            """,
            [companies],
        )
        found: list[tuple[int, int, bool]] = cursor.fetchall()
    return found
