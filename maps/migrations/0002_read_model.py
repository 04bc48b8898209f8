"""The triggers that keep maps_place, and the view maps_company."""

from django.db import migrations

from geoportal.sql import sql_file

COLUMNS = [
    "id",
    "permit_id",
    "first_site",
    "public_id",
    "number",
    "type_id",
    "purpose",
    "company_id",
    "company_name",
    "company_slug",
    "commodities",
    "commodities_broad",
    "label",
    "address",
    "village_id",
    "quality",
    "withheld",
    "source",
    "risk",
    "registered_only",
    "issued_on",
    "valid_from",
    "valid_until",
    "suspended_on",
    "revoked_on",
    "replaced_by",
    "missing_since",
    "demo",
    "point",
]


class Migration(migrations.Migration):
    dependencies = [("maps", "0001_initial")]

    operations = [
        sql_file(
            __file__,
            "place_source.sql",
            columns=", ".join(COLUMNS),
            excluded=", ".join(f"excluded.{column}" for column in COLUMNS),
            current=", ".join(f"m.{column}" for column in COLUMNS),
        ),
        sql_file(__file__, "source_changed.sql"),
        sql_file(__file__, "place.sql"),
        sql_file(__file__, "company.sql"),
    ]
