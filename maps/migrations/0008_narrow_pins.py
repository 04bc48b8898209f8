"""Pins in parts, deeper levels of the pyramid, cheaper triggers: maps/sql/."""

import django.contrib.postgres.fields
from django.db import migrations, models

from geoportal.sql import sql_file


class Migration(migrations.Migration):
    dependencies = [("maps", "0007_pins_of_all")]

    operations = [
        migrations.AlterField("pin", "x", models.IntegerField()),
        migrations.AlterField("pin", "y", models.IntegerField()),
        migrations.AlterField("pin", "commodity", models.IntegerField()),
        migrations.AddField("pin", "ordinal", models.SmallIntegerField()),
        migrations.AlterField(
            "pin", "commodities", django.contrib.postgres.fields.ArrayField(models.IntegerField())
        ),
        # a database that is older than these columns; every row is written anew below
        migrations.RunSQL(
            """
            DELETE FROM maps_delta;
            DELETE FROM maps_aggregate;
            ALTER TABLE maps_delta ADD COLUMN IF NOT EXISTS place_id bigint NOT NULL;
            ALTER TABLE maps_aggregate ADD COLUMN IF NOT EXISTS ids bigint NOT NULL,
                ADD COLUMN IF NOT EXISTS spots int NOT NULL;
            """,
            migrations.RunSQL.noop,
        ),
        sql_file(__file__, "source_changed.sql"),
        sql_file(__file__, "place_changed.sql"),
        sql_file(__file__, "pins.sql"),
        sql_file(__file__, "fold.sql"),
        sql_file(__file__, "tile.sql"),
        migrations.RunSQL(
            """
            -- one plan for all calls: making it costs more than running it
            ALTER FUNCTION maps_place_write(bigint[]) SET plan_cache_mode = force_generic_plan;
            INSERT INTO maps_pin SELECT i.* FROM maps_place p, maps_pins(p) i ORDER BY i.commodity, i.zcode;
            SELECT maps_rebuild();
            """,
            migrations.RunSQL.noop,
        ),
    ]
