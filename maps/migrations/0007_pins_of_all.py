"""Pins know the status, and what is not counted has one too: tiles under any filter are made of pins."""

import django.contrib.postgres.fields
from django.db import migrations, models

from geoportal.sql import sql_file


class Migration(migrations.Migration):
    dependencies = [("maps", "0006_versions")]

    operations = [
        migrations.CreateModel(
            name="Pin",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "commodity",
                        "zcode",
                        "place_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("commodity", models.BigIntegerField()),
                ("zcode", models.BigIntegerField()),
                ("place_id", models.BigIntegerField()),
                (
                    "source",
                    models.CharField(
                        choices=[("sakpore", "SAKPORE"), ("oss", "OSS"), ("archive", "Archive")],
                        max_length=10,
                    ),
                ),
                ("registered_only", models.BooleanField()),
                ("valid_until", models.DateField(null=True)),
                ("x", models.BigIntegerField()),
                ("y", models.BigIntegerField()),
                (
                    "commodities",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                ("suspended_on", models.DateField(null=True)),
                ("revoked_on", models.DateField(null=True)),
                ("replaced", models.BooleanField()),
            ],
            options={
                "db_table": "maps_pin",
                "managed": False,
            },
        ),
        sql_file(__file__, "pins.sql"),
        sql_file(__file__, "place_changed.sql"),
        sql_file(__file__, "tile.sql"),
        migrations.RunSQL(
            "DELETE FROM maps_pin; INSERT INTO maps_pin SELECT i.* FROM maps_place p, maps_pins(p) i",
            migrations.RunSQL.noop,
        ),
    ]
