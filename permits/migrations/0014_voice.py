import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import geoportal.fields
import geoportal.ids
from geoportal.sql import sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("permits", "0013_visits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ComplaintDates",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("filed_on", models.DateField(verbose_name="received on")),
                ("replied_on", models.DateField(null=True, verbose_name="answered on")),
            ],
            options={
                "verbose_name": "dates of a complaint",
                "verbose_name_plural": "dates of complaints",
                "db_table": "permits_complaint_dates",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Sighting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.CharField(
                        default=geoportal.ids.new_id,
                        editable=False,
                        max_length=12,
                        unique=True,
                        verbose_name="public id",
                    ),
                ),
                (
                    "number",
                    models.CharField(
                        editable=False, max_length=20, unique=True, verbose_name="receipt number"
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        editable=False, max_length=64, unique=True, verbose_name="hash of the form's key"
                    ),
                ),
                (
                    "point",
                    django.contrib.gis.db.models.fields.PointField(
                        blank=True, null=True, srid=4326, verbose_name="place"
                    ),
                ),
                ("where", models.CharField(blank=True, max_length=300, verbose_name="address or landmark")),
                (
                    "text",
                    geoportal.fields.EncryptedTextField(
                        context="permits.sighting.text", verbose_name="what is there"
                    ),
                ),
                (
                    "contact",
                    geoportal.fields.EncryptedTextField(
                        context="permits.sighting.contact", verbose_name="contact of the sender"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "To be looked into"),
                            ("visit", "To be visited"),
                            ("visited", "Visited"),
                            ("dismissed", "Dismissed"),
                        ],
                        default="new",
                        editable=False,
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("filed_at", models.DateTimeField(auto_now_add=True, verbose_name="received at")),
                (
                    "dismissal",
                    models.CharField(blank=True, max_length=500, verbose_name="reason of the dismissal"),
                ),
                (
                    "dismissed_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="dismissed at"),
                ),
                (
                    "dismissed_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="dismissed by",
                    ),
                ),
                (
                    "uploads",
                    models.ManyToManyField(
                        blank=True, related_name="sightings", to="permits.upload", verbose_name="photographs"
                    ),
                ),
            ],
            options={
                "verbose_name": "report of a place without a permit",
                "verbose_name_plural": "reports of places without a permit",
            },
        ),
        migrations.CreateModel(
            name="SpotCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("errand", models.CharField(blank=True, max_length=500, verbose_name="what to look for")),
                ("ordered_at", models.DateTimeField(auto_now_add=True, verbose_name="ordered at")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("permit", "There is a permit"),
                            ("no_permit", "There is no permit"),
                            ("differs", "There is a permit, but for something else"),
                            ("nothing", "Nothing is there"),
                        ],
                        max_length=10,
                        verbose_name="result",
                    ),
                ),
                ("findings", models.TextField(blank=True, max_length=4000, verbose_name="findings")),
                ("visited_on", models.DateField(blank=True, null=True, verbose_name="visited on")),
                ("reported_at", models.DateTimeField(null=True, verbose_name="reported at")),
                (
                    "assigned_to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="spot_checks",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="assigned to",
                    ),
                ),
                (
                    "ordered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="ordered by",
                    ),
                ),
                (
                    "permit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="spot_checks",
                        to="permits.permit",
                        verbose_name="permit that was found",
                    ),
                ),
                (
                    "reported_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="reported by",
                    ),
                ),
                (
                    "sighting",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="spot_check",
                        to="permits.sighting",
                        verbose_name="report that it answers",
                    ),
                ),
            ],
            options={
                "verbose_name": "spot check",
                "verbose_name_plural": "spot checks",
            },
        ),
        migrations.CreateModel(
            name="Complaint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.CharField(
                        default=geoportal.ids.new_id,
                        editable=False,
                        max_length=12,
                        unique=True,
                        verbose_name="public id",
                    ),
                ),
                (
                    "number",
                    models.CharField(
                        editable=False, max_length=20, unique=True, verbose_name="receipt number"
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        editable=False, max_length=64, unique=True, verbose_name="hash of the form's key"
                    ),
                ),
                (
                    "pin_hash",
                    models.CharField(editable=False, max_length=128, verbose_name="hash of the PIN"),
                ),
                (
                    "topic",
                    models.CharField(
                        choices=[
                            ("delay", "An application takes too long"),
                            ("service", "Manner or skill of the staff"),
                            ("fee", "Costs or illegal levies"),
                            ("decision", "A decision or its letter"),
                            ("business", "A business or its permit"),
                            ("other", "Something else"),
                        ],
                        max_length=10,
                        verbose_name="subject",
                    ),
                ),
                (
                    "about",
                    models.CharField(blank=True, max_length=100, verbose_name="number that it is about"),
                ),
                (
                    "text",
                    geoportal.fields.EncryptedTextField(
                        context="permits.complaint.text", verbose_name="complaint"
                    ),
                ),
                (
                    "sender",
                    geoportal.fields.EncryptedTextField(
                        context="permits.complaint.sender", verbose_name="name of the sender"
                    ),
                ),
                (
                    "contact",
                    geoportal.fields.EncryptedTextField(
                        context="permits.complaint.contact", verbose_name="contact of the sender"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Waiting for an answer"),
                            ("answered", "Answered"),
                            ("closed", "Closed"),
                        ],
                        default="open",
                        editable=False,
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("filed_at", models.DateTimeField(auto_now_add=True, verbose_name="received at")),
                ("due_on", models.DateField(verbose_name="answer is due on")),
                (
                    "reply",
                    geoportal.fields.EncryptedTextField(
                        context="permits.complaint.reply", verbose_name="answer"
                    ),
                ),
                ("replied_at", models.DateTimeField(editable=False, null=True, verbose_name="answered at")),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="complaints",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account of the sender",
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="complaints",
                        to="permits.application",
                        verbose_name="application that it is about",
                    ),
                ),
                (
                    "forwarded_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="permits.application",
                        verbose_name="put before the case",
                    ),
                ),
                (
                    "permit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="complaints",
                        to="permits.permit",
                        verbose_name="permit that it is about",
                    ),
                ),
                (
                    "replied_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="answered by",
                    ),
                ),
                (
                    "uploads",
                    models.ManyToManyField(
                        blank=True, related_name="complaints", to="permits.upload", verbose_name="files"
                    ),
                ),
            ],
            options={
                "verbose_name": "complaint",
                "verbose_name_plural": "complaints",
                "indexes": [models.Index(fields=["state", "due_on", "id"], name="permits_complaint_queue")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("replied_at", None), ("replied_by", None), ("state", "open")),
                            models.Q(
                                models.Q(("state", "open"), _negated=True),
                                ("replied_at__isnull", False),
                                ("replied_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="permits_complaint_replied_by_someone",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="sighting",
            index=models.Index(fields=["state", "id"], name="permits_sighting_queue"),
        ),
        migrations.AddConstraint(
            model_name="sighting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("point__isnull", False), models.Q(("where", ""), _negated=True), _connector="OR"
                ),
                name="permits_sighting_somewhere",
            ),
        ),
        migrations.AddConstraint(
            model_name="sighting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "dismissed"), _negated=True),
                    models.Q(("dismissed_by__isnull", False), models.Q(("dismissal", ""), _negated=True)),
                    _connector="OR",
                ),
                name="permits_sighting_dismissed_with_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="spotcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", ""), ("reported_by", None), ("visited_on", None)),
                    models.Q(
                        models.Q(("outcome", ""), _negated=True),
                        ("reported_at__isnull", False),
                        ("reported_by__isnull", False),
                        ("visited_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="permits_spotcheck_reported_whole",
            ),
        ),
        sql_file(__file__, "complaints.sql"),
    ]
