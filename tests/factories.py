"""Records for tests, made as the application makes them. Everyone is visibly invented."""

from datetime import date
from itertools import count
from typing import Any

from django.contrib.gis.geos import MultiPolygon, Point, Polygon

from companies.models import Commodity, Company, LegalForm
from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.geography.models import Zone, ZoneLevel
from geoportal.geography.quality import Quality
from geoportal.ids import new_id
from permits import applications, workflow
from permits.letters.content import Kind
from permits.models import (
    Application,
    Letter,
    LocationKind,
    LocationPublic,
    Permit,
    PermitCommodity,
    PermitSite,
    PermitType,
    Purpose,
    TypeVersion,
    VersionState,
)

_serial = count(1)
HERE = Point(109.675, -6.889, srid=4326)  # inside village()


def village(code: str = "99.01.01.0001", name: str = "Kelurahan Uji", west: float = 109.67) -> Zone:
    """A square village of about 1.1 km, its label point in the middle."""
    city, _ = Zone.objects.get_or_create(
        code=code[:5], defaults={"level": ZoneLevel.CITY, "name": "Kota Uji", "label_point": HERE}
    )
    district, _ = Zone.objects.get_or_create(
        code=code[:8],
        defaults={"level": ZoneLevel.DISTRICT, "name": "Kecamatan Uji", "parent": city, "label_point": HERE},
    )
    square = Polygon.from_bbox((west, -6.894, west + 0.01, -6.884))
    square.srid = 4326
    zone, _ = Zone.objects.update_or_create(
        code=code,
        defaults={
            "level": ZoneLevel.VILLAGE,
            "name": name,
            "parent": district,
            "postal_code": "99999",
            "label_point": Point(west + 0.005, -6.8893, srid=4326),
            "area": MultiPolygon(square, srid=4326),
        },
    )
    return zone


def commodity(slug: str = "batik", **fields: Any) -> Commodity:
    defaults = {"name": slug.title(), "name_en": slug, "group": "Uji", "icon": "batik", "colour": "#243b7a"}
    return Commodity.objects.get_or_create(slug=slug, defaults=defaults | fields)[0]


def permit_type(code: str = "UJI-USAHA", **fields: Any) -> PermitType:
    defaults = {
        "name": "Izin Usaha Uji",
        "sector": "Uji",
        "location_kind": LocationKind.BUSINESS,
        "location_public": LocationPublic.EXACT,
        "official": True,
    }
    return PermitType.objects.get_or_create(code=code, defaults=defaults | fields)[0]


def company(name: str = "Contoh Jaya", **fields: Any) -> Company:
    n = next(_serial)
    values: dict[str, Any] = {
        "slug": f"contoh-{n}",
        "legal_form": LegalForm.PT,
        "address": f"Jalan Uji No. {n}",
        "point": HERE,
        "quality": Quality.BUILDING,
    }
    made = Company.objects.create(name=name, **(values | fields))
    made.refresh_from_db()
    return made


def permit(
    holder: Company | None = None,
    *,
    commodities: list[Commodity] | None = None,
    point: Point | None = HERE,
    quality: str = Quality.BUILDING,
    **fields: Any,
) -> Permit:
    """A published permit with one site at `point`, or with none where it is None."""
    n = next(_serial)
    values: dict[str, Any] = {
        "number": f"UJI/{n:05d}/2026",
        "issued_on": date(2026, 1, 5),
        "valid_from": date(2026, 1, 5),
        "valid_until": date(2099, 1, 4),
        "published": True,
    }
    fields.setdefault("type", permit_type())
    made = Permit.objects.create(company=holder or company(), **(values | fields))
    if point is not None:
        PermitSite.objects.create(permit=made, point=point, quality=quality, address=f"Jalan Uji No. {n}")
    for item in commodities or []:
        PermitCommodity.objects.create(permit=made, commodity=item)
    return made


def letter(permit: Permit, **fields: Any) -> Letter:
    """A letter about `permit` that nobody signed."""
    n = next(_serial)
    values: dict[str, Any] = {
        "number": f"{n}/UJI",
        "seal_hash": n.to_bytes(32),
        "issued_on": date(2026, 1, 5),
        "kind": Kind.SUSPENSION,
    }
    return Letter.objects.create(permit=permit, **(values | fields))


def staff(*roles: Role, name: str = "") -> User:
    n = next(_serial)
    return User.objects.create(
        username=name or f"petugas-uji-{new_id(8)}",
        first_name="Petugas",
        last_name=f"Uji {n}",
        roles=list(roles),
    )


def applicant(name: str = "") -> User:
    n = next(_serial)
    return User.objects.create(
        username=name or f"pemohon-uji-{new_id(8)}",
        first_name="Pemohon",
        last_name=f"Uji {n}",
        email=f"pemohon{n}@contoh.example",
    )


def version(kind: PermitType | None = None, **definition: Any) -> TypeVersion:
    """The version in use of a type; `definition` replaces parts of a small one."""
    kind = kind or permit_type()
    made, _ = TypeVersion.objects.get_or_create(
        type=kind, number=1, defaults={"state": VersionState.ACTIVE, "definition": definition}
    )
    return made


def draft(by: User | None = None, kind: PermitType | None = None, **definition: Any) -> Application:
    """A draft that lacks nothing."""
    made_version = version(kind, **definition)
    made = applications.begin(made_version.type, Purpose.NEW, by=by or applicant())
    Application.objects.filter(pk=made.pk).update(
        applicant_name="Pemohon Uji", holder_name="Contoh Baru", holder_form=LegalForm.PT
    )
    made.refresh_from_db()
    filer = made.applicant
    assert filer is not None
    applications.save_places(made, [applications.Place(address="Jalan Uji No. 1", point=HERE)], by=filer)
    return made


PATH = {
    "submitted": ("submit",),
    "accepted": ("submit", "accept"),
    "processing": ("submit", "accept", "verify"),
    "drafting": ("submit", "accept", "verify", "draft_permit"),
    "review": ("submit", "accept", "verify", "draft_permit", "submit_draft"),
    "signing": ("submit", "accept", "verify", "draft_permit", "submit_draft", "approve"),
    "issuing": ("submit", "accept", "verify", "draft_permit", "submit_draft", "approve", "sign"),
}
KEY = "KUNCI" * 6


def at(status: str, **fields: Any) -> Application:
    """An application that walked the workflow to `status`, each move by somebody else."""
    made = draft(**fields)
    for name in PATH[status]:
        if name == "submit":
            assert made.applicant is not None
            applications.submit(made, key=KEY, by=made.applicant)
        else:
            role = Role(workflow.MOVES[name].actor.value)
            workflow.apply(made, name, by=staff(role), data={"second_factor": True})
    return made
