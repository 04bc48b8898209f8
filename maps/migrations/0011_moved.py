from django.db import migrations, models

from geoportal.sql import sql_file


class Migration(migrations.Migration):
    dependencies = [("maps", "0010_features"), ("companies", "0004_merger")]

    operations = [
        sql_file(__file__, "moved.sql"),
        migrations.CreateModel(
            name="MovedCompany",
            fields=[
                ("slug", models.CharField(max_length=90, primary_key=True, serialize=False)),
                ("moved_to", models.CharField(max_length=90)),
            ],
            options={"db_table": "maps_company_moved", "managed": False},
        ),
    ]
