"""What others would pick, serving the same table: tipg, django-vectortiles, the plain drf-gis serializer,
pgbench.

They run in a virtual environment of their own, .local/bench-venv: the newest releases with their defaults.
The Django project around django-vectortiles and the serializer is written at run time, as documented.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import cluster
from base import LOCAL, fail, once, output, run, step

from bench import machine, servers
from bench.cities import City, dsn
from bench.sections import Skipped

VENV = LOCAL / "bench-venv"
PYTHON = VENV / "bin" / "python"
PROJECT = LOCAL / "bench" / "peer"
TABLE = "maps_place"
TIPG = ("tipg", "uvicorn", "uvloop", "httptools")
DJANGO = (
    "django-vectortiles",
    "djangorestframework",
    "djangorestframework-gis",
    "granian",
    "psycopg2-binary",
)

SETTINGS = """\
import os
import dj_database_url
SECRET_KEY = "bench"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "peer.urls"
INSTALLED_APPS = ["django.contrib.gis", "rest_framework", "rest_framework_gis", "vectortiles", "peer"]
DATABASES = {"default": dj_database_url.parse(
    os.environ["DATABASE_URL"], engine="django.contrib.gis.db.backends.postgis", conn_max_age=600)}
REST_FRAMEWORK = {"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "UNAUTHENTICATED_USER": None, "DEFAULT_AUTHENTICATION_CLASSES": [], "DEFAULT_PERMISSION_CLASSES": []}
SILENCED_SYSTEM_CHECKS = ["gis.W001"]
"""
MODELS = """\
from django.contrib.gis.db import models

class Place(models.Model):
    id = models.BigIntegerField(primary_key=True)
    public_id = models.CharField(max_length=12)
    number = models.CharField(max_length=100)
    company_name = models.CharField(max_length=200)
    quality = models.CharField(max_length=10)
    source = models.CharField(max_length=10)
    valid_until = models.DateField(null=True)
    counted = models.BooleanField()
    point = models.PointField(srid=3857, null=True)

    class Meta:
        managed = False
        db_table = "maps_place"
"""
URLS = """\
from django.core.wsgi import get_wsgi_application
from django.urls import path
from rest_framework.generics import ListAPIView
from rest_framework_gis.filters import InBBoxFilter
from rest_framework_gis.pagination import GeoJsonPagination
from rest_framework_gis.serializers import GeoFeatureModelSerializer
from vectortiles import VectorLayer
from vectortiles.views import MVTView
from peer.models import Place

FIELDS = ("public_id", "number", "company_name", "quality", "source", "valid_until")

class Permits(VectorLayer):
    model, id, geom_field, tile_fields = Place, "permits", "point", FIELDS
    def get_queryset(self):
        return Place.objects.filter(counted=True)

class Tiles(MVTView):
    layer_classes = [Permits]

class Feature(GeoFeatureModelSerializer):
    class Meta:
        model, geo_field, fields = Place, "point", ("id", *FIELDS, "point")

class Pages(GeoJsonPagination):
    page_size = 1000

class Features(ListAPIView):
    queryset = Place.objects.filter(counted=True).order_by("id")
    serializer_class, pagination_class, filter_backends = Feature, Pages, [InBBoxFilter]
    bbox_filter_field, bbox_filter_include_overlapping = "point", True

urlpatterns = [path("items/", Features.as_view()), Tiles.get_url()]
"""
WSGI = """\
import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peer.settings")
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
"""


def install() -> dict[str, str]:
    """The peers' own environment; their versions. Skipped with the reason when they do not install here."""
    django = importlib.metadata.version("Django")
    wanted = [*TIPG, *DJANGO, "dj-database-url", f"Django=={django}"]

    def make() -> None:
        with step("peers from the Python package index (.local/bench-venv)"):
            shutil.rmtree(VENV, ignore_errors=True)
            output([machine.system_python(), "-m", "venv", str(VENV)])
            run(
                [str(PYTHON), "-m", "pip", "install", "--no-input", "--progress-bar", "off", *wanted],
                log="peers",
            )

    try:
        if not PYTHON.exists():
            (LOCAL / "stamps" / "peers").unlink(missing_ok=True)
        once("peers", " ".join(wanted), make)
    except Exception as error:
        raise Skipped(
            f"the peers do not install on this Python ({sys.version.split()[0]}): {error}"
        ) from error
    script = "import importlib.metadata as m, sys\nfor n in sys.argv[1:]: print(n, m.version(n))"
    lines = output([str(PYTHON), "-c", script, "tipg", "django-vectortiles", "djangorestframework-gis"])
    return dict(line.split() for line in lines.splitlines())


@contextmanager
def tipg(city: City) -> Iterator[int]:
    """Serves /collections/public.maps_place/tiles/WebMercatorQuad/{z}/{x}/{y}; two workers."""
    port = servers.free_port()
    env = {
        "PATH": os.environ.get("PATH", os.defpath),
        "DATABASE_URL": dsn(city.env["DATABASE_URL"]),
        "TIPG_DB_TABLES": f'["public.{TABLE}"]',
        "TIPG_DB_SCHEMAS": '["public"]',
    }
    command = [str(PYTHON), "-m", "uvicorn", "tipg.main:app", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", str(servers.WORKERS), "--log-level", "warning"]
    probe = f"/collections/public.{TABLE}"
    with servers.serving("tipg", command, env=env, port=port, probe=probe, cwd=VENV):
        yield port


@contextmanager
def django(city: City) -> Iterator[int]:
    """Serves /tiles/{z}/{x}/{y} by django-vectortiles and /items/ by drf-gis; two workers of one thread."""
    folder = PROJECT / "peer"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    texts = {"__init__": "", "settings": SETTINGS, "models": MODELS, "urls": URLS, "wsgi": WSGI}
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text)
    port = servers.free_port()
    env = {"PATH": os.environ.get("PATH", os.defpath), "DATABASE_URL": city.env["DATABASE_URL"]}
    env["PYTHONPATH"] = str(PROJECT)
    command = servers.granian("peer.wsgi:application", port, python=PYTHON)
    with servers.serving("peer", command, env=env, port=port, probe="/items/?page_size=1", cwd=PROJECT):
        yield port


def pgbench(city: City, statements: Sequence[str]) -> float:
    """Statements a second, over as many connections as the site has workers, each running all once."""
    script = LOCAL / "bench" / "pgbench.sql"
    script.write_text("".join(f"{text.rstrip(';')};\n" for text in statements))
    program = (
        str(cluster.program("pgbench"))
        if cluster.holds(city.env["DATABASE_URL"])
        else shutil.which("pgbench")
    )
    if program is None:
        raise Skipped("there is no pgbench on this machine (apt install postgresql-contrib)")
    workers = str(servers.WORKERS)
    command = [program, "-n", "-c", workers, "-j", workers, "-t", "1", "-f", str(script)]
    done = subprocess.run(
        [*command, dsn(city.env["DATABASE_URL"])],
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    found = re.search(r"^tps = ([\d.]+) \(without", done.stdout, re.MULTILINE)
    if done.returncode or found is None:
        fail(f"pgbench failed: {done.stderr.strip()[-500:]}")
    return float(found[1]) * len(statements)
