"""Names of holders have a table of their own, with their words: the search by name."""

from django.db import migrations

from geoportal.sql import sql_file


class Migration(migrations.Migration):
    dependencies = [("maps", "0008_narrow_pins"), ("companies", "0001_initial")]

    operations = [sql_file(__file__, "names.sql")]
