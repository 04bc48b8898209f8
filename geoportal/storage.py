"""Where files are kept: one private storage. Folder is the default; a bucket is geoportal.bucket.Bucket."""

from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage


class Folder(FileSystemStorage):
    """settings.MEDIA_ROOT, for this program alone; the group reads too where a web server sends for us."""

    def __init__(self, **options: Any) -> None:
        group = bool(settings.ACCEL_PREFIX)
        options.setdefault("file_permissions_mode", 0o640 if group else 0o600)
        options.setdefault("directory_permissions_mode", 0o750 if group else 0o700)
        super().__init__(**options)
