import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.db import migrations, models

import geoportal.ids


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0004_merger"),
        ("geography", "0002_names"),
        ("permits", "0011_public_rendition"),
    ]

    operations = [
        migrations.AlterField(
            model_name="permit",
            name="number",
            field=models.CharField(max_length=100, verbose_name="number"),
        ),
        migrations.AlterField(
            model_name="permit",
            name="public_id",
            field=models.CharField(
                default=geoportal.ids.new_id, editable=False, max_length=12, verbose_name="public id"
            ),
        ),
        migrations.AlterField(
            model_name="permitcommodity",
            name="permit",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                to="permits.permit",
                verbose_name="permit",
            ),
        ),
        migrations.AlterField(
            model_name="permitsite",
            name="area",
            field=django.contrib.gis.db.models.fields.PolygonField(
                blank=True, null=True, spatial_index=False, srid=4326, verbose_name="area"
            ),
        ),
        migrations.AlterField(
            model_name="permitsite",
            name="permit",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="sites",
                to="permits.permit",
                verbose_name="permit",
            ),
        ),
        migrations.AlterField(
            model_name="permitsite",
            name="village",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                to="geography.zone",
                verbose_name="village",
            ),
        ),
        migrations.AddIndex(
            model_name="permitsite",
            index=models.Index(fields=["village"], name="permits_permitsite_village"),
        ),
        migrations.AddConstraint(
            model_name="permit",
            constraint=models.UniqueConstraint(fields=("public_id",), name="permits_permit_public_id_once"),
        ),
        migrations.AddConstraint(
            model_name="permit",
            constraint=models.UniqueConstraint(fields=("number",), name="permits_permit_number_once"),
        ),
    ]
