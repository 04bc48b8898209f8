"""The register page shows a letter's public rendition without a right on the letters."""

from django.db import migrations

from geoportal.sql import sql_file


class Migration(migrations.Migration):
    dependencies = [("permits", "0010_service")]

    operations = [sql_file(__file__, "rendition.sql")]
