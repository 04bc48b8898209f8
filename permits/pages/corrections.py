"""/petugas/permohonan/<public id>/perbaikan/: marks answers and documents of a case for correction."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from geoportal.accounts.models import User
from permits import corrections
from permits.completeness import rules
from permits.corrections import Mark
from permits.models import Application, Concerns
from permits.pages import shown
from permits.pages.answers import key_of, refusals_told
from permits.pages.case import case_of


@require_POST
def correction(request: HttpRequest, public_id: str) -> HttpResponse:
    """Adds to the list that a return will send, or takes one off it."""
    application, user = case_of(request, public_id)
    with refusals_told(request):
        dropped = key_of(request.POST.get("hapus", ""))
        if dropped is not None:
            corrections.drop(application, dropped, by=user)
        elif "mengenai" in request.POST:
            about = request.POST.get("mengenai", "")
            corrections.collect(
                application,
                concerns=Concerns(about) if about in Concerns else Concerns.OTHER,
                key="",
                text=request.POST.get("teks", ""),
                by=user,
            )
        else:
            n = corrections.collect_marks(application, _marks(request, application, user), by=user)
            told = ngettext("%d request is on the list.", "%d requests are on the list.", n) % n
            messages.success(request, told)
    return redirect("case", public_id)


def _marks(request: HttpRequest, application: Application, user: User) -> list[Mark]:
    """Those that are ticked, of what this application has."""
    known = [(g.concerns, one.name) for g in shown.groups(application) for one in g.answers]
    known += [(Concerns.DOCUMENT, rule.key) for rule in rules(application)]
    ticked = set(request.POST.getlist("tandai"))
    return [
        Mark(concerns, key, request.POST.get(f"teks-{concerns.value}.{key}", ""))
        for concerns, key in known
        if f"{concerns.value}.{key}" in ticked
    ]
