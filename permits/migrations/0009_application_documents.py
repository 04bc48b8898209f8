import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("permits", "0008_uploads"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApplicationDocument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=60, verbose_name="key of the document")),
                ("added_at", models.DateTimeField(auto_now_add=True, verbose_name="added at")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="documents",
                        to="permits.application",
                        verbose_name="application",
                    ),
                ),
                (
                    "upload",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="permits.upload",
                        verbose_name="upload",
                    ),
                ),
            ],
            options={
                "verbose_name": "document of an application",
                "verbose_name_plural": "documents of applications",
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("application", "key", "upload"), name="permits_applicationdocument_once"
                    )
                ],
            },
        ),
    ]
