"""Every change of a public row is a new version of the tiles; spots count permits; names of zones."""

from django.db import migrations

from geoportal.sql import sql_file


class Migration(migrations.Migration):
    dependencies = [("maps", "0005_pyramid")]

    operations = [sql_file(__file__, "place_changed.sql"), sql_file(__file__, "tile.sql")]
