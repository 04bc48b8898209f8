"""/validasi/<public id>/salinan.pdf: a permit's letter without personal data and without its seal."""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from geoportal.caching import public_cache
from geoportal.ids import is_id, normalise
from maps.verdict import PUBLIC_ID
from permits.letters import store


def rendition_of(public_id: str) -> str:
    """Name of the file in the private storage; "" where there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT permits_public_rendition(%s)", [public_id])
        return cursor.fetchone()[0] or ""


@login_not_required
@require_safe
@public_cache
def rendition(request: HttpRequest, typed: str) -> HttpResponse:
    public_id = normalise(typed[:100])
    name = rendition_of(public_id) if is_id(public_id, PUBLIC_ID) else ""
    if not name:
        raise Http404
    try:
        pdf = store.get(name)
    except store.Damaged as error:
        raise Http404 from error
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="salinan-{public_id}.pdf"'
    response["X-Robots-Tag"] = "noindex"
    return response
