import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("geography", "0002_names"),
        ("maps", "0011_moved"),
        ("permits", "0011_public_rendition"),
    ]

    operations = [
        migrations.AlterField(
            model_name="place",
            name="village",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="geography.zone",
            ),
        ),
        migrations.AddIndex(
            model_name="place",
            index=models.Index(fields=["village"], name="maps_place_village"),
        ),
    ]
