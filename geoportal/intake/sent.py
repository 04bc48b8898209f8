"""What came with a request. Only here is it taken out of there; whoever gets it hands it to opened()."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from geoportal.intake.opening import EXTENSIONS


def sent(request: HttpRequest, name: str) -> "UploadedFile[Any] | None":
    return request.FILES.get(name)


def all_sent(request: HttpRequest, name: str, *, most: int) -> "list[UploadedFile[Any]]":
    """Those of one field; of more than `most` the first."""
    return request.FILES.getlist(name)[:most]


def named_sent(request: HttpRequest, prefix: str) -> "dict[str, UploadedFile[Any]]":
    """Those of every field whose name begins with `prefix`, by the rest of the name."""
    files = request.FILES.items()
    return {name.removeprefix(prefix): file for name, file in files if name.startswith(prefix)}  # type: ignore[misc]


class SentFile(forms.FileField):
    """The only field of a form that takes files; they are judged by opened() when the form is sent on."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": ACCEPT}))
        super().__init__(**kwargs)


ACCEPT = ",".join([*(f".{kind}" for kind in EXTENSIONS), "image/*"])
