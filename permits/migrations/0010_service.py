import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import geoportal.fields


class Migration(migrations.Migration):
    dependencies = [
        ("permits", "0009_application_documents"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("download", "Download"),
                            ("counter", "Collect at the counter"),
                            ("post", "By Pos Indonesia"),
                        ],
                        default="download",
                        max_length=10,
                        verbose_name="way",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("prepared", "Being prepared"),
                            ("sent", "Posted"),
                            ("received", "Received"),
                            ("returned", "Came back"),
                            ("resending", "To be sent again"),
                        ],
                        default="prepared",
                        editable=False,
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "recipient",
                    geoportal.fields.EncryptedTextField(
                        context="permits.delivery.recipient", verbose_name="recipient"
                    ),
                ),
                (
                    "address",
                    geoportal.fields.EncryptedTextField(
                        context="permits.delivery.address", verbose_name="postal address"
                    ),
                ),
                (
                    "tracking_number",
                    models.CharField(
                        blank=True, editable=False, max_length=30, verbose_name="tracking number"
                    ),
                ),
                (
                    "received_by",
                    geoportal.fields.EncryptedTextField(
                        context="permits.delivery.received_by", verbose_name="received by"
                    ),
                ),
                (
                    "events_count",
                    models.PositiveIntegerField(default=0, editable=False, verbose_name="number of events"),
                ),
                ("changed_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="delivery",
                        to="permits.application",
                        verbose_name="application",
                    ),
                ),
            ],
            options={
                "verbose_name": "delivery",
                "verbose_name_plural": "deliveries",
            },
        ),
        migrations.CreateModel(
            name="DeliveryEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ordinal", models.PositiveIntegerField(verbose_name="order")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("prepared", "Being prepared"),
                            ("sent", "Posted"),
                            ("received", "Received"),
                            ("returned", "Came back"),
                            ("resending", "To be sent again"),
                        ],
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "tracking_number",
                    models.CharField(blank=True, max_length=30, verbose_name="tracking number"),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="permits.delivery",
                        verbose_name="delivery",
                    ),
                ),
            ],
            options={
                "verbose_name": "event of a delivery",
                "verbose_name_plural": "events of deliveries",
                "ordering": ["delivery", "ordinal"],
            },
        ),
        migrations.CreateModel(
            name="PermitAct",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("suspend", "Suspended"),
                            ("revoke", "Revoked"),
                            ("reinstate", "Back in force"),
                        ],
                        max_length=10,
                        verbose_name="decision",
                    ),
                ),
                ("on", models.DateField(verbose_name="on")),
                ("reason", models.TextField(max_length=2000, verbose_name="reason")),
                ("letter", models.CharField(max_length=200, verbose_name="number and date of the letter")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "permit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acts",
                        to="permits.permit",
                        verbose_name="permit",
                    ),
                ),
            ],
            options={
                "verbose_name": "decision about a permit",
                "verbose_name_plural": "decisions about permits",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Survey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "token_hash",
                    models.BinaryField(max_length=32, unique=True, verbose_name="hash of the link"),
                ),
                (
                    "marks",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(), size=None, verbose_name="marks"
                    ),
                ),
                ("answered_on", models.DateField(verbose_name="answered on")),
                (
                    "type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="surveys",
                        to="permits.permittype",
                        verbose_name="permit type",
                    ),
                ),
            ],
            options={
                "verbose_name": "answer to the survey",
                "verbose_name_plural": "answers to the survey",
            },
        ),
        migrations.CreateModel(
            name="Bill",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("skrd", "SKRD of this office"), ("skpd", "SKPD of another agency")],
                        max_length=4,
                        verbose_name="kind",
                    ),
                ),
                ("number", models.CharField(max_length=100, verbose_name="number")),
                ("agency", models.CharField(blank=True, max_length=150, verbose_name="agency that bills")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=15, verbose_name="amount")),
                ("made_on", models.DateField(verbose_name="made on")),
                (
                    "proof_number",
                    models.CharField(blank=True, max_length=100, verbose_name="number of the proof"),
                ),
                (
                    "paid_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="payment recorded at"
                    ),
                ),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bill",
                        to="permits.application",
                        verbose_name="application",
                    ),
                ),
                (
                    "checked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="payment recorded by",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
                (
                    "proof",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bills",
                        to="permits.upload",
                        verbose_name="proof of payment",
                    ),
                ),
            ],
            options={
                "verbose_name": "bill",
                "verbose_name_plural": "bills",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "agency", "number"), name="permits_bill_number_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="permits_bill_amount_above_zero"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("checked_by", None), ("paid_at", None)),
                            models.Q(("checked_by__isnull", False), ("paid_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="permits_bill_paid_is_checked",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["way", "state", "id"], name="permits_delivery_queue"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                condition=models.Q(("tracking_number", ""), _negated=True),
                fields=("tracking_number",),
                name="permits_delivery_tracking_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("way", "post"), _negated=True),
                    models.Q(("address__isnull", False), ("recipient__isnull", False)),
                    _connector="OR",
                ),
                name="permits_delivery_post_has_address",
            ),
        ),
        migrations.AddConstraint(
            model_name="deliveryevent",
            constraint=models.UniqueConstraint(
                fields=("delivery", "ordinal"), name="permits_deliveryevent_once"
            ),
        ),
        migrations.AddIndex(
            model_name="survey",
            index=models.Index(fields=["answered_on"], name="permits_survey_answered_on"),
        ),
        migrations.AddConstraint(
            model_name="survey",
            constraint=models.CheckConstraint(
                condition=models.Q(("marks__contained_by", [1, 2, 3, 4]), ("marks__len", 9)),
                name="permits_survey_nine_marks",
            ),
        ),
    ]
