from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("companies", "0004_merger")]

    operations = [
        migrations.AlterField(
            model_name="claim",
            name="proof",
            field=models.CharField(blank=True, max_length=100, verbose_name="folder of the proof"),
        ),
        migrations.AddField(
            model_name="claim",
            name="proof_kind",
            field=models.CharField(blank=True, max_length=4, verbose_name="kind of the proof"),
        ),
        migrations.AddField(
            model_name="claim",
            name="proof_pages",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="pages of the proof"),
        ),
    ]
