"""The private storage in a bucket that speaks S3. Imported only where STORAGE names it: botocore is large.

Nothing in it is public and no address of it is given away: files pass through us, who ask who is there. A
signed address would be good for whoever has it, and could not be taken back.
"""

from collections.abc import Callable
from functools import wraps
from typing import IO, Any, ParamSpec, TypeVar

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage

_P = ParamSpec("_P")
_R = TypeVar("_R")


def _as_file_errors(method: Callable[_P, _R]) -> Callable[_P, _R]:
    """What goes wrong between us and the bucket is said as a file system says it."""

    @wraps(method)
    def told(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return method(*args, **kwargs)
        except (BotoCoreError, ClientError) as error:
            raise OSError(f"the bucket: {error}") from error

    return told


class Bucket(S3Storage):  # type: ignore[misc]
    """STORAGE_OPTIONS: bucket_name, endpoint_url, access_key, secret_key, region_name, location.

    `virtual_hosts`: the bucket's name stands in the host instead of the path, as some services want it.
    """

    def __init__(self, *, virtual_hosts: bool = False, **options: Any) -> None:
        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": "virtual" if virtual_hosts else "path"},
            connect_timeout=3,
            read_timeout=20,
            retries={"total_max_attempts": 2},
        )
        fixed = {"default_acl": None, "querystring_auth": True, "file_overwrite": False}
        super().__init__(**options | fixed, client_config=config)

    @_as_file_errors
    def _open(self, name: str, mode: str = "rb") -> File[Any]:
        """Read whole, here: later nobody expects an error any more."""
        opened: File[Any] = super()._open(name, mode)
        assert opened.file is not None  # noqa: S101  # fetches it
        return opened

    @_as_file_errors
    def _save(self, name: str, content: IO[Any]) -> str:
        return str(super()._save(name, content))

    @_as_file_errors
    def exists(self, name: str) -> bool:
        return bool(super().exists(name))

    @_as_file_errors
    def delete(self, name: str) -> None:
        super().delete(name)
