"""Counts by cell, kept with the read model: maps/sql/pyramid.sql."""

from importlib import import_module

from django.db import migrations, models

from geoportal.sql import sql_file

BEFORE = import_module("maps.migrations.0002_read_model").COLUMNS
COLUMNS = [*BEFORE, "counted", "counted_until", "zcode"]


class Migration(migrations.Migration):
    dependencies = [("maps", "0004_zones")]

    operations = [
        migrations.AddField("place", "counted", models.BooleanField(default=False), preserve_default=False),
        migrations.AddField("place", "counted_until", models.DateField(null=True)),
        migrations.AddField("place", "zcode", models.BigIntegerField(null=True)),
        sql_file(
            __file__,
            "place_source.sql",
            columns=", ".join(COLUMNS),
            excluded=", ".join(f"excluded.{column}" for column in COLUMNS),
            current=", ".join(f"m.{column}" for column in COLUMNS),
        ),
        sql_file(__file__, "place_changed.sql"),
        sql_file(__file__, "pyramid.sql"),
        sql_file(__file__, "fold.sql"),
        sql_file(__file__, "pins.sql"),
        sql_file(__file__, "tile.sql"),
        # what is there already is written anew, and so counted
        migrations.RunSQL(
            "SELECT maps_place_write(array_agg(DISTINCT permit_id)) FROM maps_place HAVING count(*) > 0",
            migrations.RunSQL.noop,
        ),
    ]
