"""Where files are kept: one private storage. Folder is the default; a bucket is geoportal.bucket.Bucket."""

from django.conf import settings
from django.core.files.storage import FileSystemStorage


class Folder(FileSystemStorage):
    """settings.MEDIA_ROOT, for this program alone; the group reads too where a web server sends for us."""

    @property
    def file_permissions_mode(self) -> int:
        return 0o640 if settings.ACCEL_PREFIX else 0o600

    @property
    def directory_permissions_mode(self) -> int:
        return 0o750 if settings.ACCEL_PREFIX else 0o700
