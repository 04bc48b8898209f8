"""The private storage: one contract for a folder and for a bucket on a real S3 server of this machine."""

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.http import Http404
from django.test import RequestFactory
from moto.server import ThreadedMotoServer

from geoportal import intake
from geoportal.intake import serving
from permits import uploads
from permits.letters import store
from permits.models import Upload
from permits.refusals import Refused
from tests.permits.uploading.files import pdf, picture


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


def bucket(address: str) -> dict[str, Any]:
    return {
        "BACKEND": "geoportal.bucket.Bucket",
        "OPTIONS": {
            "bucket_name": "uji",
            "endpoint_url": address,
            "access_key": "uji",
            "secret_key": "uji-rahasia",
            "region_name": "us-east-1",
        },
    }


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest, settings: Any, tmp_path: Path, server: str) -> str:
    settings.MEDIA_ROOT = tmp_path
    if request.param == "bucket":
        settings.STORAGES = settings.STORAGES | {"default": bucket(server)}
        cast("Any", storages["default"]).connection.meta.client.create_bucket(Bucket="uji")
    return str(request.param)


@pytest.mark.usefixtures("storage")
def test_what_is_saved_is_read_again_and_never_written_over() -> None:
    name = default_storage.save("a/b/berkas", ContentFile(b"satu"))
    other = default_storage.save("a/b/berkas", ContentFile(b"dua"))
    assert other != name
    assert [intake.keeping.read(one) for one in (name, other)] == [b"satu", b"dua"]
    assert default_storage.exists(name)
    default_storage.delete(name)
    assert not default_storage.exists(name)
    with pytest.raises(FileNotFoundError):
        intake.keeping.read(name)
    default_storage.delete(other)


@pytest.mark.django_db
@pytest.mark.usefixtures("storage")
def test_uploads_are_kept_and_served() -> None:
    upload = uploads.receive(ContentFile(pdf((595, 842), (842, 595))), by=None, name="surat.pdf")
    request = RequestFactory().get("/")
    assert uploads.original(upload) == pdf((595, 842), (842, 595))
    shown = serving.page(request, upload.path, 2)
    assert shown.content[:3] == b"\xff\xd8\xff"
    assert shown.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    taken = serving.original(request, upload.path, "x.pdf")
    assert taken.headers["Content-Disposition"] == 'attachment; filename="x.pdf"'
    assert taken.headers["X-Content-Type-Options"] == "nosniff"
    with pytest.raises(Http404):
        serving.page(request, upload.path, 3)


@pytest.mark.usefixtures("storage")
def test_letters_are_kept_once_and_damage_is_found_and_mended() -> None:
    name = store.put(b"%PDF-surat")
    assert store.put(b"%PDF-surat") == name
    assert store.get(name) == b"%PDF-surat"
    default_storage.delete(name)
    default_storage.save(name, ContentFile(b"%PDF-sur"))
    with pytest.raises(store.Damaged):
        store.get(name)
    assert store.put(b"%PDF-surat") == name
    assert store.get(name) == b"%PDF-surat"
    with pytest.raises(store.Damaged):
        store.get("letters/00/tiada.pdf")


@pytest.mark.django_db
@pytest.mark.usefixtures("storage")
def test_a_row_that_cannot_be_written_leaves_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []

    def fail(**values: Any) -> None:
        written.append(values["path"])
        raise RuntimeError

    monkeypatch.setattr(Upload.objects, "create", fail)
    with pytest.raises(RuntimeError):
        uploads.receive(ContentFile(picture()), by=None, name="a.jpg")
    assert not any(default_storage.exists(f"{written[0]}/{name}") for name in ("original", "1.jpg"))


@pytest.mark.django_db
def test_a_bucket_that_does_not_answer_is_told_in_words(settings: Any) -> None:
    with closing(socket.socket()) as held:
        held.bind(("127.0.0.1", 0))  # bound and not listening
        settings.STORAGES = settings.STORAGES | {
            "default": bucket(f"http://127.0.0.1:{held.getsockname()[1]}")
        }
        with pytest.raises(Refused, match=r"\w+ \w+"):
            uploads.receive(ContentFile(picture()), by=None, name="a.jpg")
        assert not Upload.objects.exists()
        answer = serving.page(RequestFactory().get("/"), "uploads/xx", 1)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")


@pytest.mark.django_db
def test_a_full_disk_is_told_in_words(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = "/dev/full"  # no folder: nothing can be written below it
    with pytest.raises(Refused, match=r"\w+ \w+"):
        uploads.receive(ContentFile(picture()), by=None, name="a.jpg")
    assert not Upload.objects.exists()


def test_a_web_server_in_front_is_told_where_the_file_is(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT, settings.ACCEL_PREFIX = tmp_path, "/_berkas/"
    (tmp_path / "uploads").mkdir()
    (tmp_path / "uploads" / "1.jpg").write_bytes(b"x")
    request = RequestFactory().get("/")
    answer = serving.page(request, "uploads", 1)
    assert (answer.content, answer.headers["X-Accel-Redirect"]) == (b"", "/_berkas/uploads/1.jpg")
    assert answer.headers["Content-Type"] == "image/jpeg"
    with pytest.raises(Http404):
        serving.page(request, "uploads", 2)
