"""/petugas/permohonan/<public id>/dokumen/: two documents of a case side by side, as page images."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from permits import documents
from permits.completeness import rules
from permits.models import ApplicationDocument
from permits.pages.case import case_of


@never_cache
@require_safe
def beside(request: HttpRequest, public_id: str) -> HttpResponse:
    """?kiri= and ?kanan= name documents; without them the first two that were given."""
    application, _user = case_of(request, public_id)
    given = documents.given(application)
    labels = {rule.key: rule.label for rule in rules(application)}
    choices = [(key, labels.get(key, key)) for key in given]
    panes = [
        _pane(given, choices, request.GET.get(side, ""), n, side) for n, side in enumerate(("kiri", "kanan"))
    ]
    return render(
        request, "permits/beside.html", {"application": application, "choices": choices, "panes": panes}
    )


def _pane(
    given: dict[str, list[ApplicationDocument]],
    choices: list[tuple[str, str]],
    wanted: str,
    n: int,
    side: str,
) -> dict[str, object]:
    keys = [key for key, _label in choices]
    key = wanted if wanted in keys else keys[min(n, len(keys) - 1)] if keys else ""
    return {"side": side, "key": key, "label": dict(choices).get(key, ""), "documents": given.get(key, [])}
