"""The functions through which the public asks about a letter, without a right on its table."""

from django.db import migrations

from geoportal.sql import sql_file


class Migration(migrations.Migration):
    dependencies = [("permits", "0001_initial")]

    operations = [sql_file(__file__, "letter.sql")]
