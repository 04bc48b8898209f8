"""The forms of the steps: what is asked, in which words, and what is wrong with an answer."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from companies.claims import contact_is_usable
from companies.models import Commodity, Company, LegalForm
from geoportal.accounts.models import User
from geoportal.geography.models import Zone, ZoneLevel
from permits import questions, steps
from permits.consents import WORDS
from permits.definitions import Question, QuestionKind, TextFormat
from permits.models import Application, ConsentTo, LocationKind
from permits.points import read_latlon, read_outline
from permits.steps import companies_of, place_rows

_Rows = TypeVar("_Rows", QuerySet[Commodity], QuerySet[Company])
_FORMS = [pair for pair in LegalForm.choices if pair[0] not in (LegalForm.UNKNOWN, LegalForm.GOVERNMENT)]

_HOW = _("Tap the map, or write latitude, longitude; for example -6.888900, 109.675300")
_CORNERS = _("Its corners in order, one a line: latitude, longitude.")
_ADDRESS, _POINT = _("Address"), _("Point on the map")


class StepForm(forms.Form):
    use_required_attribute = False  # our own list of errors says more than the browser's bubble


class HolderForm(StepForm):
    applicant_name = forms.CharField(label=_("Your full name"), max_length=200)
    applicant_phone = forms.CharField(
        label=_("Telephone"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        help_text=_("So that the office can ask. It is stored encrypted and never public."),
    )
    applicant_email = forms.CharField(
        label=_("E-mail"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "email", "autocomplete": "email"}),
        help_text=_("News about the application is sent here."),
    )
    company = forms.ChoiceField(label=_("For which of your businesses"), required=False)
    holder_name = forms.CharField(
        label=_("Name on the permit"),
        max_length=200,
        help_text=_("The business's name, or yours where the permit is for your profession."),
    )
    holder_form = forms.ChoiceField(label=_("Legal form"), choices=[("", "—"), *_FORMS], required=False)
    holder_nib = forms.CharField(
        label=_("NIB"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("13 digits, if the business has one."),
    )
    consent_location = forms.BooleanField(
        label=WORDS[ConsentTo.LOCATION],
        required=False,
        help_text=_("Without it, a sole proprietor's place is shown by village only."),
    )
    consent_contact = forms.BooleanField(label=WORDS[ConsentTo.CONTACT], required=False)

    def __init__(self, data: Mapping[str, str], *, application: Application, by: User | None) -> None:
        super().__init__(data)
        own = [(str(company.pk), company.name) for company in _offered(application, by)]
        choice = self.fields["company"]
        if application.former_id is not None or not own:
            del self.fields["company"]
        elif isinstance(choice, forms.ChoiceField):
            choice.choices = [("", str(_("Another one, named below"))), *own]
        if application.company_id is not None:
            self.fields["holder_name"].required = False

    def clean_applicant_phone(self) -> str:
        return self._contact("applicant_phone")

    def clean_applicant_email(self) -> str:
        email = str(self.cleaned_data["applicant_email"]).strip()
        if email and ("@" not in email or not contact_is_usable(email)):
            raise ValidationError(_("This is no e-mail address. An example: nama@contoh.id"))
        return email

    def _contact(self, name: str) -> str:
        phone = str(self.cleaned_data[name]).strip()
        if phone and ("@" in phone or not contact_is_usable(phone)):
            raise ValidationError(_("This is no telephone number. An example: 0812 3456 7890"))
        return phone

    def clean_holder_nib(self) -> str:
        nib = "".join(str(self.cleaned_data["holder_nib"]).split())
        if nib and not (nib.isdecimal() and len(nib) == 13):
            raise ValidationError(_("A NIB has 13 digits. Copy it from your NIB document."))
        return nib


def _offered(application: Application, by: User | None) -> Iterable[Company]:
    """The businesses of whoever fills in; who only reads sees the one that was chosen."""
    if by is not None:
        return companies_of(by)
    return [application.company] if application.company is not None else []


class PlaceForm(StepForm):
    """Rows of address and point; an outline where the place is a parcel."""

    def __init__(self, data: Mapping[str, str], *, application: Application, by: User | None) -> None:
        super().__init__(data)
        self.parcel = application.version.type.location_kind == LocationKind.PARCEL
        self.rows = list(range(1, place_rows(application, [n for n in data if data[n]]) + 1))
        for n in self.rows:
            number = f" {n}" if len(self.rows) > 1 else ""
            self.fields[f"address_{n}"] = forms.CharField(
                label=_ADDRESS + number, max_length=300, required=False
            )
            self.fields[f"point_{n}"] = forms.CharField(
                label=_POINT + number,
                max_length=60,
                required=False,
                help_text=_HOW,
                widget=forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off", "data-point": n}),
            )
            if self.parcel:
                self.fields[f"area_{n}"] = forms.CharField(
                    label=_("Outline of the parcel"),
                    required=False,
                    max_length=5000,
                    widget=forms.Textarea(attrs={"rows": 5, "data-outline": n}),
                    help_text=_CORNERS,
                )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        placed = False
        for n in self.rows:
            point, area = values.get(f"point_{n}", ""), values.get(f"area_{n}", "")
            if point and read_latlon(point) is None:
                self.add_error(
                    f"point_{n}", _("Write two numbers with a comma between them: latitude, longitude.")
                )
            if area and read_outline(area) is None:
                self.add_error(f"area_{n}", _("At least three corners that do not cross, one a line."))
            placed = placed or bool(point or area)
        if not placed and not self.errors:
            self.add_error("point_1", _("Say where: tap the map, or write the coordinates."))
        return values


class QuestionForm(StepForm):
    """The type's own questions. Django's fields only draw them: definitions.clean says what is wrong."""

    def __init__(
        self, data: Mapping[str, str], *, application: Application, by: User | None, step: steps.QuestionStep
    ) -> None:
        super().__init__(data)
        self.step, self.application = step, application
        asked = step.screen.questions
        self.answers = application.all_answers | questions.from_texts(asked, data)
        visible = questions.shown(step.definition, self.answers)
        conditions = {question.key: question.shown_if for question in asked}
        for name, label, question in questions.fields(asked, questions.rows_of(asked, data)):
            drawn = self.fields[name] = _drawn(question, label, by, data.get(name, ""))
            key = name[len(questions.PREFIX) :].split(".")[0]
            if condition := conditions[key]:
                drawn.widget.attrs["data-if"] = questions.PREFIX + condition.key
                drawn.widget.attrs["data-equals"] = ",".join(condition.equals)
            if key not in visible:
                drawn.widget.attrs["data-off"] = "1"

    def _clean_fields(self) -> None:
        self.cleaned_data = {name: self.data.get(name, "") for name in self.fields}

    def clean(self) -> dict[str, Any]:
        for name, problem in questions.problems(self.step.definition, self.answers).items():
            if name in self.fields:
                self.add_error(name, problem)
            elif f"{name}.0" in {field.rsplit(".", 1)[0] for field in self.fields}:
                first = next(field for field in self.fields if field.startswith(f"{name}.0."))
                self.add_error(first, problem)
        return self.cleaned_data


def _drawn(question: Question, label: str, by: User | None, text: str) -> forms.Field:
    """`by` None: only to be read, so of long lists what `text` names is enough."""
    common: dict[str, Any] = {"label": label, "help_text": question.help, "required": question.required}
    kind = question.kind
    if kind is QuestionKind.CHOICE:
        few = len(question.options) <= 6
        choices = question.options if few else [("", "—"), *question.options]
        widget = forms.RadioSelect() if few else forms.Select()
        return forms.ChoiceField(choices=choices, widget=widget, **common)
    if kind is QuestionKind.YES_NO:
        answers = [("yes", _("Yes")), ("no", _("No"))]
        return forms.ChoiceField(choices=answers, widget=forms.RadioSelect(), **common)
    if kind is QuestionKind.COMMODITY:
        listed = Commodity.objects.all() if by else _named(Commodity.objects.all(), text)
        goods = [(one.slug, one.name) for one in listed]
        return forms.MultipleChoiceField(choices=goods, widget=_Goods(attrs={"size": 8}), **common)
    if kind is QuestionKind.COMPANY:
        listed_own = companies_of(by) if by else _named(Company.objects.all(), text)
        own = [(one.slug, one.name) for one in listed_own]
        return forms.ChoiceField(choices=[("", "—"), *own], **common)
    if kind is QuestionKind.POLYGON:
        common["help_text"] = _helped(question.help, _CORNERS)
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 5, "data-outline": "1"}), **common)
    if kind is QuestionKind.LONG_TEXT:
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), **common)
    if kind is QuestionKind.FILE:
        return FileAnswer(widget=forms.HiddenInput(), **common)
    attrs: dict[str, str] = {}
    if kind is QuestionKind.POINT:
        common["help_text"] = _helped(question.help, _HOW)
        attrs = {"autocomplete": "off", "data-point": "1"}
    if kind is QuestionKind.NUMBER:
        attrs = {"inputmode": "decimal"}
    if kind is QuestionKind.DATE:
        attrs = {"placeholder": "17-08-2026", "autocomplete": "off"}
    if question.format in _ATTRS:
        attrs = _ATTRS[question.format]
    return forms.CharField(widget=forms.TextInput(attrs=attrs), **common)


def _named(rows: _Rows, text: str) -> _Rows:
    return rows.filter(slug__in=text.split(",")) if text else rows.none()


_ATTRS = {
    TextFormat.NIK: {"inputmode": "numeric", "autocomplete": "off"},
    TextFormat.NPWP: {"inputmode": "numeric", "autocomplete": "off"},
    TextFormat.NIB: {"inputmode": "numeric", "autocomplete": "off"},
    TextFormat.PHONE: {"type": "tel"},
    TextFormat.EMAIL: {"type": "email"},
}


class FileAnswer(forms.CharField):
    """The public id of an upload, which the page sends by a field of its own: permits/file_field.html."""

    sends_file = True


def _helped(own: str, how: Any) -> Any:
    return format_lazy("{} {}", own, how) if own else how


class _Goods(forms.SelectMultiple):
    """Several from a list, stored as one text with commas."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return [part for part in str(data.get(name, "")).split(",") if part]


def form_for(
    step: steps.Step, data: Mapping[str, str], *, application: Application, by: User | None
) -> StepForm:
    """`by`: whoever fills it in; None where it is only read."""
    if isinstance(step, steps.QuestionStep):
        return QuestionForm(data, application=application, by=by, step=step)
    kind = PlaceForm if isinstance(step, steps.PlaceStep) else HolderForm
    return kind(data, application=application, by=by)


def city() -> Zone | None:
    return Zone.objects.filter(pk=settings.CITY_ZONE).first()


def city_map() -> dict[str, str]:
    """For maps of forms: "box" of the city ("" without its boundary), "names" to find one's way by."""
    home = city()
    if home is None or home.area is None:
        return {"box": ""}
    beneath = Zone.objects.exclude(level=ZoneLevel.CITY).filter(code__startswith=f"{home.code}.")
    names = [
        [zone.name, zone.level, round(zone.label_point.x, 5), round(zone.label_point.y, 5)]
        for zone in beneath.only("name", "level", "label_point")
    ]
    return {"box": ",".join(map(str, home.area.extent)), "names": json.dumps(names)}
