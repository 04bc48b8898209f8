"""What is kept of a file: the original as it came, page images, and who sent it."""

import hashlib
import io

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from permits import uploads
from permits.signing.verify import Finding, verify
from tests.permits.uploading import good

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("case", ["photograph", "16 bits", "heic", "pages of all sizes"])
def test_the_original_stays_as_it_came_beside_its_page_images(case: str) -> None:
    wanted = good.CASES[case]
    data = wanted.make()
    upload = uploads.receive(ContentFile(data), by=None, name=wanted.name)
    assert (upload.kind, upload.pages, upload.size) == (wanted.kind, wanted.pages, len(data))
    assert upload.name == wanted.name
    assert upload.sha256 == hashlib.sha256(data).hexdigest()
    assert uploads.original(upload) == data
    for n in range(1, wanted.pages + 1):
        with Image.open(io.BytesIO(uploads.page_image(upload, n))) as image:
            assert max(image.size) <= 2000
    with pytest.raises(FileNotFoundError):
        uploads.page_image(upload, wanted.pages + 1)


def test_an_applicants_own_signature_survives() -> None:
    upload = uploads.receive(ContentFile(good.signed()), by=None, name="a.pdf")
    assert verify(uploads.original(upload)).finding in (Finding.OURS, Finding.FOREIGN)
