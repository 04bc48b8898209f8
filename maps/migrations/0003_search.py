"""Folding and trigram indexes for the search."""

from django.db import migrations

from geoportal.sql import sql_file


class Migration(migrations.Migration):
    dependencies = [("maps", "0002_read_model"), ("companies", "0001_initial")]

    operations = [sql_file(__file__, "search.sql")]
