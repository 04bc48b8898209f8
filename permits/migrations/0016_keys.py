from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("permits", "0015_after_issue")]

    operations = [
        migrations.CreateModel(
            name="KeyStatement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "fingerprint",
                    models.CharField(db_index=True, max_length=64, verbose_name="SHA-256 of the certificate"),
                ),
                ("subject", models.CharField(max_length=300, verbose_name="subject")),
                (
                    "act",
                    models.CharField(
                        choices=[("retired", "No longer used"), ("compromised", "Declared compromised")],
                        max_length=11,
                        verbose_name="statement",
                    ),
                ),
                ("since", models.DateTimeField(verbose_name="since")),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
            ],
            options={
                "verbose_name": "statement about a signing certificate",
                "verbose_name_plural": "statements about signing certificates",
            },
        ),
    ]
