"""An import may ask for fresh statistics."""

from django.db import migrations

from geoportal.sql import sql_file


class Migration(migrations.Migration):
    dependencies = [("permits", "0004_versions")]

    operations = [sql_file(__file__, "analyze.sql")]
