"""The database separates duties too."""

from django.db import migrations

from geoportal.sql import sql_file


class Migration(migrations.Migration):
    dependencies = [("permits", "0017_privacy"), ("companies", "0003_members")]

    operations = [sql_file(__file__, "duties.sql")]
