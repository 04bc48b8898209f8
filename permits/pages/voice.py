"""Forms that anybody may send without an account: complaints, and reports of places without a permit."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from companies.claims import contact_is_usable
from geoportal import intake, limits
from geoportal.accounts.models import User
from geoportal.ids import new_id
from permits import uploads
from permits.applications import KEY_LENGTH
from permits.models import Upload
from permits.refusals import Refused

MOST, SECONDS = 10, 3600  # sent from one address
MOST_FILES: Final = 3
_OPEN: Final = 24 * 3600  # how long a form may stand open and still be counted as one
_Made = TypeVar("_Made")


class _Several(forms.FileInput):
    allow_multiple_selected = True


class FilesField(intake.SentFile):
    """At most MOST_FILES files of the kinds that uploads take."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", _Several(attrs={"accept": intake.ACCEPT}))
        super().__init__(required=False, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        given = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        if len(given) > MOST_FILES:
            raise ValidationError(_("At most %d files. Choose those that show it best.") % MOST_FILES)
        return [super(FilesField, self).clean(one, initial) for one in given]


class VoiceForm(forms.Form):
    """`surname` is a trap that only programs fill in. `token` makes a second press harmless."""

    contact = forms.CharField(
        label=gettext_lazy("Your telephone number or e-mail address"),
        help_text=gettext_lazy("Only if you want news about it. It is stored encrypted and never public."),
        max_length=100,
        required=False,
    )
    surname = forms.CharField(required=False, max_length=100)
    token = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)
    use_required_attribute = False
    status = 200
    retry_after = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("token", _signer().sign(new_id(KEY_LENGTH)))

    @property
    def shown(self) -> list[forms.BoundField]:
        return [field for field in self if field.name != "surname"]

    @property
    def is_trapped(self) -> bool:
        return bool(self.data.get("surname"))

    @property
    def key(self) -> str:
        """The one that this form was opened with; a new one where it is none of ours or too old."""
        try:
            return _signer().unsign(self.data.get("token", "")[:200], max_age=_OPEN)
        except signing.BadSignature:
            return new_id(KEY_LENGTH)

    def clean_contact(self) -> str:
        contact = str(self.cleaned_data["contact"]).strip()
        if contact and not contact_is_usable(contact):
            raise ValidationError(
                _("This is neither a telephone number nor an e-mail address. An example: 0812 3456 7890")
            )
        return contact


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="permits.voice")


def take(request: HttpRequest, form: VoiceForm, bucket: str, send: Callable[[str], _Made]) -> _Made | None:
    """What `send` made with the form's key; None where nothing was sent, and the form says why."""
    try:
        address = limits.client_address(request)
        with limits.misses(bucket, address, most=MOST, seconds=SECONDS) as attempt:
            if not form.is_valid():
                attempt.forgive()
                form.status = 422
                return None
            try:
                return send(form.key)
            except Refused as refusal:
                form.add_error("photos", str(refusal))
                form.status = 422
                return None
    except limits.TooMany as error:
        form.full_clean()
        wait = _("Much was sent from your connection. Nothing was sent now; try again in %(n)d minutes.")
        form.add_error(None, wait % {"n": -(-error.retry_after // 60)})
        form.status, form.retry_after = 429, error.retry_after
        return None


def received(files: list[UploadedFile[Any]], *, by: User | None) -> list[Upload]:
    """Raises Refused with the name of the file that cannot be taken."""
    found = []
    for file in files:
        try:
            found.append(uploads.receive(file, by=by, name=file.name or ""))
        except Refused as refusal:
            raise Refused(f"{file.name}: {refusal}") from refusal
    return found


def page(request: HttpRequest, template: str, form: VoiceForm, **context: Any) -> HttpResponse:
    response = render(request, template, {"form": form, **context}, status=form.status)
    if form.retry_after:
        response.headers["Retry-After"] = str(form.retry_after)
    return response


def account_of(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
