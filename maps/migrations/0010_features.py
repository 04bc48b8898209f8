"""GeoJSON is written by SQL: maps/api/features.py."""

from django.db import migrations

from geoportal.sql import sql_file


class Migration(migrations.Migration):
    dependencies = [("maps", "0009_names")]

    operations = [sql_file(__file__, "features.sql")]
