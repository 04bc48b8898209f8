import datetime

import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("geography", "0002_names"),
        ("maps", "0012_fewer_indexes"),
        ("permits", "0012_fewer_indexes"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="place",
            index=models.Index(
                django.db.models.functions.comparison.Coalesce(
                    "issued_on",
                    django.db.models.functions.comparison.Cast(
                        models.Value(datetime.date(1, 1, 1)), models.DateField()
                    ),
                ),
                models.F("id"),
                condition=models.Q(("first_site", True)),
                name="maps_place_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="place",
            index=models.Index(
                condition=models.Q(("first_site", True)),
                fields=["company_name", "id"],
                name="maps_place_name",
            ),
        ),
    ]
