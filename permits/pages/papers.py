"""/permohonan/<public id>/isi/dokumen/: documents by file or camera."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from geoportal import intake
from permits import documents, steps
from permits.completeness import DOCUMENTS, rules
from permits.models import EDITABLE, Application
from permits.pages import shown
from permits.pages.answers import key_of, wants_json
from permits.pages.apply import own, who
from permits.refusals import Refused


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def papers(request: HttpRequest, public_id: str) -> HttpResponse:
    application = own(request, public_id)
    if application.status not in EDITABLE:
        return redirect("apply-own", public_id)
    if request.method != "POST":
        return _page(request, application)
    try:
        _write(request, application)
    except Refused as refusal:
        if wants_json(request):
            return JsonResponse({"refused": str(refusal)}, status=422)
        messages.error(request, str(refusal))
    return JsonResponse({}) if wants_json(request) else redirect("apply-step", public_id, DOCUMENTS)


def _write(request: HttpRequest, application: Application) -> None:
    by = who(request)
    dropped, again = key_of(request.POST.get("hapus", "")), request.POST.get("pakai", "")
    key = request.POST.get("dokumen", "")[:60]
    if dropped is not None:
        documents.remove(application, dropped, by=by)
    elif again:
        documents.reuse(application, key, again[:12], by=by)
    elif file := intake.sent(request, "berkas"):
        documents.attach(application, key, file, name=file.name or "", by=by)
    else:
        raise Refused(_("Choose a file, or take a photograph, first."))


def _page(request: HttpRequest, application: Application) -> HttpResponse:
    given, offered = documents.given(application), documents.offered(application)
    every, asked = steps.steps(application), shown.beside(application)
    context = {
        "application": application,
        "papers": [
            (rule, given.get(rule.key, []), offered.get(rule.key, []), asked.get(f"document.{rule.key}", []))
            for rule in rules(application)
        ],
        "number": len(every) + 1,
        "count": len(every) + 2,
        "back": every[-1].slug,
        "asked": asked.get("document.", []),
    }
    return render(request, "permits/papers.html", context)
