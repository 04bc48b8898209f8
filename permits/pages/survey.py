"""/survei/<token>/: nine questions about the service, without an account, once."""

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from permits import survey

MARKS = ((4, _("Very good")), (3, _("Good")), (2, _("Less good")), (1, _("Not good")))


class SurveyForm(forms.Form):
    use_required_attribute = False

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        for n, element in enumerate(survey.ELEMENTS, 1):
            self.fields[f"u{n}"] = forms.TypedChoiceField(
                label=element, choices=MARKS, coerce=int, widget=forms.RadioSelect
            )

    def marks(self) -> list[int]:
        return [self.cleaned_data[f"u{n}"] for n in range(1, len(survey.ELEMENTS) + 1)]


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    try:
        application = survey.asked(token[:100])
        form = SurveyForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            survey.answer(token[:100], form.marks())
            return render(request, "permits/survey.html", {"done": True})
    except survey.Wrong as wrong:
        return render(request, "permits/survey.html", {"wrong": str(wrong)}, status=404)
    if request.method == "POST" and not request.POST:
        form = SurveyForm({})
    context = {"form": form, "kind": application.version.type}
    return render(request, "permits/survey.html", context, status=422 if form.errors else 200)
