"""New boundaries cost only the places whose village changes."""

from django.db import migrations

from geoportal.sql import sql_file


class Migration(migrations.Migration):
    dependencies = [("maps", "0003_search"), ("geography", "0001_initial")]

    operations = [sql_file(__file__, "zones.sql")]
